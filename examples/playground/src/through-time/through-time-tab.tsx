/** Back-propagation through time, seen: how much of the last step's loss reaches the steps before, in three cells side by side. */

import { Panel, TypedField } from "../parts/fields.js";
import { format } from "../parts/heat-map.js";
import { LineChart } from "../parts/line-chart.js";
import { Message, messageOf } from "../parts/message.js";
import { SpeedField, SPEEDS, Transport } from "../parts/transport.js";
import { useRun, type Run } from "../parts/use-run.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { FlowMaps } from "./flow-maps.js";
import { LAST_STEP, schema, type ThroughTimeSettings } from "./settings.js";
import "./through-time.css";
import { CELLS, Trio, type Flow } from "./trio.js";

type TrioRun = Run<Trio, Flow[]>;

/** Dashes of the cells, so that colour is not all that tells them apart. */
const DASHES = { tanh: [7, 4], gru: undefined, lstm: [2, 3] };
/** Below this a share is drawn as this: a float32 knows nothing much smaller. */
const FLOOR = 1e-12;

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
      {complaints.length > 0 && (
        <Message kind="warning">
          {complaints.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </Message>
      )}
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
          <Losses run={run} />
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

function Reach({ flows }: { flows: Flow[] }) {
  const T = flows[0]!.share.length;
  return (
    <>
      <LineChart
        label="How much of the last step's gradient arrives at each step"
        xLabel="step t of the sequence"
        yLabel="‖∂L/∂hₜ‖ as a share of ‖∂L/∂h‖ at the last step"
        x={Array.from({ length: T }, (_, t) => t)}
        curves={flows.map(({ cell, share }) => ({
          label: cell,
          colour: `--${cell}`,
          dash: DASHES[cell],
          values: share,
        }))}
        log
        floor={FLOOR}
        height={300}
        xRange={[0, T - 1]}
        rest="first"
      />
      <p class="note">
        The legend says what arrives at the first step (
        {flows.map(({ cell, share }) => `${cell} ${format(share[0]!)}`).join(", ")}); point at the chart for
        another. A line that falls to the left is a gradient that vanishes: each step multiplies it by W_hhᵀ
        and by the slope of tanh. One that rises explodes. The gates of gru and lstm can learn to let it pass;
        an lstm's flows through its cell state as well, which is not drawn here.
      </p>
    </>
  );
}

function Losses({ run }: { run: TrioRun }) {
  const { members, steps } = run.learner;
  const every = Math.ceil(steps / 500) || 1;
  const x = Array.from({ length: Math.ceil(steps / every) }, (_, i) => i * every);
  /** Means over what lies between two points: each batch is another one, and its loss jumps. */
  const mean = (losses: readonly number[], from: number) => {
    const part = losses.slice(Math.max(0, from - 4), from + Math.max(every, 1));
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  };
  const curves = CELLS.map((cell, i) => ({
    label: cell,
    colour: `--${cell}`,
    dash: DASHES[cell],
    values: x.map((from) => mean(members[i]!.losses, from)),
  }));
  return (
    <>
      <LineChart
        label="The losses as they learn"
        xLabel="training step"
        yLabel="nats a letter, mean over five batches"
        x={x}
        curves={curves}
        reference={{ value: Math.log(4), label: "guessing" }}
        xRange={[0, 100]}
        height={260}
      />
      {steps === 0 && <p class="note">Nothing learnt yet. Press Play.</p>}
    </>
  );
}

export const throughTimeTab: Tab = { id: "through-time", title: "Back through time", View: ThroughTime };
