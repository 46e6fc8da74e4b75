/**
 * The parameters and the states as heat maps, one column per unit; the gates of a gated cell are side by
 * side.
 */

import { unbounded, type ColourScale } from "../parts/colour-map.js";
import { HeatMap } from "../parts/heat-map.js";
import { usePart, type Part } from "./highlight.js";
import type { Learner, Snapshot } from "./learner.js";
import { Name } from "./term.js";
import { stateScale } from "./unrolled.js";
import "./weights.css";

const GATES = { tanh: [""], relu: [""], gru: ["r", "z", "n"], lstm: ["i", "f", "g", "o"] } as const;

/** A matrix (rows, G·H) or (rows, H). Each gate's block is a separate picture. */
interface Matrix {
  part: Part;
  name: string;
  sub: string;
  says: string;
  values: Float32Array;
  rows: number;
  /** The names of the rows. */
  rowNames: readonly string[];
  /** Names of the blocks; a block without a name is the whole matrix. */
  blocks: readonly string[];
  columns: number;
  columnNames: readonly string[];
  scale: ColourScale;
}

/** The width for all blocks of a row. Squares have at most the size `MOST`. */
const ROOM = 330;
const MOST = 20;
/** The size from which a square has room for a letter above it. */
const LEAST_FOR_NAMES = 14;

/** The color scale of all parameters, so that they can be compared with each other and between steps. */
export const WEIGHTS = unbounded(1);
/** The cell state of an lstm is not bounded. */
const CELL_STATES = unbounded(1);

export function Weights({
  learner,
  snapshot,
  output,
}: {
  learner: Learner;
  snapshot: Snapshot;
  output: boolean;
}) {
  const widest = Math.max(
    GATES[learner.cell].length * learner.hiddenSize,
    output ? learner.lesson.letters.length : 0,
  );
  const size = Math.max(3, Math.min(MOST, Math.floor(ROOM / widest)));
  return (
    <div class="matrices">
      {matricesOf(learner, snapshot, output).map((matrix) => (
        <MatrixCard key={matrix.part} matrix={matrix} size={size} />
      ))}
    </div>
  );
}

function MatrixCard({ matrix, size }: { matrix: Matrix; size: number }) {
  const part = usePart();
  const { name, sub, says, values, rows, rowNames, blocks, columns, columnNames, scale } = matrix;
  const height = Math.max(size, 12);
  const named = size >= LEAST_FOR_NAMES;
  const describe = (gate: string) => (r: number, c: number) => {
    const place = [...(rows > 1 ? [rowNames[r]] : []), columnNames[c]].join(", ");
    return `${name}${sub}${gate && ` ${gate}`} [${place}]`;
  };
  return (
    <div class="matrix">
      <p>
        <Name of={name} sub={sub} />{" "}
        <span class="note">
          {says}, {rows} × {blocks.length * columns}
        </span>
      </p>
      <div class="blocks" style={{ "--cell": `${size}px`, "--cell-height": `${height}px` }}>
        {rows > 1 && (
          <div class={`row-names ${named ? "below" : ""}`} aria-hidden="true">
            {rowNames.map((text, i) => (
              <span key={i}>{text}</span>
            ))}
          </div>
        )}
        {blocks.map((gate, block) => (
          <div key={gate} {...part(gate ? `${matrix.part}.${gate}` : matrix.part)}>
            {named && (
              <div class="column-names" aria-hidden="true">
                {columnNames.map((text, i) => (
                  <span key={i}>{text}</span>
                ))}
              </div>
            )}
            <HeatMap
              values={cut(matrix, block, values)}
              rows={rows}
              columns={columns}
              scale={scale}
              cell={{ width: size, height }}
              label={`${says}${gate && `, gate ${gate}`}, ${rows} by ${columns}`}
              describe={describe(gate)}
            />
            {gate && <span class="gate">{gate}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Returns the columns of one gate. */
function cut({ rows, columns, blocks }: Matrix, block: number, values: Float32Array): Float32Array {
  if (blocks.length === 1) return values;
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const from = (r * blocks.length + block) * columns;
    out.set(values.subarray(from, from + columns), r * columns);
  }
  return out;
}

function matricesOf(learner: Learner, snapshot: Snapshot, output: boolean): Matrix[] {
  const { lesson, hiddenSize: H, cell } = learner;
  const { parameters, hidden, gates, cells } = snapshot;
  const blocks = GATES[cell];
  const units = Array.from({ length: H }, (_, i) => String(i));
  const steps = [...lesson.inputs].map((id) => lesson.letters[id]!);
  const common = { blocks, columns: H, columnNames: units };
  const whole = { ...common, blocks: [""] };

  const weight = (part: Part, key: string, says: string, rowNames: readonly string[]): Matrix => {
    const [name = "", sub = ""] = part.split("_");
    return {
      ...common,
      part,
      name,
      sub,
      says,
      values: parameters[key]!.data,
      rows: rowNames.length,
      rowNames,
      scale: WEIGHTS,
    };
  };
  const state = (part: Part, name: string, says: string, data: Float32Array): Matrix => ({
    ...{ ...whole, part, name, sub: "t", says, values: data, rows: steps.length, rowNames: steps },
    scale: stateScale(cell),
  });
  const letters = { ...whole, columns: lesson.letters.length, columnNames: lesson.letters };
  return [
    weight("W_ih", "w_ih_l0", "letter to unit", lesson.letters.slice(0, lesson.inputSize)),
    weight("W_hh", "w_hh_l0", "unit to unit", units),
    weight("b_h", "b_h_l0", "bias", [""]),
    ...(cell === "gru" ? [{ ...weight("b_hn", "b_hn_l0", "bias inside the reset", [""]), ...whole }] : []),
    ...(output
      ? [
          { ...weight("W_ho", "w_ho", "unit to letter", units), ...letters },
          { ...weight("b_o", "b_o", "bias", [""]), ...letters },
        ]
      : []),
    state("h", "h", "states, one row per step", hidden),
    ...(cells ? [{ ...state("c", "c", "cell states, a row a step", cells), scale: CELL_STATES }] : []),
    ...(blocks.length > 1 ? [{ ...state("gate", "gates", "one row per step", gates), ...common }] : []),
  ];
}
