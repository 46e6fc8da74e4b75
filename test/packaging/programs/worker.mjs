// Trains a text model on this thread and in a worker, which must give the same bytes. `worker` is the
// option's value.

/** @param {any} library @param {any} [worker] */
export async function inWorker({ CharRnn }, worker = true) {
  const text = "gohome ".repeat(40);
  const tokens = (/** @type {string} */ whole) => whole.split(""); // a function, which cannot be sent
  /** @param {object} options */
  const train = async (options) => {
    const model = new CharRnn({ text, tokens, hiddenSize: 8, seed: 1 });
    /** @type {number[]} */
    const losses = [];
    const settings = { epochs: 8, batchSize: 4, sequenceLength: 12, validationFraction: 0.2, patience: 2 };
    const onProgress = (/** @type {{ loss: number }} */ { loss }) => void losses.push(loss);
    const run = model.fit(text, { ...settings, learningRate: 0.01, onProgress, ...options });
    const { steps, stopped } = await run;
    const bytes = model.save({ optimizer: true });
    model.free();
    return { steps, stopped, losses, bytes: Array.from(bytes, (byte) => byte.toString(16)).join() };
  };
  const [here, there] = [await train({}), await train({ worker })];
  const same = JSON.stringify(here) === JSON.stringify(there);
  return { same, steps: here.steps, reports: here.losses.length, stopped: here.stopped };
}

/** The result of `inWorker`. */
export const LEARNT = { same: true, steps: 40, reports: 48, stopped: "finished" };
