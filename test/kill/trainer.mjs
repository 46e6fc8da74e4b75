// The process that is killed: it trains a course, or continues from its last checkpoint if there is one, and
// writes a checkpoint at every fourth report. At the end it writes the result.
//
//     node trainer.mjs COURSE FOLDER [PLACE NUMBER]
//
// PLACE is where it ends itself with SIGKILL: "report", at that report of this process; or within the
// NUMBER-th write of this process: "half" (half of the bytes are written), "written" (all, not flushed),
// "flushed" (not renamed), "renamed". With "anywhere" it prints each report and waits at the end to be
// killed. With "trail" it is not killed and prints the hash of the checkpoint at each report.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { CharRnn } from "bptt";
import { COURSES } from "./courses.mjs";

const [name = "", folder = "", place = "", number = "0"] = process.argv.slice(2);
const course = COURSES[name];
if (!course) throw new RangeError(`no course ${name}`);
const { text, model: options, options: fit, rests } = course;

const die = () => process.kill(process.pid, "SIGKILL");
if (["half", "written", "flushed", "renamed"].includes(place)) dieInWrite(Number(number));
const { writeFileAtomic } = await import("bptt/node");

const checkpoint = join(folder, "checkpoint");
/** @type {Promise<void>[]} */
const writes = [];
let reports = 0;

/** @type {(report: import("bptt").Report) => void} */
const onProgress = ({ step }) => {
  reports++;
  if (place === "report" && reports === Number(number)) die();
  if (place === "anywhere") process.stdout.write(`${step}\n`);
  if (place === "trail") process.stdout.write(`${sha256(model.save({ optimizer: true }))}\n`);
  else if (reports % 4 === 0) {
    if (rests) run.pause();
    const write = writeFileAtomic(checkpoint, model.save({ optimizer: true }));
    writes.push(write.then(() => run.resume()));
  }
};

const goesOn = existsSync(checkpoint);
const model = goesOn ? CharRnn.load(readFileSync(checkpoint)) : new CharRnn({ text, seed: 5, ...options });
const run = goesOn ? model.resume(text, { onProgress }) : model.fit(text, { ...fit, onProgress });
const result = await run;
await Promise.all(writes);
if (place === "anywhere") await new Promise((resolve) => setTimeout(resolve, 60_000));
const { steps, stopped, loss, validationLoss, keptStep } = result;
const end = JSON.stringify({ steps, stopped, loss, validationLoss, keptStep });
await writeFileAtomic(join(folder, "result"), new TextEncoder().encode(end));
await writeFileAtomic(join(folder, "end"), model.save({ optimizer: true }));

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Ends this process in the n-th write of a temporary file. @param {number} n */
function dieInWrite(n) {
  const { open, rename } = files;
  let count = 0;
  files.open = async (...args) => {
    const file = await open(...args);
    if (!String(args[0]).endsWith(".tmp") || ++count !== n) return file;
    const { writeFile } = file;
    if (place === "half") {
      file.writeFile = async (bytes) => {
        const data = /** @type {Uint8Array} */ (bytes);
        await writeFile.call(file, data.subarray(0, data.length >> 1));
        die();
      };
    }
    if (place === "written") file.sync = async () => void die();
    return file;
  };
  files.rename = async (from, to) => {
    if (place === "flushed" && count === n) die();
    await rename(from, to);
    if (place === "renamed" && count === n) die();
  };
  syncBuiltinESMExports();
}
