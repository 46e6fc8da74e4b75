/** The gradient in every unit at every step, one picture per cell, aligned with the letters. */

import { power } from "../parts/axis.js";
import type { ColourScale } from "../parts/colour-map.js";
import { HeatMap } from "../parts/heat-map.js";
import { Scale } from "../parts/scale.js";
import { useWidth } from "../parts/use-width.js";
import { LETTERS } from "./recall.js";
import type { Flow } from "./trio.js";

/** Magnitudes from 10⁻ᴰᴱᶜᴬᴰᴱˢ of the largest on have a color. */
const DECADES = 8;
const HEIGHT = 96;
const DECADES_TO_ONE: ColourScale = {
  kind: "size",
  at: (size) => Math.max(0, 1 + Math.log10(size) / DECADES),
  marks: [10 ** -DECADES, 1],
};

export function FlowMaps({
  flows,
  hidden,
  letters,
}: {
  flows: readonly Flow[];
  hidden: number;
  letters: readonly number[];
}) {
  const [host, width] = useWidth<HTMLDivElement>(640);
  const T = letters.length;
  const room = width - 52; // room for the names
  const cell = { width: room / T, height: HEIGHT / hidden };
  return (
    <div class="flow-maps" ref={host}>
      {flows.map((flow) => (
        <FlowMap key={flow.cell} flow={flow} hidden={hidden} steps={T} cell={cell} />
      ))}
      <div class="flow-map" aria-hidden="true">
        <span class="note">reads</span>
        <div class="flow-letters" style={{ gridTemplateColumns: `repeat(${T}, ${cell.width}px)` }}>
          {letters.map((id, t) => (
            <span key={t} class={t === 0 ? "first" : ""}>
              {(cell.width >= 8 || t === 0) && LETTERS[id]}
            </span>
          ))}
        </div>
      </div>
      <div class="flow-legend">
        <span class="note">step 0</span>
        <Scale scale={DECADES_TO_ONE} name={(size) => (size === 1 ? "1" : power(size))} />
        <span class="note">step {T - 1}</span>
      </div>
    </div>
  );
}

interface FlowMapProps {
  flow: Flow;
  hidden: number;
  steps: number;
  cell: { width: number; height: number };
}

function FlowMap({ flow, hidden, steps, cell }: FlowMapProps) {
  return (
    <div class="flow-map">
      <span style={{ color: `var(--${flow.cell})` }}>{flow.cell}</span>
      <HeatMap
        values={flow.units}
        rows={hidden}
        columns={steps}
        scale={DECADES_TO_ONE}
        cell={cell}
        label={`The size of the gradient in the ${flow.cell} network, ${hidden} units by ${steps} steps`}
        describe={(unit, t) => `unit ${unit}, step ${t}`}
      />
    </div>
  );
}
