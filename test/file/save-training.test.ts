/**
 * Tests save({ optimizer }), load and loadOptimizer: training continues bit-identically, for every cell and
 * optimizer, with carried state, dropout and frozen parameters. Also tests invalid files.
 */
import { describe, expect, it } from "vitest";
import {
  Adam,
  cosine,
  fit,
  linear,
  RmsProp,
  Rnn,
  Sgd,
  stepDecay,
  warmup,
  type Batch,
  type BpttError,
  type Optimizer,
  type RnnOptions,
  type State,
} from "bptt";
import { any } from "../support/bad-input.js";
import { edited } from "../support/models.js";
import { batchOf, bitsOf } from "../support/runs.js";
import { bits } from "../support/twins.js";

const SIZES = { inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 7 } as const;

const CELLS: Record<string, RnnOptions> = {
  tanh: { cell: "tanh", ...SIZES },
  relu: { cell: "relu", ...SIZES, outputSize: undefined },
  "gru, two layers, dropout": { cell: "gru", ...SIZES, layers: 2, dropout: 0.4 },
  "gru, reset before": { cell: "gru", ...SIZES, resetAfter: false },
  "lstm, three layers, dropout": { cell: "lstm", ...SIZES, layers: 3, dropout: 0.3 },
  "lstm, two directions": { cell: "lstm", ...SIZES, bidirectional: true },
};

/** Optimizers whose learning rates differ at (nearly) every step. */
const OPTIMIZERS: Record<string, () => Optimizer> = {
  Adam: () => new Adam({ learningRate: warmup(4, cosine({ from: 0.1, steps: 20 })), weightDecay: 0.01 }),
  "Adam in PyTorch's form": () =>
    new Adam({ learningRate: linear({ from: 0.1, to: 0, steps: 25 }), epsilonMode: "torch" }),
  Sgd: () => new Sgd({ learningRate: linear({ from: 0.5, to: 0.1, steps: 15 }) }),
  "Sgd with momentum": () =>
    new Sgd({ learningRate: cosine({ from: 0.2, steps: 30 }), momentum: 0.9, nesterov: true }),
  RmsProp: () => new RmsProp({ learningRate: stepDecay({ from: 0.05, factor: 0.9, every: 3 }) }),
  "RmsProp with momentum": () => new RmsProp({ learningRate: 0.02, momentum: 0.5, weightDecay: 0.1 }),
};

/** Performs the steps `from` to `to` of one training and returns their exact results. */
function train(rnn: Rnn, optimizer: Optimizer, from: number, to: number): number[][] {
  const said: number[][] = [];
  for (let n = from; n < to; n++) {
    const options = { clipNorm: 0.5, carryState: true, returnState: true };
    const { loss, gradientNorm, state } = rnn.trainStep(batchOf(n), optimizer, options);
    said.push([loss, gradientNorm, ...bitsOfState(state as State)]);
  }
  return said;
}

const bitsOfState = (state: State): number[] =>
  "h" in state ? [...bits(state.h.data), ...bits(state.c.data)] : bits(state.data);

describe("7 steps, save, load, 7 steps are 14 steps to the bit", () => {
  describe.each(Object.entries(CELLS))("%s", (_, config) => {
    it.each(Object.entries(OPTIMIZERS))("%s", (_, make) => {
      const whole = new Rnn(config);
      whole.freeze("b_h_l0");
      const optimizer = make();
      const first = train(whole, optimizer, 0, 7);
      const bytes = whole.save({ optimizer });
      expect(whole.save({ optimizer })).toEqual(bytes);

      const again = Rnn.load(bytes);
      const loaded = again.loadOptimizer(bytes);
      expect(loaded).toBeInstanceOf(optimizer.constructor);
      expect([loaded.steps, loaded.learningRate]).toEqual([7, optimizer.learningRate]);
      expect(loaded.schedule).toEqual(optimizer.schedule);
      expect(again.frozen).toEqual(["b_h_l0"]);
      expect(again.save({ optimizer: loaded })).toEqual(bytes); // nothing is lost, nothing is added

      const rest = train(whole, optimizer, 7, 14);
      expect(train(again, loaded, 7, 14)).toEqual(rest);
      expect(bitsOf(again)).toEqual(bitsOf(whole));
      // a training that starts again would give other results
      expect(rest).not.toEqual(first);
      whole.free();
      again.free();
    });
  });

  it("an optimizer that has not stepped", () => {
    const rnn = new Rnn(CELLS["tanh"]!);
    const bytes = rnn.save({ optimizer: new Sgd({ learningRate: 0.1, momentum: 0.5 }) });
    const optimizer = Rnn.load(bytes).loadOptimizer(bytes);
    const { steps, momentum, learningRate } = optimizer as Sgd;
    expect({ steps, momentum, learningRate }).toEqual({ steps: 0, momentum: 0.5, learningRate: 0.1 });
  });

  it("without an optimizer only what the network computes is in the file", () => {
    const rnn = new Rnn(CELLS["lstm, three layers, dropout"]!);
    const before = rnn.save();
    train(rnn, new Sgd({ learningRate: 0 }), 0, 3);
    expect(rnn.save()).toEqual(before);
    expect(rnn.save({})).toEqual(before);
  });

  it("while a run trains the network: the state after its last step", async () => {
    const rnn = new Rnn(CELLS["gru, two layers, dropout"]!);
    const optimizer = new Adam({ learningRate: 0.05 });
    const batches: Batch[] = [0, 1, 2, 3, 4, 5].map(batchOf);
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    const onProgress = ({ step }: { step: number }) => {
      if (step === 3) bytes = rnn.save({ optimizer });
    };
    await fit(rnn, batches, { epochs: 1, optimizer, carryState: true, onProgress });
    const again = Rnn.load(bytes!);
    const loaded = again.loadOptimizer(bytes!);
    for (const batch of batches.slice(3)) again.trainStep(batch, loaded, { carryState: true, clipNorm: 1 });
    expect(bitsOf(again)).toEqual(bitsOf(rnn));
  });
});

