// Runs commands and collects their output, or connects them to the terminal.

import { spawn } from "node:child_process";
import { projectRoot, searchPath } from "./paths.mjs";

/** @typedef {{ code: number, output: string }} RunResult */
/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, path?: string, seconds?: number }} RunOptions */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options] `env` is added to this process's environment, and an undefined value removes a variable; `seconds` is a time limit
 * @returns {Promise<RunResult>} the output on stdout and stderr; the code is 127 when the command does not exist
 */
export function run(command, args, { cwd = projectRoot, env = {}, path = searchPath(), seconds } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PATH: path, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // npm and the wrappers of npm packages are .cmd files on Windows
      shell: process.platform === "win32",
      ...(seconds === undefined ? {} : { timeout: seconds * 1000 }),
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("error", (error) => resolve({ code: 127, output: output + error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a command that is connected to the terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, path?: string }} [options]
 * @returns {Promise<number>} the exit code
 */
export function runVisibly(command, args, { env = {}, path = searchPath() } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...process.env, PATH: path, ...env },
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    child.on("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/**
 * Returns the trimmed output of a command, or undefined when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function ask(command, args, options) {
  const { code, output } = await run(command, args, options);
  return code === 0 ? output.trim() : undefined;
}
