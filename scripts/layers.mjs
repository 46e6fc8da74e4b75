// The layers of ts/ from the bottom to the top, which define the order of imports and the picture of it in
// ARCHITECTURE.md. check-layers.mjs enforces the order, and `npm run layers` draws the picture again.

/** A layer is a list of folders that do not import each other. Each imports the layers before it. */
export const LAYERS = [
  [{ folder: "base", holds: "checks, errors, options, tensors" }],
  [{ folder: "wasm", holds: "loading the module, typed calls, memory" }],
  [{ folder: "data", holds: "batches, states, parameters, vocabulary" }],
  [
    { folder: "optim", holds: "optimizers, schedules, clipping" },
    { folder: "file", holds: "safetensors, model files" },
  ],
  [{ folder: "rnn", holds: "Rnn, forward and backward, training step" }],
  [{ folder: "fit", holds: "the engine of a training run" }],
  [{ folder: "worker", holds: "fit, a run in a worker" }],
  [{ folder: "models", holds: "CharRnn, Forecaster, SequenceClassifier" }],
  [{ folder: "entry points", holds: "ts/*.ts" }],
];

/** Folders beside the layers, and the folders that each may import. */
export const BESIDE = [
  { folder: "convert", holds: "other libraries' files", imports: ["base", "data", "file"] },
  { folder: "node", holds: "files in Node", imports: ["base"] },
  { folder: "cli", holds: "npx bptt", imports: ["base", "convert"] },
];

/** Returns the picture as a Mermaid diagram, in which an arrow points at the imported folder. */
export function diagram() {
  const id = (/** @type {string} */ folder) => folder.replace(" ", "_");
  const node = (/** @type {{ folder: string, holds: string }} */ { folder, holds }) =>
    `  ${id(folder)}["<b>${folder}</b><br/>${holds}"]`;
  const lines = ["```mermaid", "flowchart BT", ...LAYERS.flat().map(node), ...BESIDE.map(node)];
  lines.push('  crate["<b>crate/</b><br/>the core in Rust"]');
  const chain = [...LAYERS].reverse().map((layer) => layer.map(({ folder }) => id(folder)).join(" & "));
  lines.push(`  ${chain.join(" --> ")}`, "  wasm --> crate");
  for (const { folder, imports } of BESIDE) lines.push(`  ${folder} --> ${imports.join(" & ")}`);
  lines.push("  entry_points --> convert & node", "  cli -. package .-> entry_points", "```");
  return lines.join("\n");
}
