import { expect, it } from "vitest";
import { fit, Rnn, type AbortSignalLike, type RunCheckpoint } from "bptt";
import { BATCHES, SIZES, VALIDATION } from "../support/runs.js";

const busy = expect.objectContaining({ code: "BUSY" }) as Error;

it("run.catch and run.finally are those of its promise", async () => {
  const rnn = new Rnn(SIZES);
  const failure = new Error("unreadable");
  const run = fit(rnn, () => {
    // prettier-ignore
    throw failure;
  });
  let settled = 0;
  expect(await run.catch((reason: unknown) => reason)).toBe(failure);
  await run.finally(() => settled++).catch(() => settled++);
  expect(settled).toBe(2);
  expect((await fit(rnn, BATCHES, { steps: 1 }).finally(() => settled++)).steps).toBe(1);
  expect(settled).toBe(3);
  rnn.free();
});

it.each([1, 1000])("a listener that rejects ends the run with its error (%d steps)", async (steps) => {
  const rnn = new Rnn(SIZES);
  const failure = new Error("no room for this report");
  const run = fit(rnn, BATCHES, { steps, onProgress: async () => Promise.reject(failure) });
  await expect(run).rejects.toBe(failure);
  rnn.free();
});

it("a signal that throws leaves neither a busy network nor an unsettled run", async () => {
  const rnn = new Rnn(SIZES);
  const broken = () => {
    throw new Error("broken signal");
  };
  const nothing = () => undefined;
  const signal = (add: () => void, remove: () => void): AbortSignalLike => ({
    aborted: false,
    addEventListener: add,
    removeEventListener: remove,
  });
  expect(() => fit(rnn, BATCHES, { steps: 1, signal: signal(broken, nothing) })).toThrow("broken signal");
  expect((await fit(rnn, BATCHES, { steps: 1, signal: signal(nothing, broken) })).steps).toBe(1);
  rnn.free();
});

it("a step of the user's own may neither free the network nor start another run", async () => {
  const rnn = new Rnn(SIZES);
  const seen: unknown[] = [];
  const attempt = (work: () => unknown) => {
    try {
      work();
      seen.push("allowed");
    } catch (error) {
      seen.push(error);
    }
  };
  await fit(rnn, BATCHES, {
    steps: 1,
    trainStep: (batch, { optimizer, clipNorm }) => {
      attempt(() => rnn.free());
      attempt(() => fit(rnn, BATCHES));
      return rnn.trainStep(batch, optimizer, { clipNorm });
    },
  });
  expect(seen).toEqual([busy, busy]);
  rnn.free();
});

it("what a run hands out shares no memory with it", async () => {
  const rnn = new Rnn(SIZES);
  const take = (checkpoint: RunCheckpoint) => {
    const tensors = [checkpoint.parameters, checkpoint.state.best?.parameters ?? {}].flatMap(Object.values);
    structuredClone(0, { transfer: tensors.map(({ data }) => data.buffer as ArrayBuffer) });
  };
  const run = fit(rnn, BATCHES, {
    epochs: 4,
    validation: VALIDATION,
    validateEvery: 2,
    patience: Infinity,
    learningRate: 0.3,
    pauseEvery: 7,
    onProgress: () => {
      if (run.paused)
        void run
          .checkpoint()
          .then(take)
          .then(() => run.resume());
    },
  });
  const { stopped, state } = await run;
  expect(stopped).toBe("finished");
  structuredClone(0, { transfer: Object.values(state.best!.parameters).map(({ data }) => data.buffer) });
  const { best } = (await run.checkpoint()).state;
  expect(Object.values(best!.parameters).every(({ data }) => data.length > 0)).toBe(true);
  rnn.free();
});

it("an error at the end of a run settles it", async () => {
  const rnn = new Rnn(SIZES);
  const lock = (rnn as unknown as Record<symbol, () => { release(): void }>)[Symbol.for("bptt.lock")]!;
  const locked = lock.call(rnn);
  locked.release();
  const network = Object.getPrototypeOf(locked) as { setParameters: unknown };
  const broken = new Error("no memory for the end");
  let loss = 0;
  const run = fit(rnn, BATCHES, { validation: VALIDATION, patience: 1, evaluate: () => ++loss }); // the first is the best
  const original = Object.getOwnPropertyDescriptor(network, "setParameters")!;
  network.setParameters = () => {
    throw broken;
  };
  try {
    await expect(run).rejects.toBe(broken);
  } finally {
    Object.defineProperty(network, "setParameters", original);
  }
  rnn.free();
});
