/** The chart of the fraction of the last step's gradient that reaches each earlier step, for each cell. */

import { LineChart } from "../parts/line-chart.js";
import { format } from "../parts/number.js";
import { DASHES } from "./dashes.js";
import type { Flow } from "./trio.js";

/** The lower end of the axis. A gradient this small has no effect on training. */
const LOWEST = 1e-20;

export function Reach({ flows }: { flows: Flow[] }) {
  const T = flows[0]!.share.length;
  return (
    <>
      <LineChart
        label="How much of the last step's gradient arrives at each step"
        xLabel="step t of the sequence"
        yLabel="‖∂L/∂hₜ‖ as a share of ‖∂L/∂h‖ at the last step"
        x={Array.from({ length: T }, (_, t) => t)}
        curves={flows.map(({ cell, share }) => ({
          label: cell,
          colour: `--${cell}`,
          dash: DASHES[cell],
          values: share,
        }))}
        log={{ lowest: LOWEST }}
        height={260}
        xRange={[0, T - 1]}
        rest="first"
      />
      <p class="note">
        The legend shows what arrives at the first step (
        {flows.map(({ cell, share }) => `${cell} ${format(share[0]!)}`).join(", ")}); point at the chart for
        another. A line that falls to the left is a gradient that vanishes: each step multiplies it by W_hhᵀ
        and by the slope of tanh. A line that rises is one that explodes. A triangle ▼ at the lower edge marks
        a value below 10⁻²⁰. The gates of gru and lstm can learn to let the gradient pass; an lstm’s also
        flows through its cell state, which is not drawn here.
      </p>
    </>
  );
}
