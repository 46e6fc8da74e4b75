// From a bare clone to a built library; says each step before it does it, and nothing where nothing is to do.
//
//     node scripts/setup.mjs [--browser] [--engines]
//
// It takes what is installed first and is a guest on the machine: packages are installed by apt only where it runs as
// root on Debian, tools go into ~/.cache/bptt (XDG_CACHE_HOME), everything else into ignored folders of the project.
// Only Node's own modules are imported under scripts/setup, because nothing else may be there yet.

import { orExit, setUp } from "./setup/steps.mjs";

const asked = (/** @type {string} */ flag) => process.argv.includes(flag);
await orExit(() => setUp({ browser: asked("--browser"), engines: asked("--engines") }));
