/** Warnings of a run: signs in its steps that it will not train well, although nothing is wrong with its options. */

import type { RunState } from "./run-state.js";

/**
 * A warning about a run, which continues. Codes are stable; the message may change.
 *
 * - `TARGETS_OUT_OF_SCALE`: with `loss: "meanSquaredError"`, `"meanAbsoluteError"` or `"quantile"`, the root mean square of
 *   the targets of the first batch that this run trains on is more than 10 times the largest output of the network for that
 *   batch (or more than 10, if all outputs are smaller than 1). Training would take very long: scale the targets.
 * - `LEARNING_RATE_TOO_HIGH`: in 100 successive steps the loss was more than 10 % above that of the run's
 *   first step, and each gradient was clipped. The warning is given only by a run that was not resumed and
 *   has no custom `trainStep`.
 * - `BASELINE_NOT_BEATEN`: of a forecaster. On the held-out values the mean absolute error is not below that of the seasonal
 *   naive forecast, or of the naive one.
 */
export interface RunWarning {
  /** Identifies the kind of the warning. */
  code: "TARGETS_OUT_OF_SCALE" | "LEARNING_RATE_TOO_HIGH" | "BASELINE_NOT_BEATEN";
  /** A sentence for people: what was found, and what to do about it. */
  message: string;
  /** The option or the part of a batch to change. */
  parameter?: string;
}

/** Magnitudes in a batch of a regression. */
export interface RegressionScale {
  /** Root mean square of the targets. */
  readonly targets: number;
  /** Largest absolute output. */
  readonly outputs: number;
}

/** Factor between targets and outputs above which the targets are out of scale. */
const FAR = 10;
/** Number of successive worse steps after which the learning rate is too high. */
const STEPS = 100;
/** Factor between the losses of a step and of the first step above which the step is worse. */
const WORSE = 1.1;

/** Collects the warnings of a run from its steps. */
export class Warnings {
  /** The warnings so far, each kind once. */
  list: readonly RunWarning[] = [];
  #first: number | undefined;
  #worse = 0; // number of successive worse steps

  /** Examines a step that was done in `state`. `scale` returns the magnitudes of its batch. */
  look(
    { step }: RunState,
    { loss, gradientNorm }: { readonly loss: number; readonly gradientNorm: number },
    clipNorm: number | false,
    scale: () => RegressionScale | undefined,
  ): void {
    if (this.#first === undefined) {
      this.#first = step === 0 ? loss : Infinity;
      this.#compare(scale());
    }
    const isWorse = clipNorm !== false && gradientNorm > clipNorm && loss > WORSE * this.#first;
    this.#worse = isWorse ? this.#worse + 1 : 0;
    if (this.#worse === STEPS) {
      const found = `the loss of each of the last ${STEPS} steps was above that of the first one, and each gradient was clipped`;
      this.#add({
        code: "LEARNING_RATE_TOO_HIGH",
        message: `${found}; lower the learning rate`,
        parameter: "learningRate",
      });
    }
  }

  #compare(scale: RegressionScale | undefined): void {
    if (scale === undefined || !(scale.targets > FAR * Math.max(1, scale.outputs))) return;
    const [targets, outputs] = [scale.targets, scale.outputs].map((x) => Number(x.toPrecision(3)));
    const found = `the targets are of the magnitude ${targets}, the outputs of the network only reach ${outputs}`;
    const remedy = "subtract the mean of the targets and divide them by their standard deviation";
    this.#add({ code: "TARGETS_OUT_OF_SCALE", message: `${found}; ${remedy}`, parameter: "targets" });
  }

  #add(warning: RunWarning): void {
    if (!this.list.some(({ code }) => code === warning.code)) this.list = [...this.list, warning];
  }
}
