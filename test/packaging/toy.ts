/** An empty project outside the tree, with the packed tarball installed as a user would. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pack } from "../../scripts/pack.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";

const execute = promisify(execFile);

export class Toy {
  /** The project's folder; "" before it was created. */
  folder = "";
  /** The tarball. */
  tarball = "";

  /** Packs, installs without a network, and copies the programs of this folder. */
  async make(): Promise<void> {
    this.folder = await realpath(await mkdtemp(join(tmpdir(), "bptt-packed-")));
    this.tarball = await pack(this.folder);
    await this.write("package.json", `{ "name": "toy", "version": "1.0.0", "private": true }\n`);
    await npm(this.folder, "install", this.tarball, "--offline", "--no-audit", "--no-fund");
    await cp(inProject("test", "packaging", "programs"), this.folder, { recursive: true });
  }

  async remove(): Promise<void> {
    if (this.folder !== "") await rm(this.folder, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  write(name: string, content: string): Promise<void> {
    return writeFile(this.path(name), content);
  }

  /** Runs one of the programs with this Node and returns its output, which is JSON. */
  run(program: string, ...args: string[]): Promise<unknown> {
    return this.runIn(process.execPath, program, ...args);
  }

  /** Does the same with the Node at a path. */
  async runIn(node: string, program: string, ...args: string[]): Promise<unknown> {
    const { stdout, stderr } = await execute(node, [program, ...args], { cwd: this.folder });
    if (stderr !== "") throw new Error(`${program} complains: ${stderr}`);
    return JSON.parse(stdout);
  }
}

function npm(cwd: string, ...args: string[]) {
  return execute("npm", args, { cwd, shell: process.platform === "win32" });
}
