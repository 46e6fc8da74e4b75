// Starts vitest in a Node of choice.

import { inProject } from "../setup/paths.mjs";
import { runVisibly } from "../setup/run.mjs";

/** The core that BPTT_CORE selects for the tests; the config of vitest reads the same variable. */
export const debugCore = process.env.BPTT_CORE === "debug";

/**
 * @param {string[]} args
 * @param {{ node?: string, env?: NodeJS.ProcessEnv }} [options] `node` is the path of the Node that runs it
 * @returns {Promise<number>} the exit code
 */
export function vitest(args, { node = process.execPath, env = {} } = {}) {
  return runVisibly(node, [inProject("node_modules", "vitest", "vitest.mjs"), ...args], { env });
}
