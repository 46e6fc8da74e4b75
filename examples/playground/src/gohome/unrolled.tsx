/**
 * The network unrolled over time: a column for each letter, with its input below, its prediction above, and
 * the state passed to the right.
 */

import { HeatMap } from "../parts/heat-map.js";
import { proportional, unbounded, type ColourScale } from "../parts/colour-map.js";
import { useWidth } from "../parts/use-width.js";
import { usePart } from "./highlight.js";
import type { Learner, Snapshot } from "./learner.js";
import type { CellName } from "./settings.js";
import { Column } from "./unrolled-column.js";
import { layoutOf, ROWS, type Layout } from "./unrolled-layout.js";
import "./unrolled.css";

export interface UnrolledProps {
  learner: Learner;
  snapshot: Snapshot;
  /** True if there is an output layer. */
  output: boolean;
}

export function Unrolled({ learner, snapshot, output }: UnrolledProps) {
  const [host, width] = useWidth<HTMLDivElement>(760);
  const { lesson, hiddenSize: H } = learner;
  const T = lesson.inputs.length;
  const layout = layoutOf(T, lesson.letters.length, width);
  const { hidden, hiddenGradients } = snapshot;
  const strip = { width: layout.strip / H, height: ROWS.hidden.height };
  const row = (values: Float32Array, t: number) => values.subarray(t * H, (t + 1) * H);
  const letter = (t: number) => lesson.letters[lesson.inputs[t]!];
  const part = usePart();

  return (
    <>
      {/* a wide word may exceed the width of a phone, so the region scrolls, by keyboard too */}
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
                  scale={stateScale(learner.cell)}
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
                  scale={GRADIENTS}
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
          {[...lesson.inputs].map((_, t) => {
            const [V, target] = [lesson.letters.length, lesson.targets[t]!];
            const percent = Math.round(100 * snapshot.probabilities[t * V + target]!);
            const said = lesson.letters[snapshot.said[t]!] ?? "nothing";
            return `After ${letter(t)} it predicts ${said}; ${lesson.letters[target]}, the right letter, has ${percent} %. `;
          })}
        </p>
      </div>
      {layout.gutter === 0 && (
        <p class="note">
          From bottom to top: the letter that is read, its one-hot vector, the state with its gradient, the
          probabilities, the predicted letter.
        </p>
      )}
    </>
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

/** The names of the rows, if there is room for them. */
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
      {name(ROWS.said.top + 20, "predicts", ["p"])}
      {name(ROWS.bars.top + 30, "probability", ["p", "logits"])}
      {name(ROWS.upper.top + 14, output ? "output layer" : "logits = state", ["W_ho", "b_o", "logits"])}
      {name(ROWS.hidden.top + 12, "state", ["h"])}
      {name(ROWS.gradient.top + 6, "gradient", ["grad"])}
      {name(ROWS.input.top + 12, "one-hot", ["x"])}
      {name(ROWS.letter.top + 16, "reads", ["x"])}
    </g>
  );
}

const WITHIN_ONE = proportional(1);
const BEYOND_ONE = unbounded(1);

/** Returns the colors of hidden states, which are in −1 … 1 for all cells but relu. */
export function stateScale(cell: CellName): ColourScale {
  return cell === "relu" ? BEYOND_ONE : WITHIN_ONE;
}

/** The colors of ∂L/∂h, which are about 0.1 in an untrained network and shrink during training. */
export const GRADIENTS = unbounded(0.1);
