/** Part "memory": checks that long work takes no more memory than short work. */

import type { Samples } from "./memory-program.mjs";
import { progress, row, runProgram, type Part, type Row } from "./part.js";

/**
 * Bytes of JavaScript's memory that may remain after a piece of work. The smallest possible leak is a reference or a
 * number per step, 8 bytes; for a network, a run or a session it is an object with closures, about 300 bytes. The noise of
 * the engine over these numbers of pieces (measured: below 3 bytes a step, below 100 a piece) is smaller than both.
 */
const STEP = 8;
const PIECE = 256;
/** Few fit into the time, so the noise of each is larger; a worker that stays is some 10 KB here, and megabytes outside. */
const WORKER = 4096;
/**
 * Megabytes by which the whole process may grow: allocators give back late. Seen: up to 3. What the module keeps shows in
 * its pages, of which none may come.
 */
const RESIDENT = 8;
/** Young objects get a small room of fixed size: else the engine widens it with time, by 30 MB, and all else drowns in that. */
const FLAGS = ["--expose-gc", "--max-semi-space-size=2"];

const CASES: Record<string, number> = {
  "100 000 steps, trainStep": STEP,
  "100 000 steps, fit": STEP,
  "4 000 networks": PIECE,
  "1 000 networks, not freed": PIECE,
  "3 000 text models": PIECE,
  "1 000 runs, aborted": PIECE,
  "1 000 runs, their listeners gone": PIECE,
  "60 runs in workers, half of them aborted": WORKER,
  "10 000 sessions": PIECE,
  "1 000 saved, loaded and resumed": PIECE,
};

export const memory: Part = {
  name: "memory",
  title: "Memory: what stays behind",
  async run({ share }) {
    const rows: Row[] = [];
    for (const [name, bytes] of Object.entries(CASES)) {
      progress(`memory, ${name}`);
      const seen = await runProgram<Samples>("memory-program.mjs", [name, String(share)], FLAGS);
      const { units, pages, heap, resident } = seen;
      const pieces = units * (pages.length - 1);
      const grown = (pages.at(-1) ?? NaN) - (pages[0] ?? NaN);
      // A short run is a look at whether all works: in it the engine's own growth would be taken for the work's.
      const judged = (limit: number) => (share === 1 ? limit : undefined);
      rows.push(
        row(name, "wasm memory, grown by", grown, "pages", 0),
        row(name, "JavaScript's, a piece", slope(heap) / units, "bytes", judged(bytes)),
        row(name, "resident, all pieces", ((slope(resident) / units) * pieces) / 1e6, "MB", judged(RESIDENT)),
      );
    }
    return rows;
  },
};

/** The median of the slopes of all pairs (Theil and Sen): one odd sample does not move it. A sample's distance is 1. */
function slope(samples: readonly number[]): number {
  const slopes = samples.flatMap((y, i) => samples.slice(0, i).map((x, j) => (y - x) / (i - j)));
  return slopes.sort((a, b) => a - b)[slopes.length >> 1] ?? NaN;
}
