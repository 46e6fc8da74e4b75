// The steps of the set-up, in order.

import { join } from "node:path";
import { needBrowser } from "./browser.mjs";
import { bundle } from "./bundle.mjs";
import { tryEngines } from "./engines.mjs";
import { SetupError, step } from "./log.mjs";
import { installDependencies } from "./npm.mjs";
import { buildRoot } from "./paths.mjs";
import { withLock } from "./place.mjs";
import { findWasmRust, isAtLeast } from "./rust.mjs";
import { buildWasm, checkGlue, debugVariant, inlineWasm, variants } from "./wasm-build.mjs";
import { findWasmTools } from "./wasm-tools.mjs";

const NODE_LEAST = "20.19.0";

/**
 * @typedef {object} SetUpOptions
 * @property {boolean} [library] bundle `dist` (default true)
 * @property {boolean} [debugCore] build the debug variant of the core (default false)
 * @property {boolean} [browser] find or install a browser for the tests (default false)
 * @property {boolean} [engines] install the other engines of the tests if they are available (default false)
 */

/**
 * Sets up the project. If nothing changed since the last time, it does nothing, which takes about half a
 * second.
 * @param {SetUpOptions} [options]
 * @returns the Rust and the wasm tools that were used
 */
export async function setUp({ library = true, debugCore = false, browser = false, engines = false } = {}) {
  if (!isAtLeast(process.versions.node, NODE_LEAST)) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: install Node ${NODE_LEAST} or newer, then run this again.`,
    );
  }
  return await withLock(join(buildRoot, "lock"), async () => {
    await installDependencies();
    const rust = await findWasmRust();
    const tools = await findWasmTools(rust);
    for (const variant of debugCore ? [...variants, debugVariant] : variants) {
      await buildWasm(variant, rust, tools);
      await inlineWasm(variant);
    }
    checkGlue();
    if (library) await bundle();
    if (browser) await needBrowser();
    if (engines) await tryEngines();
    return { rust, tools };
  });
}

/**
 * Bundles `dist` if the sources changed. Everything else must have been set up. It is for tests that use the
 * built library.
 */
export function setUpLibrary() {
  return withLock(join(buildRoot, "lock"), bundle);
}

/**
 * Runs the set-up or a part of it. If it fails with a SetupError, prints the error's sentence and ends the
 * process.
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
