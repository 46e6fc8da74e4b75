// Kills commands with SIGKILL while they write: training, conversions to every format, and checkpoints of a
// program. After each kill the output is read: it must be absent, the old one or the new one, complete. After
// every tenth kill of a kind the command runs to its end, and then all leftovers of killed processes must be
// gone.
//
//     node test/kill/commands.mjs [COUNT] [SEED]      500 kills by default; prints the figures, and ends with code 1 on a failure

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CharRnn } from "bptt";
import { inProject } from "../../scripts/setup/paths.mjs";

const CLI = inProject("dist", "cli.js");
const TEXT = "so much depends upon a red wheel barrow glazed with rain water\n".repeat(30);
const FORMATS = ["bptt", "pytorch", "keras", "onnx", "tfjs"];
/** Number of kills between two commands that run to their end. */
const ROUNDS = 10;

/** @typedef {{ kills: number, inWrite: number, unreadable: number, leftovers: number, failures: string[] }} Figures */
/**
 * A command that writes. `args` are arguments of node, `finish` are the commands that write each output
 * completely, and `problem` describes what is wrong with the outputs.
 * @typedef {{ name: string, folder: string, args: () => string[], finish: () => string[][], problem: () => string | undefined }} Victim
 */

/**
 * Kills commands `count` times.
 *
 * @param {number} count @param {number} seed
 * @returns {Promise<Figures>}
 */
