/** Tests bad arguments of `fit`: `fit` throws, and the network can be used as if nothing had happened. */

import { Adam, fit, Rnn } from "bptt";
import { any, check, type Case } from "../support/bad-input.js";
import { GOOD } from "../support/twins.js";

const withOptions = (options: object) => (trainee: { rnn: Rnn }) => fit(trainee.rnn, [GOOD], any(options));
const WANTED = "an iterable of batches, or a function of the epoch that returns one";

/** Options that are refused, with the message. */
const OPTIONS: [options: object, kind: Case[2], message: string][] = [
  [{ epochs: 0 }, RangeError, "epochs: expected an integer >= 1, received 0"],
  [{ epochs: "3" }, TypeError, 'epochs: expected an integer >= 1, received "3"'],
  [{ steps: 1.5 }, RangeError, "steps: expected an integer >= 1, received 1.5"],
  [{ steps: 1, epochs: 1 }, TypeError, "steps: expected either epochs or steps, received both"],
  [{ learningRate: -1 }, RangeError, "learningRate: expected a finite number in 0..1e+30, received -1"],
  [{ learningRate: "x" }, TypeError, 'learningRate: expected a finite number in 0..1e+30, received "x"'],
  [{ optimizer: {} }, TypeError, "optimizer: expected an optimizer (new Adam(…)), received an object"],
  [{ clipNorm: 0 }, RangeError, "clipNorm: expected a finite number in 1e-30..1e+30, received 0"],
  [{ clipNorm: true }, TypeError, "clipNorm: expected a number, or false for none, received true"],
  [{ carryState: 1 }, TypeError, "carryState: expected true or false, received 1"],
  [{ validation: 3 }, TypeError, `validation: expected ${WANTED}, received 3`],
  [
    { validateEvery: 3 },
    TypeError,
    "validateEvery: expected no value without validation batches, received 3",
  ],
  [{ patience: 3 }, TypeError, "patience: expected no value without validation batches, received 3"],
  [{ patience: -1, validation: [GOOD] }, RangeError, "patience: expected an integer >= 0, received -1"],
  [
    { validateEvery: 0, validation: [GOOD] },
    RangeError,
    "validateEvery: expected an integer >= 1, received 0",
  ],
  [{ timeLimitSeconds: 0 }, RangeError, "timeLimitSeconds: expected a finite number >= 0.001, received 0"],
  [
    { timeLimitSeconds: Infinity },
    RangeError,
    "timeLimitSeconds: expected a finite number >= 0.001, received Infinity",
  ],
  [{ every: 0 }, RangeError, "every: expected an integer >= 1, received 0"],
  [{ signal: {} }, TypeError, "signal: expected an AbortSignal, received an object"],
  [{ onProgress: "log" }, TypeError, 'onProgress: expected a function, received "log"'],
  [{ snapshot: 1 }, TypeError, "snapshot: expected a function, received 1"],
  [{ stepsPerEpoch: -3 }, RangeError, "stepsPerEpoch: expected an integer >= 1, received -3"],
  [{ resumeFrom: 7 }, TypeError, "resumeFrom: expected an object, received 7"],
];

check([
  ...OPTIONS.map(([options, kind, message]): Case => [JSON.stringify(options), withOptions(options), kind, message]),
  [
    "an unknown option",
    withOptions({ epoch: 3 }),
    TypeError,
    'options: expected known options only, received "epoch"; known are epochs, steps, learningRate, optimizer, clipNorm, carryState, ' +
      "shards, trainStep, evaluate, validation, validateEvery, patience, timeLimitSeconds, every, pauseEvery, signal, onProgress, " +
      "stepsPerEpoch, resumeFrom, snapshot, worker, workers, snapshotsPerSecond",
  ],
  ["no options object", ({ rnn }) => fit(rnn, [GOOD], any(3)), TypeError, "options: expected an object, received 3"],
  ["no network", () => fit(any({}), [GOOD]), TypeError, "rnn: expected a network (new Rnn(…)), received an object"],
  ["no batches", ({ rnn }) => fit(rnn, any(undefined)), TypeError, `batches: expected ${WANTED}, received undefined`],
  ["text for batches", ({ rnn }) => fit(rnn, any("gohome")), TypeError, `batches: expected ${WANTED}, received "gohome"`],
  ["a single batch", ({ rnn }) => fit(rnn, any(GOOD)), TypeError, `batches: expected ${WANTED}, received a single batch; put it into an array`],
  [
    "a generator for several epochs",
    ({ rnn }) => fit(rnn, [GOOD].values(), { epochs: 2 }),
    RangeError,
    "epochs: expected 1, since these batches can be iterated only once, received 2; pass an array, or a function that returns them, " +
      "to iterate several times",
  ],
  [
    "an optimizer of another network",
    ({ rnn }) => {
      const optimizer = new Adam();
      new Rnn({ inputSize: 4, hiddenSize: 3 }).trainStep(GOOD, optimizer);
      fit(rnn, [GOOD], { optimizer });
    },
    "OPTIMIZER_BOUND",
    "optimizer: it belongs to another network, the first one that it updated",
  ],
  [
    "a freed network",
    () => {
      const rnn = new Rnn({ inputSize: 4, hiddenSize: 3 });
      rnn.free();
      fit(rnn, [GOOD]);
    },
    "FREED",
    "rnn.fit: this network has been freed",
  ],
]); // prettier-ignore
