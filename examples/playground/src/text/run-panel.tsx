/** Train, pause, reset; how far it is; and what the training is made of. */

import { Segments, TypedField } from "../parts/fields.js";
import { Busy, Message } from "../parts/message.js";
import { counted } from "../parts/number.js";
import type { TextSession } from "./session.js";
import { CELLS, schema, type TextSettings } from "./settings.js";
import type { LiveSession } from "./use-session.js";

export interface RunPanelProps {
  live: LiveSession;
  settings: TextSettings;
  /** Whether the network comes from a file, so that its shape is given. */
  fromFile: boolean;
  /** Changes what the run depends on. */
  set(some: Partial<TextSettings>): void;
}

export function RunPanel({ live, settings, fromFile, set }: RunPanelProps) {
  const { session } = live;
  const rnn = fromFile ? session?.model.rnn : undefined;
  const { cell, hidden, layers } = rnn
    ? { cell: rnn.cell, hidden: rnn.hiddenSize, layers: rnn.layers }
    : settings;
  return (
    <section class="panel" aria-label="The run">
      <div class="row spread">
        <Buttons live={live} last={settings.steps} />
        {session && <Figures session={session} last={settings.steps} />}
      </div>
      <div class="row">
        <Segments
          label="Cell"
          value={cell}
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
          label="Kept back to validate"
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
          onChange={(steps) => set({ steps, step: settings.step })}
        />
      </div>
      {session && <Ending session={session} last={settings.steps} />}
    </section>
  );
}

function Buttons({ live, last }: { live: LiveSession; last: number }) {
  const { session } = live;
  const training = session?.phase === "training";
  const over = !session || session.phase === "diverged" || (!training && session.steps >= last);
  const behind = session?.behind ?? false;
  return (
    <div class="row">
      <button
        class="button primary"
        type="button"
        disabled={over || behind}
        onClick={() => (training ? session?.pause() : session?.train(last))}
      >
        {training ? "Pause" : "Train"}
      </button>
      <button class="button" type="button" disabled={!session} onClick={() => live.session && live.reset()}>
        Reset
      </button>
      {behind && <Busy>coming back to the step it was at</Busy>}
    </div>
  );
}

function Figures({ session, last }: { session: TextSession; last: number }) {
  const { steps, losses, validations, pace, phase } = session;
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
        <dt>characters a second</dt>
        <dd class="pace">{phase === "training" && pace > 0 ? Math.round(pace).toLocaleString("en") : "–"}</dd>
      </div>
    </dl>
  );
}

function Ending({ session, last }: { session: TextSession; last: number }) {
  const { phase, steps, trouble } = session;
  if (phase === "diverged")
    return (
      <Message kind="error">
        <p>
          Training cannot go on after step {steps}: {trouble}
        </p>
        <p>The weights are those of the last good step. A smaller learning rate helps; Reset begins anew.</p>
      </Message>
    );
  if (phase === "failed")
    return (
      <Message kind="error">
        <p>It cannot be trained: {trouble}</p>
      </Message>
    );
  if (phase === "finished" && steps >= last)
    return (
      <p class="note" role="status">
        Trained for {counted(steps, "step")}. More steps in all let it go on; it first comes back to where it
        is.
      </p>
    );
  return null;
}
