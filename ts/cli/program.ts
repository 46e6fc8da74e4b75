/** The definition of all commands, from which the parser, `--help` and the manual are derived. */

import { createRequire } from "node:module";
import { Command } from "commander";
import { defineBacktest } from "./command/backtest.js";
import { defineConvert } from "./command/convert.js";
import { defineEvaluate } from "./command/evaluate.js";
import { defineForecast } from "./command/forecast.js";
import { defineGenerate } from "./command/generate.js";
import { defineInspect } from "./command/inspect.js";
import { defineTrain } from "./command/train.js";

/** Adds a command to the program. */
export type Define = (program: Command) => void;

const { version } = createRequire(import.meta.url)("bptt/package.json") as { version: string };
const COMMANDS: readonly Define[] = [
  defineTrain,
  defineGenerate,
  defineEvaluate,
  defineForecast,
  defineBacktest,
  defineInspect,
  defineConvert,
];

/** Creates the program `bptt`. It throws where Commander would end the process. */
export function makeProgram(): Command {
  const program = new Command("bptt")
    .description("Train and run recurrent networks on text and on series.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ outputError: () => undefined }) // main.ts prints the error
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 and 143 stopped by Ctrl-C and by SIGTERM.",
    );
  for (const define of COMMANDS) define(program);
  return program;
}
