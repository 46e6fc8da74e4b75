/**
 * Damaged files for every reader. Each is read, or refused with a typed error, within the bounds of time and memory.
 *
 *     --seed N        determines every mutation; the same seed repeats the run
 *     --mutations N   files of each format; default: as many as the seconds allow
 *     --seconds N     for all formats together
 *     --only a,b      some formats
 *     --keep FOLDER   writes the files that broke a promise
 *     --case a:N      a single mutation, with its error
 *
 * With --mutations, the large files (large-files.ts) are read as well, each in a separate process (--large
 * K).
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seeded, type Random } from "../support/random.js";
import { isWithin, measure, memoryLimit, timeLimit, type Usage } from "./bounds.js";
import { below, type Format } from "./format.js";
import { hdf5, kerasArchives, kerasHdf5, kerasWeights } from "./formats/keras.js";
import { npz } from "./formats/npz.js";
import { safetensors, stateDicts, textModel } from "./formats/safetensors.js";
import { tensorFlowJs } from "./formats/tensorflowjs.js";
import { LARGE_FILES } from "./large-files.js";
import { mutateBytes } from "./mutate/bytes.js";
import { outcomeOf, type Outcome } from "./outcome.js";
import { Watchdog } from "./watchdog.js";

const FORMATS: readonly Format[] = [safetensors, stateDicts, textModel, kerasArchives, kerasHdf5, kerasWeights, hdf5, tensorFlowJs, npz]; // prettier-ignore
/** The number of failures of a format that are shown. */
const SHOWN = 5;
const COLLECT_EVERY = 50;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    mutations: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string" },
    keep: { type: "string" },
    case: { type: "string" },
    large: { type: "string" },
  },
});
const seed = Number(values.seed);
const mutations = Number(values.mutations ?? (values.seconds === undefined ? 1000 : Infinity));
const [caseName, caseIndex] = values.case?.split(":") ?? [];
const only = caseName !== undefined ? [caseName] : values.only?.split(",");
const formats = FORMATS.filter(({ name }) => only === undefined || only.includes(name));
const seconds = Number(values.seconds ?? Infinity) / formats.length;
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
if (formats.length === 0)
  throw new Error(`--only: expected some of ${FORMATS.map(({ name }) => name).join(",")}`);

interface Figures {
  files: number;
  readonly outcomes: Record<Outcome, number>;
  outOfBounds: number;
  /** The largest fractions of the bounds. */
  time: number;
  memory: number;
}

const watchdog = new Watchdog();
if (values.large !== undefined) await largeFile(Number(values.large));
else {
  process.stdout.write(
    "time and memory: the largest share of 1 s + 1 µs per byte, and of 64 MB + 20 × the file's size\n",
  );
  process.stdout.write(
    row(["format", "files", "read", "refused", "traps", "untyped", "out of bounds", "time", "memory"]),
  );
  for (const format of formats) if (await fuzz(format)) process.exitCode = 1;
}
await watchdog.end();

/** Prints the outcome of reading one of the large files as JSON. */
async function largeFile(k: number): Promise<void> {
  const { name, format, make } = LARGE_FILES[k]!;
  const reader = FORMATS.find((one) => one.name === format)!;
  const file = make();
  collect();
  watchdog.begin(`--large ${k}`);
  const figures = noFigures();
  const complaint = await judge(reader, file, 0, name, figures);
  process.stdout.write(JSON.stringify({ figures, complaint }));
}

function noFigures(): Figures {
  return {
    files: 0,
    outcomes: { read: 0, refused: 0, trap: 0, untyped: 0 },
    outOfBounds: 0,
    time: 0,
    memory: 0,
  };
}

/** Returns true if a promise was broken. */
async function fuzz(format: Format): Promise<boolean> {
  for (const [k, file] of format.seeds.entries()) {
    try {
      await format.use?.(
        format.read(file, () => 0),
        file,
      );
    } catch (cause) {
      throw new Error(`${format.name}: undamaged file ${k} is refused`, { cause });
    }
  }
  const figures = noFigures();
  const failures: string[] = [];
  if (values.mutations !== undefined) {
    for (const [k, { name, format: of }] of LARGE_FILES.entries()) {
      watchdog.begin(`--large ${k}`);
      const complaint = of === format.name ? readAlone(k, figures) : undefined;
      if (complaint !== undefined) failures.push(`${format.name}: ${name}: ${complaint}`);
    }
  }
  const start = performance.now();
  const first = caseIndex === undefined ? 0 : Number(caseIndex);
  const last = caseIndex === undefined ? mutations : first + 1;
  for (let k = first; k < last && performance.now() - start < seconds * 1000; k++) {
    const complaint = await attempt(format, k, figures);
    if (complaint !== undefined) failures.push(`${format.name}:${k}: ${complaint}`);
    if (k % COLLECT_EVERY === 0) collect();
  }
  const { read, refused, trap, untyped } = figures.outcomes;
  const share = (x: number) => `${Math.round(x * 100)} %`;
  process.stdout.write(
    row([format.name, figures.files, read, refused, trap, untyped, figures.outOfBounds, share(figures.time), share(figures.memory)]), // prettier-ignore
  );
  for (const failure of failures.slice(0, SHOWN)) process.stdout.write(`  ${failure}\n`);
  if (failures.length > SHOWN) process.stdout.write(`  … (${failures.length})\n`);
  return failures.length > 0;
}

