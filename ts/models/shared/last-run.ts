/**
 * The last complete run, which a model remembers and saves in its file. It depends only on data, options and
 * seed, so that a run that was interrupted and resumed leaves the same record as one that was not.
 */

import { objectWith, type NamesOf } from "../../base/options.js";
import { integer, number, oneOf, record, string } from "../../base/check.js";
import { optimizerState } from "../../optim/optimizer.js";
import type { FitOptions } from "../../fit/fit-options.js";
import {
  isUnfinished,
  readValidation,
  type RunState,
  type Stopped,
  type ValidationLoss,
} from "../../fit/run-state.js";
import { ofFile, packSection, unpackSection, type Section } from "../../file/section.js";
import type { RunSettings } from "../text/fit-options.js";
import { readSavedSettings, type ModelRunSettings, type SettingsOf } from "./fit-options.js";

/** A complete run. `Settings` is the type of the model's settings, by default those of a text model. */
export interface LastRun<Settings extends ModelRunSettings = RunSettings> {
  /** Reason for the end: `"finished"`, `"early"` or `"diverged"`; see {@link RunResult}. */
  readonly stopped: Stopped;
  /** Number of updates done. */
  readonly steps: number;
  /** Number of complete passes over the data. */
  readonly epochs: number;
  /** Loss of the last step before its update, in nats; null if no step was done. */
  readonly loss: number | null;
  /** The last validation; null without one. */
  readonly validation: ValidationLoss | null;
  /** The best validation, whose weights were restored, with patience only; otherwise null. */
  readonly best: ValidationLoss | null;
  /** The kind of optimizer: `"adam"`, `"sgd"` or `"rmsProp"`. */
  readonly optimizer: string;
  /** The settings of the run; null where the default depends on the data or the optimizer. */
  readonly settings: Settings;
}

const NAMES = {
  stopped: true,
  steps: true,
  epochs: true,
  loss: true,
  validation: true,
  best: true,
  optimizer: true,
  settings: true,
} satisfies NamesOf<LastRun>;
const ENDINGS = ["finished", "early", "diverged"] as const satisfies Stopped[];

/** Returns the record of a run in the given state, or undefined while it is unfinished. */
export function lastRunOf<Settings extends ModelRunSettings>(
  settings: Settings,
  optimizer: string,
  { stopped, step, epoch, last, validation, best }: RunState,
): LastRun<Settings> | undefined {
  if (stopped === null || isUnfinished(stopped)) return undefined;
  return frozen({
    stopped,
    steps: step,
    epochs: epoch - 1,
    loss: last?.loss ?? null,
    validation,
    best: best && { step: best.step, loss: best.loss },
    optimizer,
    settings,
  });
}

/** Freezes a record, so that nobody can change what `save` writes. */
function frozen<Settings extends ModelRunSettings>(run: LastRun<Settings>): LastRun<Settings> {
  const { validation, best, settings } = run;
  return Object.freeze({
    ...run,
    validation: validation && Object.freeze({ ...validation }),
    best: best && Object.freeze({ ...best }),
    settings: Object.freeze({ ...settings }),
  });
}

/**
 * Returns the kind of optimizer of a run with these options: the one that is given or resumed, otherwise the
 * run's own Adam.
 */
export function optimizerKind({ optimizer, resumeFrom }: Partial<FitOptions>): string {
  if (optimizer !== undefined) return optimizerState(optimizer).rule.kind;
  return resumeFrom && "optimizer" in resumeFrom ? resumeFrom.optimizer.kind : "adam";
}

/** Converts a record to a section of a file. */
export function packLastRun<Settings extends ModelRunSettings>(run: LastRun<Settings>): Section {
  return packSection(run);
}

/** Reads a record from a section of a file. */
export function readLastRun<Settings extends ModelRunSettings>(
  section: Section,
  format: SettingsOf<Settings>,
): LastRun<Settings> {
  return ofFile("trained", () => {
    const given = objectWith(unpackSection(section, "trained"), "trained", NAMES) as Record<string, unknown>;
    const { loss } = given;
    const validation = (name: "validation" | "best") =>
      given[name] === null ? null : readValidation(record(given[name], name) as ValidationLoss, name);
    return frozen({
      stopped: oneOf(given["stopped"], "stopped", ENDINGS),
      steps: integer(given["steps"], "steps", { min: 0 }),
      epochs: integer(given["epochs"], "epochs", { min: 0 }),
      loss: loss === null ? null : number(loss, "loss"),
      validation: validation("validation"),
      best: validation("best"),
      optimizer: string(given["optimizer"], "optimizer"),
      settings: readSavedSettings(record(given["settings"], "settings"), format),
    });
  });
}
