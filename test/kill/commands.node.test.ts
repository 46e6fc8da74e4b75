// Kills commands that write a few times; `node test/kill/commands.mjs 500` is the long run. The moment of a
// kill depends on the machine, so every run tests other moments.

import { expect, it } from "vitest";
import { killCommands } from "./commands.mjs";

it.skipIf(process.platform === "win32")(
  "commands killed while they write leave whole files, and the next command removes the rest",
  async () => {
    const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1e6);
    const { kills, failures } = await killCommands(24, seed);
    expect({ seed, kills, failures }).toEqual({ seed, kills: 24, failures: [] });
  },
  300_000,
);
