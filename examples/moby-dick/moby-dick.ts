// A text model learns Moby Dick, with each of three cells, beside the same model trained by PyTorch: the same first weights,
// windows, carried state and number of steps. Writes the results beside it: results.md, results.json, curves.svg.
//
//     npm run moby-dick                  ten epochs each, the settings are the defaults: about a quarter of an hour
//     npm run moby-dick -- --quick       60 steps, for a look; writes to target/moby-dick
//     BPTT_PYTHON=/path/to/python npm run moby-dick      with the PyTorch and safetensors of that Python, not python3's
//
// PyTorch makes its own windows of the ids that it is handed (train.py), so that a window that is cut or carried otherwise
// shows in the loss of its step. At the end both nets are read from their files and judged by one measure, on the last
// tenth of the book, which neither has seen.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CharRnn, Rnn } from "bptt";
import { report, type Pair, type Training } from "./report.js";
import { readText } from "./text.js";

const { values: given } = parseArgs({ options: { quick: { type: "boolean", default: false } } });

const SETTINGS = { batchSize: 32, sequenceLength: 64, learningRate: 2e-3, clipNorm: 1 };
const HIDDEN_SIZE = 128;
const EXTENT = given.quick ? { steps: 60 } : { epochs: 10 };
const NORMS = 10;

const { whole, trained, heldOut } = readText();
const here = new URL("./", import.meta.url);
const folder = new URL("../../target/moby-dick/", import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, folder));
mkdirSync(folder, { recursive: true });

const load = () => loadavg()[0]!.toFixed(1);
const loadBefore = load();
const pairs: Pair[] = [];
let torch = "";
for (const cell of ["tanh", "gru", "lstm"] as const) {
  const model = new CharRnn({ text: whole, cell, hiddenSize: HIDDEN_SIZE, seed: 1 });
  writeFileSync(path("first.safetensors"), model.rnn.save());
  writeFileSync(path("trained.i32"), model.vocabulary.encode(trained));
  const parameters = Object.values(model.rnn.parameters).reduce((sum, { data }) => sum + data.length, 0);

  const ours = await train(model);
  const sample = model.generate({ prompt: "The ", length: 160, temperature: 0.7, seed: 1 });
  console.log(lineOf(`${cell}, bptt`, ours));

  const { version, ...theirs } = trainInPyTorch(cell, model.vocabulary.size, ours.losses.length);
  const last = Rnn.load(readFileSync(path("last.safetensors")), { cell });
  model.rnn.setParameters(last.parameters);
  const pytorch = { ...theirs, bitsPerCharacter: model.evaluate(heldOut).bitsPerCharacter };
  console.log(lineOf(`${cell}, PyTorch`, pytorch));
  pairs.push({ cell, parameters, bptt: ours, pytorch, sample });
  torch = version;
  last.free();
  model.free();
}

const results = {
  machine: `${cpus()[0]!.model.trim()}, ${process.platform} ${process.arch}`,
  node: process.versions.node,
  torch,
  date: new Date().toISOString().slice(0, 10),
  load: [loadBefore, load()],
  text: { characters: whole.length, trained: trained.length, heldOut: heldOut.length },
  settings: { hiddenSize: HIDDEN_SIZE, ...SETTINGS, ...EXTENT },
  pairs,
};
const apart = await report(results, given.quick ? folder : here);
if (!(apart < (given.quick ? 0.01 : 0.03))) process.exitCode = 1; // bits a character, at worst of the three

async function train(model: CharRnn): Promise<Training> {
  const losses: number[] = [];
  const norms: number[] = [];
  const [start, used] = [performance.now(), process.cpuUsage()];
  await model.fit(trained, {
    ...SETTINGS,
    ...EXTENT,
    onProgress({ loss, gradientNorm }) {
      losses.push(loss);
      if (norms.length < NORMS) norms.push(gradientNorm);
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
    ...{ steps, norms: NORMS, folder: fileURLToPath(folder) },
  };
  writeFileSync(path("task.json"), JSON.stringify(task));
  const program = fileURLToPath(new URL("train.py", here));
  execFileSync(process.env["BPTT_PYTHON"] ?? "python3", [program, path("task.json")], { stdio: "inherit" });
  return JSON.parse(readFileSync(path("answer.json"), "utf8")) as ReturnType<typeof trainInPyTorch>;
}

function lineOf(name: string, { losses, bitsPerCharacter, processorMinutes, minutes }: Training): string {
  const spent = `${processorMinutes.toFixed(2)} processor minutes in ${minutes.toFixed(2)}`;
  return `${name}: loss ${losses[0]!.toFixed(4)} … ${losses.at(-1)!.toFixed(4)}, ${bitsPerCharacter.toFixed(3)} bits a character, ${spent}`;
}
