/**
 * The tag of the process that owns a temporary file or a lock, which is part of the file's name. A file whose
 * process has ended is a leftover.
 *
 *     <space>-<pid>-<start>      5f0c2a91-4711-c03be8d2
 *
 * The space distinguishes machines and containers, in which the same process id means different processes.
 * The start distinguishes a process from a later one with the same id.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * The state of the process. It is "unknown" if the process is on another machine or in another container, or
 * if this system does not report when it began.
 */
export type OwnerState = "running" | "ended" | "unknown";

/** The pattern of a tag, as a part of a regular expression. */
export const OWNER_PATTERN = "[0-9a-f]{8}-\\d{1,10}-[0-9a-f]{8}";
/** The start of a process if the system does not report it. */
const UNKNOWN_START = "00000000";

let own: string | undefined;

/** Returns the tag of this process. */
export function ownerTag(): string {
  own ??= `${space()}-${process.pid}-${startOf(process.pid) ?? UNKNOWN_START}`;
  return own;
}

/** Returns the state of the process of a tag. */
export function ownerState(tag: string): OwnerState {
  const mine = ownerTag();
  if (tag === mine) return "running";
  const [itsSpace, id, itsStart] = tag.split("-");
  if (!mine.startsWith(`${itsSpace}-`)) return "unknown";
  const pid = Number(id);
  if (!exists(pid)) return "ended";
  const start = itsStart === UNKNOWN_START ? undefined : startOf(pid);
  if (start === undefined) return "unknown";
  return start === itsStart ? "running" : "ended";
}

/** Returns the process id in a tag. */
export function ownerPid(tag: string): number {
  return Number(tag.split("-")[1]);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // the process belongs to another user
  }
}

/**
 * Returns eight hexadecimal digits that depend on the boot of the machine and the start time of a process.
 */
function startOf(pid: number): string | undefined {
  if (process.platform === "win32") return undefined;
  return startInProc(pid) ?? startByPs(pid);
}

/**
 * Reads the start from the proc file system. Source: proc(5), /proc/pid/stat: field 3 is the state, field 22
 * the start in ticks since the boot.
 */
function startInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before it may contain spaces
    const [state = "", ticks = ""] = [fields[0], fields[19]];
    // a process that has ended keeps its entry until its parent asks for its exit code
    return digest(
      /[ZX]/.test(state) ? "ended" : `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1")} ${ticks}`,
    );
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { status, stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    env,
    encoding: "latin1",
  });
  return status === 0 && stdout.trim() !== "" ? digest(stdout.trim()) : undefined;
}

/**
 * Returns a digest of the machine and, on Linux, of the container. Processes of the same space can look up
 * each other's ids.
 */
function space(): string {
  let container = "";
  try {
    container = readlinkSync("/proc/self/ns/pid");
  } catch {
    // not Linux: each machine has one space
  }
  return digest(`${hostname()} ${container}`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
