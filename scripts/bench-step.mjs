// `npm run bench:step` times the training step of this checkout against another version, interleaved in one process, and prints the
// ratio of the medians (below 1: this checkout is faster).
//
//     npm run bench:step -- d0f23c5          a commit, tag or branch; it is built once, in a temporary worktree
//     npm run bench:step -- path/to/dist     a built library

import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupError, showOutput, step } from "./setup/log.mjs";
import { buildRoot, inProject } from "./setup/paths.mjs";
import { makeOnce } from "./setup/place.mjs";
import { ask, run, runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

const [other] = process.argv.slice(2);
const otherDist = await orExit(async () => {
  if (other === undefined)
    throw new SetupError("bench:step needs a commit or a folder: npm run bench:step -- REF");
  await setUp();
  return existsSync(join(other, "index.js")) ? other : await distOf(other);
});
process.exit(
  await runVisibly(process.execPath, [inProject("bench", "step.mjs"), inProject("dist"), otherDist]),
);

/** Builds the library of a commit once. @param {string} ref @returns {Promise<string>} the folder */
async function distOf(ref) {
  const commit = await ask("git", ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  if (!commit) throw new SetupError(`${ref} is neither a commit nor a folder with an index.js.`);
  const folder = join(buildRoot, "builds", commit);
  await makeOnce(folder, async (temporary) => {
    step(`building ${ref} (a few minutes, once)`);
    const worktree = `${temporary}-worktree`;
    try {
      await succeed("git", ["worktree", "add", "--detach", worktree, commit]);
      await succeed(process.execPath, [join(worktree, "scripts", "setup.mjs")], worktree);
      renameSync(join(worktree, "dist"), join(temporary, "dist"));
    } finally {
      rmSync(worktree, { recursive: true, force: true });
      await run("git", ["worktree", "prune"]);
    }
  });
  return join(folder, "dist");
}

/** @param {string} command @param {string[]} args @param {string} [cwd] */
async function succeed(command, args, cwd) {
  const { code, output } = await run(command, args, cwd === undefined ? {} : { cwd });
  if (code === 0) return;
  showOutput(output);
  throw new SetupError(`${[command, ...args].join(" ")} failed: see the output above.`);
}
