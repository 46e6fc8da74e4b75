/** The network unrolled over time: a column for each letter, what goes in below, what it says above, the state handed on. */

import { HeatMap } from "../parts/heat-map.js";
import { roundScale } from "../parts/colour-map.js";
import { useWidth } from "../parts/use-width.js";
import { usePart } from "./highlight.js";
import type { Learner, Snapshot } from "./learner.js";
import type { CellName } from "./settings.js";
import { layoutOf, ROWS, type Layout } from "./unrolled-layout.js";

interface Props {
  learner: Learner;
  snapshot: Snapshot;
  /** Whether there is an output layer. */
  output: boolean;
}

export function Unrolled({ learner, snapshot, output }: Props) {
  const [host, width] = useWidth<HTMLDivElement>(760);
  const { lesson, hiddenSize: H } = learner;
  const T = lesson.inputs.length;
  const layout = layoutOf(T, width);
  const { hidden, hiddenGradients } = snapshot;
  const strip = { width: layout.strip / H, height: ROWS.hidden.height };
  const row = (values: Float32Array, t: number) => values.subarray(t * H, (t + 1) * H);
  const letter = (t: number) => lesson.letters[lesson.inputs[t]!];
  const part = usePart();
  const flow = roundScale(hiddenGradients);

  return (
    // one wide word may be wider than a phone: then it is a region that scrolls, by keyboard too
    <div
      class="unrolled"
      ref={host}
      role="group"
      aria-label="The network, unrolled over time"
      tabIndex={layout.width > width ? 0 : -1}
    >
      <div class="stage" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
        <svg width={layout.width} height={layout.height} aria-hidden="true">
          <Arrowheads />
          <RowNames layout={layout} output={output} />
          {[...lesson.inputs].map((_, t) => (
            <Column key={t} t={t} layout={layout} learner={learner} snapshot={snapshot} output={output} />
          ))}
        </svg>
        {[...lesson.inputs].map((_, t) => (
          <div key={t}>
            <div
              {...part("h", "h_prev")}
              style={{ left: `${layout.left(t)}px`, top: `${ROWS.hidden.top}px` }}
            >
              <HeatMap
                values={row(hidden, t)}
                rows={1}
                columns={H}
                scale={stateScale(learner.cell, snapshot)}
                cell={strip}
                label={`The hidden state after ${letter(t)}, step ${t}`}
                describe={(_, unit) => `h${t}, unit ${unit}`}
                keyboard={false}
              />
            </div>
            <div {...part("grad")} style={{ left: `${layout.left(t)}px`, top: `${ROWS.gradient.top}px` }}>
              <HeatMap
                values={row(hiddenGradients, t)}
                rows={1}
                columns={H}
                scale={flow}
                cell={{ ...strip, height: ROWS.gradient.height }}
                label={`The gradient of the loss by the hidden state of step ${t}`}
                describe={(_, unit) => `∂L/∂h${t}, unit ${unit}`}
                keyboard={false}
              />
            </div>
          </div>
        ))}
      </div>
      <p class="visually-hidden" aria-live="off">
        {[...lesson.inputs].map(
          (_, t) => `After ${letter(t)} it says ${lesson.letters[snapshot.said[t]!]}. `,
        )}
      </p>
    </div>
  );
}

function Arrowheads() {
  const head = (id: string, colour: string) => (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="7"
      refY="4"
      markerWidth="7"
      markerHeight="7"
      orient="auto-start-reverse"
    >
      <path d="M0 0.5 8 4 0 7.5z" fill={`var(${colour})`} />
    </marker>
  );
  return (
    <defs>
      {head("forward", "--line-strong")}
      {head("backward", "--much")}
    </defs>
  );
}

/** What the rows are, where there is room beside them. */
function RowNames({ layout, output }: { layout: Layout; output: boolean }) {
  const part = usePart();
  if (layout.gutter === 0) return null;
  const name = (y: number, text: string, parts: string[]) => (
    <text x="0" y={y} {...part(...parts)} dominant-baseline="middle">
      {text}
    </text>
  );
  return (
    <g class="row-names">
      {name(ROWS.said.top + 20, "it says", ["p"])}
      {name(ROWS.bars.top + 40, "probability", ["p", "logits"])}
      {name(ROWS.upper.top + 18, output ? "output layer" : "as they are", ["W_ho", "b_o", "logits"])}
      {name(ROWS.hidden.top + 12, "state", ["h"])}
      {name(ROWS.gradient.top + 6, "gradient", ["grad"])}
      {name(ROWS.input.top + 12, "one-hot", ["x"])}
      {name(ROWS.letter.top + 16, "it reads", ["x"])}
    </g>
  );
}

