// Builds the library from a bare clone. It prints each step before it runs, and nothing if there is nothing
// to do.
//
//     node scripts/setup.mjs [--browser] [--engines]
//
// Installed tools are used first. apt installs packages only as root on Debian; other tools go into ~/.cache/bptt
// (XDG_CACHE_HOME), and everything else goes into ignored folders of the project. The modules in scripts/setup import only
// Node's modules statically, because the dependencies may not be installed yet.

import { orExit, setUp } from "./setup/steps.mjs";

const asked = (/** @type {string} */ flag) => process.argv.includes(flag);
await orExit(() => setUp({ browser: asked("--browser"), engines: asked("--engines") }));
