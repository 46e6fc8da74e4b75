/** Tests what users install: the tarball of `npm pack`, in an empty project outside the tree. */

import { afterAll, beforeAll } from "vitest";
import { testBrowser } from "./browser.js";
import { testCommandLine } from "./command-line.js";
import { testConvert } from "./convert.js";
import { testDefinitions } from "./definitions.js";
import { testFiles } from "./files.js";
import { testLint } from "./lint.js";
import { testNode } from "./node.js";
import { Toy } from "./toy.js";
import { testTypes } from "./types.js";
import { testWorker } from "./worker.js";

const toy = new Toy();
beforeAll(() => toy.make());
afterAll(() => toy.remove());

testNode(toy);
testConvert(toy);
testFiles(toy);
testCommandLine(toy);
testTypes(toy);
testDefinitions(toy);
testLint(toy);
testBrowser(toy);
testWorker(toy);