export async function killCommands(count, seed) {
  const root = mkdtempSync(join(tmpdir(), "bptt-kill-"));
  /** @type {Figures} */
  const figures = { kills: 0, inWrite: 0, unreadable: 0, leftovers: 0, failures: [] };
  const random = seeded(seed);
  try {
    const victims = [training(root), await conversion(root, random), checkpoint(root)];
    for (let round = 0; figures.kills < count; round++) {
      for (const victim of victims) {
        if (figures.kills === count) break;
        await killOnce(victim, random, figures);
        const problem = victim.problem();
        if (problem !== undefined) {
          figures.unreadable++;
          figures.failures.push(`kill ${figures.kills}, ${victim.name}: ${problem}`);
        }
        if (round % ROUNDS === ROUNDS - 1) await finish(victim, figures);
      }
    }
    for (const victim of victims) await finish(victim, figures);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return figures;
}

/**
 * Starts a command and kills it: mostly a moment after a temporary file has appeared, otherwise at any time.
 * @param {Victim} victim @param {() => number} random @param {Figures} figures
 */
async function killOnce({ folder, args }, random, figures) {
  const child = spawn(process.execPath, args(), { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (data) => (errors += String(data)));
  const ended = new Promise((resolve) => void child.once("close", (_, signal) => void resolve(signal)));
  const inWrite = random() < 0.8;
  const skipped = Math.floor(random() * 4); // longer than most writes
  const delay = random() * 4;
  const watcher = watch(folder);
  let seen = 0;
  watcher.on("change", (_, name) => {
    if (inWrite && String(name).endsWith(".tmp") && ++seen === 1 + skipped) setTimeout(kill, delay);
  });
  const timer = setTimeout(kill, inWrite ? 5000 : random() * 1500);
  function kill() {
    child.kill("SIGKILL");
  }
  const signal = await ended;
  clearTimeout(timer);
  watcher.close();
  if (signal === null && errors !== "") figures.failures.push(errors.trim());
  if (signal !== "SIGKILL") return; // it had ended before
  figures.kills++;
  if (readdirSync(folder).some((name) => name.endsWith(".tmp"))) figures.inWrite++;
}

/** Runs the command to its end and looks for leftovers. @param {Victim} victim @param {Figures} figures */
async function finish({ name, folder, finish, problem }, figures) {
  for (const args of finish())
    await run(args, folder).catch((/** @type {Error} */ error) =>
      figures.failures.push(`${name}: ${error.message}`),
    );
  const left = readdirSync(folder).filter((file) => file.startsWith("."));
  figures.leftovers += left.length;
  if (left.length > 0) figures.failures.push(`${name}: ${left.join(", ")}`);
  const wrong = problem();
  if (wrong !== undefined) figures.failures.push(`${name}, finished: ${wrong}`);
}

/** `bptt train`, continued each time. @param {string} root @returns {Victim} */
function training(root) {
  const folder = emptyFolder(root, "train");
  writeFileSync(join(folder, "text.txt"), TEXT);
  const file = join(folder, "m.safetensors");
  const args = () => [
    ...[CLI, "train", "text.txt", "-o", "m.safetensors", "--checkpoint-every", "1", "--quiet"],
    ...(existsSync(file) ? ["--resume"] : ["--hidden", "32", "--steps", "1000000"]),
  ];
  return {
    name: "train",
    folder,
    args,
    finish: () => [[...args(), "--time-limit", "0.05s"]],
    problem: () =>
      attempt(() => {
        if (!existsSync(file)) return;
        const model = CharRnn.load(readFileSync(file));
        if (!model.resumable) throw new Error("it cannot be continued");
        model.free();
      }),
  };
}

/** `bptt convert`, of two models in turn to each format in turn. @param {string} root @param {() => number} random @returns {Promise<Victim>} */
async function conversion(root, random) {
  const folder = emptyFolder(root, "convert");
  const hiddenSizes = [200, 96];
  for (const hiddenSize of hiddenSizes)
    writeFileSync(
      join(folder, `${hiddenSize}`),
      new CharRnn({ text: TEXT, cell: "lstm", hiddenSize, seed: 1 }).save(),
    );
  const output = (/** @type {string} */ format) => (format === "tfjs" ? "out.json" : `out.${format}`);
  const outputs = (/** @type {string} */ format) =>
    format === "tfjs" ? ["out.json", "out.bin"] : [output(format)];
  const args = (/** @type {string} */ format, /** @type {number} */ size) => [
    ...[CLI, "convert", `${size}`, "--to", format, "-o", output(format)],
  ];
  const content = (/** @type {string} */ format) =>
    outputs(format).map((name) =>
      existsSync(join(folder, name)) ? hashOf(readFileSync(join(folder, name))) : "absent",
    );
  /** @type {Map<string, string[]>} what the outputs of a format may be */
  const whole = new Map();
  for (const format of FORMATS) {
    whole.set(format, []);
    for (const size of hiddenSizes) {
      await run(args(format, size), folder);
      whole.get(format)?.push(content(format).join(" "));
    }
  }
  let format = "";
  /** @type {Set<string>} formats since the last that ran to their end */
  const killed = new Set();
  return {
    name: "convert",
    folder,
    args: () => {
      format = FORMATS[Math.floor(random() * FORMATS.length)] ?? "";
      killed.add(format);
      return args(format, hiddenSizes[Math.floor(random() * 2)] ?? 0);
    },
    finish: () => {
      const commands = [...killed].map((each) => args((format = each), 200));
      killed.clear();
      return commands;
    },
    problem: () => {
      const found = content(format);
      // a model.json is absent while its weights are exchanged, so that it never names those of another model
      if (found[0] === "absent" || whole.get(format)?.includes(found.join(" "))) return undefined;
      return `${format}: ${found.join(" ")}`;
    },
  };
}

/** A program that writes checkpoints in a loop. @param {string} root @returns {Victim} */
function checkpoint(root) {
  const folder = emptyFolder(root, "checkpoint");
  const size = 400_000;
  const program = (/** @type {string} */ end) => [
    "--input-type=module",
    "--eval",
    `import { writeFileAtomic } from ${JSON.stringify(pathToFileURL(inProject("dist", "node.js")).href)};
     for (let i = 0; ${end}; i++) await writeFileAtomic("checkpoint", new Uint8Array(${size}).fill(i));`,
  ];
  return {
    name: "checkpoint",
    folder,
    args: () => program("true"),
    finish: () => [program("i < 1")],
    problem: () =>
      attempt(() => {
        if (!existsSync(join(folder, "checkpoint"))) return;
        const bytes = readFileSync(join(folder, "checkpoint"));
        if (bytes.length !== size || bytes.some((byte) => byte !== bytes[0]))
          throw new Error("it is not whole");
      }),
  };
}

/** Runs a program to its end. @param {string[]} args @param {string} folder @returns {Promise<void>} */
function run(args, folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (data) => (errors += String(data)));
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`code ${String(code)}: ${errors}`)),
    );
  });
}

/** Returns the message of the error that a function throws. @param {() => void} look */
function attempt(look) {
  try {
    look();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** @param {string} root @param {string} name */
function emptyFolder(root, name) {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 8);
}

/** Returns a generator of numbers in 0..1 from a seed (mulberry32). @param {number} seed */
function seeded(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const count = Number(process.argv[2] ?? 500);
  const seed = Number(process.argv[3] ?? Date.now() % 1e6);
  const { kills, inWrite, unreadable, leftovers, failures } = await killCommands(count, seed);
  process.stdout.write(
    `seed ${seed}: ${kills} kills, ${inWrite} of them within a write; ${unreadable} unreadable files, ${leftovers} leftovers after the next command\n`,
  );
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
