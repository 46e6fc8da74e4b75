/**
 * Back-propagation through time, visualized: how much of the last step's loss reaches the earlier steps, in
 * three cells side by side.
 */

import { TypedField } from "../parts/fields.js";
import { Complaints, Message, messageOf } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import { RunControls } from "../parts/run-controls.js";
import { Ended, SpeedField, SPEEDS, Transport } from "../parts/transport.js";
import { useRun } from "../parts/use-run.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { FlowMaps } from "./flow-maps.js";
import { Losses } from "./losses.js";
import { B } from "./recall.js";
import { Reach } from "./reach.js";
import { LAST_STEP, schema, type ThroughTimeSettings } from "./settings.js";
import "./through-time.css";
import { Trio, type TrioRun } from "./trio.js";

function ThroughTime({ active }: TabProps) {
  const live = useSettings("through-time", schema, active);
  const { settings, complaints } = live;
  const { length, hidden, scale, rate, seed } = settings;
  const run: TrioRun = useRun({
    key: [length, hidden, scale, rate, seed, live.visit].join("\n"),
    make: () => new Trio(settings),
    step: settings.step,
    onStep: (step) => live.change({ step }),
    restore: (step) => live.change({ ...settings, step }),
    perSecond: SPEEDS[settings.speed],
    active,
  });
  /** Changes settings and starts a new run at its first step. */
  const set = (some: Partial<ThroughTimeSettings>) => live.change({ ...some, step: 0 });
  const { learner, snapshot } = run;

  return (
    <>
      <div class="lead">
        <h2 class="visually-hidden">Vanishing gradients</h2>
        <p>
          Three networks read a letter, then noise, and learn to recall that first letter. The gradient of the
          loss at the last step must reach back to the first letter, through every step between. Press Play to
          see which networks learn to let it pass.
        </p>
      </div>
      <Complaints of={complaints} />
      <RunControls
        buttons={<Transport run={run} ended={learner.failure !== undefined || learner.steps >= LAST_STEP} />}
        figures={<Results run={run} />}
        settings={
          <>
            <TypedField
              label="Sequence length"
              value={length}
              setting={schema.length}
              width={13}
              onChange={(length) => set({ length })}
            />
            <TypedField
              label="Units"
              value={hidden}
              setting={schema.hidden}
              width={5}
              onChange={(hidden) => set({ hidden })}
            />
            <TypedField
              label="Initial W_hh ×"
              value={scale}
              setting={schema.scale}
              width={11}
              onChange={(scale) => set({ scale })}
            />
            <TypedField
              label="Learning rate"
              value={rate}
              setting={schema.rate}
              width={9}
              onChange={(rate) => set({ rate })}
            />
            <TypedField
              label="Seed"
              value={seed}
              setting={schema.seed}
              width={9}
              onChange={(seed) => set({ seed })}
            />
            <SpeedField value={settings.speed} onChange={(speed) => live.change({ speed })} />
          </>
        }
        announced={run.playing ? "" : `Step ${learner.steps}`}
      >
        {learner.steps >= LAST_STEP && <Ended last={LAST_STEP} />}
      </RunControls>
      {learner.failure && (
        <Message kind="error">
          <p>
            Training stopped after step {learner.steps}: the {learner.failure.cell} network:{" "}
            {messageOf(learner.failure.error)}
          </p>
          <p>Lower the learning rate or the initial weights.</p>
        </Message>
      )}
      <div class="grid">
        <Panel title="How much of the last step’s gradient arrives">
          <Reach flows={snapshot} />
        </Panel>
        <Panel class="span-7" title="The same, unit by unit, for one sequence">
          <FlowMaps flows={snapshot} hidden={learner.hidden} letters={learner.shown} />
        </Panel>
        <Panel class="span-5" title="Loss">
          <Losses trio={learner} />
        </Panel>
      </div>
    </>
  );
}

function Results({ run }: { run: TrioRun }) {
  const { learner, snapshot } = run;
  return (
    <dl class="figures">
      <div>
        <dt>step</dt>
        <dd>
          <data value={learner.steps}>{learner.steps}</data>
        </dd>
      </div>
      {snapshot.map(({ cell, accuracy }) => (
        <div key={cell}>
          <dt style={{ color: `var(--${cell})` }}>{cell}: recalled, of 8 sequences</dt>
          <dd>
            <data value={accuracy}>{Math.round(accuracy * B)}</data>
          </dd>
        </div>
      ))}
    </dl>
  );
}

export const throughTimeTab: Tab = { id: "through-time", title: "Vanishing gradients", View: ThroughTime };
