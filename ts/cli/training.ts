/**
 * Follows a run on the command line: it is reported, saved from time to time, sampled, stopped by signals,
 * and saved at its end.
 *
 * The run is in a worker, so that this thread notices a second Ctrl-C however long a step takes. The run is
 * paused between two steps while it is saved or sampled, so that a checkpoint belongs to its step, and a slow
 * disk delays training instead of filling the memory. None of this affects the results.
 */

import type { Report, RunResult } from "bptt";
import { Failure } from "./failure.js";
import { Checkpoints } from "./checkpoints.js";
import { withMetadata } from "./model/metadata.js";
import { columns, tell, whenBroken, write } from "./output.js";
import { LossCurve } from "./plot.js";
import type { Reporter } from "./report/reporter.js";
import { Interruption } from "./signals.js";
import type { Prepared } from "./start-run.js";

/** The settings for reports and checkpoints. */
export interface Following {
  readonly reporter: Reporter;
  /** The model file. */
  readonly file: string;
  /** Number of steps between checkpoints; undefined to save by the clock. */
  readonly checkpointEvery: number | undefined;
  readonly sampleEvery: number | undefined;
  /** The command that continues the run. */
  readonly toResume: string;
}

/** Milliseconds between checkpoints if no number of steps is given. */
const CHECKPOINT_MILLISECONDS = 60_000;
const WIDEST_PLOT = 80;

/** Follows a run to its end and resolves with the exit code. */
export async function follow(prepared: Prepared, following: Following): Promise<number> {
  const { beginning, start, texts, sample } = prepared;
  const { reporter, file, checkpointEvery, sampleEvery, toResume } = following;
  const curve = new LossCurve();
  const toSave = (at: number) => checkpointEvery !== undefined && at % checkpointEvery === 0;
  const toSample = (at: number) => sampleEvery !== undefined && at % sampleEvery === 0;
  const isDue = () => checkpointEvery === undefined && performance.now() - savedAt >= CHECKPOINT_MILLISECONDS;
  let step = 0;
  let warned = 0; // number of warnings that were printed
  let savedAt = performance.now();
  const checkpoints = new Checkpoints(file);
  let resting: Promise<void> | undefined;
  let failure: unknown;

  const fail = (reason: unknown) => {
    failure ??= reason;
    run.stop();
  };
  const save = async (bytes: Uint8Array<ArrayBuffer>) => {
    await checkpoints.write(texts === undefined ? bytes : withMetadata(bytes, texts), step);
    savedAt = performance.now();
  };
  /** Saves and samples, if the step requires it or if it is time to save, while the run is paused. */
  const rest = async (isTime: boolean) => {
    if (isTime || toSave(step)) {
      await save(await run.checkpoint()); // the reports of earlier steps come first
      reporter.saved(step);
    }
    if (sample !== undefined && toSample(step)) reporter.sample(step, sample(step));
  };
  const goOn = () => {
    resting = undefined;
    run.resume();
  };
  const warn = ({ warnings }: Pick<Report, "warnings">) => {
    for (const { message } of warnings.slice(warned)) {
      reporter.close(); // the next report draws the bar again
      tell(`warning: ${message}`);
    }
    warned = warnings.length;
  };
  const onProgress = (report: Report) => {
    reporter.progress(report);
    warn(report);
    if (report.step === step) return; // this is a validation of the same step
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
        `${error.message}; the checkpoint of step ${kept} is in ${file}; to continue: ${toResume}`,
      );
    });
    await resting;
    await save(prepared.save()).catch(async (error: unknown) => {
      const kept = error instanceof Failure ? await checkpoints.intact() : undefined;
      if (!(error instanceof Failure) || kept === undefined) throw error;
      throw new Failure(
        `${error.message}; the checkpoint of step ${kept} is intact; to continue: ${toResume}`,
      );
    });
    if (failure !== undefined) throw withHint(failure, file, result, toResume);
    warn(result);
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

/** Returns the greatest common divisor. An undefined number is ignored. */
function commonDivisor(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Prints the end of the run to standard error, if there is anything to say, and returns the exit code. */
function ending(result: RunResult, file: string, signal: number | undefined, toResume: string): number {
  const { stopped, steps, keptStep, divergence } = result;
  if (divergence) {
    const what = `step ${divergence.step}: ${divergence.message}`;
    throw new Failure(`the run diverged at ${what}; ${file} has the weights of step ${keptStep}`);
  }
  if (stopped !== "stopped" && stopped !== "timeLimit") return 0;
  tell(`bptt: stopped after step ${steps} and saved to ${file}; to continue: ${toResume}`);
  return signal ?? 0;
}

function withHint(failure: unknown, file: string, { steps }: RunResult, toResume: string): unknown {
  if (!(failure instanceof Failure)) return failure;
  return new Failure(`${failure.message}; step ${steps} is saved to ${file}; to continue: ${toResume}`);
}
