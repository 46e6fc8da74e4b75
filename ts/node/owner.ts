/**
 * The process that a temporary file or a lock belongs to, written into the file's name. A file whose process has ended is a leftover.
 *
 *     <space>-<pid>-<start>      5f0c2a91-4711-c03be8d2
 *
 * The space tells machines and containers apart, in which the same process id means different processes. The start tells a process
 * from a later one that was given the same id.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** "unknown": the process is on another machine or in another container, or this system does not say when it began. */
export type OwnerState = "running" | "ended" | "unknown";

/** A tag, as a part of a regular expression. */
export const OWNER_PATTERN = "[0-9a-f]{8}-\\d{1,10}-[0-9a-f]{8}";
/** In the place of a start that the system does not say. */
const UNKNOWN_START = "00000000";

let own: string | undefined;

/** The tag of this process. */
export function ownerTag(): string {
  own ??= `${space()}-${process.pid}-${startOf(process.pid) ?? UNKNOWN_START}`;
  return own;
}

/** Looks whether the process of a tag still runs. */
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

/** The process id in a tag. */
export function ownerPid(tag: string): number {
  return Number(tag.split("-")[1]);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
}

/** Eight hexadecimal digits that depend on the boot and on the moment at which a process began. */
function startOf(pid: number): string | undefined {
  if (process.platform === "win32") return undefined;
  return startInProc(pid) ?? startByPs(pid);
}

/** Source: proc(5), /proc/pid/stat: field 3 is the state, field 22 the start in ticks since the boot. */
function startInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold spaces
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

/** The machine, and on Linux the container: those whose process ids this process can look up. */
function space(): string {
  let container = "";
  try {
    container = readlinkSync("/proc/self/ns/pid");
  } catch {
    // not Linux: there is one space on each machine
  }
  return digest(`${hostname()} ${container}`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
