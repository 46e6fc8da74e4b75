/** The chart of the loss, with its lower bound. */

import { LineChart } from "../parts/line-chart.js";
import type { GohomeSettings } from "./settings.js";

export function Loss({ losses, floor }: { losses: readonly number[]; floor: number | undefined }) {
  const every = Math.ceil(losses.length / 1000); // there are never more points than pixels
  const x = losses.map((_, i) => i).filter((i) => i % every === 0 || i === losses.length - 1);
  return (
    <LineChart
      label="The loss during training"
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

/**
 * Returns the lower bound ln(1 + (V − 1)·e⁻²) for logits in −1 … 1. The logits of a relu have no upper bound.
 */
export function floorOf({ output, cell }: GohomeSettings, letters: number): number | undefined {
  return output || cell === "relu" ? undefined : Math.log1p((letters - 1) * Math.exp(-2));
}
