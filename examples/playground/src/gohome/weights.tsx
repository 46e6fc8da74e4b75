/** The parameters and the states as heat maps, a column a unit; the gates of a gated cell stand side by side. */

import { roundScale } from "../parts/colour-map.js";
import { HeatMap, Scale } from "../parts/heat-map.js";
import { usePart, type Part } from "./highlight.js";
import type { Learner, Snapshot } from "./learner.js";
import { Name } from "./term.js";

const GATES = { tanh: [""], relu: [""], gru: ["r", "z", "n"], lstm: ["i", "f", "g", "o"] } as const;

/** A matrix (rows, G·H) or (rows, H), of which each gate's block is a picture. */
interface Matrix {
  part: Part;
  name: string;
  sub: string;
  says: string;
  values: Float32Array;
  rows: number;
  /** What a row is called. */
  rowNames: readonly string[];
  /** Names of the blocks; one without name is the whole. */
  blocks: readonly string[];
  columns: number;
  columnNames?: readonly string[];
  scale: number;
}

/** The room for all blocks of a row; squares are no larger than `MOST` and as high as wide. */
const ROOM = 440;
const MOST = 26;

export function Weights({
  learner,
  snapshot,
  output,
}: {
  learner: Learner;
  snapshot: Snapshot;
  output: boolean;
}) {
  const { weights, states } = matricesOf(learner, snapshot, output);
  const G = GATES[learner.cell].length;
  const widest = Math.max(G * learner.hiddenSize, output ? learner.lesson.letters.length : 0);
  const size = Math.max(3, Math.min(MOST, Math.floor(ROOM / widest)));
  const scale = weights[0]!.scale;
  return (
    <div class="weights">
      <div class="matrices">
        {weights.map((matrix) => (
          <MatrixRow key={matrix.part} matrix={matrix} size={size} />
        ))}
      </div>
      <Scale scale={scale} />
      <div class="matrices">
        {states.map((matrix) => (
          <MatrixRow key={matrix.part} matrix={matrix} size={size} />
        ))}
      </div>
      <Scale scale={states[0]!.scale} />
    </div>
  );
}

function MatrixRow({ matrix, size }: { matrix: Matrix; size: number }) {
  const part = usePart();
  const { name, sub, says, values, rows, rowNames, blocks, columns, columnNames, scale } = matrix;
  const height = rows > 1 ? Math.max(size, Math.min(14, MOST)) : Math.max(size, 12);
  const cut = (block: number) => {
    if (blocks.length === 1) return values;
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      const from = (r * blocks.length + block) * columns;
      out.set(values.subarray(from, from + columns), r * columns);
    }
    return out;
  };
  return (
    <div class="matrix">
      <div class="matrix-name">
        <Name of={name} sub={sub} />
        <small>
          {rows} × {blocks.length * columns}
        </small>
      </div>
      <div class="row-letters" style={{ "--cell": `${height}px` }} aria-hidden="true">
        {rows > 1 && rowNames.map((letter, i) => <span key={i}>{letter}</span>)}
      </div>
      <div class="blocks">
        {blocks.map((gate, block) => (
          <div key={gate} {...part(gate ? `${matrix.part}.${gate}` : matrix.part)}>
            <HeatMap
              values={cut(block)}
              rows={rows}
              columns={columns}
              scale={scale}
              cell={{ width: size, height }}
              label={`${says}${gate && `, gate ${gate}`}, ${rows} by ${columns}`}
              describe={(r, c) =>
                `${name}${gate && `.${gate}`}[${rowNames[r] ?? r}, ${columnNames?.[c] ?? c}]`.replace(
                  "[0, ",
                  rows > 1 ? "[0, " : "[",
                )
              }
            />
            {gate && <small class="gate">{gate}</small>}
          </div>
        ))}
      </div>
    </div>
  );
}

function matricesOf(learner: Learner, { parameters, hidden, gates, cells }: Snapshot, output: boolean) {
  const { lesson, hiddenSize: H, cell } = learner;
  const blocks = GATES[cell];
  const units = Array.from({ length: H }, (_, i) => String(i));
  const steps = [...lesson.inputs].map((id) => lesson.letters[id]!);
  const values = (name: string) => parameters[name]!.data;
  const scale = roundScale(Float32Array.from(Object.values(parameters).flatMap(({ data }) => [...data])));
  const matrix = (
    part: Part,
    name: string,
    sub: string,
    says: string,
    key: string,
    rowNames: readonly string[],
  ) => ({
    ...{
      part,
      name,
      sub,
      says,
      values: values(key),
      rows: rowNames.length,
      rowNames,
      blocks,
      columns: H,
      scale,
    },
  });
  const weights: Matrix[] = [
    matrix("W_ih", "W", "ih", "Weights from the input", "w_ih_l0", lesson.letters.slice(0, lesson.inputSize)),
    matrix("W_hh", "W", "hh", "Weights from the state before", "w_hh_l0", units),
    matrix("b_h", "b", "h", "The bias", "b_h_l0", [""]),
  ];
  if (cell === "gru") {
    weights.push({
      ...matrix("b_hn", "b", "hn", "The bias inside the reset", "b_hn_l0", [""]),
      blocks: [""],
    });
  }
  if (output) {
    const letters = { blocks: [""], columns: lesson.letters.length, columnNames: lesson.letters };
    weights.push({ ...matrix("W_ho", "W", "ho", "Weights of the output layer", "w_ho", units), ...letters });
    weights.push({ ...matrix("b_o", "b", "o", "The bias of the output layer", "b_o", [""]), ...letters });
  }
  const stateScale = cell === "relu" ? roundScale(hidden) : 1;
  const state = (part: Part, name: string, says: string, data: Float32Array): Matrix => ({
    ...{
      part,
      name,
      sub: "t",
      says,
      values: data,
      rows: steps.length,
      rowNames: steps,
      blocks: [""],
      columns: H,
    },
    scale: stateScale,
  });
  const states = [state("h", "h", "Hidden states, a row a step", hidden)];
  if (cells) states.push(state("c", "c", "Cell states, a row a step", cells));
  if (blocks.length > 1)
    states.push({ ...state("gate", "gates", "The gates, a row a step", gates), sub: "", blocks });
  return { weights, states };
}
