/**
 * Converts a run of a model to sections of its file and back: its settings, the fingerprint of its data, its
 * state and its optimizer. With the network's parameters and the same data, the run continues
 * bit-identically.
 *
 *     optimizer   the OptimizerSnapshot
 *     training    { run: { settings, fingerprint, state } }
 *
 * The sections do not contain why and when it was stopped. Data from a file is checked before it is used.
 */

import { objectWith, type NamesOf } from "../../base/options.js";
import { record, string } from "../../base/check.js";
import type { Model } from "../../file/model-file.js";
import type { RunCheckpoint } from "../../fit/fit-options.js";
import { isUnfinished, readRunState, type RunState } from "../../fit/run-state.js";
import { ofFile, packSection, type Section, unpackSection } from "../../file/section.js";
import { readSavedSettings, type SettingsOf } from "./fit-options.js";

/** The settings of a run and the fingerprint of its data. */
export interface RunIdentity<Settings> {
  readonly settings: Settings;
  readonly fingerprint: string;
}

/** A run that can be continued. */
export interface SavedRun<Settings> extends RunIdentity<Settings> {
  readonly state: RunState;
  readonly optimizer: unknown;
}

/** The sections of a run. */
export type RunSections = Required<Pick<Model, "optimizer" | "training">>;

const NAMES = {
  settings: true,
  fingerprint: true,
  state: true,
} satisfies NamesOf<Omit<SavedRun<unknown>, "optimizer">>;

/** Returns the sections of a run, or undefined for a complete run. */
export function packRun(
  { settings, fingerprint }: RunIdentity<unknown>,
  { state, optimizer }: Pick<RunCheckpoint, "state" | "optimizer">,
): RunSections | undefined {
  if (state.stopped !== null && !isUnfinished(state.stopped)) return undefined;
  const run = { settings, fingerprint, state: { ...state, stopped: null } };
  return { optimizer: packSection(optimizer), training: packSection({ run }) };
}

/** Returns the run of a file's sections, or undefined if there is none. */
export function unpackRun<Settings>(
  { optimizer, training }: { optimizer?: Section | undefined; training?: Section | undefined },
  format: SettingsOf<Settings>,
): SavedRun<Settings> | undefined {
  if (optimizer === undefined || training === undefined) return undefined;
  return ofFile("training", () => {
    const { run } = unpackSection(training, "training") as { run?: unknown };
    if (run === undefined) return undefined;
    const given = objectWith(run, "run", NAMES) as Record<string, unknown>;
    return {
      settings: readSavedSettings(record(given["settings"], "settings"), format),
      fingerprint: string(given["fingerprint"], "fingerprint"),
      state: readRunState(given["state"], "state"),
      optimizer: unpackSection(optimizer, "optimizer"),
    };
  });
}
