// Tests that a training which is killed with SIGKILL repeatedly, and continued from its last checkpoint by a
// new process each time, gives the same bytes as one without interruption. A seed determines the places of
// the kills: between two steps, at four places within the write of a checkpoint, or at an arbitrary moment
// after a certain report. Every file that is found after a kill must be complete and identical to a
// checkpoint of the uninterrupted run.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { seeded } from "../support/random.js";
import { COURSES } from "./courses.mjs";

const IN_WRITE = ["half", "written", "flushed", "renamed"];
const SEED = Number(process.env["KILL_SEED"] ?? 1);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/**
 * Trains in a separate process and kills it after a number of reports. Returns its output and how it ended.
 */
function train(args: readonly string[], killAfter = Infinity) {
  const child = spawn(process.execPath, [inProject("test", "kill", "trainer.mjs"), ...args], {
    cwd: inProject(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (news: string) => {
    output += news;
    if (output.split("\n").length > killAfter) child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (news: string) => (errors += news));
  return new Promise<{ output: string; signal: string | null }>((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve({ output, signal });
      else reject(new Error(`${args.join(" ")}: code ${String(code)}\n${errors}`));
    });
  });
}

function emptyFolder(...names: string[]): string {
  const folder = inProject("target", "kill", ...names);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Returns the places at which a training is killed, each with the number of the report or write within its
 * process.
 */
function drawKills(seed: number): { place: string; number: number }[] {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const kills = [...IN_WRITE, ...IN_WRITE.slice(0, 2), "report", "report"]
    .map((place) => ({ place, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ place }) => ({ place, number: place === "report" ? 2 + below(20) : 1 + below(3) }));
  const anywhere = { place: "anywhere", number: 1 + below(40) };
  return [...kills, anywhere, { ...anywhere, number: 1 + below(40) }];
}

describe("killed by SIGKILL and resumed", () => {
  it.each(Object.keys(COURSES))(
    "%s",
    async (name) => {
      const number = Object.keys(COURSES).indexOf(name);
      const untouched = emptyFolder(`${number}-untouched`);
      const { output } = await train([name, untouched, "trail"]);
      const trail = output.trim().split("\n");
      expect(trail.length).toBeGreaterThan(112); // room for all kills but the last two before the run's end: 6 · 3 · 4 + 2 · 20
      const places = new Set(trail);

      const folder = emptyFolder(`${number}`);
      const checkpoint = join(folder, "checkpoint");
      const log: string[] = [`seed ${SEED}`];
      let whole = 0;
      for (const { place, number: n } of drawKills(100 * SEED + number)) {
        const before = new Set(readdirSync(folder));
        const { signal } = await train(
          [name, folder, place, String(n)],
          place === "anywhere" ? n : undefined,
        );
        const bytes = existsSync(checkpoint) ? readFileSync(checkpoint) : undefined;
        const at = bytes === undefined ? "no checkpoint" : `checkpoint ${trail.indexOf(sha256(bytes))}`;
        log.push(`${place} ${n}: ${String(signal)}, ${at}`);
        expect(signal, log.join("\n")).toBe("SIGKILL");
        if (bytes !== undefined) {
          expect(places, log.join("\n")).toContain(sha256(bytes));
          whole++;
        }
        if (["half", "written", "flushed"].includes(place)) {
          // it was killed during the write; the temporary files of earlier processes are gone
          const left = readdirSync(folder).filter((file) => file.endsWith(".tmp") && !before.has(file));
          expect(left, log.join("\n")).toHaveLength(1);
          if (place === "half" && bytes !== undefined) {
            expect(Math.min(...left.map((file) => statSync(join(folder, file)).size))).toBeLessThan(
              bytes.length,
            );
          }
        }
      }
      writeFileSync(`${folder}.log`, log.join("\n"));
      expect(whole).toBeGreaterThan(0);
      await train([name, folder]);
      for (const file of ["result", "end"]) {
        const [got, wanted] = [folder, untouched].map((from) => readFileSync(join(from, file)));
        expect(sha256(got!), `${file}: ${got!.length < 200 ? got!.toString() : ""}\n${log.join("\n")}`).toBe(
          sha256(wanted!),
        );
      }
    },
    120_000,
  );
});
