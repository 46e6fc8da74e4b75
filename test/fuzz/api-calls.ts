/** The calls that `calls.ts` makes, with arguments that are right most of the time. */

import { createHash } from "node:crypto";
import type * as Bptt from "../../ts/slim.js";
import type { Random } from "../support/random.js";
import { below, pick } from "./format.js";

type Library = typeof Bptt;
/** A value that may be of any kind: wrong arguments are the point. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Anything = any;

interface Player {
  readonly rnn: Bptt.Rnn;
  readonly optimizers: Bptt.Optimizer[];
  readonly sessions: Bptt.Session[];
}

/** Networks, models and files that calls have made on one module. */
export class World {
  readonly players: Player[] = [];
  readonly models: Bptt.CharRnn[] = [];
  readonly files: Uint8Array[] = [];

  constructor(
    readonly library: Library,
    readonly random: Random,
  ) {}

  /** The state that a failed call must not change. */
  fingerprint(): string {
    const hash = createHash("sha1");
    for (const { rnn, optimizers } of this.players) {
      for (const { data } of Object.values(rnn.parameters)) hash.update(Buffer.from(data.buffer));
      hash.update(`${rnn.frozen.join()} ${optimizers.reduce((sum, { steps }) => sum + steps, 0)};`);
    }
    return hash.digest("hex");
  }

  player(): Player {
    return this.players.length === 0 ? this.add(new this.library.Rnn(SMALL)) : pick(this.random, this.players); // prettier-ignore
  }

  add(rnn: Bptt.Rnn): Player {
    const player = { rnn, optimizers: [], sessions: [] };
    this.players.push(player);
    if (this.players.length > 5) this.remove(this.players[0]!);
    return player;
  }

  remove(player: Player): void {
    player.rnn.free();
    this.players.splice(this.players.indexOf(player), 1);
  }

  keep(bytes: Uint8Array): void {
    this.files.push(bytes);
    if (this.files.length > 5) this.files.shift();
  }

  optimizer({ optimizers }: Player): Bptt.Optimizer {
    if (optimizers.length < 3 || this.random() < 0.02) {
      const { Adam, Sgd, RmsProp } = this.library;
      optimizers.push(pick(this.random, [() => new Adam({ learningRate: rate(this.random) }), () => new Sgd({ learningRate: rate(this.random), momentum: pick(this.random, [0, 0.9]) }), () => new RmsProp({ learningRate: rate(this.random), momentum: pick(this.random, [0, 0.9]) })])()); // prettier-ignore
    }
    return pick(this.random, optimizers);
  }

  freeAll(): void {
    for (const { rnn } of this.players.splice(0)) rnn.free();
    for (const model of this.models.splice(0)) model.free();
  }

  /** Losses that are the same on every module. */
  reference(): string {
    const rnn = new this.library.Rnn(SMALL);
    const adam = new this.library.Adam();
    const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
    const losses = [1, 2, 3].map(() => rnn.trainStep(batch, adam).loss);
    rnn.free();
    return losses.join();
  }
}

const SMALL = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 } as const;
const TEXT = "the quick brown fox jumps over the lazy dog. ".repeat(4);

const HOSTILE: readonly (() => unknown)[] = [
  ...[undefined, null, true, NaN, Infinity, -Infinity, -0, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, "x", "", "__proto__", 3n, Symbol("s")].map((value) => () => value), // prettier-ignore
  () => ({}),
  () => [],
  () => [[]],
  () => [[[]]],
  () => new Array(10),
  () => ({ length: 3 }),
  () => () => 1,
  () => new Float32Array(3),
  () => new Int32Array([1, 2, 900]),
  () => new BigInt64Array(2),
  () => new ArrayBuffer(8),
  () => structuredClone(new ArrayBuffer(8)),
  () => ({ data: new Float32Array(4), shape: [2 ** 30, 2 ** 30] }),
  () => ({ data: new Float32Array(4), shape: [2, 2] }),
  () => ({ data: [1, NaN], shape: [1, 2] }),
  () => Object.create(null) as unknown,
  () => new Proxy([[1]], {}),
  () => new Date(NaN),
  () => [[1, "a"]],
  () => [[NaN]],
  () => [[1e39, -1e39]],
];

