// Tests "bptt/node": a lock on a file, which ends with its process, however the process ends.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { lockFile, writeFileAtomic } from "bptt/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

let folder = "";
let file = "";
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bptt-lock-"));
  file = join(folder, "model.safetensors");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Starts a process with the sources and resolves when it has printed something. */
async function program(code: string): Promise<{ child: ChildProcess; said: string }> {
  const source = `import { lockFile } from ${JSON.stringify(inProject("ts", "node.ts"))};\n${code}`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", source];
  const child = spawn(process.execPath, args, { cwd: inProject(), stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [data] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: data.toString() };
}
const locks = (path: string) => `
  const lock = await lockFile(${JSON.stringify(path)}).catch((error) => error);
  process.stdout.write(lock.code ?? "locked");
  setInterval(() => undefined, 1000);
`;
const lockFiles = () => readdirSync(folder).filter((name) => name.endsWith(".lock"));

describe("lockFile", () => {
  it("refuses a second lock, in the process and in another, until the first is released", async () => {
    const lock = await lockFile(file);
    await expect(lockFile(file)).rejects.toMatchObject({
      code: "ELOCKED",
      pid: process.pid,
      host: hostname(),
    });
    expect((await program(locks(file))).said).toBe("ELOCKED");
    lock.release();
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    expect((await program(locks(file))).said).toBe("locked");
    await expect(lockFile(file)).rejects.toMatchObject({ code: "ELOCKED" });
  });

  it("is on the file, not on the path", async () => {
    await mkdir(join(folder, "a", "b"), { recursive: true });
    symlinkSync(join(folder, "a", "b"), join(folder, "link"));
    symlinkSync(join(folder, "a", "m"), join(folder, "dangling"));
    const lock = await lockFile(join(folder, "a") + "/m");
    for (const path of ["link/../m", "dangling", "a/b/../m"])
      await expect(lockFile(`${folder}/${path}`), path).rejects.toMatchObject({ code: "ELOCKED" });
    (await lockFile(`${folder}/m`)).release(); // the meaning of "link/../m" as a text
    lock.release();
  });

  it.skipIf(process.platform === "win32")("ends with its process", async () => {
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const { child, said } = await program(locks(file));
      expect(said).toBe("locked");
      child.kill(signal);
      await once(child, "exit");
      expect(lockFiles()).toHaveLength(1); // it could not remove it
      (await lockFile(file)).release();
      expect(lockFiles()).toEqual([]);
    }
  });

  it("one of many that ask at once has it at most, and the others are refused", async () => {
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => lockFile(file)));
      const held = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      expect(held.length).toBeLessThanOrEqual(1);
      for (const lock of held) lock.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it.skipIf(process.platform !== "linux")(
    "a process that was given the id of one that was killed is another one",
    async () => {
      const lock = await lockFile(file);
      const [name = ""] = lockFiles();
      lock.release();
      const [, space = ""] = /-([0-9a-f]{8})-\d+-[0-9a-f]{8}-/.exec(name) ?? [];
      // the same process id, with another start time
      writeFileSync(
        join(folder, `.model.safetensors-${space}-${process.pid}-12345678-000000000000.lock`),
        "",
      );
      (await lockFile(file)).release();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("of another machine: it counts while it is written to, and two minutes longer", async () => {
    const name = ".model.safetensors-01234567-1-89abcdef-000000000000.lock";
    writeFileSync(join(folder, name), JSON.stringify({ pid: 1, host: "elsewhere" }));
    await expect(lockFile(file)).rejects.toMatchObject({ code: "ELOCKED", pid: 1, host: "elsewhere" });
    await expect(lockFile(file)).rejects.toThrow("process 1 on elsewhere");
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
    utimesSync(join(folder, name), ago(100), ago(100));
    await expect(lockFile(file)).rejects.toMatchObject({ code: "ELOCKED" });
    utimesSync(join(folder, name), ago(130), ago(130));
    (await lockFile(file)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("other files beside it are none of its business", async () => {
    const names = [
      ".model.safetensors-notes.lock",
      ".model.safetensors-1-2-3-4.tmp",
      ".model-01234567-1-89abcdef-000000000000.lock",
    ];
    for (const name of names) writeFileSync(join(folder, name), "mine");
    const lock = await lockFile(file);
    await writeFileAtomic(file, new Uint8Array(1));
    lock.release();
    expect(readdirSync(folder).sort()).toEqual([...names, "model.safetensors"].sort());
  });

  it("bad input", async () => {
    await expect(lockFile("")).rejects.toThrow(TypeError);
    await expect(lockFile(join(folder, "no", "x"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(lockFile(`${folder}/no/../x`)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
