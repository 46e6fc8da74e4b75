// `npm run build:debug` builds the core with names, panic messages, debug assertions and overflow checks, for
// `BPTT_CORE=debug npm test -- …`. The published files do not change.

import { orExit, setUp } from "./setup/steps.mjs";

await orExit(() => setUp({ library: false, debugCore: true }));
