const library = require("bptt");
const { Worker } = require("node:worker_threads");

import("./worker.mjs").then(async ({ inWorker }) => {
  const script = require.resolve("bptt/worker");
  const all = [await inWorker(library), await inWorker(library, () => new Worker(script))];
  console.log(JSON.stringify(all));
});
