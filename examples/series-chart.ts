// Draws a forecast of a monthly series with its band as an SVG file with Vega, without a browser.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, View, type Spec } from "vega";

/** Values of consecutive months, `start` months after January of the year 0. */
export interface Curve {
  readonly start: number;
  readonly values: readonly number[];
}

/** The curves of a chart. `low` and `high` are the edges of the band around `forecast`. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly measured: Curve;
  readonly forecast: Curve;
  readonly low: Curve;
  readonly high: Curve;
  readonly baseline: Curve;
}

const COLORS = { measured: "#444444", forecast: "#1f77b4", baseline: "#e07b39" };
const NAMES = { measured: "measured", forecast: "forecast", baseline: "seasonal naive" };
const KEYS = Object.keys(COLORS) as (keyof typeof COLORS)[];

const dateOf = (month: number) => Date.UTC(Math.floor(month / 12), month % 12);

/** Draws a chart to target/NAME.svg and returns the path of the file. */
export async function draw(name: string, chart: Chart): Promise<string> {
  const { low, high } = chart;
  const band = low.values.map((value, i) => ({ date: dateOf(low.start + i), value, high: high.values[i] }));
  const months = KEYS.flatMap((key) =>
    chart[key].values.map((value, i) => ({ curve: NAMES[key], date: dateOf(chart[key].start + i), value })),
  );
  const x = { scale: "x", field: "date" };
  const y = { scale: "y", field: "value" };
  const spec: Spec = {
    width: 800,
    height: 360,
    padding: 8,
    background: "white",
    title: chart.title,
    data: [
      { name: "months", values: months },
      { name: "band", values: band },
    ],
    scales: [
      { name: "x", type: "utc", domain: { data: "months", field: "date" }, range: "width" },
      {
        name: "y",
        domain: {
          fields: [
            { data: "months", field: "value" },
            { data: "band", field: "value" },
            { data: "band", field: "high" },
          ],
        },
        zero: false,
        nice: true,
        range: "height",
      },
      {
        name: "color",
        type: "ordinal",
        domain: KEYS.map((key) => NAMES[key]),
        range: KEYS.map((key) => COLORS[key]),
      },
    ],
    axes: [
      { orient: "bottom", scale: "x", format: "%Y", tickCount: "year" },
      { orient: "left", scale: "y", title: chart.unit, grid: true },
    ],
    legends: [{ stroke: "color", symbolType: "stroke", orient: "top-left" }],
    marks: [
      {
        type: "area",
        from: { data: "band" },
        encode: {
          enter: {
            x,
            y,
            y2: { scale: "y", field: "high" },
            fill: { value: COLORS.forecast },
            fillOpacity: { value: 0.2 },
          },
        },
      },
      {
        type: "group",
        from: { facet: { name: "curve", data: "months", groupby: "curve" } },
        marks: [
          {
            type: "line",
            from: { data: "curve" },
            encode: {
              enter: { x, y, stroke: { scale: "color", field: "curve" }, strokeWidth: { value: 1.8 } },
            },
          },
        ],
      },
    ],
  };
  const folder = new URL("../target/", import.meta.url);
  const file = fileURLToPath(new URL(`${name}.svg`, folder));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, await new View(parse(spec), { renderer: "none" }).toSVG());
  return file;
}
