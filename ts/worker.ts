/** The entry "bptt/worker": the script of a run's worker. It exports nothing, and carries no wasm: the run brings it. */

import { serve } from "./worker/serve.js";

serve();
