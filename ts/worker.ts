/**
 * The entry "bptt/worker": the script that hosts a run in a worker. It exports nothing and contains no wasm;
 * the run sends the module.
 */

import { labelsTask } from "./models/labels/labels-task.js";
import { seriesTask } from "./models/series/series-task.js";
import { textTask } from "./models/text/text-task.js";
import { batchesTask } from "./worker/batches-task.js";
import { serve } from "./worker/serve.js";

serve([batchesTask, seriesTask, textTask, labelsTask]);