function Column({ t, layout, learner, snapshot, output }: Props & { t: number; layout: Layout }) {
  const part = usePart();
  const { letters, inputs, targets, inputSize } = learner.lesson;
  const left = layout.left(t);
  const middle = left + layout.strip / 2;
  const right = left + layout.strip;
  const V = letters.length;
  const p = snapshot.probabilities.subarray(t * V, (t + 1) * V);
  const said = snapshot.said[t]!;
  const target = targets[t]!;
  const bar = layout.strip / V;
  const input = layout.strip / inputSize;
  const tiny = (i: number, of: number) => of >= 10 && letters[i];
  const state = ROWS.hidden.top + ROWS.hidden.height / 2;
  const back = ROWS.gradient.top + ROWS.gradient.height / 2;
  const before = t === 0 ? Math.max(left - layout.gap + 14, 0) : left - layout.gap;

  return (
    <g>
      <g {...part("p", "target")}>
        <text class={said === target ? "said right" : "said wrong"} x={middle} y={ROWS.said.top + 22}>
          {shown(letters[said])}
        </text>
        <text class="verdict" x={middle} y={ROWS.said.top + 42}>
          {said === target ? "✓" : `not ${shown(letters[target])}`}
        </text>
      </g>
      <g {...part("p", "logits", "target", "loss")}>
        <line class="base" x1={left} x2={right} y1={ROWS.bars.bottom} y2={ROWS.bars.bottom} />
        {letters.map((letter, i) => (
          <g key={letter}>
            <rect
              class={i === target ? "bar target" : "bar"}
              x={left + i * bar + 0.5}
              width={Math.max(bar - 1, 1)}
              y={ROWS.bars.bottom - (p[i] || 0) * ROWS.bars.height}
              height={(p[i] || 0) * ROWS.bars.height}
            />
            <text
              class={i === target ? "tick target" : "tick"}
              x={left + (i + 0.5) * bar}
              y={ROWS.bars.bottom + 13}
            >
              {tiny(i, bar)}
            </text>
          </g>
        ))}
      </g>
      <g {...part(...(output ? ["W_ho", "b_o", "logits"] : ["logits"]))}>
        <line class="arrow" x1={middle} x2={middle} y1={ROWS.hidden.top - 4} y2={ROWS.upper.top + 2} />
        {output && layout.names && <Label x={middle} y={ROWS.upper.top + 18} of="W" sub="ho" />}
      </g>
      <g {...part("h_prev", "W_hh")}>
        <line class="arrow" x1={before} x2={left - 3} y1={state} y2={state} />
        {t === 0 && (
          <text class="zero" x={before - 4} y={state}>
            0
          </text>
        )}
        {layout.names && t > 0 && (
          <Label x={left - layout.gap / 2 - 2} y={state - 11} of="W" sub="hh" centred />
        )}
      </g>
      {t > 0 && (
        <g {...part("grad")}>
          <line class="arrow back" x1={left - 2} x2={before + 3} y1={back} y2={back} />
        </g>
      )}
      <g {...part("W_ih", "b_h")}>
        <line class="arrow" x1={middle} x2={middle} y1={ROWS.input.top - 4} y2={ROWS.lower.top + 2} />
        {layout.names && <Label x={middle} y={ROWS.lower.top + 18} of="W" sub="ih" />}
      </g>
      <g {...part("x")}>
        {Array.from({ length: inputSize }, (_, i) => (
          <g key={i}>
            <rect
              class={i === inputs[t] ? "hot" : "cold"}
              x={left + i * input}
              y={ROWS.input.top}
              width={input}
              height={ROWS.input.height}
            />
            <text
              class={i === inputs[t] ? "tick on" : "tick"}
              x={left + (i + 0.5) * input}
              y={ROWS.input.top + 15}
            >
              {tiny(i, input)}
            </text>
          </g>
        ))}
        <text class="letter" x={middle} y={ROWS.letter.top + 24}>
          {shown(letters[inputs[t]!])}
        </text>
        <text class="step" x={middle} y={ROWS.letter.top + 42}>
          t = {t}
        </text>
      </g>
    </g>
  );
}

function Label({
  x,
  y,
  of: name,
  sub,
  centred,
}: {
  x: number;
  y: number;
  of: string;
  sub: string;
  centred?: boolean;
}) {
  return (
    <text class="weight" x={centred ? x : x + 7} y={y} text-anchor={centred ? "middle" : "start"}>
      {name}
      <tspan class="sub" dy="3">
        {sub}
      </tspan>
    </text>
  );
}

/** A space is a letter too, and should be seen. */
const shown = (letter = "?") => (letter.trim() === "" ? "␣" : letter);

/** Of the colours of hidden states: all but a relu's lie within −1 … 1. */
export function stateScale(cell: CellName, { hidden }: Snapshot): number {
  return cell === "relu" ? roundScale(hidden) : 1;
}
