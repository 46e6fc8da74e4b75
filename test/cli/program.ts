/** Runs the built command line as a process, with pipes and in a terminal. */

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pty from "@lydell/node-pty";
import { inDist } from "../support/dist.js";

const CLI = inDist("cli.js");
/** Longest time of a process. After it the process is ended, and its test fails by the exit code. */
const MILLISECONDS = 50_000;
/**
 * The environment contains nothing of the caller: NO_COLOR, FORCE_COLOR, CI, COLORTERM and TMUX all affect
 * colors.
 */
const environment = { PATH: process.env["PATH"] };

/** The end of a process. */
export interface Ended {
  /** The exit code; null if a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** An empty folder in which processes run. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), "bptt-cli-"));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The names of its files. */
  get files(): string[] {
    return readdirSync(this.folder).sort();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a command to its end. */
  async run(
    args: readonly string[],
    options: { input?: string | Uint8Array; shell?: string } = {},
  ): Promise<Ended> {
    const { child, ended } = this.start(args, options.shell);
    child.stdin.on("error", () => undefined); // it may end before it has read everything
    child.stdin.end(options.input ?? "");
    return ended;
  }

  /** Starts a command. `shell` is run by a shell before it, for example to set limits. */
  start(
    args: readonly string[],
    shell?: string,
  ): { child: ChildProcessWithoutNullStreams; ended: Promise<Ended> } {
    const [file, ...all] =
      shell === undefined
        ? [process.execPath, CLI, ...args]
        : ["sh", "-c", `${shell}; exec "$@"`, "sh", process.execPath, CLI, ...args];
    const child = spawn(file!, all, { cwd: this.folder, env: environment, timeout: MILLISECONDS });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (data: string) => (stdout += data));
    child.stderr.setEncoding("utf8").on("data", (data: string) => (stderr += data));
    const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
    return { child, ended };
  }

  /** Starts a command in a separate terminal. `onData` gets all output so far, and may type. */
  async inTerminal(
    args: readonly string[],
    options: {
      env?: Record<string, string>;
      onData?: (shown: string, type: (keys: string) => void) => void;
    } = {},
  ): Promise<{ code: number; shown: string }> {
    const env = { ...environment, TERM: "xterm-256color", ...options.env } as Record<string, string>;
    const terminal = pty.spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      env,
      cols: 100,
      rows: 30,
    });
    const timer = setTimeout(() => terminal.kill("SIGKILL"), MILLISECONDS);
    let shown = "";
    terminal.onData((data) => {
      shown += data;
      options.onData?.(shown, (keys) => terminal.write(keys));
    });
    const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => terminal.onExit(resolve));
    clearTimeout(timer);
    return { code: exitCode, shown };
  }
}

/** Waits for a child that reports JSON lines, and resolves with the first line for which `wanted` is true. */
export function event(
  child: ChildProcessWithoutNullStreams,
  wanted: (event: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (data: string) => {
      text += data;
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(wanted);
      if (found) resolve(found);
    });
    child.once("close", () => reject(new Error("it ended before")));
  });
}
