// The steps of the set-up in their order.

import { join } from "node:path";
import { needBrowser } from "./browser.mjs";
import { bundle } from "./bundle.mjs";
import { tryEngines } from "./engines.mjs";
import { SetupError, step } from "./log.mjs";
import { installDependencies } from "./npm.mjs";
import { buildRoot } from "./paths.mjs";
import { withLock } from "./place.mjs";
import { findWasmRust, isAtLeast } from "./rust.mjs";
import { buildWasm, checkGlue, inlineWasm, variants } from "./wasm-build.mjs";
import { findWasmTools } from "./wasm-tools.mjs";

const NODE_LEAST = "20.19.0";

/**
 * @typedef {object} SetUpOptions
 * @property {boolean} [browser] whether the tests' browser is needed as well
 * @property {boolean} [engines] whether other engines are wanted for the tests, where they can be had
 */

/**
 * @param {SetUpOptions} [options]
 * @returns the Rust and the wasm tools that were used
 */
export async function setUp({ browser = false, engines = false } = {}) {
  if (!isAtLeast(process.versions.node, NODE_LEAST)) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: install Node ${NODE_LEAST} or newer, then run this again.`,
    );
  }
  return await withLock(join(buildRoot, "lock"), async () => {
    await installDependencies();
    const rust = await findWasmRust();
    const tools = await findWasmTools(rust);
    for (const variant of variants) {
      await buildWasm(variant, rust, tools);
      await inlineWasm(variant);
    }
    checkGlue();
    await bundle();
    if (browser) await needBrowser();
    if (engines) await tryEngines();
    return { rust, tools };
  });
}

/**
 * Runs the set-up, or as much of it as is asked for; where it cannot go on, prints its one sentence and ends the process.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function orExit(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    step(error.message);
    process.exit(1);
  }
}
