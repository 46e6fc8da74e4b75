/** Part "node": how long a run on the main thread holds the event loop of Node. */

import type { Seen } from "./holds-program.mjs";
import { FIRST_STEP, HOLD, STEP } from "./limits.js";
import { best, progress, runProgram, type Part, type Row } from "./part.js";

/** `call`: milliseconds that `fit` itself may take, where it has a text to read. See README.md. */
const CASES: Record<string, { call?: number }> = {
  "tanh, H = 16": {},
  "gru, H = 64": {},
  "gru, H = 128": {},
  "lstm, H = 256": {},
  "gru, H = 96, T of 4 or 100": {},
  "text, 1 MB": { call: 25 },
  "text, 1 MB, validating": { call: 25 },
  "text, 5 MB": { call: 100 },
  "list, 21 000 lines": { call: 80 },
  "list, 21 000 lines, validating": { call: 120 },
  "list, 190 000 words": { call: 250 },
  "text, checkpoints": {},
};

export const node: Part = {
  name: "node",
  title: "Node, run on the main thread: the event loop",
  async run({ attempts, seconds }) {
    const rows: Row[] = [];
    for (const [name, { call }] of Object.entries(CASES)) {
      progress(`node, ${name}`);
      const seen = await best(attempts, () => runProgram<Seen>("holds-program.mjs", [name, String(seconds)]));
      const { longest, first, step } = seen;
      rows.push(
        { name, figure: "a step", value: step, unit: "ms" },
        { name, figure: "longest hold", value: longest, limit: Math.max(HOLD, STEP * step), unit: "ms" },
        { name, figure: "first turn", value: first, limit: Math.max(HOLD, FIRST_STEP * step), unit: "ms" },
      );
      if (call !== undefined)
        rows.push({ name, figure: "fit(…) itself", value: seen.call, limit: call, unit: "ms" });
    }
    return rows;
  },
};
