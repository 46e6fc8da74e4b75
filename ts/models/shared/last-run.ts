/**
 * The last run that came to its end: what a model remembers of how it was trained, and keeps in its file. It hangs on
 * data, options and seed alone, so that a run that was cut and gone on with leaves the same as one that was not.
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

/** A run that came to its end. `Settings`: those of the model; default: of a text model. */
export interface LastRun<Settings extends ModelRunSettings = RunSettings> {
  /** Why it ended: `"finished"`, `"early"` or `"diverged"`; see {@link RunResult}. */
  readonly stopped: Stopped;
  /** Updates done. */
  readonly steps: number;
  /** Passes over the data done in full. */
  readonly epochs: number;
  /** Of the last step, before its update, in nats; null when no step was done. */
  readonly loss: number | null;
  /** The last validation; null without one. */
  readonly validation: ValidationLoss | null;
  /** With patience the best validation, whose weights the model was given back; else null. */
  readonly best: ValidationLoss | null;
  /** What the optimizer was: `"adam"`, `"sgd"` or `"rmsProp"`. */
  readonly optimizer: string;
  /** The options that decided it; null where the default depends on the data or the optimizer. */
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

/** What is to be remembered of a run that stands there; undefined while it is unfinished. */
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

/** So that nobody writes into what `save` writes down. */
function frozen<Settings extends ModelRunSettings>(run: LastRun<Settings>): LastRun<Settings> {
  const { validation, best, settings } = run;
  return Object.freeze({
    ...run,
    validation: validation && Object.freeze({ ...validation }),
    best: best && Object.freeze({ ...best }),
    settings: Object.freeze({ ...settings }),
  });
}

/** What kind of optimizer a run of these options has: one that is given or resumed, else an Adam of its own. */
export function optimizerKind({ optimizer, resumeFrom }: Partial<FitOptions>): string {
  if (optimizer !== undefined) return optimizerState(optimizer).rule.kind;
  return resumeFrom && "optimizer" in resumeFrom ? resumeFrom.optimizer.kind : "adam";
}

/** As a section of a file. */
export function packLastRun<Settings extends ModelRunSettings>(run: LastRun<Settings>): Section {
  return packSection(run);
}

/** What a file says of it. */
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
