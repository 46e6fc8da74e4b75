// Builds Rust's standard library for WebAssembly on systems where rustup can download nothing. Debian's Rust
// lacks that library, but has its source with all dependencies. It is built once, and a sysroot in the cache
// combines it with Debian's library for the host. Nothing is written into the system's folders and nothing is
// registered with rustup.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import {
  canInstallPackages,
  installPackages,
  installedVersion,
  packagesNamed,
  refreshLists,
} from "./apt.mjs";
import { SetupError, showOutput, step } from "./log.mjs";
import { cacheRoot, which } from "./paths.mjs";
import { makeOnce } from "./place.mjs";
import { ask, run } from "./run.mjs";

export const TARGET = "wasm32-unknown-unknown";

const PACKAGES = ["rustc-web", "cargo-web", "rust-web-src"];
const RUSTC = "/usr/bin/rustc";
const CARGO = "/usr/bin/cargo";
const SOURCE = "/usr/lib/rustlib/src/rust";

/** Returns true if the packages are installed or can be installed. */
export async function canBuildSysroot() {
  return (await packagesAreInstalled()) || canInstallPackages();
}

/** Returns the sysroot that an earlier set-up built with exactly the installed Rust. */
export async function cachedSysroot() {
  if (!(await packagesAreInstalled())) return undefined;
  const folder = await sysrootFolder();
  const linker = await findLinker();
  return existsSync(folder) && linker ? await describe(folder, linker) : undefined;
}

export async function makeSysroot() {
  if (!(await packagesAreInstalled())) {
    await refreshLists();
    const offered = new Set(await packagesNamed("^(rustc|cargo|rust)-web"));
    if (!PACKAGES.every((name) => offered.has(name))) {
      throw new SetupError(
        "This Debian offers no rustc-web: install Rust from https://rustup.rs, then run this again.",
      );
    }
    await installPackages(PACKAGES);
  }
  const linker = (await findLinker()) ?? (await installLinker());
  const folder = await sysrootFolder();
  await makeOnce(folder, (temporary) => buildSysroot(temporary, folder));
  return await describe(folder, linker);
}

async function packagesAreInstalled() {
  const versions = await Promise.all(PACKAGES.map((name) => installedVersion(name)));
  return versions.every((version) => version !== undefined);
}

/**
 * Returns the folder, whose name contains the version of Debian's package because the library fits exactly
 * one build of the compiler.
 */
async function sysrootFolder() {
  return join(cacheRoot, `rust-${(await installedVersion("rustc-web"))?.replace(/[^\w.+-]/g, "_")}`);
}

/** @param {string} folder @param {string} linker */
async function describe(folder, linker) {
  const version = (await ask(RUSTC, ["-vV"])) ?? "";
  return {
    version: `${version}\n${basename(folder)} ${basename(linker)}`,
    path: [join(folder, "bin")],
    env: {
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
      RUSTC: undefined,
      RUSTUP_TOOLCHAIN: undefined,
    },
  };
}

/**
 * @param {string} folder where to build
 * @param {string} finalFolder the name it will get
 */
async function buildSysroot(folder, finalFolder) {
  step("building Rust's standard library for WebAssembly from Debian's source (about a minute)");
  const seed = join(folder, "seed");
  mkdirSync(join(seed, "src"), { recursive: true });
  writeFileSync(join(seed, "src", "lib.rs"), "");
  const manifest =
    '[package]\nname = "seed"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\npanic = "abort"\n[workspace]\n';
  writeFileSync(join(seed, "Cargo.toml"), manifest);
  const args = ["build", "--release", "--target", TARGET, "-Z", "build-std=std,panic_abort"];
  const { code, output } = await run(CARGO, args, {
    cwd: seed,
    env: {
      RUSTC,
      RUSTC_BOOTSTRAP: "1",
      RUSTC_WRAPPER: undefined,
      CARGO_TARGET_DIR: join(seed, "target"),
      RUSTFLAGS: `-C target-feature=+simd128 --remap-path-prefix=${SOURCE}=/rust --remap-path-prefix=${seed}=/seed`,
    },
  });
  if (code !== 0) {
    showOutput(output);
    throw new SetupError(
      `Debian's Rust could not build its library: install Rust from https://rustup.rs with its ${TARGET} target, then run this again.`,
    );
  }

  const host = /^host: (\S+)/m.exec((await ask(RUSTC, ["-vV"])) ?? "")?.[1] ?? "x86_64-unknown-linux-gnu";
  const rustlib = join(folder, "lib", "rustlib");
  const libraries = join(rustlib, TARGET, "lib");
  mkdirSync(libraries, { recursive: true });
  const built = join(seed, "target", TARGET, "release", "deps");
  for (const name of readdirSync(built)) {
    if (name.endsWith(".rlib") && !name.startsWith("libseed-"))
      copyFileSync(join(built, name), join(libraries, name));
  }
  symlinkSync(`/usr/lib/rustlib/${host}`, join(rustlib, host));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "rustc"), `#!/bin/sh\nexec ${RUSTC} --sysroot '${finalFolder}' "$@"\n`, {
    mode: 0o755,
  });
  symlinkSync(CARGO, join(bin, "cargo"));
  symlinkSync("/usr/bin/rustdoc", join(bin, "rustdoc"));
  rmSync(seed, { recursive: true });
}

/**
 * Returns a wasm-ld that is at least as new as the LLVM inside rustc, because older ones may not read its
 * objects.
 */
async function findLinker() {
  const least = await llvmMajor();
  for (let major = least + 9; major >= least; major--) {
    const linker = which(`wasm-ld-${major}`);
    if (linker) return linker;
  }
  const plain = which("wasm-ld");
  const version = plain && (await ask(plain, ["--version"]));
  return Number(/LLD (\d+)/.exec(version ?? "")?.[1]) >= least ? plain : undefined;
}

async function installLinker() {
  await refreshLists();
  const majors = (await packagesNamed("^lld-[0-9]+$")).map((name) => Number(name.slice("lld-".length)));
  const newest = Math.max(...majors);
  if (!(newest >= (await llvmMajor()))) {
    throw new SetupError(
      `This Debian offers no lld-${await llvmMajor()} or newer: install Rust from https://rustup.rs, then run this again.`,
    );
  }
  await installPackages([`lld-${newest}`]);
  return `/usr/bin/wasm-ld-${newest}`;
}

async function llvmMajor() {
  return Number(/^LLVM version: (\d+)/m.exec((await ask(RUSTC, ["-vV"])) ?? "")?.[1] ?? 0);
}
