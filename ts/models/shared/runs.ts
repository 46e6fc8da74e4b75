/**
 * The runs of a model: one that is under way or was interrupted, one in the file from which the model was
 * loaded, and the last complete one. A model has one of these objects. The model decides how its data becomes
 * batches and how its file is written.
 */

import { boolean } from "../../base/check.js";
import { rangeError } from "../../base/errors.js";
import { readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import type { Bytes } from "../../base/typed-array.js";
import { decodeModel, type Model } from "../../file/model-file.js";
import type { FitOptions, RunCheckpoint } from "../../fit/fit-options.js";
import { SNAPSHOT, type Run } from "../../fit/run.js";
import type { RunResult } from "../../fit/run-result.js";
import { isUnfinished, type RunState } from "../../fit/run-state.js";
import { NETWORK } from "../../rnn/network.js";
import type { Rnn } from "../../rnn/rnn.js";
import { runTask } from "../../worker/run-task.js";
import type { Task } from "../../worker/task.js";
import type { WorkerOptions } from "../../worker/worker-options.js";
import type { ModelRunSettings, SettingsOf } from "./fit-options.js";
import { lastRunOf, optimizerKind, packLastRun, readLastRun, type LastRun } from "./last-run.js";
import { packRun, unpackRun, type RunIdentity, type RunSections, type SavedRun } from "./saved-run.js";

const MODEL_SAVE = {
  /** Includes an unfinished run in the file, so that `resume` can continue it. Default false. */
  optimizer: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of the `save` of every model. */
export interface ModelSaveOptions extends OptionsOf<typeof MODEL_SAVE> {}

/** The sections of a file that describe runs. */
export type SavedRuns = Pick<Model, "trained" | "optimizer" | "training">;

/** A run to start. */
export interface RunStart<Settings, Data> extends RunIdentity<Settings> {
  readonly task: Task<Data>;
  readonly data: Data;
  readonly options: Omit<Partial<FitOptions>, "snapshot">;
  readonly worker: WorkerOptions | undefined;
  /** Is called when the run has come to its end, before its promise resolves. */
  readonly finish?: () => void;
}

/** The runs of one model. */
export class Runs<Settings extends ModelRunSettings> {
  readonly #rnn: Rnn;
  readonly #format: SettingsOf<Settings>;
  /** Writes the file of the model with these sections. */
  readonly #encode: (sections: SavedRuns) => Bytes;
  /** A run that is under way or was interrupted. */
  #run: Run<Bytes> | undefined;
  /** An unfinished run in the file from which the model was loaded. */
  #loaded: RunSections | undefined;
  #lastRun: LastRun<Settings> | undefined;

  constructor(
    rnn: Rnn,
    format: SettingsOf<Settings>,
    encode: (sections: SavedRuns) => Bytes,
    { trained, optimizer, training }: SavedRuns = {},
  ) {
    this.#rnn = rnn;
    this.#format = format;
    this.#encode = encode;
    const sections = optimizer && training ? { optimizer, training } : undefined;
    this.#loaded = sections && unpackRun(sections, format) ? sections : undefined;
    this.#lastRun = trained && readLastRun(trained, format);
  }

  /** The last complete run. */
  get lastRun(): LastRun<Settings> | undefined {
    return this.#lastRun;
  }

  /** True if there is an unfinished run. */
  get resumable(): boolean {
    return this.#run !== undefined || this.#loaded !== undefined;
  }

  /** The unfinished run. Throws if there is none. */
  get unfinished(): SavedRun<Settings> {
    const sections = this.#sections();
    const saved = sections && unpackRun(sections, this.#format);
    if (saved !== undefined) return saved;
    throw rangeError(
      "resume",
      "an unfinished run, in this model or in the file from which it was loaded (save({ optimizer: true }))",
      "none",
    );
  }

  /** Starts a run. An unfinished one is discarded, but its weights remain. */
  start<Data>(start: RunStart<Settings, Data>): Run<Bytes> {
    const { task, data, options, worker, settings, fingerprint } = start;
    const rnn = this.#rnn;
    rnn[NETWORK].lock.expectAlive("fit");
    rnn[NETWORK].lock.expectAvailable("fit");
    const kind = optimizerKind(options);
    const lastRun = (state: RunState) => lastRunOf(settings, kind, state);
    const snapshot = (state: RunState, checkpoint: () => RunCheckpoint) =>
      this.#write(packRun({ settings, fingerprint }, checkpoint()), lastRun(state));
    const run = runTask(rnn, { task, data, options, snapshot, worker });
    this.#run = run;
    this.#loaded = undefined;
    const ended = ({ state, stopped }: RunResult) => {
      if (this.#run !== run || isUnfinished(stopped)) return;
      this.#run = undefined;
      this.#lastRun = lastRun(state);
      start.finish?.();
    };
    run.done.then(ended, () => undefined);
    return run;
  }

  /**
   * Continues an unfinished run.
   *
   * @param saved the run, from {@link unfinished}
   * @param start the data of the run, its fingerprint, and the options that do not affect what is computed
   * @param given the data as the user passed it, and its name
   */
  resume<Data>(
    saved: SavedRun<Settings>,
    start: Omit<RunStart<Settings, Data>, "settings">,
    [given, name]: readonly [given: unknown, name: string],
  ): Run<Bytes> {
    if (start.fingerprint !== saved.fingerprint) {
      throw rangeError(name, `the ${name} with which the run began`, show(given));
    }
    const { state, optimizer } = saved;
    const resumeFrom = { state, parameters: this.#rnn.parameters, optimizer } as RunCheckpoint;
    return this.start({ ...start, settings: saved.settings, options: { ...start.options, resumeFrom } });
  }

  /** Returns the file of the model, with its unfinished run if `optimizer` is true. */
  save(options: unknown): Bytes {
    if (!readOptions(options, MODEL_SAVE).optimizer) return this.#write(undefined);
    return this.#run ? this.#run[SNAPSHOT]() : this.#write(this.#loaded);
  }

  /** Discards an unfinished run. */
  forget(): void {
    this.#run = this.#loaded = undefined;
  }

  /** Returns the run that can be resumed, as sections. */
  #sections(): RunSections | undefined {
    if (!this.#run) return this.#loaded;
    const { optimizer, training } = decodeModel(this.#run[SNAPSHOT]());
    return optimizer && training ? { optimizer, training } : undefined;
  }

  #write(sections: RunSections | undefined, lastRun = this.#lastRun): Bytes {
    return this.#encode({ trained: lastRun && packLastRun(lastRun), ...sections });
  }
}
