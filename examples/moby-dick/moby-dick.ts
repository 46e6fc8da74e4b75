// Trains a text model on Moby Dick with each of three cells, and the same model with PyTorch: the same
// initial weights, windows, carried state and number of steps. It writes the results to results.json, and a
// table and a chart to results.md and curves.svg.
//
//     npm run moby-dick                  ten epochs each, the settings are the defaults: about a quarter of an hour
//     npm run moby-dick -- gru lstm      only these cells; the results of the others are kept
//     npm run moby-dick -- --quick       60 steps, for a short test; writes to target/moby-dick-quick
//     BPTT_PYTHON=/path/to/python npm run moby-dick      with that Python instead of python3
//
// Python needs PyTorch and safetensors (pip install torch==2.5.1 safetensors; the committed figures use these
// versions on one thread).
//
// PyTorch makes its own windows from the ids that it receives (train.py), so a window that is cut or carried
// differently appears in the loss of its step. At the end both networks are evaluated in the same way on the
// last tenth of the book, which neither has seen. The figure of merit is the difference between the two
// results.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CharRnn, Rnn } from "bptt";
import { addResult, type Pair } from "./report.js";
import { compare, type Training } from "./compare.js";
import { readText } from "./text.js";

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});

const CELLS = ["tanh", "gru", "lstm"] as const;
const SETTINGS = { batchSize: 32, sequenceLength: 64, learningRate: 2e-3, clipNorm: 1 };
const HIDDEN_SIZE = 128;
const EXTENT = given.quick ? { steps: 60 } : { epochs: 10 };
/**
 * Bits per character on the held-out part: twenty times the observed difference, and a twentieth of the
 * difference between two cells.
 */
const NEAR = 0.01;

const python = process.env["BPTT_PYTHON"] ?? "python3";
try {
  execFileSync(python, ["-c", "import torch, safetensors"], { stdio: "ignore" });
} catch {
  console.error(
    `${python} has no PyTorch with safetensors: pip install torch==2.5.1 safetensors, and give its path in BPTT_PYTHON`,
  );
  process.exit(1);
}

const { whole, trained, heldOut } = readText();
const here = new URL("./", import.meta.url);
const folder = new URL(`../../target/moby-dick${given.quick ? "-quick" : ""}/`, import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, folder));
mkdirSync(folder, { recursive: true });

for (const cell of CELLS.filter((name) => positionals.length === 0 || positionals.includes(name))) {
  const model = new CharRnn({ text: whole, cell, hiddenSize: HIDDEN_SIZE, seed: 1 });
  writeFileSync(path("first.safetensors"), model.rnn.save());
  writeFileSync(path("trained.i32"), model.vocabulary.encode(trained));
  const parameters = Object.values(model.rnn.parameters).reduce((sum, { data }) => sum + data.length, 0);

  const bptt = await train(model);
  const sample = model.generate({ prompt: "The ", length: 160, temperature: 0.7, seed: 1 });

  const { version, ...theirs } = trainInPyTorch(cell, model.vocabulary.size, bptt.losses.length);
  const last = Rnn.load(readFileSync(path("last.safetensors")), { cell });
  model.rnn.setParameters(last.parameters);
  const pytorch = { ...theirs, bitsPerCharacter: model.evaluate(heldOut).bitsPerCharacter };
  last.free();
  model.free();

  const pair: Pair = {
    cell,
    parameters,
    settings: { hiddenSize: HIDDEN_SIZE, ...SETTINGS, ...EXTENT },
    characters: { trained: trained.length, heldOut: heldOut.length },
    machine: `${cpus()[0]!.model.trim()}, ${process.platform} ${process.arch}`,
    versions: `Node ${process.versions.node}, PyTorch ${version} on one thread`,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[2]!.toFixed(1),
    ...compare({ bptt, pytorch }),
    sample,
  };
  await addResult(pair, given.quick ? folder : here);
  if (!(pair.apart.heldOut < NEAR)) process.exitCode = 1;
}

async function train(model: CharRnn): Promise<Training> {
  const losses: number[] = [];
  const norms: number[] = [];
  const [start, used] = [performance.now(), process.cpuUsage()];
  await model.fit(trained, {
    ...SETTINGS,
    ...EXTENT,
    onProgress({ loss, gradientNorm }) {
      losses.push(loss);
      norms.push(gradientNorm);
    },
  });
  const { user, system } = process.cpuUsage(used);
  return {
    losses,
    norms,
    minutes: (performance.now() - start) / 60e3,
    processorMinutes: (user + system) / 60e6,
    bitsPerCharacter: model.evaluate(heldOut).bitsPerCharacter,
  };
}

function trainInPyTorch(
  cell: string,
  V: number,
  steps: number,
): Omit<Training, "bitsPerCharacter"> & { version: string } {
  const { batchSize: B, sequenceLength: T, learningRate, clipNorm } = SETTINGS;
  const task = {
    ...{ cell, H: HIDDEN_SIZE, B, T, V, learningRate, clipNorm },
    ...{ steps, norms: steps, folder: fileURLToPath(folder) },
  };
  writeFileSync(path("task.json"), JSON.stringify(task));
  const program = fileURLToPath(new URL("train.py", here));
  execFileSync(python, [program, path("task.json")], { stdio: "inherit" });
  return JSON.parse(readFileSync(path("answer.json"), "utf8")) as ReturnType<typeof trainInPyTorch>;
}
