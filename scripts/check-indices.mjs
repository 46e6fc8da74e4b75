// Compiles the tests, examples and scripts with noUncheckedIndexedAccess, part of `npm run check`. The sources in ts/ are not held
// to it, because the loops over typed arrays there would need an assertion at each element.

import { relative, sep } from "node:path";
import process from "node:process";
import ts from "typescript";
import { inProject, projectRoot } from "./setup/paths.mjs";

const { config } = ts.readConfigFile(inProject("tsconfig.node.json"), (path) => ts.sys.readFile(path));
const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot);
const program = ts.createProgram(fileNames, { ...options, noUncheckedIndexedAccess: true });
const isHeld = (/** @type {string} */ path) => !relative(projectRoot, path).startsWith(`ts${sep}`);
const diagnostics = program
  .getSourceFiles()
  .filter(({ fileName }) => isHeld(fileName) && !fileName.includes("node_modules"))
  .flatMap((file) => [...program.getSemanticDiagnostics(file)]);
process.stdout.write(
  ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => projectRoot,
    getNewLine: () => "\n",
  }),
);
process.exit(diagnostics.length > 0 ? 1 : 0);
