/**
 * Reports a run as plain lines, for pipes and files: one every few seconds, one for each validation, and one
 * at the end.
 */

import type { Report } from "bptt";
import { escaped, escapedLines } from "../escape.js";
import { write } from "../output.js";
import type { Beginning, Reporter } from "./reporter.js";
import { beginningLine, endLine, measures, position } from "./format.js";

const MILLISECONDS = 5000;

/** A reporter that writes lines. */
export function lines(): Reporter {
  let beginning: Beginning | undefined;
  let last: Report | undefined;
  let said = true;
  let saidAt = -Infinity;
  let validation: number | undefined;

  const say = (text: string) => void write(`${escapedLines(text)}\n`).catch(() => undefined); // a failure of the output reaches the run in another way
  const sayProgress = () => {
    if (said || !last || !beginning) return;
    say([position(last, beginning), ...measures(last, beginning)].join("  "));
    said = true;
    saidAt = performance.now();
  };

  return {
    begin(given) {
      beginning = given;
      say(beginningLine(given));
    },
    progress(report) {
      last = report;
      said = false;
      const validated = report.validationLoss !== validation;
      validation = report.validationLoss;
      if (validated || performance.now() - saidAt >= MILLISECONDS) sayProgress();
    },
    saved: () => undefined,
    sample(step, text) {
      sayProgress();
      say(`--- a sample at step ${step}\n${text}\n---`);
    },
    end(result, plot) {
      sayProgress();
      if (plot !== undefined) say(plot);
      say(`${endLine(result)}; saved to ${escaped(beginning?.file ?? "")}`);
    },
    close: () => undefined,
  };
}
