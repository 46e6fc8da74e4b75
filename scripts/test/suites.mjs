// Runs test suites one after the other and prints which of them failed.

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {() => Promise<number>} run resolves to an exit code
 * @property {string | false} [skip] the reason to skip the suite
 */

/**
 * Runs all suites, including those after a failed one, and ends the process.
 * @param {Suite[]} suites
 * @returns {Promise<never>}
 */
export async function runSuites(suites) {
  const failed = [];
  for (const { name, run, skip } of suites) {
    if (skip) process.stdout.write(`\n${name}: SKIPPED (${skip})\n`);
    else if ((await run()) !== 0) failed.push(name);
  }
  process.stdout.write(failed.length === 0 ? "\nAll tests passed.\n" : `\nFailed: ${failed.join(", ")}.\n`);
  process.exit(failed.length === 0 ? 0 : 1);
}
