/** Back-propagation through time, seen: how much of the last step's loss reaches the steps before, in three cells side by side. */

import { TypedField } from "../parts/fields.js";
import { Complaints, Message, messageOf } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import { SpeedField, SPEEDS, Transport } from "../parts/transport.js";
import { useRun } from "../parts/use-run.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { FlowMaps } from "./flow-maps.js";
import { Losses } from "./losses.js";
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
    perSecond: SPEEDS[settings.speed],
    active,
  });
  /** Another run begins at its first step. */
  const set = (some: Partial<ThroughTimeSettings>) => live.change({ ...some, step: 0 });
  const { learner, snapshot } = run;

  return (
    <>
      <div class="lead">
        <h2>How far back does it learn?</h2>
        <p>
          Three networks read a letter, then noise, and should keep saying the letter they began with. The
          loss at the last step can teach the first one only as far as its gradient flows back through every
          step between.
        </p>
      </div>
      <Complaints of={complaints} />
      <section class="panel" aria-label="The run">
        <div class="row spread">
          <Transport run={run} ended={learner.failure !== undefined || learner.steps >= LAST_STEP} />
          <Results run={run} />
        </div>
        <div class="row">
          <TypedField
            label="Steps of a sequence"
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
            label="First W_hh times"
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
        </div>
      </section>
      {learner.failure && (
        <Message kind="error">
          <p>
            Training cannot go on after step {learner.steps}: the {learner.failure.cell} network:{" "}
            {messageOf(learner.failure.error)}
          </p>
          <p>Smaller first weights or a smaller learning rate help.</p>
        </Message>
      )}
      <div class="grid">
        <Panel title="What arrives of the last step's gradient">
          <Reach flows={snapshot} />
        </Panel>
        <Panel class="span-7" title="The same, unit by unit, for one sequence">
          <FlowMaps flows={snapshot} hidden={learner.hidden} letters={learner.shown} />
        </Panel>
        <Panel class="span-5 beside" title="The loss">
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
          <dt style={{ color: `var(--${cell})` }}>{cell}, right at the end</dt>
          <dd>
            <data value={accuracy}>{Math.round(accuracy * 100)} %</data>
          </dd>
        </div>
      ))}
    </dl>
  );
}

export const throughTimeTab: Tab = { id: "through-time", title: "Back through time", View: ThroughTime };
