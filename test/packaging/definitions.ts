/**
 * Tests "go to definition" on the packed library, as an editor asks TypeScript's server for it: it leads to
 * the shipped sources.
 */

import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import type { Toy } from "./toy.js";

/** Programs, and the names in them whose definitions are requested. */
const PROGRAMS: Record<string, { text: string; names: string[] }> = {
  "definitions.mts": {
    text: `import { Adam, CharRnn, Rnn, fit, sample, type TrainStepOptions } from "bptt";
import { toOnnx } from "bptt/convert";
import { writeFileAtomic } from "bptt/node";
export const all = [Adam, CharRnn, Rnn, fit, sample, toOnnx, writeFileAtomic];
export const step = (rnn: Rnn, options: TrainStepOptions) => rnn.trainStep({ inputs: [], targets: [] }, options);
`,
    names: [
      "Adam",
      "CharRnn",
      "Rnn",
      "fit",
      "sample",
      "TrainStepOptions",
      "toOnnx",
      "writeFileAtomic",
      "trainStep",
    ],
  },
  "definitions.cts": {
    text: `import bptt = require("bptt");
import slim = require("bptt/slim");
export const all = [bptt.CharRnn, slim.Rnn];
`,
    names: ["CharRnn", "Rnn"],
  },
};

interface Place {
  file: string;
  start: { line: number; offset: number };
}

export function testDefinitions(toy: Toy): void {
  const library = () => toy.path("node_modules", "bptt");

  describe("declaration maps", () => {
    it("name sources that are in the package", () => {
      const dist = join(library(), "dist");
      const maps = readdirSync(dist).filter((name) => /\.d\.c?ts\.map$/.test(name));
      const named = maps.flatMap((name) => {
        const { sources } = JSON.parse(readFileSync(join(dist, name), "utf8")) as { sources: string[] };
        return sources.map((source) => resolve(dist, source));
      });
      expect(new Set(named).size).toBeGreaterThan(30);
      expect(named.filter((file) => !existsSync(file))).toEqual([]);
    });

    it.each(Object.entries(PROGRAMS))(
      "lead from %s to the line that defines a name",
      async (file, program) => {
        await toy.write(file, program.text);
        const places = await definitions(toy, file, program);
        for (const [i, name] of program.names.entries()) {
          const { file: source, start } = places[i]!;
          expect(relative(library(), source)).toMatch(/^ts[\\/].*[^d]\.ts$/);
          const line = readFileSync(source, "utf8").split("\n")[start.line - 1]!;
          expect(line.slice(start.offset - 1)).toMatch(new RegExp(`^${name}\\b`));
        }
      },
    );
  });
}

/** Requests the definition of the last occurrence of each name from TypeScript's server. */
async function definitions(
  toy: Toy,
  file: string,
  { text, names }: (typeof PROGRAMS)[string],
): Promise<Place[]> {
  const server = spawn(process.execPath, [inProject("node_modules", "typescript", "lib", "tsserver.js")], {
    cwd: toy.folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const requests = [
      { command: "open", arguments: { file: toy.path(file), fileContent: text } },
      ...names.map((name) => {
        const before = text.slice(0, text.lastIndexOf(name)).split("\n");
        const place = { line: before.length, offset: before.at(-1)!.length + 1 };
        return { command: "definition", arguments: { file: toy.path(file), ...place } };
      }),
    ];
    requests.forEach((request, seq) => {
      server.stdin.write(`${JSON.stringify({ seq, type: "request", ...request })}\n`);
    });
    const places: Place[] = [];
    for await (const line of createInterface(server.stdout)) {
      if (!line.startsWith("{")) continue;
      const answer = JSON.parse(line) as { type: string; command?: string; body?: Place[] };
      if (answer.type !== "response" || answer.command !== "definition") continue;
      if (!answer.body?.[0]) throw new Error(`no definition of ${names[places.length]!}: ${line}`);
      if (places.push(answer.body[0]) === names.length) return places;
    }
    throw new Error("the server ended");
  } finally {
    server.kill();
  }
}
