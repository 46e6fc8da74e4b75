/** The tutorial, alive: a network that learns to say the rest of a word, with everything in it to be seen. */

import { Check, Panel, Segments, TypedField } from "../parts/fields.js";
import { Scale } from "../parts/heat-map.js";
import { LineChart } from "../parts/line-chart.js";
import { Message, messageOf } from "../parts/message.js";
import { SpeedField, SPEEDS, Transport } from "../parts/transport.js";
import { useRun, type Run } from "../parts/use-run.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { Equations } from "./equations.js";
import "./gohome.css";
import { HighlightArea } from "./highlight.js";
import { Learner, type Snapshot } from "./learner.js";
import { CELLS, LAST_STEP, schema, type GohomeSettings } from "./settings.js";
import { stateScale, Unrolled } from "./unrolled.js";
import { Weights, weightScale } from "./weights.js";

type GohomeRun = Run<Learner, Snapshot>;

function Gohome({ active }: TabProps) {
  const live = useSettings("gohome", schema, active);
  const { settings, complaints } = live;
  /** Another run begins at its first step. */
  const set = (some: Partial<GohomeSettings>) => live.change({ ...some, step: 0 });
  const { word, cell, output, hidden, rate, seed } = settings;
  const run: GohomeRun = useRun({
    key: [word, cell, output, output ? hidden : 0, rate, seed, live.visit].join("\n"),
    make: () => new Learner(settings),
    step: settings.step,
    onStep: (step) => live.change({ step }),
    perSecond: SPEEDS[settings.speed],
    active,
  });
  const letters = [...word];
  const { learner, snapshot } = run;

  return (
    <HighlightArea>
      <div class="lead">
        <h2>One letter at a time</h2>
        <p>
          Shown <q class="word">{letters.slice(0, -1).join("")}</q>, the network should say{" "}
          <q class="word">{letters.slice(1).join("")}</q>: at each step the letter that comes next. Play, and
          watch its weights find a way. Point at a term of the equations to see what it is in the picture.
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
          <Figures run={run} />
        </div>
        <Controls
          settings={settings}
          letters={learner.lesson.letters.length}
          set={set}
          change={live.change}
        />
      </section>
      <Failure run={run} />
      <div class="grid">
        <Panel
          class="span-8"
          title="The network, unrolled over time"
          aside={<Legend scale={stateScale(cell, snapshot)} />}
        >
          <Unrolled learner={learner} snapshot={snapshot} output={output} />
        </Panel>
        <Panel class="span-4" title="The equations">
          <Equations cell={cell} output={output} />
        </Panel>
        <Panel class="span-7" title="What it has learnt" aside={<Scale scale={weightScale(snapshot)} />}>
          <Weights learner={learner} snapshot={snapshot} output={output} />
        </Panel>
        <Panel class="span-5 beside" title="The loss">
          <Loss run={run} floor={floorOf(settings, learner.lesson.letters.length)} />
        </Panel>
      </div>
    </HighlightArea>
  );
}

function Figures({ run }: { run: GohomeRun }) {
  const { letters, targets } = run.learner.lesson;
  const { steps, loss, said } = run.snapshot;
  const right = said.every((id, t) => id === targets[t]);
  return (
    <dl class="figures">
      <div>
        <dt>step</dt>
        <dd>
          <data value={steps}>{steps}</data>
        </dd>
      </div>
      <div>
        <dt>loss</dt>
        <dd>
          <data value={loss}>{loss.toFixed(4)}</data>
        </dd>
      </div>
      <div>
        <dt>it says</dt>
        <dd class={right ? "good" : "bad"}>
          {said.map((id) => letters[id] ?? "?").join("")} {right ? "✓" : "✗"}
        </dd>
      </div>
    </dl>
  );
}

interface ControlsProps {
  settings: GohomeSettings;
  /** How many different ones. */
  letters: number;
  set(some: Partial<GohomeSettings>): void;
  change(some: Partial<GohomeSettings>): void;
}

function Controls({ settings, letters, set, change }: ControlsProps) {
  const { word, cell, output, hidden, rate, seed, speed } = settings;
  return (
    <div class="row">
      <TypedField
        label="Word"
        value={word}
        setting={schema.word}
        width={16}
        onChange={(word) => set({ word })}
      />
      <Segments label="Cell" value={cell} options={CELLS} onChange={(cell) => set({ cell })} />
      <Check label="Output layer" value={output} onChange={(output) => set({ output })} />
      {output ? (
        <TypedField
          label="Units"
          value={hidden}
          setting={schema.hidden}
          width={5}
          onChange={(hidden) => set({ hidden })}
        />
      ) : (
        <TypedField
          label="Units"
          value={letters}
          setting={schema.hidden}
          width={5}
          disabled
          onChange={() => {}}
        />
      )}
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
      <SpeedField value={speed} onChange={(speed) => change({ speed })} />
    </div>
  );
}

function Failure({ run }: { run: GohomeRun }) {
  const { failure, steps } = run.learner;
  if (failure === undefined) return null;
  return (
    <Message kind="error">
      <p>
        Training cannot go on after step {steps}: {messageOf(failure)}
      </p>
      <p>A smaller learning rate helps; Reset begins anew.</p>
    </Message>
  );
}

function Legend({ scale }: { scale: number }) {
  return (
    <div class="legend note">
      <span>
        <i class="key" /> probability of the letter that should come
      </span>
      <span>
        <i class="key back" /> the gradient, flowing back
      </span>
      <Scale scale={scale} />
    </div>
  );
}

function Loss({ run, floor }: { run: GohomeRun; floor: number | undefined }) {
  const { losses } = run.learner;
  const every = Math.ceil(losses.length / 1000); // more than a point a pixel is not seen
  const x = losses.map((_, i) => i).filter((i) => i % every === 0 || i === losses.length - 1);
  return (
    <>
      <LineChart
        label="The loss as it learns"
        xLabel="step"
        yLabel="nats a letter"
        x={x}
        curves={[{ label: "loss", colour: "--accent", values: x.map((i) => losses[i]!) }]}
        reference={floor === undefined ? undefined : { value: floor, label: "can go no lower" }}
        xRange={[0, 100]}
        height={260}
      />
      {floor !== undefined && (
        <p class="note">
          Without an output layer the states are the logits, and lie between −1 and 1: even the best leaves
          some doubt. With an output layer there is no such floor.
        </p>
      )}
    </>
  );
}

/** ln(1 + (V − 1)·e⁻²): logits within −1 … 1. A relu's have no upper end. */
function floorOf({ output, cell }: GohomeSettings, letters: number): number | undefined {
  return output || cell === "relu" ? undefined : Math.log1p((letters - 1) * Math.exp(-2));
}

export const gohomeTab: Tab = { id: "gohome", title: "gohome", View: Gohome };
