/** Parts "node" and "worker": how long a run holds the event loop of Node's main thread. */

import type { Seen } from "./holds-program.mjs";
import { BUSY, firstTurn, HOLD, STEP } from "./limits.js";
import { best, progress, row, runProgram, type Effort, type Part, type Row } from "./part.js";

/** What `fit` itself takes, in milliseconds: it reads the text at once, so that what is wrong with it is an error of the call. */
const ON_THIS_THREAD: Record<string, { call?: number }> = {
  "tanh, H = 16": {},
  "gru, H = 64": {},
  "gru, H = 128": {},
  "lstm, H = 256": {},
  "gru, H = 96, T of 4 or 100": {},
  "text, 1 MB": { call: 25 },
  "text, 1 MB, validating": { call: 25 },
  "text, 5 MB": { call: 100 },
  "list, 21 000 lines": { call: 100 },
  "list, 21 000 lines, validating": { call: 100 },
  "list, 190 000 words": { call: 200 },
  "text, checkpoints": {},
};

const IN_A_WORKER: Record<string, { call: number }> = {
  "text, worker": { call: 50 },
  "text, H = 256, worker": { call: 50 },
  "list, 190 000 words, worker": { call: 200 },
  "text, checkpoints, worker": { call: 50 },
};

export const node: Part = {
  name: "node",
  title: "Node, a run on the main thread: the event loop",
  async run(effort) {
    const rows: Row[] = [];
    for (const [name, { call }] of Object.entries(ON_THIS_THREAD)) {
      const seen = await measure(name, effort);
      const { longest, first, step, clock } = seen;
      rows.push(
        row(name, "a long step", step, "ms"),
        row(name, "longest hold", longest, "ms", Math.max(HOLD, STEP * step)),
        row(name, "the same by the clock", clock, "ms"),
        row(name, "first turns", first, "ms", firstTurn(step)),
      );
      if (call !== undefined) rows.push(row(name, "fit(…) itself", seen.call, "ms", call));
    }
    return rows;
  },
};

export const worker: Part = {
  name: "worker",
  title: "Node, a run in a worker: the event loop of the main thread",
  async run(effort) {
    const rows: Row[] = [];
    for (const [name, limits] of Object.entries(IN_A_WORKER)) {
      const { longest, first, call, busy, clock } = await measure(name, effort);
      rows.push(
        row(name, "longest hold", Math.max(first, longest), "ms", HOLD),
        row(name, "the same by the clock", clock, "ms"),
        row(name, "main thread taken", 100 * busy, "%", 100 * BUSY),
        row(name, "fit(…) itself", call, "ms", limits.call),
      );
    }
    return rows;
  },
};

function measure(name: string, { attempts, seconds }: Effort): Promise<Seen> {
  progress(`node, ${name}`);
  return best(attempts, () => runProgram<Seen>("holds-program.mjs", [name, String(seconds)]));
}
