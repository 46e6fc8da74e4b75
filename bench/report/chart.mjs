// Draws the chart: tokens per second of a training step, by shape and contender, as SVG by Vega-Lite. The
// scale is logarithmic, because the contenders differ by four orders of magnitude.

import { digits, tokensPerSecond } from "./tables.mjs";

/** @typedef {import("../main.mjs").Results} Results */

/** @type {string[]} not literals: the types of bench's packages are not installed for the check */
const PACKAGES = ["vega", "vega-lite"];

/** Colors that are readable on light and dark pages. */
const [TEXT, ACCENT, MUTED] = ["#6e7781", "#d9480f", "#8aa4bf"];

/** @param {Results} results @returns {Promise<string>} SVG */
export async function chart(results) {
  const [vega, { compile }] = await Promise.all(PACKAGES.map((name) => import(name)));
  const training = results.sections.filter(({ kind }) => kind === "training");
  const values = training.flatMap((section) =>
    section.rows
      .filter(({ time }) => time)
      .map((row) => {
        const tokens = tokensPerSecond(section, row);
        const { cell, H, B, T } = section.shape;
        const prefix = cell === undefined ? "" : `${cell}, `;
        return { shape: `${prefix}H ${H}, B ${B}, T ${T}`, name: row.name, tokens, label: digits(tokens) };
      }),
  );
  const order = results.peers.map(({ name }) => name);
  const shapes = [...new Set(values.map(({ shape }) => shape))];
  const y = { field: "name", type: "nominal", sort: order, title: null };
  const all = values.map(({ tokens }) => tokens);
  const floor = 10 ** Math.floor(Math.log10(Math.min(...all)));
  const scale = { type: "log", domain: [floor, Math.max(...all)], nice: false };
  const x = { field: "tokens", type: "quantitative", scale, title: null, stack: null };
  const { spec } = compile({
    title: {
      text: "Training steps: tokens per second (logarithmic)",
      subtitle: `Node ${results.node}, ${results.processor}, ${results.date}`,
    },
    data: { values },
    facet: { field: "shape", type: "nominal", sort: shapes, title: null },
    columns: 2,
    spec: {
      width: 260,
      height: { step: 16 },
      layer: [
        {
          mark: { type: "bar", height: 12 },
          encoding: {
            y,
            x: { ...x, axis: { grid: false, ticks: false, labels: false, domain: false } },
            x2: { datum: floor },
            color: {
              condition: { test: "indexof(datum.name, 'bptt') === 0", value: ACCENT },
              value: MUTED,
            },
          },
        },
        {
          mark: { type: "text", align: "left", dx: 4, color: TEXT },
          encoding: { y, x, text: { field: "label" } },
        },
      ],
    },
    config: {
      background: "transparent",
      font: "sans-serif",
      view: { stroke: null },
      title: { color: TEXT, subtitleColor: TEXT, anchor: "start" },
      header: { labelColor: TEXT, labelFontWeight: "bold", labelAnchor: "start" },
      axis: { labelColor: TEXT, domain: false, ticks: false },
    },
  });
  const view = new vega.View(vega.parse(spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}
