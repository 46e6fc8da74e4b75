// Draws the losses of both libraries, one panel per cell, and below each panel the difference between the
// two, as an SVG by Vega, without a browser.

import { parse, View, type GroupMark, type Spec } from "vega";
import { POINT, type Comparison } from "./compare.js";

/** PyTorch's line is thin and drawn over bptt's broad line, so that both are visible where they coincide. */
const LINES = {
  bptt: { name: "bptt", color: "#f0a36b", width: 5 },
  pytorch: { name: "PyTorch", color: "#1f4e79", width: 1.2 },
};
const [WIDTH, HEIGHT, GAP] = [250, 220, 48];

/** Returns the picture as a text, with one panel per cell. */
export async function draw(panels: readonly (Comparison & { readonly cell: string })[]): Promise<string> {
  const ends = panels.flatMap(({ bptt, pytorch }) => [bptt.curve, pytorch.curve]);
  const bounds: [number, number] = [Math.floor(Math.min(...ends.flat()) * 5) / 5, 4];
  const spec: Spec = {
    width: panels.length * (WIDTH + GAP) - GAP,
    height: HEIGHT + GAP + HEIGHT / 2,
    padding: 8,
    background: "white",
    title: {
      text: "Moby Dick: training loss of bptt and PyTorch, and the largest difference of a step",
      subtitle: `bits per character, ${POINT} steps per point`,
    },
    scales: [
      {
        name: "line",
        type: "ordinal",
        domain: Object.values(LINES).map(({ name }) => name),
        range: Object.values(LINES).map(({ color }) => color),
      },
    ],
    legends: [{ stroke: "line", symbolType: "stroke", symbolStrokeWidth: 4, orient: "top-right" }],
    marks: panels.flatMap(({ cell, bptt, pytorch, apart }, i) => {
      const x = i * (WIDTH + GAP);
      const curves = { bptt, pytorch };
      const lines = (["bptt", "pytorch"] as const).map((key) => ({
        ...LINES[key],
        values: curves[key].curve,
      }));
      return [
        panel({ title: cell, x, y: 0, height: HEIGHT, lines, scale: { domain: bounds } }),
        panel({
          title: "apart",
          x,
          y: HEIGHT + GAP,
          height: HEIGHT / 2,
          lines: [
            {
              name: "apart",
              color: "#666666",
              width: 1.5,
              values: apart.curve.map((a) => Math.max(a, 1e-8)),
            },
          ],
          scale: { type: "log", domain: [1e-8, 1] },
        }),
      ];
    }),
  };
  return `${await new View(parse(spec), { renderer: "none" }).toSVG()}\n`;
}

interface PanelParts {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly lines: readonly { name: string; color: string; width: number; values: readonly number[] }[];
  readonly scale: { readonly type?: "log"; readonly domain: [number, number] };
}

function panel({ title, x, y, height, lines, scale }: PanelParts): GroupMark {
  const steps = Math.max(...lines.map(({ values }) => values.length)) * POINT;
  const place = { x: { value: x }, y: { value: y }, width: { value: WIDTH }, height: { value: height } };
  return {
    type: "group",
    title: { text: title, anchor: "start", fontSize: 12 },
    encode: { enter: place },
    data: lines.map(({ name, values }) => ({
      name,
      values: values.map((value, i) => ({ step: (i + 0.5) * POINT, value })),
    })),
    scales: [
      { name: "x", type: "linear", domain: [0, steps], range: [0, WIDTH] },
      {
        name: "y",
        type: scale.type ?? "linear",
        domain: scale.domain,
        range: [height, 0],
        zero: false,
        clamp: true,
      },
    ],
    axes: [
      { orient: "bottom", scale: "x", tickCount: 4, ...(scale.type && { title: "step" }) },
      {
        orient: "left",
        scale: "y",
        grid: true,
        gridScale: "x",
        tickCount: 5,
        format: scale.type ? ".0e" : ".1f",
      },
    ],
    marks: lines.map(({ name, color, width }) => ({
      type: "line",
      from: { data: name },
      encode: {
        enter: {
          x: { scale: "x", field: "step" },
          y: { scale: "y", field: "value" },
          stroke: { value: color },
          strokeWidth: { value: width },
        },
      },
    })),
  };
}
