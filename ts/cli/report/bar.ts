/** Reports a run as a bar at the bottom of a terminal. Other output appears above it. */

import type { Report } from "bptt";
import cliProgress from "cli-progress";
import { escaped, escapedLines } from "../escape.js";
import { columns, styled, write } from "../output.js";
import type { Beginning, Reporter } from "./reporter.js";
import { beginningLine, endLine, measures, position } from "./format.js";

const WIDEST = 30;

/** A reporter that draws a bar. */
export function bar(): Reporter {
  let beginning: Beginning | undefined;
  let last: Report | undefined;
  let drawn: cliProgress.SingleBar | undefined;

  const say = (text: string) => void write(`${text}\n`).catch(() => undefined);
  const draw = () => {
    if (drawn) return;
    drawn = new cliProgress.SingleBar({
      stream: process.stdout,
      format: () => (last && beginning ? line(last, beginning) : ""),
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false, // the run handles signals
      stopOnComplete: false,
      fps: 10,
    });
    drawn.start(1, 0);
  };
  const clear = () => {
    drawn?.stop();
    drawn = undefined;
  };

  return {
    begin(given) {
      beginning = given;
      say(beginningLine(given));
    },
    progress(report) {
      last = report;
      draw();
      drawn?.update(report.fraction);
    },
    saved: () => undefined,
    sample(step, text) {
      clear();
      say(`${styled("dim", `── a sample at step ${step}`)}\n${escapedLines(text)}\n${styled("dim", "──")}`);
    },
    end(result, plot) {
      clear();
      if (plot !== undefined) say(styled("cyan", plot));
      say(`${endLine(result)}; saved to ${styled("bold", escaped(beginning?.file ?? ""))}`);
    },
    close: clear,
  };
}

function line(report: Report, beginning: Beginning): string {
  const words = [position(report, beginning), ...measures(report, beginning)];
  const percent = `${Math.floor(report.fraction * 100)} %`.padStart(5);
  const taken = words.join("  ").length + percent.length + 4;
  const width = Math.min(WIDEST, columns() - taken - 1);
  const [where = "", loss = "", ...others] = words;
  const rest = [styled("bold", loss), ...others].join("  ");
  if (width < 5) return `${percent}  ${where}  ${rest}`;
  const full = Math.round(report.fraction * width);
  const drawing = styled("green", "━".repeat(full)) + styled("dim", "─".repeat(width - full));
  return `${drawing}${percent}  ${where}  ${rest}`;
}
