// Tests "bptt/node": a file is the old one or the new one after any error, and after an end of the process at
// any time.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { chmod, lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { writeFileAtomic, writeFilesAtomic } from "bptt/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bptt-files-"));
  file = join(folder, "model.safetensors");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const content = (path = file) => new Uint8Array(readFileSync(path));

/** Returns a program for a separate process, with the sources. */
const program = (code: string) => [
  "--import",
  "tsx",
  "--input-type=module",
  "--eval",
  `import { writeFileAtomic, writeFilesAtomic } from ${JSON.stringify(inProject("ts", "node.ts"))};\n${code}`,
];

describe("writeFileAtomic", () => {
  it("writes a new file, and nothing beside it", async () => {
    await writeFileAtomic(file, bytes(3, 7));
    expect(content()).toEqual(bytes(3, 7));
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  it("takes a URL, an ArrayBuffer, a view of a part, and no byte at all", async () => {
    await writeFileAtomic(pathToFileURL(file), Uint8Array.of(1, 2, 3).buffer);
    expect(content()).toEqual(Uint8Array.of(1, 2, 3));
    await writeFileAtomic(file, Uint8Array.of(1, 2, 3, 4).subarray(1, 3));
    expect(content()).toEqual(Uint8Array.of(2, 3));
    await writeFileAtomic(file, new Uint8Array(0));
    expect(content()).toEqual(new Uint8Array(0));
  });

  it("replaces a file, whose permissions stay", async () => {
    writeFileSync(file, "old");
    await chmod(file, 0o640);
    await writeFileAtomic(file, bytes(5, 1));
    expect(content()).toEqual(bytes(5, 1));
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it("writes to the target of a link, which remains a link", async () => {
    const link = join(folder, "link");
    writeFileSync(file, "old");
    symlinkSync(file, link);
    await writeFileAtomic(link, bytes(5, 2));
    expect(content()).toEqual(bytes(5, 2));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it("writes the file that a dangling link names, and the link stays one", async () => {
    mkdirSync(join(folder, "data"));
    symlinkSync("data/first", join(folder, "link"));
    symlinkSync(join(folder, "data", "second"), join(folder, "data", "first"));
    await writeFileAtomic(join(folder, "link"), bytes(5, 2));
    expect(content(join(folder, "data", "second"))).toEqual(bytes(5, 2));
    for (const link of ["link", "data/first"])
      expect((await lstat(join(folder, link))).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, "data"))).toEqual(["first", "second"]);
    symlinkSync("round", join(folder, "round"));
    await expect(writeFileAtomic(join(folder, "round"), bytes(1, 1))).rejects.toMatchObject({
      code: "ELOOP",
    });
  });

  it("writes what the operating system would open: '..' is the parent of the folder that was reached", async () => {
    mkdirSync(join(folder, "a", "b"), { recursive: true });
    symlinkSync(join("a", "b"), join(folder, "link"));
    writeFileSync(file, "old");
    await expect(writeFileAtomic(`${folder}/typo/../model.safetensors`, bytes(1, 1))).rejects.toMatchObject({
      code: "ENOENT",
    });
    expect(readFileSync(file, "utf8")).toBe("old");
    await writeFileAtomic(`${folder}/link/../model.safetensors`, bytes(2, 7));
    expect(content(join(folder, "a", "model.safetensors"))).toEqual(bytes(2, 7));
    expect(readFileSync(file, "utf8")).toBe("old");
    await expect(writeFileAtomic(`${folder}/new/`, bytes(1, 1))).rejects.toMatchObject({ code: "EISDIR" });
  });

  it("other hard links to the old file keep the old content", async () => {
    writeFileSync(file, "old");
    linkSync(file, join(folder, "other"));
    await writeFileAtomic(file, bytes(5, 2));
    expect(readFileSync(join(folder, "other"), "utf8")).toBe("old");
  });

  it.skipIf(process.platform === "win32").each([0o600, 0o640, 0o444])(
    "the temporary file has the permissions %o of the old one from the start",
    async (mode) => {
      writeFileSync(file, "old");
      await chmod(file, mode);
      const code = `
        import { readdirSync, statSync } from "node:fs";
        process.umask(0);
        const seen = new Set();
        const write = writeFileAtomic(${JSON.stringify(file)}, new Uint8Array(20_000_000));
        let ended = false;
        write.finally(() => { ended = true; });
        while (!ended) {
          for (const name of readdirSync(${JSON.stringify(folder)}))
            if (name.endsWith(".tmp")) try { seen.add(statSync(${JSON.stringify(folder)} + "/" + name).mode & 0o777); } catch {}
          await new Promise(setImmediate);
        }
        process.stdout.write(JSON.stringify([...seen]));
      `;
      const { stdout } = await promisify(execFile)(process.execPath, program(code), { cwd: inProject() });
      const seen = JSON.parse(stdout) as number[];
      expect(seen.length).toBeGreaterThan(0);
      for (const each of seen) expect(each & ~0o600).toBe(mode & ~0o600);
      expect(statSync(file).mode & 0o777).toBe(mode);
      expect(content().length).toBe(20_000_000);
    },
  );

  it("a name as long as names may be", async () => {
    const long = join(folder, "ü".repeat(127));
    await writeFileAtomic(long, bytes(1, 3));
    expect(content(long)).toEqual(bytes(1, 3));
  });

  it("calls that do not wait for each other: the last one stays", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => writeFileAtomic(file, bytes((20 - i) * 50_000, i))),
    );
    expect(content()).toEqual(bytes(50_000, 19));
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("takes arrays of another realm", async () => {
    for (const code of ["Uint8Array.of(1, 2)", "Uint8Array.of(1, 2).buffer"]) {
      await writeFileAtomic(file, runInNewContext(code) as Uint8Array);
      expect(content()).toEqual(Uint8Array.of(1, 2));
    }
  });

  it("a write that failed does not keep the next from its turn", async () => {
    const missing = join(folder, "later", "x");
    const [first, second] = await Promise.allSettled([
      writeFileAtomic(missing, bytes(1, 1)),
      writeFileAtomic(file, bytes(1, 1)),
    ]);
    expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
  });
});

describe("writeFilesAtomic", () => {
  const paths = () => ["model.json", "model.bin"].map((name) => join(folder, name)) as [string, string];
  const files = (value: number, length = 4) => paths().map((path) => [path, bytes(length, value)] as const);

  it("writes files, replaces them, and leaves nothing beside them", async () => {
    for (const value of [1, 2, 2]) {
      await writeFilesAtomic(files(value));
      for (const path of paths()) expect(content(path)).toEqual(bytes(4, value));
      expect(readdirSync(folder)).toEqual(["model.bin", "model.json"]);
    }
    await writeFilesAtomic([]);
  });

  it("when one of them cannot be written, none has changed", async () => {
    await writeFilesAtomic(files(1));
    const [first] = paths();
    await expect(
      writeFilesAtomic([
        [first, bytes(4, 2)],
        [join(folder, "no", "x"), bytes(4, 2)],
      ]),
    ).rejects.toMatchObject({ code: "ENOENT" });
    for (const path of paths()) expect(content(path)).toEqual(bytes(4, 1));
    expect(readdirSync(folder)).toEqual(["model.bin", "model.json"]);
  });

  it("a process that is killed between the two leaves no first file with another's second", async () => {
    await writeFilesAtomic(files(1));
    const code = `
      import files from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      const { rename } = files;
      files.rename = async (from, to) => {
        await rename(from, to);
        if (to.endsWith(".bin")) process.kill(process.pid, "SIGKILL");
      };
      syncBuiltinESMExports();
      await writeFilesAtomic(${JSON.stringify(paths())}.map((path) => [path, new Uint8Array(4).fill(2)]));
    `;
    const child = spawn(process.execPath, program(code), { cwd: inProject(), stdio: "inherit" });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    const [first, second] = paths();
    expect(content(second)).toEqual(bytes(4, 2));
    expect(existsSync(first)).toBe(false);
    await writeFilesAtomic(files(3));
    expect(readdirSync(folder)).toEqual(["model.bin", "model.json"]);
  });

  it.each([[undefined], [[["x"]]], [["x"]], [[[7, new Uint8Array(1)]]]])("bad input %j", async (given) => {
    await expect(writeFilesAtomic(given as never)).rejects.toThrow(TypeError);
  });
});

describe("what cannot be written is an error with Node's code, and nothing is left", () => {
  it("a folder that is not there", async () => {
    await expect(writeFileAtomic(join(folder, "no", "x"), bytes(1, 1))).rejects.toMatchObject({
      code: "ENOENT",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a folder in the place of the file", async () => {
    await expect(writeFileAtomic(folder, bytes(1, 1))).rejects.toMatchObject({ code: "EISDIR" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a file in the place of the folder", async () => {
    writeFileSync(file, "old");
    await expect(writeFileAtomic(join(file, "x"), bytes(1, 1))).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(readFileSync(file, "utf8")).toBe("old");
  });

  it.skipIf(!existsSync("/dev/full"))("a device that is full stays a device", async () => {
    await expect(writeFileAtomic("/dev/full", bytes(1, 1))).rejects.toMatchObject({ code: "ENOSPC" });
    expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
  });

  // Simulates a nearly full disk: the system writes up to the limit, reports the shorter length, and refuses
  // the next write.
  it.skipIf(process.platform === "win32")("space for a part: the old file is as it was", async () => {
    writeFileSync(file, "old");
    const code = `
      const { code } = await writeFileAtomic(${JSON.stringify(file)}, new Uint8Array(100_000)).catch((error) => error) ?? {};
      process.stdout.write(String(code));
    `;
    const limited = ["-c", `ulimit -f 20; exec "$@"`, "sh", process.execPath, ...program(code)];
    const env = { ...process.env, TSX_DISABLE_CACHE: "1" };
    const { stdout } = await promisify(execFile)("sh", limited, { cwd: inProject(), env });
    expect(stdout).toBe("EFBIG");
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });
});

describe("bad input", () => {
  it.each([[undefined], [""], [7], [{}], [new URL("https://example.org/x")]])("path %s", async (path) => {
    await expect(writeFileAtomic(path as string, bytes(1, 1))).rejects.toThrow(
      /^path: expected a path or a file: URL, received /,
    );
    await expect(writeFileAtomic(path as string, bytes(1, 1))).rejects.toBeInstanceOf(TypeError);
  });

  it.each([[undefined], ["text"], [[1, 2]], [new Float32Array(1)]])("bytes %s", async (given) => {
    const failure = writeFileAtomic(file, given as unknown as Uint8Array);
    await expect(failure).rejects.toThrow(/^bytes: expected a Uint8Array or an ArrayBuffer, received /);
    await expect(failure).rejects.toBeInstanceOf(TypeError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it("a process that ends in the midst of a write leaves the old file, and nothing beside it", async () => {
  writeFileSync(file, "old");
  const code = `
    import { readdirSync } from "node:fs";
    void writeFileAtomic(${JSON.stringify(file)}, new Uint8Array(50_000_000));
    while (readdirSync(${JSON.stringify(folder)}).length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    process.exit(3);
  `;
  const child = spawn(process.execPath, program(code), { cwd: inProject(), stdio: "inherit" });
  expect(await once(child, "exit")).toEqual([3, null]);
  expect(readFileSync(file, "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["model.safetensors"]);
});

describe.skipIf(process.platform === "win32")("a process killed at any moment", () => {
  it("leaves one of the files that it wrote, whole", async () => {
    const size = 3_000_000;
    await writeFileAtomic(file, bytes(size, 0));
    const code = `
      for (let i = 1; ; i = (i % 250) + 1) {
        await writeFileAtomic(${JSON.stringify(file)}, new Uint8Array(${size}).fill(i));
        if (i === 1) process.stdout.write("began");
      }
    `;
    const seen = new Set<number>();
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, program(code), {
        cwd: inProject(),
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      await sleep(7 * round); // each round at a different place in a write
      child.kill("SIGKILL");
      await once(child, "exit");
      const now = content();
      expect(now.length).toBe(size);
      expect(now.every((byte) => byte === now[0])).toBe(true);
      seen.add(now[0]!);
    }
    await writeFileAtomic(file, bytes(1, 1));
    expect(readdirSync(folder)).toEqual(["model.safetensors"]); // the next write removed the leftovers of the killed processes
    expect(seen.has(0)).toBe(false); // it has written
  });
});
