/** Examples in the help of commands. */

/** Formats examples: a command to type, and what it does. */
export function example(...lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, what]) => `  $ ${command.padEnd(width)}  ${what}`.trimEnd());
  return `\n${lines.length === 1 ? "Example" : "Examples"}:\n${rows.join("\n")}`;
}
