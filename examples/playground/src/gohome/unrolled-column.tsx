/**
 * One step of the unrolled network: its input, the one-hot form, the arrows of the weights, probabilities,
 * and the prediction.
 */

import { usePart } from "./highlight.js";
import { ROWS, type Layout } from "./unrolled-layout.js";
import type { UnrolledProps } from "./unrolled.js";

/** The width of a letter in the smallest type, in CSS pixels. */
const LEAST_FOR_LETTER = 8;

export function Column({
  t,
  layout,
  learner,
  snapshot,
  output,
}: UnrolledProps & { t: number; layout: Layout }) {
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
  const tiny = (i: number, of: number) => of >= LEAST_FOR_LETTER && letters[i];
  const state = ROWS.hidden.top + ROWS.hidden.height / 2;
  const back = ROWS.gradient.top + ROWS.gradient.height / 2;
  const before = t === 0 ? Math.max(left - layout.gap + 14, 0) : left - layout.gap;

  return (
    <g>
      <g {...part("p", "target")}>
        <text class={said === target ? "said right" : "said wrong"} x={middle} y={ROWS.said.top + 20}>
          {shown(letters[said])}
        </text>
        <text class="verdict" x={middle} y={ROWS.said.top + 38}>
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

/** Returns a letter in visible form; a space is a letter too. */
const shown = (letter = "?") => (letter.trim() === "" ? "␣" : letter);
