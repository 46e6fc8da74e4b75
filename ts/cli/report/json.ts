/**
 * Reports a run as JSON lines, each an object with an `event`. The fields are stable.
 *
 *     {"event":"begin", "file", "cell", "hiddenSize", "layers", "parameters", "vocabulary", "unit", "characters", "texts", "epochs", "steps"}
 *     {"event":"progress", "step", "epoch", "loss", "validationLoss", "gradientNorm", "learningRate", "tokensPerSecond", "fraction", "etaSeconds", "warnings"}
 *     {"event":"checkpoint", "step", "file"}
 *     {"event":"sample", "step", "text"}
 *     {"event":"end", "stopped", "steps", "epochs", "loss", "validationLoss", "keptStep", "seconds", "divergence", "warnings", "file"}
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
      const { texts = null, epochs = null, steps = null } = beginning;
      say("begin", { ...beginning, texts, epochs, steps });
    },
    progress(report) {
      last = report;
      const validated = report.validationLoss !== validation;
      validation = report.validationLoss;
      if (validated || performance.now() - saidAt >= MILLISECONDS) sayProgress();
    },
    saved: (step) => say("checkpoint", { step, file }),
    sample: (step, text) => say("sample", { step, text }),
    end({ stopped, steps, epochs, loss, validationLoss, keptStep, seconds, divergence, warnings }) {
      sayProgress();
      const rest = { keptStep, seconds, divergence: divergence ?? null, warnings, file };
      say("end", { stopped, steps, epochs, loss, validationLoss: validationLoss ?? null, ...rest });
    },
    close: () => undefined,
  };
}
