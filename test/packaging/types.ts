/**
 * Compiles the packed declarations in strict projects of several kinds, without skipping the library's types.
 */

import { spawnSync } from "node:child_process";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import type { Toy } from "./toy.js";

const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  noEmit: true,
  types: [],
};
const NODE: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};
const BUNDLER: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};
/** TypeScript's resolution before packages had `exports`. */
const NODE10: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
};

const FROM_COMMONJS = `import bptt = require("bptt");
import slim = require("bptt/slim");
import relaxed = require("bptt/relaxed");
import wasm = require("bptt/bptt.wasm");
import relaxedWasm = require("bptt/relaxed.wasm");

const rnn = new bptt.Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
const adam: bptt.Adam = new slim.Adam();
export = { rnn, adam, ready: slim.init(wasm), relaxed: relaxed.init(relaxedWasm) };
`;

type Row = [name: string, file: string, options: ts.CompilerOptions];

export function testTypes(toy: Toy): void {
  const [es2022, disposable] = [["lib.es2022.d.ts"], ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"]];
  const rows: Row[] = [
    ["module nodenext, lib es2022 alone", "types.mts", { ...NODE, lib: es2022 }],
    ["module nodenext, from CommonJS", "types-require.cts", { ...NODE, lib: es2022 }],
    ["module nodenext, `using`", "types-using.mts", { ...NODE, lib: disposable }],
    ["a bundler, with the DOM", "types.ts", { ...BUNDLER, lib: [...es2022!, "lib.dom.d.ts"] }],
    ["a bundler, `using`", "types-using.ts", { ...BUNDLER, lib: disposable }],
    ["node10", "types.ts", { ...NODE10, lib: es2022 }],
    ["bptt/convert, module nodenext", "types-convert.mts", { ...NODE, lib: es2022 }],
    ["bptt/node, module nodenext", "types-node.mts", { ...NODE, lib: es2022 }],
    ["bptt/node, node10", "types-node.ts", { ...NODE10, lib: es2022 }],
    ["bptt/convert, node10", "types-convert.ts", { ...NODE10, lib: es2022 }],
  ];
  const sources = new Map<string, ts.SourceFile | undefined>();

  describe("types", () => {
    it.each(rows)("%s", async (_, file, options) => {
      const source = ts.sys.readFile(toy.path(file.replace(/\.mts$/, ".ts")));
      await toy.write(file, file.endsWith(".cts") ? FROM_COMMONJS : source!);
      expect(complaints(toy, file, { ...STRICT, ...options }, sources)).toBe("");
    });

    it.each(["types.ts", "types-convert.ts", "types-node.ts"])("TypeScript 5.0, %s", async (file) => {
      const compilerOptions = {
        ...STRICT,
        ...{ target: "es2022", lib: ["es2022"], module: "esnext", moduleResolution: "bundler" },
      };
      await toy.write("tsconfig-oldest.json", JSON.stringify({ compilerOptions, files: [file] }));
      const tsc = inProject("node_modules", "typescript-5.0", "bin", "tsc");
      const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", toy.path("tsconfig-oldest.json")], {
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    });

    it("are read at all: a wrong program is refused", async () => {
      await toy.write(
        "types-wrong.ts",
        `import { Rnn } from "bptt";\nexport const rnn: string = new Rnn(1);\n`,
      );
      const options = { ...STRICT, ...BUNDLER, lib: es2022 };
      expect(complaints(toy, "types-wrong.ts", options, sources)).toMatch(/TS2345.*TS2322|TS2322.*TS2345/s);
    });
  });
}

/** Returns all diagnostics as text. `sources` keeps TypeScript's own parsed libraries between programs. */
function complaints(
  toy: Toy,
  file: string,
  options: ts.CompilerOptions,
  sources: Map<string, ts.SourceFile | undefined>,
): string {
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => toy.folder;
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    if (!/\/lib\.[\w.]+\.d\.ts$/.test(name)) return getSourceFile(name, ...rest);
    if (!sources.has(name)) sources.set(name, getSourceFile(name, ...rest));
    return sources.get(name);
  };
  const program = ts.createProgram({ rootNames: [toy.path(file)], options, host });
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host);
}
