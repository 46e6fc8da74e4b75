/**
 * A run on the command line: reported, saved now and then, sampled, stopped by signals, and saved at its end.
 *
 * While it saves or samples, the run rests between two steps, so that a checkpoint is that of its step and a slow disk
 * holds up training rather than memory. None of it changes a bit of what is trained.
 */

import type { CharRnn, Report, RunResult } from "bptt";
import { Failure } from "./failure.js";
import { writeModel } from "./model-output.js";
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
  let step = 0;
  let savedAt = performance.now();
  let savedStep: number | undefined;
  let failure: unknown;

  const fail = (reason: unknown) => {
    failure ??= reason;
    run.stop();
  };
  const save = async (bytes: Uint8Array) => {
    await writeModel(file, bytes);
    savedStep = step;
    savedAt = performance.now();
  };
  const interlude = async (at: number, saves: boolean, samples: boolean) => {
    run.pause();
    try {
      if (saves) {
        await save(await run.checkpoint());
        reporter.saved(at);
      }
      if (samples) reporter.sample(at, sampleOf(model, at));
    } catch (error) {
      fail(error);
    } finally {
      run.resume();
    }
  };
  const onProgress = (report: Report) => {
    reporter.progress(report);
    if (report.step === step) return; // a validation of the same step
    step = report.step;
    curve.add(report.loss);
    const saves =
      checkpointEvery === undefined
        ? performance.now() - savedAt >= CHECKPOINT_MILLISECONDS
        : step % checkpointEvery === 0;
    const samples = sampleEvery !== undefined && step % sampleEvery === 0;
    if (saves || samples) void interlude(step, saves, samples);
  };

  const run = start(onProgress);
  const interruption = new Interruption(() => run.stop(), reporter.close);
  const unwatch = whenBroken(fail);
  try {
    reporter.begin(beginning);
    const result = await run;
    await save(model.save({ optimizer: true })).catch((error: unknown) => {
      throw savedStep === undefined || !(error instanceof Failure)
        ? error
        : new Failure(`${error.message}; the checkpoint of step ${savedStep} is intact`);
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
