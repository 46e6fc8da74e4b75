/**
 * Reports a run as JSON lines, each an object with an `event`. The fields are stable.
 *
 *     {"event":"begin", "file", "cell", "hiddenSize", "layers", "parameters", "vocabulary", "unit", "characters", "texts", "epochs", "steps"}
 *     {"event":"begin", "file", "cell", "hiddenSize", "layers", "parameters", "unit", "value", "time", "series", "rows", "horizon", "seasons", "epochs", "steps"} of series
 *     {"event":"progress", "step", "epoch", "loss", "validationLoss", "gradientNorm", "learningRate", "tokensPerSecond", "fraction", "etaSeconds", "warnings"}
 *     {"event":"checkpoint", "step", "file"}
 *     {"event":"sample", "step", "text"}
 *     {"event":"end", "stopped", "steps", "epochs", "loss", "validationLoss", "keptStep", "seconds", "divergence", "warnings", "file", and "heldOut" of series}
 *
 * Unknown values are null. Progress is reported twice a second, with each validation, and at the end.
 */

import type { Report } from "bptt";
import { jsonLine } from "../escape.js";
import { write } from "../output.js";
import type { Reporter } from "./reporter.js";

const MILLISECONDS = 500;

/** A reporter that writes JSON lines. */
export function json(): Reporter {
  let file = "";
  let last: Report | undefined;
  let saidAt = -Infinity;
  let validation: number | undefined;

  const say = (event: string, fields: object) => {
    void write(`${jsonLine({ event, ...fields })}\n`).catch(() => undefined); // a failure of the output reaches the run in another way
  };
  const sayProgress = () => {
    if (!last) return;
    say("progress", {
      ...last,
      validationLoss: last.validationLoss ?? null,
      etaSeconds: last.etaSeconds ?? null,
    });
    last = undefined;
    saidAt = performance.now();
  };

  return {
    begin(beginning) {
      ({ file } = beginning);
      say("begin", beginning); // jsonLine writes null for what is unknown
    },
    progress(report) {
      last = report;
      const validated = report.validationLoss !== validation;
      validation = report.validationLoss;
      if (validated || performance.now() - saidAt >= MILLISECONDS) sayProgress();
    },
    saved: (step) => say("checkpoint", { step, file }),
    sample: (step, text) => say("sample", { step, text }),
    end({ stopped, steps, epochs, loss, validationLoss, keptStep, seconds, divergence, warnings, heldOut }) {
      sayProgress();
      const held = heldOut === undefined ? {} : { heldOut };
      const rest = { keptStep, seconds, divergence: divergence ?? null, warnings, file, ...held };
      say("end", { stopped, steps, epochs, loss, validationLoss: validationLoss ?? null, ...rest });
    },
    close: () => undefined,
  };
}
