/** Runs the built command line as a process, in a separate folder. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inDist } from "../support/dist.js";

/** The outcome of a command. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program's file. */
export const PROGRAM = inDist("cli.js");

/** A folder for the files of a test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "bptt-cli-"));

  /** Returns the full path of a file in it. */
  of(name: string): string {
    return join(this.path, name);
  }

  write(name: string, data: string | Uint8Array): string {
    writeFileSync(this.of(name), data);
    return name;
  }

  read(name: string): Buffer<ArrayBuffer> {
    return readFileSync(this.of(name));
  }

  /** Returns all names, sorted. */
  names(): string[] {
    return readdirSync(this.path).sort();
  }

  /** Runs `bptt …` in the folder. */
  bptt(args: readonly string[], input: string | Uint8Array = ""): Outcome {
    return this.run(process.execPath, [PROGRAM, ...args], input);
  }

  /** Runs a line of a shell, in which `bptt` is the program. */
  shell(line: string): Outcome {
    const bptt = `bptt() { "${process.execPath}" "${PROGRAM}" "$@"; }`;
    return this.run("bash", ["--norc", "-c", `${bptt}\n${line}`], "");
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private run(program: string, args: readonly string[], input: string | Uint8Array): Outcome {
    const env = { PATH: process.env["PATH"] }; // nothing of the caller's environment
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: this.path,
      input,
      env,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    if (error && !("code" in error && error.code === "EPIPE")) throw error;
    return { code: status, stdout, stderr };
  }
}
