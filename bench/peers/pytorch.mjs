// Benchmarks PyTorch on one thread, in a child process (torch_peer.py) that takes its turns in the rounds.
//
// The Python is that of the environment variable BPTT_PYTHON, or python3. It times its own steps, so that
// messages between the processes do not count.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Unavailable } from "./peer.mjs";

/** @typedef {import("./peer.mjs").Net} Net */
/** @typedef {import("../shapes.mjs").Shape} Shape */
/** @typedef {import("../shapes.mjs").Data} Data */

/** @type {((message: object) => Promise<any>) & { end: () => void } | undefined} */
let ask;

/** @type {import("./peer.mjs").Peer} */
export const pytorch = {
  name: "PyTorch",
  work: "one thread; one-hot into nn.RNN, nn.GRU or nn.LSTM, Linear; what its second bias has too much is zero and left out of training",
  sameWeights: true,
  cells: ["tanh", "gru", "lstm"],
  async load() {
    const given = process.env.BPTT_PYTHON;
    const python = given || "python3";
    const whose = given ? "the Python of BPTT_PYTHON" : python; // the report must not contain paths of this machine
    ask = start(python);
    const hello = await ask({ do: "hello" });
    if (hello.error) throw new Unavailable(`${whose}: ${hello.error}`);
    return hello.version;
  },
  prepare: async (shape, data) => await remote("train", shape, data),
  prepareGeneration: async (shape, data) => await remote("generate", shape, data),
  close: () => ask?.end(),
};

/** @param {"train" | "generate"} kind @param {Shape} shape @param {Data} data @returns {Promise<Net>} */
async function remote(kind, shape, { inputs, targets, weights, training }) {
  if (!ask) throw new Unavailable("is not running");
  const send = ask;
  const flat = Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, [...data]]));
  const message = { shape, training, inputs: [...inputs], targets: [...targets], weights: flat };
  const { error, net } = await send({ do: kind, ...message });
  if (error) throw new Unavailable(error);
  return {
    async stepsElsewhere(count) {
      const answer = await send({ do: "steps", net, count });
      if (answer.error) throw new Error(`PyTorch: ${answer.error}`);
      return answer;
    },
    free: async () => void (await send({ do: "free", net })),
  };
}

/** Starts the process. Each question and each answer is a line of JSON. @param {string} python */
function start(python) {
  const child = spawn(python, [join(import.meta.dirname, "torch_peer.py")], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let trouble = "";
  child.stderr.on("data", (chunk) => (trouble += String(chunk)));
  /** @type {((answer: any) => void)[]} */
  const waiting = [];
  let gone = "";
  const leave = (/** @type {string} */ reason) => {
    gone = reason;
    for (const answer of waiting.splice(0)) answer({ error: reason });
  };
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line)));
  child.stdin.on("error", () => {}); // the event "close" reports the reason
  child.on("error", (error) =>
    leave(`cannot be started (${/** @type {NodeJS.ErrnoException} */ (error).code})`),
  );
  child.on("close", (code) => leave(trouble.trim().split("\n").at(-1) || `ended with code ${code}`));
  const question = (/** @type {object} */ message) =>
    new Promise((resolve) => {
      if (gone) return resolve({ error: gone });
      waiting.push(resolve);
      child.stdin.write(`${JSON.stringify(message)}\n`);
    });
  return Object.assign(question, { end: () => child.stdin.end() });
}