/** The value, or now and then another one. */
function maybe<T>(random: Random, value: T, chance = 0.06): Anything {
  return random() < chance ? pick(random, HOSTILE)() : value;
}

const rate = (random: Random) => pick(random, [0, 1e-3, 0.1, 10, 1e20, 1e30]);
const ids = (random: Random, rows: number, columns: number, limit: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => maybe(random, below(random, limit), 0.002))); // prettier-ignore
const numbers = (random: Random, ...shape: number[]) => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (random() - 0.5) * pick(random, [1, 1, 1, 1e3, 1e30])), // prettier-ignore
  shape,
});

function options(random: Random): Anything {
  return {
    cell: maybe(random, pick(random, ["tanh", "relu", "gru", "lstm"])),
    inputSize: maybe(random, 1 + below(random, 6)),
    hiddenSize: maybe(random, pick(random, [1, 3, 5, 8, 17, 33, 3000])),
    ...(random() < 0.6 ? { outputSize: maybe(random, 1 + below(random, 6)) } : {}),
    ...(random() < 0.3 ? { layers: maybe(random, 1 + below(random, 3)) } : {}),
    ...(random() < 0.3 ? { bidirectional: maybe(random, true) } : {}),
    ...(random() < 0.3 ? { dropout: maybe(random, 0.5) } : {}),
    ...(random() < 0.3 ? { init: maybe(random, "uniform-hidden") } : {}),
    ...(random() < 0.3 ? { recurrentInit: maybe(random, "orthogonal") } : {}),
    ...(random() < 0.1 ? { [pick(random, ["x", "seed", "resetAfter", "forgetBias"])]: pick(random, HOSTILE)() } : {}), // prettier-ignore
  };
}

function inputs(random: Random, { inputSize }: Bptt.Rnn, rows: number, time: number): Anything {
  return random() < 0.5 ? ids(random, rows, time, inputSize) : numbers(random, rows, time, inputSize);
}

const widthOf = (rnn: Bptt.Rnn) => rnn.outputSize ?? rnn.hiddenSize * (rnn.bidirectional ? 2 : 1);

function batch(random: Random, rnn: Bptt.Rnn): Anything {
  const large = random() < 0.02;
  const [rows, time] = [1 + below(random, large ? 300 : 4), 1 + below(random, large ? 300 : 6)];
  const squared = random() < 0.3;
  return {
    inputs: maybe(random, inputs(random, rnn, rows, time)),
    targets: maybe(random, squared ? numbers(random, rows, time, widthOf(rnn)) : ids(random, rows, time, widthOf(rnn))), // prettier-ignore
    ...(squared ? { loss: maybe(random, "meanSquaredError") } : {}),
    ...(random() < 0.2 ? { weights: maybe(random, numbers(random, rows, time)) } : {}),
    ...(random() < 0.2 ? { sequenceLengths: maybe(random, Array.from({ length: rows }, () => below(random, time + 1))) } : {}), // prettier-ignore
    ...(random() < 0.2 ? { initialState: maybe(random, rnn.zeroState(rows)) } : {}),
    ...(random() < 0.05 ? { averageAcrossBatch: maybe(random, true) } : {}),
  };
}

const flags = (random: Random, ...names: string[]) =>
  Object.fromEntries(names.filter(() => random() < 0.3).map((name) => [name, maybe(random, true)]));

function parameters(random: Random, rnn: Bptt.Rnn): Anything {
  const entries = Object.entries(rnn.parameters).filter(() => random() < 0.5);
  return Object.fromEntries(entries.map(([name, { shape }]) => [random() < 0.01 ? "no such parameter" : name, maybe(random, numbers(random, ...shape), 0.03)])); // prettier-ignore
}

/** Makes a random call of the API, right or wrong. */
type Action = (world: World, random: Random) => unknown;

function charRnn(world: World): Bptt.CharRnn {
  const { models, library, random } = world;
  if (models.length < 2) models.push(new library.CharRnn({ text: TEXT, hiddenSize: 4, cell: pick(random, ["gru", "lstm", "tanh"]) })); // prettier-ignore
  return pick(random, models);
}

