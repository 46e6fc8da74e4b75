/**
 * Calls near the end of JavaScript's stack are done in full or not at all, from every depth. Each round does a call at some depth; a twin
 * network does the calls that returned, and both must stay equal.
 */

import { Adam, Rnn, sample, sequenceLoss, type Batch, type RnnOptions, type Session } from "bptt";
import { describe, expect, it } from "vitest";
import { memory } from "../../ts/wasm/core.js";

const OPTIONS: RnnOptions = { cell: "lstm", inputSize: 4, hiddenSize: 5, outputSize: 4, layers: 2, dropout: 0.2 }; // prettier-ignore
const BATCHES: Batch[] = [
  { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] },
  { inputs: [[0, 1, 2, 3, 0]], targets: [[1, 2, 3, 0, 1]], weights: [[1, 0, 1, 2, 1]] },
  { inputs: [[3], [2], [1]], targets: [[1], [2], [3]] },
];
const latin = new TextDecoder("latin1");
/** Frames from the end of the stack that are tried, of about 80 bytes each. An engine needs 40 000 to compile a function. */
const FRAMES = 600;

type Outcome = "done" | "failed";

/** Calls `work` so many frames before the end of the stack; `fine` arguments of 8 bytes each move the call by less than a frame. */
function nearTheEnd(frames: number, fine: number, work: () => void): Outcome {
  let left = -1;
  let outcome: Outcome = "failed";
  let thrown: unknown;
  const dive = (..._: number[]): void => {
    try {
      dive();
    } catch {
      if (left === -1) left = frames; // the end
    }
    if (left-- !== 0) return;
    try {
      work();
      outcome = "done";
    } catch (error) {
      thrown = error;
    }
  };
  dive(...new Array<number>(fine).fill(0));
  if (outcome === "failed") {
    // The engine's error: a RangeError, or a TypeError where the getter of an import in Vite's modules failed.
    expect(thrown).not.toBeInstanceOf(WebAssembly.RuntimeError);
    expect(thrown).not.toHaveProperty("code");
  }
  return outcome;
}

/** A network with all that belongs to it. */
class Side {
  readonly rnn = new Rnn(OPTIONS);
  adam = new Adam({ learningRate: 0.01 });
  readonly session: Session = this.rnn.session();
  readonly log: unknown[] = [];

  get state(): unknown {
    return [latin.decode(this.rnn.save({ optimizer: this.adam })), this.adam.steps, this.log.slice(-4)]; // prettier-ignore
  }
}

const CALLS: Record<string, (side: Side, round: number) => void> = {
  trainStep: ({ rnn, adam, log }, k) => log.push(rnn.trainStep(BATCHES[k % 3]!, adam, { clipNorm: 1 })),
  "trainStep with state": ({ rnn, adam, log }) => log.push(rnn.trainStep(BATCHES[0]!, adam, { carryState: true, returnState: true })), // prettier-ignore
  "the first trainStep of an optimizer": (side, k) => {
    const adam = new Adam({ learningRate: 1e-3 });
    side.log.push(side.rnn.trainStep(BATCHES[k % 3]!, adam));
    side.adam = adam;
  },
  gradients: ({ rnn, log }, k) => log.push(rnn.gradients(BATCHES[k % 3]!, { trace: true }).loss),
  "gradients that accumulate": ({ rnn, log }, k) => log.push(rnn.gradients(BATCHES[k % 3]!, { accumulate: true }).loss), // prettier-ignore
  applyGradients: ({ rnn, adam, log }) => log.push(rnn.applyGradients({ b_o: [1, 2, 3, 4] }, adam)),
  setParameters: ({ rnn }, k) => rnn.setParameters({ b_o: [k, 1, 2, 3], b_h_l0: new Float32Array(20).fill(k) }), // prettier-ignore
  freeze: ({ rnn }, k) => (k % 2 === 0 ? rnn.freeze(["b_o", "w_ho", "b_h_l0"]) : rnn.unfreeze(["b_o", "b_h_l0"])), // prettier-ignore
  evaluate: ({ rnn, log }, k) => log.push(rnn.evaluate(BATCHES[k % 3]!, { returnState: true })),
  forward: ({ rnn, log }, k) => log.push(rnn.forward(BATCHES[k % 3]!, { trace: true })),
  backward: ({ rnn, log }) => log.push(rnn.backward({ inputs: [[0, 1]] }).gradients["b_o"]), // prettier-ignore
  "session().step": ({ session, log }, k) => log.push(Array.from(session.step(k % 4).data)),
  "session().reset": ({ session }) => session.reset({ state: session.state() }),
  "a session": ({ rnn, log }, k) => {
    const session = rnn.session({ batch: 1 + (k % 5) });
    log.push(session.batch);
    session.free();
  },
  "a network": ({ log }, k) => {
    const rnn = new Rnn({ ...OPTIONS, hiddenSize: 5 + (k % 7) });
    log.push(rnn.parameters["b_o"]);
    rnn.free();
  },
  "save and load": ({ rnn, log }) => {
    const loaded = Rnn.load(rnn.save());
    log.push(loaded.frozen);
    loaded.free();
  },
  sample: ({ log }, k) => log.push(sample([[1, 2, 3], [3, 2, 1]], { seed: k })), // prettier-ignore
  sequenceLoss: ({ log }) => log.push(sequenceLoss([[[1, 2, 3]]], [[1]])),
};

describe("from every depth", () => {
  it.each(Object.entries(CALLS))("%s", (name, call) => {
    const [side, twin] = [new Side(), new Side()];
    for (let k = 0; k < 30; k++) {
      call(side, k);
      call(twin, k);
    }
    const counts = { done: 0, failed: 0 };
    const before = memory().buffer.byteLength;
    for (let round = 0; round < FRAMES; round++) {
      const outcome = nearTheEnd(FRAMES - round, (7 * round) % 10, () => call(side, round));
      counts[outcome]++;
      if (outcome === "done") call(twin, round);
      expect(side.state).toEqual(twin.state);
    }
    expect(counts.done).toBeGreaterThan(10);
    expect(counts.failed).toBeGreaterThan(10);
    if (!name.startsWith("the first")) expect(memory().buffer.byteLength).toBe(before); // its optimizers keep their moments
    side.rnn.gradients(BATCHES[0]!, { accumulate: true }); // the sums that had accumulated are equal, too
    twin.rnn.gradients(BATCHES[0]!, { accumulate: true });
    side.rnn.applyGradients("accumulated", side.adam);
    twin.rnn.applyGradients("accumulated", twin.adam);
    expect(side.state).toEqual(twin.state);
    side.rnn.free();
    twin.rnn.free();
  });
});
