// Arranges the results in tables, for the terminal and for Markdown.

import { peers } from "../peers/all.mjs";
import { REFERENCE_FLOPS } from "../reference/gemm.mjs";
import { shapeName } from "../shapes.mjs";

/** @typedef {import("../main.mjs").Results} Results */
/** @typedef {import("../main.mjs").Row} Row */
/** @typedef {import("../main.mjs").Section} Section */
/** @typedef {{ title: string, head: string[], rows: string[][] }} Table */

const FIRST = peers[0]?.name ?? "";

/** Formats three significant digits without an exponent. @param {number} value */
export function digits(value) {
  if (!Number.isFinite(value)) return String(value);
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", {
    minimumFractionDigits: Math.min(decimals, 6),
    maximumFractionDigits: Math.min(decimals, 6),
    useGrouping: value >= 10_000,
  });
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${digits(milliseconds / 1000)} s`;
  return milliseconds >= 0.1 ? `${digits(milliseconds)} ms` : `${digits(milliseconds * 1000)} µs`;
}

/**
 * Formats the ratio of the medians, followed by that of the minima in brackets. @param {{ medians: number,
 * minima: number } | undefined} ratio
 */
const pair = (ratio) => (ratio ? `${digits(ratio.medians)} (${digits(ratio.minima)})` : "–");

/** @param {Section} section @param {Row} row */
export const tokensPerSecond = ({ shape: { B, T } }, row) => ((B * T) / (row.time?.median ?? NaN)) * 1000;

/**
 * Returns a table with one row per peer and one column per shape: how many times faster the first peer is.
 * @param {Results} results @returns {Table}
 */
export function summary(results) {
  const sections = results.sections.filter(({ kind }) => kind !== "layers");
  const cell = (/** @type {Section} */ section, /** @type {string} */ name) => {
    const row = section.rows.find((candidate) => candidate.name === name);
    return row?.time ? pair(row.slower) : "–";
  };
  const own = sections.map((section) => {
    const row = section.rows.find(({ name }) => name === FIRST);
    return pair(row?.ofReference);
  });
  const others = results.peers.filter(({ name }) => name !== FIRST);
  return {
    title: `${FIRST} on Node ${results.node}`,
    head: ["", ...sections.map(columnName)],
    rows: [
      ["GFLOP/s of the step / of the reference GEMM", ...own],
      ...others.map(({ name, unavailable }) => [
        `times faster than ${name}`,
        ...sections.map((section) => (unavailable === undefined ? cell(section, name) : "–")),
      ]),
    ],
  };
}

/** @param {Section} section */
function columnName({ kind, shape: { cell, H, B, T, V } }) {
  const sizes = `(${[H, B, T, V].join(", ")})`;
  if (kind === "generation") return `generate, H ${H}`;
  return cell === undefined ? sizes : `${cell} ${sizes}`;
}

const TITLES = {
  training: "A training step",
  layers: "Two layers beside one",
  generation: "Generating a character",
};

/** Returns all figures of one shape. @param {Section} section @returns {Table} */
export function details(section) {
  const { kind, shape, reference } = section;
  const unit = kind === "generation" ? "characters/s" : "tokens/s";
  return {
    title: `${TITLES[kind]}, ${shapeName(shape)}`,
    head: [
      "",
      "median",
      "minimum",
      "spread",
      "rounds",
      unit,
      "of the reference",
      "slower",
      "loss differs by",
    ],
    rows: [
      ...section.rows.map((row) => detailRow(section, row)),
      [
        `reference GEMM, ${digits(REFERENCE_FLOPS / reference.median / 1e6)} GFLOP/s`,
        ...timeCells(reference),
        "",
        "",
        "",
        "",
      ],
    ],
  };
}

/** @param {Section} section @param {Row} row @returns {string[]} */
function detailRow(section, row) {
  if (!row.time) return [`${row.name}: ${row.unavailable}`, "", "", "", "", "", "", "", ""];
  return [
    row.name,
    ...timeCells(row.time),
    digits(tokensPerSecond(section, row)),
    row.ofReference ? pair(row.ofReference) : "",
    row.name === FIRST ? "" : pair(row.slower),
    row.lossDifference === undefined || row.name === FIRST ? "" : row.lossDifference.toExponential(0),
  ];
}

/** @param {import("../harness.mjs").Summary} time */
function timeCells({ median, minimum, spread, rounds }) {
  return [duration(median), duration(minimum), `${(spread * 100).toFixed(0)} %`, String(rounds)];
}

/** @param {Results} results @returns {Table} */
export function peerTable(results) {
  return {
    title: `What ran on Node ${results.node}`,
    head: ["", "version", "what it is"],
    rows: results.peers.map(({ name, version, work, unavailable }) => [
      name,
      version ?? "–",
      unavailable ?? work,
    ]),
  };
}
