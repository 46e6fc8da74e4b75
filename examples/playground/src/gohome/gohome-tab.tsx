/** The interactive tutorial: a network that learns to complete a word, with all of its values visible. */

import { Complaints, Message, messageOf } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import { RunControls } from "../parts/run-controls.js";
import { Scale } from "../parts/scale.js";
import { Ended, SPEEDS, Transport } from "../parts/transport.js";
import { useRun } from "../parts/use-run.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { Controls } from "./controls.js";
import { Equations } from "./equations.js";
import "./gohome.css";
import { HighlightArea } from "./highlight.js";
import { Learner, type GohomeRun } from "./learner.js";
import { lettersOf } from "./lesson.js";
import { floorOf, Loss } from "./loss.js";
import { LAST_STEP, schema, type GohomeSettings } from "./settings.js";
import { GRADIENTS, stateScale, Unrolled } from "./unrolled.js";
import { Weights, WEIGHTS } from "./weights.js";

function Gohome({ active }: TabProps) {
  const live = useSettings("gohome", schema, active);
  const { settings, complaints } = live;
  /** Changes settings and starts a new run at its first step. */
  const set = (some: Partial<GohomeSettings>) => live.change({ ...some, step: 0 });
  const { word, cell, output, hidden, rate, seed } = settings;
  const run: GohomeRun = useRun({
    key: [word, cell, output, output ? hidden : 0, rate, seed, live.visit].join("\n"),
    make: () => new Learner(settings),
    step: settings.step,
    onStep: (step) => live.change({ step }),
    restore: (step) => live.change({ ...settings, step }),
    perSecond: SPEEDS[settings.speed],
    active,
  });
  const letters = lettersOf(word);
  const { learner, snapshot } = run;
  const floor = floorOf(settings, learner.lesson.letters.length);

  return (
    <HighlightArea>
      <div class="lead">
        <h2 class="visually-hidden">Learn a word</h2>
        <p>
          Press Play: this recurrent network (RNN) reads <q class="word">{letters.slice(0, -1).join("")}</q>{" "}
          and learns to predict the next letter each time, <q class="word">{letters.slice(1).join("")}</q>.
          Hover or tap a symbol of the equations to see it in the picture.
        </p>
      </div>
      <Complaints of={complaints} />
      <RunControls
        buttons={<Transport run={run} ended={learner.failure !== undefined || learner.steps >= LAST_STEP} />}
        figures={<Figures run={run} />}
        settings={
          <Controls
            settings={settings}
            letters={learner.lesson.letters.length}
            set={set}
            change={live.change}
          />
        }
        announced={
          run.playing
            ? ""
            : `Step ${snapshot.steps}, loss ${snapshot.loss.toFixed(4)}, predicts ${predicted(run)}`
        }
      >
        {learner.steps >= LAST_STEP && <Ended last={LAST_STEP} />}
      </RunControls>
      <Failure run={run} />
      <div class="grid">
        <div class="column span-8">
          <Panel title="The network, unrolled over time">
            <Unrolled learner={learner} snapshot={snapshot} output={output} />
            <Legend cell={cell} />
          </Panel>
          <Panel title="The equations">
            <Equations cell={cell} output={output} bounded={floor !== undefined} />
          </Panel>
        </div>
        <div class="column span-4">
          <Panel title="Loss">
            <Loss losses={learner.losses} floor={floor} />
          </Panel>
          <Panel title="Weights and states" aside={<Scale of="weight" scale={WEIGHTS} />}>
            <Weights learner={learner} snapshot={snapshot} output={output} />
          </Panel>
        </div>
      </div>
    </HighlightArea>
  );
}

function Figures({ run }: { run: GohomeRun }) {
  const { targets } = run.learner.lesson;
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
        <dt>predicts</dt>
        <dd class={right ? "good" : "bad"}>
          {predicted(run)} {right ? "✓" : "✗"}
        </dd>
      </div>
    </dl>
  );
}

/** Returns the predicted letters as a word. */
function predicted({ learner, snapshot }: GohomeRun): string {
  return snapshot.said.map((id) => learner.lesson.letters[id] ?? "?").join("");
}

function Failure({ run }: { run: GohomeRun }) {
  const { failure, steps } = run.learner;
  if (failure === undefined) return null;
  return (
    <Message kind="error">
      <p>
        Training stopped after step {steps}: {messageOf(failure)}
      </p>
      <p>Lower the learning rate; Reset starts again.</p>
    </Message>
  );
}

/** The legend of the colors. */
function Legend({ cell }: { cell: GohomeSettings["cell"] }) {
  return (
    <div class="legend note">
      <span>
        <i class="key" /> probability of the letter that should come
      </span>
      <Scale of="state" scale={stateScale(cell)} />
      <Scale of="gradient" scale={GRADIENTS} />
    </div>
  );
}

export const gohomeTab: Tab = { id: "gohome", title: "Learn a word", View: Gohome };
