// Draws the curves as an SVG file with Vega, without a browser.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, View, type Spec } from "vega";
import { dateOf, type Month } from "./series.js";

const COLORS = { measured: "#444444", network: "#1f77b4", baseline: "#e07b39" };
const NAMES = { measured: "measured", network: "network", baseline: "seasonal naive" };
type Curves = Record<keyof typeof COLORS, readonly Month[]>;

/** Draws the curves and returns the name of the file. */
export async function draw(curves: Curves): Promise<string> {
  const keys = Object.keys(COLORS) as (keyof typeof COLORS)[];
  const values = keys.flatMap((curve) =>
    curves[curve].map(({ index, value }) => ({ curve: NAMES[curve], date: +dateOf(index), value })),
  );
  const spec: Spec = {
    width: 800,
    height: 360,
    padding: 8,
    background: "white",
    title: "CO₂ over Mauna Loa, forecast a year ahead",
    data: [{ name: "months", values }],
    scales: [
      { name: "x", type: "utc", domain: { data: "months", field: "date" }, range: "width" },
      { name: "y", domain: { data: "months", field: "value" }, zero: false, nice: true, range: "height" },
      {
        name: "color",
        type: "ordinal",
        domain: keys.map((key) => NAMES[key]),
        range: keys.map((key) => COLORS[key]),
      },
    ],
    axes: [
      { orient: "bottom", scale: "x", format: "%Y" },
      { orient: "left", scale: "y", title: "parts per million", grid: true },
    ],
    legends: [{ stroke: "color", symbolType: "stroke", orient: "top-left" }],
    marks: [
      {
        type: "group",
        from: { facet: { name: "curve", data: "months", groupby: "curve" } },
        marks: [
          {
            type: "line",
            from: { data: "curve" },
            encode: {
              enter: {
                x: { scale: "x", field: "date" },
                y: { scale: "y", field: "value" },
                stroke: { scale: "color", field: "curve" },
                strokeWidth: { value: 1.8 },
              },
            },
          },
        ],
      },
    ],
  };
  const folder = new URL("../../target/", import.meta.url);
  const file = fileURLToPath(new URL("forecast.svg", folder));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, await new View(parse(spec), { renderer: "none" }).toSVG());
  return file;
}