export const ACTIONS: Readonly<Record<string, Action>> = {
  "new Rnn": (world, random) => void world.add(new world.library.Rnn(maybe(random, options(random), 0.02))),
  free: (world) => world.remove(world.player()),
  trainStep: (world, random) => {
    const player = world.player();
    const settings = { ...flags(random, "carryState", "returnState"), ...(random() < 0.3 ? { clipNorm: maybe(random, 1) } : {}) }; // prettier-ignore
    player.rnn.trainStep(maybe(random, batch(random, player.rnn), 0.02), maybe(random, world.optimizer(player), 0.02), maybe(random, settings, 0.02)); // prettier-ignore
  },
  gradients: (world, random) => {
    const { rnn } = world.player();
    rnn.gradients(batch(random, rnn), maybe(random, flags(random, "trace", "accumulate"), 0.02));
  },
  applyGradients: (world, random) => {
    const player = world.player();
    const given = random() < 0.4 ? "accumulated" : parameters(random, player.rnn);
    player.rnn.applyGradients(maybe(random, given, 0.03), world.optimizer(player), maybe(random, undefined));
  },
  evaluate: (world, random) => {
    const { rnn } = world.player();
    rnn.evaluate(maybe(random, batch(random, rnn), 0.02), maybe(random, flags(random, "returnState"), 0.02));
  },
  forward: (world, random) => {
    const { rnn } = world.player();
    rnn.forward(batch(random, rnn), maybe(random, flags(random, "trace"), 0.02));
  },
  backward: (world, random) => {
    const { rnn } = world.player();
    const [rows, time] = [1 + below(random, 3), 1 + below(random, 5)];
    rnn.backward({
      inputs: inputs(random, rnn, rows, time),
      ...(random() < 0.5 ? { outputsGradient: maybe(random, numbers(random, rows, time, rnn.hiddenSize * (rnn.bidirectional ? 2 : 1))) } : {}), // prettier-ignore
      ...(random() < 0.5 ? { logitsGradient: maybe(random, numbers(random, rows, time, widthOf(rnn))) } : {}),
      ...(random() < 0.3 ? { stateGradient: maybe(random, rnn.zeroState(rows)) } : {}),
    } as Anything);
  },
  setParameters: (world, random) => {
    const { rnn } = world.player();
    rnn.setParameters(maybe(random, parameters(random, rnn), 0.03));
  },
  freeze: (world, random) => {
    const { rnn } = world.player();
    const names = Object.keys(rnn.parameters).filter(() => random() < 0.3);
    if (random() < 0.5) rnn.freeze(maybe(random, names));
    else rnn.unfreeze(maybe(random, names));
  },
  zeroState: (world, random) => world.player().rnn.zeroState(maybe(random, 1 + below(random, 5), 0.3)),
  session: (world, random) => {
    const { rnn, sessions } = world.player();
    if (sessions.length > 6) sessions.shift()?.free();
    sessions.push(rnn.session({ batch: maybe(random, 1 + below(random, random() < 0.05 ? 5000 : 3)), ...flags(random, "dense") })); // prettier-ignore
  },
  "session().step": (world, random) => {
    const { rnn, sessions } = world.player();
    if (sessions.length === 0) sessions.push(rnn.session());
    const session = pick(random, sessions);
    session.step(maybe(random, random() < 0.5 ? Int32Array.from({ length: session.batch }, () => below(random, rnn.inputSize)) : numbers(random, session.batch, rnn.inputSize))); // prettier-ignore
  },
  "session().reset": (world, random) => {
    const [session] = world.player().sessions;
    session?.reset({ state: maybe(random, session.state(), 0.3) });
  },
  save: (world, random) => {
    const player = world.player();
    world.keep(player.rnn.save(maybe(random, random() < 0.5 ? { optimizer: world.optimizer(player) } : {})));
  },
  "Rnn.load": (world, random) => {
    const { files, library } = world;
    const file = files.length === 0 ? new Uint8Array(8) : pick(random, files).slice();
    if (random() < 0.2) file[below(random, file.length)]! ^= 1 << below(random, 8);
    const rnn = library.Rnn.load(maybe(random, file), maybe(random, {}));
    try {
      const optimizers = random() < 0.5 ? [rnn.loadOptimizer(file)] : [];
      world.add(rnn).optimizers.push(...optimizers);
    } catch (error) {
      rnn.free();
      throw error;
    }
  },
  sample: (world, random) => {
    const [rows, width] = [1 + below(random, 4), 1 + below(random, random() < 0.05 ? 40_000 : 6)];
    world.library.sample(maybe(random, numbers(random, rows, width)), maybe(random, { temperature: maybe(random, random()), seed: maybe(random, below(random, 99)), step: maybe(random, 3) })); // prettier-ignore
  },
  sequenceLoss: (world, random) => {
    const [rows, time, width] = [1 + below(random, 4), 1 + below(random, random() < 0.05 ? 5000 : 4), 1 + below(random, 5)]; // prettier-ignore
    world.library.sequenceLoss(maybe(random, numbers(random, rows, time, width)), maybe(random, ids(random, rows, time, width)), maybe(random, flags(random, "averageAcrossBatch", "averageAcrossTimesteps", "sumOverBatch", "sumOverTimesteps"))); // prettier-ignore
  },
  oneHot: (world, random) => world.library.oneHot(maybe(random, ids(random, 2, 3, 4)), maybe(random, 4)),
  tensor: (world, random) => world.library.tensor(maybe(random, [1, 2, 3, 4]), maybe(random, [2, 2])),
  Vocabulary: (world, random) => {
    const vocabulary = new world.library.Vocabulary(
      maybe(random, ["a", "b", "ç", "👩‍🚀"]),
      maybe(random, {}, 0.2),
    );
    vocabulary.decode(maybe(random, vocabulary.encode(maybe(random, "abç"))));
  },
  schedules: (world, random) => {
    const { cosine, linear, stepDecay, warmup, constant, learningRateAt, Adam } = world.library;
    const from = maybe(random, rate(random), 0.2);
    const schedule = pick(random, [() => constant(from), () => linear({ from, to: maybe(random, 1), steps: maybe(random, 9) }), () => cosine({ from, steps: maybe(random, 9) }), () => stepDecay({ from, factor: maybe(random, 0.5), every: maybe(random, 2) } as Anything), () => warmup(maybe(random, 3), maybe(random, constant(from)))])(); // prettier-ignore
    learningRateAt(schedule, maybe(random, below(random, 100), 0.2));
    new Adam({ learningRate: schedule, beta1: maybe(random, 0.9, 0.2), epsilon: maybe(random, 1e-8, 0.2) });
  },
  "new CharRnn": (world, random) => {
    const { models, library } = world;
    if (models.length > 2) models.shift()?.free();
    models.push(new library.CharRnn({ text: maybe(random, TEXT), hiddenSize: maybe(random, 4), tokens: maybe(random, pick(random, ["characters", "words"])), ...flags(random, "unknown") } as Anything)); // prettier-ignore
  },
  "CharRnn.fit": async (world, random) => {
    const run = charRnn(world).fit(maybe(random, TEXT), { steps: pick(random, [1, 2, 3, 0, -1, 0.5, "x"]), batchSize: maybe(random, 2), sequenceLength: maybe(random, 8), learningRate: maybe(random, rate(random)), ...(random() < 0.2 ? { validationFraction: maybe(random, 0.2) } : {}) } as Anything); // prettier-ignore
    await run;
  },
  "CharRnn.evaluate": (world, random) => charRnn(world).evaluate(maybe(random, TEXT)),
  "CharRnn.generate": (world, random) =>
    charRnn(world).generate({ length: pick(random, [5, 5, 5, 0, -1, 0.5, "x"]), temperature: maybe(random, 1), topK: maybe(random, 3), prompt: maybe(random, "the") } as Anything), // prettier-ignore
  "CharRnn.save": (world, random) => {
    const { models, library } = world;
    const bytes = charRnn(world).save(maybe(random, { optimizer: true }));
    if (models.length > 2) models.shift()?.free();
    models.push(library.CharRnn.load(maybe(random, bytes)));
  },
};
