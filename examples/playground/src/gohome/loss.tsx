/** The loss as it falls, and how far it can. */

import { LineChart } from "../parts/line-chart.js";
import type { GohomeSettings } from "./settings.js";

export function Loss({ losses, floor }: { losses: readonly number[]; floor: number | undefined }) {
  const every = Math.ceil(losses.length / 1000); // more than a point a pixel is not seen
  const x = losses.map((_, i) => i).filter((i) => i % every === 0 || i === losses.length - 1);
  return (
    <LineChart
      label="The loss as it learns"
      xLabel="step"
      yLabel="loss per letter (nats)"
      x={x}
      curves={[{ label: "loss", colour: "--accent", values: x.map((i) => losses[i]!) }]}
      reference={floor === undefined ? undefined : { value: floor, label: "lowest possible loss" }}
      xRange={[0, 100]}
      height={150}
    />
  );
}

/** ln(1 + (V − 1)·e⁻²): logits within −1 … 1. A relu's have no upper end. */
export function floorOf({ output, cell }: GohomeSettings, letters: number): number | undefined {
  return output || cell === "relu" ? undefined : Math.log1p((letters - 1) * Math.exp(-2));
}
