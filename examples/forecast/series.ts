// Reads a real series: the monthly mean of CO₂ in the air over Mauna Loa in parts per million (Scripps CO2
// Program, CC BY 4.0), as in vega-datasets.

import { readFileSync } from "node:fs";
import type { Curve } from "../series-chart.js";

/** Returns the months since the last gap in the record, from May 1964 on. */
export function readSeries(): Curve {
  const file = new URL("../data/co2-concentration.csv", import.meta.resolve("vega-datasets"));
  const [, ...rows] = readFileSync(file, "utf8").trim().split(/\r?\n/);
  const months = rows.map((row) => {
    const [date = "", value] = row.split(",");
    const [year, month] = date.split("-").map(Number);
    return { index: year! * 12 + month! - 1, value: Number(value) };
  });
  const gap = months.findLastIndex(({ index }, i) => i > 0 && index !== months[i - 1]!.index + 1);
  const known = months.slice(Math.max(0, gap));
  return { start: known[0]!.index, values: known.map(({ value }) => value) };
}
