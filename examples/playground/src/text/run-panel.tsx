/** The panel with the buttons for train, pause and reset, the progress, and the settings of the training. */

import { Action } from "../parts/action.js";
import { Segments, TypedField } from "../parts/fields.js";
import { Message } from "../parts/message.js";
import { counted } from "../parts/number.js";
import { RunControls } from "../parts/run-controls.js";
import { UndoButton } from "../parts/undo.js";
import { visible } from "./characters.js";
import type { RemoteSession } from "./remote-session.js";
import { CELLS, schema, type TextSettings } from "./settings.js";
import type { LiveSession } from "./use-session.js";

export interface RunPanelProps {
  live: LiveSession;
  settings: TextSettings;
  /** True if the network comes from a file, so that its shape is fixed. */
  fromFile: boolean;
  /** Changes settings of the run. */
  set(some: Partial<TextSettings>): void;
  /** Changes other settings. */
  change(some: Partial<TextSettings>): void;
}

export function RunPanel({ live, settings, fromFile, set, change }: RunPanelProps) {
  const { session } = live;
  const { cell, hidden, layers } = (fromFile && session?.shape) || settings;
  return (
    <RunControls
      buttons={<Buttons live={live} last={settings.steps} />}
      figures={<Figures session={session} last={settings.steps} />}
      settings={
        <>
          <Segments
            label="Cell"
            value={cell as TextSettings["cell"]}
            options={CELLS}
            disabled={fromFile}
            onChange={(cell) => set({ cell })}
          />
          <TypedField
            label="Units"
            value={hidden}
            setting={schema.hidden}
            width={5}
            disabled={fromFile}
            onChange={(hidden) => set({ hidden })}
          />
          <TypedField
            label="Layers"
            value={layers}
            setting={schema.layers}
            width={5}
            disabled={fromFile}
            onChange={(layers) => set({ layers })}
          />
          <TypedField
            label="Learning rate"
            value={settings.rate}
            setting={schema.rate}
            width={9}
            onChange={(rate) => set({ rate })}
          />
          <TypedField
            label="Held out for validation"
            value={settings.held}
            setting={schema.held}
            width={15}
            onChange={(held) => set({ held })}
          />
          <TypedField
            label="Seed"
            value={settings.seed}
            setting={schema.seed}
            width={9}
            onChange={(seed) => set({ seed })}
          />
          <TypedField
            label="Steps in all"
            value={settings.steps}
            setting={schema.steps}
            width={9}
            onChange={(steps) => change({ steps })}
          />
        </>
      }
      announced={session && session.phase !== "training" && session.steps > 0 ? `Step ${session.steps}` : ""}
    >
      {session && <Ending session={session} last={settings.steps} />}
    </RunControls>
  );
}

function Buttons({ live, last }: { live: LiveSession; last: number }) {
  const { session, replaced } = live;
  const training = session?.phase === "training";
  const can =
    session?.shape !== undefined && session.shape.unknown.length === 0 && session.phase !== "diverged";
  return (
    <div class="row">
      <Action
        primary
        off={!can || (!training && session.steps >= last)}
        onPress={() => (training ? session?.pause() : session?.train(last))}
      >
        {training ? "Pause" : "Train"}
      </Action>
      <button class="button" type="button" disabled={!session} onClick={() => live.reset()}>
        Reset
      </button>
      <UndoButton step={replaced} onUndo={() => live.undo()} />
    </div>
  );
}

function Figures({ session, last }: { session: RemoteSession | undefined; last: number }) {
  const { steps = 0, losses = [], validations = [], pace = 0, phase } = session ?? {};
  const loss = losses.at(-1);
  const validation = validations.at(-1)?.loss;
  return (
    <dl class="figures">
      <div>
        <dt>step of {last}</dt>
        <dd>
          <data value={steps}>{steps}</data>
        </dd>
      </div>
      <div>
        <dt>loss</dt>
        <dd>
          <data value={loss ?? ""}>{loss?.toFixed(4) ?? "–"}</data>
        </dd>
      </div>
      <div>
        <dt>validation loss</dt>
        <dd>
          <data value={validation ?? ""}>{validation?.toFixed(4) ?? "–"}</data>
        </dd>
      </div>
      <div>
        <dt>characters per second</dt>
        <dd class="pace">{phase === "training" && pace > 0 ? Math.round(pace).toLocaleString("en") : "–"}</dd>
      </div>
    </dl>
  );
}

function Ending({ session, last }: { session: RemoteSession; last: number }) {
  const { phase, steps, trouble, shape } = session;
  const unknown = shape?.unknown ?? [];
  if (unknown.length > 0)
    return (
      <Message kind="warning">
        The model does not know {counted(unknown.length, "character")} of this text:{" "}
        <span class="word">{unknown.slice(0, 20).map(visible).join(" ")}</span>. Choose the text that the
        model was trained on, or start with new weights.
      </Message>
    );
  if (phase === "diverged")
    return (
      <Message kind="error">
        <p>
          Training stopped after step {steps}: {trouble}
        </p>
        <p>The weights are those of the last good step. Lower the learning rate; Reset starts again.</p>
      </Message>
    );
  if (phase === "failed")
    return (
      <Message kind="error">
        <p>The model cannot be trained on this text: {trouble}</p>
      </Message>
    );
  if (phase === "finished" && steps >= last)
    return (
      <p class="note" role="status">
        Trained for {counted(steps, "step")}. To train further, raise “Steps in all”.
      </p>
    );
  return null;
}
