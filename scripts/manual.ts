// `npm run manual` writes docs/cli.md, the manual of the command line, from the definitions that `--help`
// shows as well.

import type { EventEmitter } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command, Option } from "commander";
import { makeProgram } from "../ts/cli/program.js";
import { inProject } from "./setup/paths.mjs";

/** The path of the manual. */
export const MANUAL = inProject("docs", "cli.md");
const WIDTH = 100;

/** Returns the text of the manual. */
export function manual(): string {
  const program = makeProgram();
  const pages = [program, ...program.commands].map(
    (command) => `## ${nameOf(command)}\n\n\`\`\`text\n${page(command)}\n\`\`\`\n`,
  );
  return [
    "# The command line\n",
    "Made by `npm run manual` from the definitions that `bptt --help` and `bptt help <command>` show.\n",
    ...pages,
  ].join("\n");
}

/** Formats a command as a page of a manual. */
function page(command: Command): string {
  const help = command.createHelp();
  const options = groups(help.visibleOptions(command));
  const commands = help.visibleCommands(command);
  const sections: [heading: string, text: string][] = [
    ["NAME", indented(`${nameOf(command)} - ${command.summary() || command.description()}`)],
    ["SYNOPSIS", indented(help.commandUsage(command))],
    ["DESCRIPTION", command.summary() === "" ? "" : indented(command.description())],
    [
      "ARGUMENTS",
      items(
        help.visibleArguments(command).map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
      ),
    ],
    ...options.map(([heading, some]): [string, string] => [
      heading === "" ? "OPTIONS" : heading.replace(/:$/, "").toUpperCase(),
      items(some.map((option) => [help.optionTerm(option), help.optionDescription(option)])),
    ]),
    ["COMMANDS", items(commands.map((one) => [help.subcommandTerm(one), help.subcommandDescription(one)]))],
  ];
  const written = sections.filter(([, text]) => text !== "").map(([heading, text]) => `${heading}\n${text}`);
  return [...written, ...notes(command)].join("\n\n");
}

/** Returns the options in their groups, those without a group last. */
function groups(options: readonly Option[]): [heading: string, options: Option[]][] {
  const found = new Map<string, Option[]>();
  for (const option of options) {
    const heading = option.helpGroupHeading ?? "";
    found.set(heading, [...(found.get(heading) ?? []), option]);
  }
  return [...found].sort(([a], [b]) => Number(a === "") - Number(b === ""));
}

/** Returns the text after the help: examples and exit codes, under separate headings. */
function notes(command: Command): string[] {
  let text = "";
  // a command is an event emitter, which its types omit
  (command as unknown as EventEmitter).emit("afterHelp", {
    error: false,
    command,
    write: (part: string) => (text += part),
  });
  return text
    .split(/\n(?=\S)/)
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [, heading = "", rest = ""] = /^\s*([^:\n]+):\s*([^]*)$/.exec(part) ?? [];
      const lines = rest.trimEnd().split("\n");
      return `${heading.toUpperCase()}\n${lines.map((line) => indented(line.trim())).join("\n")}`;
    });
}

function items(rows: readonly (readonly [term: string, description: string])[]): string {
  return rows.map(([term, text]) => `${indented(term)}\n${indented(text, 10)}`).join("\n");
}

/** Wraps paragraphs to the width. */
function indented(text: string, indent = 4): string {
  const paragraphs = text.split("\n").map((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(/(?<!\$) (?! )/)) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= WIDTH - indent)
        lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line)).join("\n");
  });
  return paragraphs.join("\n");
}

function nameOf(command: Command): string {
  return command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  mkdirSync(dirname(MANUAL), { recursive: true });
  writeFileSync(MANUAL, manual());
}