/** Tests the k-th damaged file. Returns undefined if all promises are kept. */
async function attempt(format: Format, k: number, figures: Figures): Promise<string | undefined> {
  watchdog.begin(`--seed ${seed} --case "${format.name}:${k}"`);
  const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b));
  let file = format.seeds[k % format.seeds.length]!;
  for (let times = 1 + below(random, 3); times > 0; times--) file = damaged(format, file, random);
  return judge(format, file, Math.floor(random() * 2 ** 32), String(k), figures);
}

/** Reads a large file in a separate process, whose memory no earlier file has increased. */
function readAlone(k: number, figures: Figures): string | undefined {
  const program = [...process.execArgv, fileURLToPath(import.meta.url), "--large", String(k)];
  const { stdout, stderr, status } = spawnSync(process.execPath, program, { encoding: "utf8" });
  if (status !== 0) return `the process ended with code ${status}: ${stderr.slice(0, 500)}`;
  const alone = JSON.parse(stdout) as { figures: Figures; complaint?: string };
  figures.files++;
  for (const outcome of ["read", "refused", "trap", "untyped"] as const)
    figures.outcomes[outcome] += alone.figures.outcomes[outcome];
  figures.outOfBounds += alone.figures.outOfBounds;
  figures.time = Math.max(figures.time, alone.figures.time);
  figures.memory = Math.max(figures.memory, alone.figures.memory);
  return alone.complaint;
}

/** Reads and uses a file. Returns undefined if all promises are kept. */
async function judge(
  format: Format,
  file: Uint8Array<ArrayBuffer>,
  choices: number,
  name: string,
  figures: Figures,
): Promise<string | undefined> {
  let result: unknown;
  let error: unknown;
  let isRefused = false;
  const call = () => {
    isRefused = false;
    try {
      result = format.read(file, seeded(choices));
    } catch (thrown) {
      isRefused = true;
      error = thrown;
    }
  };
  let usage: Usage = measure(call);
  // another process may have used the processor, and garbage of earlier files the memory
  for (let again = 0; again < 3 && !isWithin(usage, file.length); again++) {
    (result as { free?: () => void } | undefined)?.free?.();
    result = undefined;
    collect();
    const next = measure(call);
    usage = { time: Math.min(usage.time, next.time), memory: Math.min(usage.memory, next.memory) };
  }
  if (!isRefused && format.use) {
    try {
      await format.use(result, file);
    } catch (thrown) {
      isRefused = true;
      error = thrown;
    }
  }
  const outcome = isRefused ? outcomeOf(error) : "read";
  const isOutside = !isWithin(usage, file.length);
  figures.files++;
  figures.outcomes[outcome]++;
  if (isOutside) figures.outOfBounds++;
  figures.time = Math.max(figures.time, usage.time / timeLimit(file.length));
  figures.memory = Math.max(figures.memory, usage.memory / memoryLimit(file.length));
  if (caseIndex !== undefined)
    process.stdout.write(`${file.length} bytes, ${JSON.stringify(usage)}\n${inspect(error)}\n`);
  if (outcome !== "trap" && outcome !== "untyped" && !isOutside) return undefined;
  if (values.keep !== undefined) {
    mkdirSync(values.keep, { recursive: true });
    writeFileSync(join(values.keep, `${format.name}-${name}`.replaceAll(" ", "-")), file);
  }
  const used = `${Math.round(usage.time)} ms, ${Math.round(usage.memory / 2 ** 20)} MB for ${file.length} bytes`;
  return isOutside ? used : `${outcome}: ${inspect(error).slice(0, 600)}`;
}

/** Damages a file. Bytes that an earlier mutation made unreadable are replaced. */
function damaged(format: Format, file: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  try {
    return format.mutate(file, random);
  } catch {
    return mutateBytes(file, random);
  }
}

function inspect(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\n  caused by ${inspect(error.cause)}` : "";
  return (error.stack ?? error.message).slice(0, 500) + cause;
}

function row(cells: readonly unknown[]): string {
  return `${cells.map((cell, k) => (k === 0 ? String(cell).padEnd(12) : String(cell).padStart(k === 6 ? 14 : 9))).join("")}\n`;
}
