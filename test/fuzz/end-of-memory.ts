/**
 * The real end of memory: networks, ever smaller ones, until nothing fits into what WebAssembly can address. Each call succeeds or is
 * OUT_OF_MEMORY. After all are freed, networks of any size can be made again, and one that lived through it all has the same bits.
 * About 4 GB of the machine's memory are used; without them the section fails at once.
 */

import { freemem } from "node:os";
import { Adam, Rnn, sample, sequenceLoss } from "../../ts/index.js";
import { memory } from "../../ts/wasm/core.js";

const NEEDED = 6e9;
const BATCH = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
const SMALL = { cell: "gru", inputSize: 4, hiddenSize: 5, outputSize: 4 } as const;

let refused = 0;
let wrong = 0;

/** Returns true if a call succeeds. An error other than OUT_OF_MEMORY is a failure of the library. */
function fits(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    refused++;
    if ((error as { code?: string }).code !== "OUT_OF_MEMORY") {
      wrong++;
      process.stdout.write(`  ${(error as Error).stack ?? String(error)}\n`);
    }
    return false;
  }
}

function losses(rnn: Rnn, steps: number): string {
  const adam = new Adam();
  return Array.from({ length: steps }, () => rnn.trainStep(BATCH, adam).loss).join();
}

if (freemem() < NEEDED) {
  process.stdout.write(`${Math.round(freemem() / 1e9)} GB of memory are free, ${NEEDED / 1e9} are needed\n`);
  process.exit(1);
}
const start = performance.now();
const survivor = new Rnn(SMALL);
const survivorsBits = survivor.parameters;
const reference = new Rnn(SMALL);
const expected = losses(reference, 5);

const made: Rnn[] = [];
for (let hiddenSize = 8000; hiddenSize >= 1; hiddenSize = Math.floor(hiddenSize / 2)) {
  const options = { cell: "tanh", inputSize: 1, hiddenSize } as const;
  while (fits(() => made.push(new Rnn(options))));
}
const full = memory().buffer.byteLength;
// there is no room; none of these may do harm
for (let k = 0; k < 2000; k++) {
  fits(() => losses(survivor, 0));
  fits(() => survivor.session({ batch: 1 + (k % 300) }));
  fits(() => sample([[1, 2, 3]]));
  fits(() => sequenceLoss([[[1, 2, 3]]], [[1]]));
  fits(() => survivor.evaluate({ inputs: [new Int32Array(1 + (k % 50))], targets: [new Int32Array(1 + (k % 50))] })); // prettier-ignore
  fits(() => new Rnn({ ...SMALL, layers: 1 + (k % 3) }).free());
}
// free every second one, fill again, free all
made.forEach((rnn, k) => (k % 2 === 0 ? rnn.free() : undefined));
const again: Rnn[] = [];
for (const hiddenSize of [3000, 100, 7]) {
  const options = { cell: "lstm", inputSize: 3, hiddenSize, outputSize: 2 } as const;
  while (again.length < 3000 && fits(() => again.push(new Rnn(options))));
}
for (const rnn of [...made, ...again]) rnn.free();
fits(() => new Rnn({ cell: "tanh", inputSize: 1, hiddenSize: 8000 }).free());
const isSame =
  JSON.stringify(survivorsBits) === JSON.stringify(survivor.parameters) &&
  losses(survivor, 5) === expected &&
  losses(new Rnn(SMALL), 5) === expected;
process.stdout.write(
  `${made.length} and then ${again.length} networks in ${(full / 2 ** 30).toFixed(2)} GiB, ${refused} calls were OUT_OF_MEMORY, ${wrong} failed otherwise; ` +
    `${isSame ? "the same bits" : "OTHER BITS"} afterwards; ${((performance.now() - start) / 1000).toFixed(0)} s\n`,
);
process.exitCode = wrong === 0 && isSame ? 0 : 1;
