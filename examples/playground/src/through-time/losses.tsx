/** The chart of the three losses. */

import { LineChart } from "../parts/line-chart.js";
import { DASHES } from "./dashes.js";
import { CELLS, type Trio } from "./trio.js";

export function Losses({ trio }: { trio: Trio }) {
  const { members, steps } = trio;
  const every = Math.ceil(steps / 500) || 1;
  const x = Array.from({ length: Math.ceil(steps / every) }, (_, i) => i * every);
  /**
   * Returns the mean of the losses between two points, because each batch is a different one and its loss
   * jumps.
   */
  const mean = (losses: readonly number[], from: number) => {
    const part = losses.slice(Math.max(0, from - 4), from + Math.max(every, 1));
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  };
  const curves = CELLS.map((cell, i) => ({
    label: cell,
    colour: `--${cell}`,
    dash: DASHES[cell],
    values: x.map((from) => mean(members[i]!.losses, from)),
  }));
  return (
    <>
      <LineChart
        label="The losses during training"
        xLabel="training step"
        yLabel="loss per letter (nats), mean of five batches"
        x={x}
        curves={curves}
        reference={{ value: Math.log(4), label: "guessing" }}
        xRange={[0, 100]}
        height={260}
      />
      {steps === 0 && <p class="note">Not trained yet. Press Play.</p>}
    </>
  );
}