describe("bad input", () => {
  const rnn = new Rnn(CELLS["lstm, two directions"]!);
  const adam = new Adam();
  train(rnn, adam, 0, 2);
  const bytes = rnn.save({ optimizer: adam });
  const changed = (key: string, change: (state: Record<string, unknown>) => object) =>
    edited(bytes, (_, metadata) => {
      const name = `bptt.${key}.state`;
      const state = JSON.parse(metadata.get(name)!) as Record<string, unknown>;
      metadata.set(name, JSON.stringify(change(state)));
    });
  const network = (change: object) =>
    changed("training", (state) => ({ ...state, network: { ...(state["network"] as object), ...change } }));

  it.each<[string, unknown, ErrorConstructor, string]>([
    ["a number", 5, TypeError, "options: expected an object, received 5"],
    [
      "an unknown option",
      { optimiser: adam },
      TypeError,
      'options: expected known options only, received "optimiser"',
    ],
    [
      "no optimizer",
      { optimizer: true },
      TypeError,
      "optimizer: expected an optimizer (new Adam(…)), received true",
    ],
  ])("save: %s", (_, options, Kind, message) => {
    expect(() => rnn.save(any(options))).toThrow(Kind);
    expect(() => rnn.save(any(options))).toThrow(message);
  });

  it("save: another network's optimizer", () => {
    const other = new Rnn(CELLS["tanh"]!);
    expect(() => other.save({ optimizer: adam })).toThrow(
      expect.objectContaining({ code: "OPTIMIZER_BOUND" } satisfies Partial<BpttError>),
    );
  });

  it.each<[string, () => Uint8Array, string]>([
    [
      "a step that is none",
      () => network({ dropoutStep: -1 }),
      "network.dropoutStep: expected an integer >= 0",
    ],
    [
      "no names",
      () => network({ frozen: "w_ho" }),
      'network.frozen: expected an array of names, received "w_ho"',
    ],
    [
      "an unknown name",
      () => network({ frozen: ["w"] }),
      'network.frozen[0]: expected the name of a parameter, received "w"',
    ],
    ["a key too many", () => network({ more: 1 }), 'network: expected known options only, received "more"'],
    [
      "a network that is none",
      () => changed("training", () => ({ network: { carried: 0 } })),
      "expected a place for it in the training state",
    ],
    [
      "a carried state of another shape",
      () =>
        edited(bytes, (tensors) => {
          const { data } = tensors.get("training.network.carried.h")!;
          tensors.set("training.network.carried.h", { data, shape: [1, 4, 5] });
        }),
      "network.carried: expected shape (2, 4, 5) for some number of rows, received (1, 4, 5)",
    ],
    [
      "half of an lstm's state",
      () => edited(bytes, (tensors) => void tensors.delete("training.network.carried.c")),
      "network.carried: expected { h, c } of shape (2, 2, 5) each for an lstm",
    ],
  ])("load: %s", (_, make, message) => {
    const file = make();
    expect(() => Rnn.load(file)).toThrow(RangeError);
    expect(() => Rnn.load(file)).toThrow("bytes.");
    expect(() => Rnn.load(file)).toThrow(message);
  });

  it.each<[string, () => Uint8Array, string]>([
    ["none in it", () => rnn.save(), "bytes: expected a file that save({ optimizer }) wrote"],
    ["of no kind", () => changed("optimizer", (s) => ({ ...s, kind: "lion" })), "kind: expected one of"],
    ["steps", () => changed("optimizer", (s) => ({ ...s, steps: 1.5 })), "steps: expected an integer >= 0"],
    [
      "a moment too few",
      () => edited(bytes, (tensors) => void tensors.delete("optimizer.moments.exp_avg.w_ho")),
      "bytes.optimizer.moments.exp_avg.w_ho: expected a tensor, received nothing",
    ],
  ])("loadOptimizer: %s", (_, make, message) => {
    const file = make();
    const again = Rnn.load(bytes);
    expect(() => again.loadOptimizer(file)).toThrow(RangeError);
    expect(() => again.loadOptimizer(file)).toThrow(message);
    // nothing has changed: the valid file still loads, and the training continues bit-identically
    const loaded = again.loadOptimizer(bytes);
    expect(again.save({ optimizer: loaded })).toEqual(bytes);
  });

  it("loadOptimizer: a file of another network", () => {
    expect(() => new Rnn(CELLS["tanh"]!).loadOptimizer(bytes)).toThrow(
      "bytes.optimizer.moments.exp_avg.b_h_l0: expected shape (5), received (20)",
    );
  });

  it("a training section of another's, without a network's state, is left alone", () => {
    const file = edited(bytes, (tensors, metadata) => {
      for (const name of [...tensors.keys()]) if (name.startsWith("training.")) tensors.delete(name);
      metadata.set("bptt.training.state", JSON.stringify({ run: { step: 3 } }));
    });
    expect(bitsOf(Rnn.load(file))).toEqual(bitsOf(rnn));
  });

  it("freed, and in use by a run", async () => {
    const freed = Rnn.load(bytes);
    freed.free();
    expect(() => freed.loadOptimizer(bytes)).toThrow("rnn.loadOptimizer: this network has been freed");
    const held = Rnn.load(bytes);
    const run = fit(held, [batchOf(0)], { epochs: 1 });
    expect(() => held.loadOptimizer(bytes)).toThrow(expect.objectContaining({ code: "BUSY" }));
    await run;
    expect(held.loadOptimizer(bytes).steps).toBe(2);
  });
});
