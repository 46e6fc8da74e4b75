/** The buttons for play, step and reset, and the speed. */

import { Action } from "./action.js";
import { Segments } from "./fields.js";
import { Busy } from "./message.js";
import { UndoButton } from "./undo.js";
import type { Run } from "./use-run.js";

/** Steps per second. */
export const SPEEDS = { slow: 4, steady: 30, most: Infinity } as const;
export type Speed = keyof typeof SPEEDS;
export const SPEED_NAMES: readonly Speed[] = ["slow", "steady", "most"];

/** @param ended true if there can be no further step */
export function Transport({ run, ended }: { run: Run<unknown, unknown>; ended: boolean }) {
  const { playing, behind } = run;
  return (
    <div class="row">
      <Action primary off={ended || behind} onPress={run.toggle}>
        {playing ? "Pause" : "Play"}
      </Action>
      <Action off={ended || behind} onPress={run.step}>
        Step
      </Action>
      <button class="button" type="button" onClick={run.reset}>
        Reset
      </button>
      <UndoButton step={run.replaced} onUndo={run.undo} />
      {behind && <Busy>training to the step that the link names</Busy>}
    </div>
  );
}

/** A note that a run has reached its last step. */
export function Ended({ last }: { last: number }) {
  return <p class="note">This is step {last.toLocaleString("en")}, the last one. Reset starts again.</p>;
}

export function SpeedField({ value, onChange }: { value: Speed; onChange(speed: Speed): void }) {
  const names = { slow: "4", steady: "30", most: "max" };
  return (
    <Segments
      label="Steps per second"
      value={value}
      options={SPEED_NAMES}
      names={names}
      onChange={onChange}
    />
  );
}
