/**
 * A run on the command line: reported, saved now and then, sampled, stopped by signals, and saved at its end.
 *
 * It works in a worker, so that this thread hears a second Ctrl-C however long a step takes. While it is saved or
 * sampled it rests between two steps, so that a checkpoint is that of its step and a slow disk holds up training rather
 * than memory. None of it changes a bit of what is trained.
 */

import type { CharRnn, Report, RunResult } from "bptt";
import { Failure } from "./failure.js";
import { Checkpoints } from "./checkpoints.js";
import { columns, tell, whenBroken, write } from "./output.js";
import { LossCurve } from "./plot.js";
import type { Reporter } from "./report/reporter.js";
import { Interruption } from "./signals.js";
import type { Prepared } from "./start-run.js";

/** How a run is told of and kept. */
export interface Following {
  readonly reporter: Reporter;
  /** The model file. */
  readonly file: string;
  /** Steps from one checkpoint to the next; undefined: by the clock. */
  readonly checkpointEvery: number | undefined;
  readonly sampleEvery: number | undefined;
  /** The command that goes on with the run. */
  readonly toResume: string;
}

/** Milliseconds from one checkpoint to the next, where no steps are given. */
const CHECKPOINT_MILLISECONDS = 60_000;
const SAMPLE = { length: 200, temperature: 0.8 };
const WIDEST_PLOT = 80;

/** Follows a run to its end; resolves with the exit code. */
export async function follow({ model, beginning, start }: Prepared, following: Following): Promise<number> {
  const { reporter, file, checkpointEvery, sampleEvery, toResume } = following;
  const curve = new LossCurve();
  const toSave = (at: number) => checkpointEvery !== undefined && at % checkpointEvery === 0;
  const toSample = (at: number) => sampleEvery !== undefined && at % sampleEvery === 0;
  const isDue = () => checkpointEvery === undefined && performance.now() - savedAt >= CHECKPOINT_MILLISECONDS;
  let step = 0;
  let warned = 0; // warnings told
  let savedAt = performance.now();
  const checkpoints = new Checkpoints(file);
  let resting: Promise<void> | undefined;
  let failure: unknown;

  const fail = (reason: unknown) => {
    failure ??= reason;
    run.stop();
  };
  const save = async (bytes: Uint8Array) => {
    await checkpoints.write(bytes, step);
    savedAt = performance.now();
  };
  /** Saves and samples as the step asks for it, or saves because it is time, while the run is paused. */
  const rest = async (isTime: boolean) => {
    if (isTime || toSave(step)) {
      await save(await run.checkpoint()); // reports of earlier steps come before it
      reporter.saved(step);
    }
    if (toSample(step)) reporter.sample(step, sampleOf(model, step));
  };
  const goOn = () => {
    resting = undefined;
    run.resume();
  };
  const onProgress = (report: Report) => {
    reporter.progress(report);
    for (const { message } of report.warnings.slice(warned)) {
      reporter.close(); // a bar is drawn again by the next report
      tell(`warning: ${message}`);
    }
    warned = report.warnings.length;
    if (report.step === step) return; // a validation of the same step
    step = report.step;
    curve.add(report.loss);
    if (resting !== undefined) return;
    const isTime = isDue();
    if (isTime) run.pause();
    if (run.paused) resting = rest(isTime).catch(fail).finally(goOn);
  };

  const run = start(onProgress, commonDivisor(checkpointEvery, sampleEvery));
  const interruption = new Interruption(() => run.stop(), reporter.close);
  const unwatch = whenBroken(fail);
  try {
    reporter.begin(beginning);
    const result = await run.done.catch(async (error: Error) => {
      const kept = await checkpoints.intact();
      if (kept === undefined) throw error;
      throw new Failure(
        `${error.message}; the checkpoint of step ${kept} is in ${file}; to go on: ${toResume}`,
      );
    });
    await resting;
    await save(model.save({ optimizer: true })).catch(async (error: unknown) => {
      const kept = error instanceof Failure ? await checkpoints.intact() : undefined;
      if (!(error instanceof Failure) || kept === undefined) throw error;
      throw new Failure(`${error.message}; the checkpoint of step ${kept} is intact; to go on: ${toResume}`);
    });
    if (failure !== undefined) throw withHint(failure, file, result, toResume);
    reporter.end(result, curve.plot(Math.min(columns(), WIDEST_PLOT)));
    await write("").catch((reason: Failure) => {
      throw new Failure(`${reason.message}; the model is saved to ${file}`);
    });
    return ending(result, file, interruption.exitCode, toResume);
  } finally {
    reporter.close();
    unwatch();
    interruption.close();
  }
}

/** The largest number that both are multiples of; what is undefined asks for nothing. */
function commonDivisor(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** What there is to say at the end, on standard error, and the exit code. */
function ending(result: RunResult, file: string, signal: number | undefined, toResume: string): number {
  const { stopped, steps, keptStep, divergence } = result;
  if (divergence) {
    const what = `step ${divergence.step}: ${divergence.message}`;
    throw new Failure(`the run diverged at ${what}; ${file} has the weights of step ${keptStep}`);
  }
  if (stopped !== "stopped" && stopped !== "timeLimit") return 0;
  tell(`bptt: stopped after step ${steps} and saved to ${file}; to go on: ${toResume}`);
  return signal ?? 0;
}

function withHint(failure: unknown, file: string, { steps }: RunResult, toResume: string): unknown {
  if (!(failure instanceof Failure)) return failure;
  return new Failure(`${failure.message}; step ${steps} is saved to ${file}; to go on: ${toResume}`);
}

/** What the model writes at a step: of a list model a text, else how it goes on from a new line. */
function sampleOf(model: CharRnn, step: number): string {
  const { tokens } = model.vocabulary;
  const first = tokens.find((token) => token.startsWith("\n")) ?? tokens[0] ?? "";
  return model.generate({ ...SAMPLE, prompt: model.kind === "list" ? "" : first, seed: step }).trim();
}
