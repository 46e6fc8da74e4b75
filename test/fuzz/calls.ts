/**
 * Random calls of the public API, right and wrong, on a module whose memory ends soon. Each call succeeds or throws a typed error, in
 * bounded time; a call that throws changes no parameter and no count of steps; in the end everything can be freed and a new network
 * gives the same losses as ever.
 *
 *     --seed N      decides every call; the same seed repeats the run
 *     --calls N     calls in all; default: as many as the seconds allow
 *     --seconds N
 *     --case N      one module alone, with its errors
 */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type * as Bptt from "../../ts/slim.js";
import { inProject } from "../../scripts/setup/paths.mjs";
import { withMemoryLimit } from "../support/limited-memory.js";
import { seeded, type Random } from "../support/random.js";
import { below, pick } from "./format.js";
import { ACTIONS, World } from "./api-calls.js";
import { outcomeOf, type Outcome } from "./outcome.js";
import { Watchdog } from "./watchdog.js";

/** Calls on one module. */
const CALLS_PER_MODULE = 10_000;
/** Milliseconds of the processor that a call may take. */
const LONGEST_CALL = 1000;
const SHOWN = 8;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    calls: { type: "string" },
    seconds: { type: "string" },
    case: { type: "string" },
  },
});
const seed = Number(values.seed);
const calls = Number(values.calls ?? (values.seconds === undefined ? 20_000 : Infinity));
const seconds = Number(values.seconds ?? Infinity);
const wasm = readFileSync(inProject("dist", "bptt.wasm"));
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});

const outcomes: Record<Outcome, number> = { read: 0, refused: 0, trap: 0, untyped: 0 };
const codes = new Map<string, number>();
const count = (name: string) => codes.get(name) ?? 0;
const failures: string[] = [];
let [modules, done, changed, unusable, slow, longest] = [0, 0, 0, 0, 0, 0];
let expected: string | undefined;

const watchdog = new Watchdog();
const start = performance.now();
const first = Number(values.case ?? 0);
const last = values.case === undefined ? Infinity : first + 1;
for (let k = first; k < last && done < calls && performance.now() - start < seconds * 1000; k++)
  await play(k);
await watchdog.end();

process.stdout.write(
  [
    `${done} calls on ${modules} modules of ${Object.keys(ACTIONS).length} kinds: ${outcomes.read} succeeded, ${outcomes.refused} were refused`,
    `with TypeError ${count("TypeError")}, RangeError ${count("RangeError")}, ${[...codes.keys()].filter((name) => name === name.toUpperCase()).sort().map((name) => `${name} ${count(name)}`).join(", ")}`, // prettier-ignore
    `${outcomes.trap} traps, ${outcomes.untyped} untyped errors, ${changed} changes by calls that failed, ${unusable} modules unusable afterwards, ${slow} calls of more than ${LONGEST_CALL} ms (the longest took ${Math.round(longest)} ms)`,
    ...failures.slice(0, SHOWN).map((failure) => `  ${failure}`),
    ...(failures.length > SHOWN ? [`  … (${failures.length})`] : []),
    "",
  ].join("\n"),
);
if (failures.length > 0) process.exitCode = 1;

/** Plays on a module. */
async function play(k: number): Promise<void> {
  const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b));
  const pages = 4 + below(random, 60);
  const url = `${pathToFileURL(inProject("dist", "slim.js")).href}?module=${k}`;
  const library = (await import(url)) as typeof Bptt;
  await library.init(withMemoryLimit(wasm, pages));
  modules++;
  const world = new World(library, random);
  const names = Object.keys(ACTIONS);
  for (let n = 0; n < CALLS_PER_MODULE && done < calls; n++) {
    if (performance.now() - start > seconds * 1000) break;
    const name = pick(random, names);
    watchdog.begin(`--section calls --seed ${seed} --case ${k}, call ${n}: ${name}`);
    world.player(); // there is one
    const before = world.fingerprint();
    await call(world, name, `module ${k}, call ${n}: ${name}`, random, before);
    done++;
  }
  try {
    world.freeAll();
    const losses = world.reference();
    expected ??= losses;
    if (losses !== expected) throw new Error(`other losses than on the first module: ${losses}`);
  } catch (error) {
    unusable++;
    failures.push(`module ${k}, at the end: ${String(error)}`);
  }
  collect();
}

async function call(
  world: World,
  name: string,
  title: string,
  random: Random,
  before: string,
): Promise<void> {
  const begin = process.cpuUsage();
  let error: unknown;
  let isRefused = false;
  try {
    await ACTIONS[name]?.(world, random);
  } catch (thrown) {
    isRefused = true;
    error = thrown;
  }
  const { user, system } = process.cpuUsage(begin);
  const time = (user + system) / 1000;
  longest = Math.max(longest, time);
  if (time > LONGEST_CALL) {
    slow++;
    failures.push(`${title}: ${Math.round(time)} ms`);
  }
  if (!isRefused) {
    outcomes.read++;
    return;
  }
  const outcome = outcomeOf(error);
  outcomes[outcome]++;
  const kind = (error as { code?: string }).code ?? (error as Error).name;
  codes.set(kind, count(kind) + 1);
  if (outcome !== "refused") failures.push(`${title}: ${outcome}: ${(error as Error)?.stack?.slice(0, 400) ?? String(error)}`); // prettier-ignore
  if (world.fingerprint() !== before) {
    changed++;
    failures.push(`${title}: refused with ${String(error).slice(0, 200)}, but something has changed`);
  }
}
