/**
 * Curves over one axis, by uPlot, in the colors of the page. The legend is our own: it is text and shows
 * values.
 */

import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { mark, power, powers, ROUND_STEPS } from "./axis.js";
import { below, drawn, logRange, type Values } from "./chart-data.js";
import "./line-chart.css";
import { Message, messageOf } from "./message.js";
import { format } from "./number.js";
import { loadPlot, type Plot } from "./plot-library.js";
import { token, useTheme } from "./theme.js";

export interface Curve {
  label: string;
  /** The token of the curve's color. */
  colour: string;
  /** Dashes, as in canvas; undefined for a solid line. */
  dash?: number[] | undefined;
  /** One value for each of `x`; a missing or infinite one gives a gap. */
  values: Values;
}

export interface LineChartProps {
  /** A description for screen readers. */
  label: string;
  /** The labels of the axes, with units. */
  xLabel: string;
  yLabel: string;
  x: readonly number[];
  curves: readonly Curve[];
  /** Height in CSS pixels. Default 220. */
  height?: number;
  /** Makes the y axis logarithmic. Values below `lowest` are marked at its lower end instead of being drawn. */
  log?: { lowest: number };
  /** A value to mark by a horizontal line. */
  reference?: { value: number; label: string } | undefined;
  /** The least range of x, so that a short curve does not jump. */
  xRange?: readonly [number, number];
  /** The point that the legend shows without a pointer. Default "last". */
  rest?: "first" | "last";
}

export function LineChart(props: LineChartProps) {
  const { label, xLabel, yLabel, x, curves, height = 220, log, reference } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  const [at, setAt] = useState<number | null>();
  const [plot, setPlot] = useState<{ Plot: Plot }>();
  const [failure, setFailure] = useState<unknown>();
  const look = curves.map(({ label, colour, dash }) => `${label}${colour}${dash}`).join();

  useEffect(() => {
    loadPlot().then((Plot) => setPlot({ Plot }), setFailure);
  }, []);
  useEffect(() => {
    if (!plot || failure !== undefined) return;
    try {
      const options = optionsOf(latest, host.current!.clientWidth, (index) => setAt(index));
      const made = new plot.Plot(options, dataOf(latest.current), host.current!);
      chart.current = made;
      const observer = new ResizeObserver(([entry]) => {
        const width = Math.floor(entry!.contentRect.width);
        if (width > 0 && width !== made.width) made.setSize({ width, height });
      });
      observer.observe(host.current!);
      return () => {
        observer.disconnect();
        made.destroy();
        chart.current = null;
      };
    } catch (error) {
      setFailure(error);
      return;
    }
  }, [plot, look, log?.lowest, height, theme]);
  useEffect(() => {
    try {
      chart.current?.setData(dataOf(latest.current));
    } catch (error) {
      setFailure(error);
    }
  }, [x, curves, reference?.value]);

  const index = at ?? (props.rest === "first" ? 0 : x.length - 1);
  return (
    <figure class="chart" aria-label={label}>
      <div class={`legend ${log ? "wide" : ""}`}>
        {curves.map((curve) => (
          <span key={curve.label}>
            <Swatch colour={curve.colour} dash={curve.dash} />
            {curve.label} <b>{shown(curve.values[index], log?.lowest)}</b>
          </span>
        ))}
        {reference && (
          <span>
            <Swatch colour="--line-strong" dash={[2, 3]} />
            {reference.label} <b>{format(reference.value)}</b>
          </span>
        )}
      </div>
      <div class="axis-y">{yLabel}</div>
      {failure === undefined ? (
        <div
          ref={host}
          class="plot"
          style={{ height: `${height}px` }}
          role="img"
          aria-label={`${label}: ${yLabel} by ${xLabel}${hidden(props)}`}
        />
      ) : (
        <Message kind="warning">
          The chart cannot be drawn: {messageOf(failure)}. The numbers above it are still up to date.
        </Message>
      )}
    </figure>
  );
}

/** Returns a description of the marks below a log axis for screen readers. */
function hidden({ curves, log, x }: LineChartProps): string {
  if (!log) return "";
  const parts = curves.flatMap(({ label, values }) => {
    const count = below(values, log.lowest).length;
    return count > 0 ? [`${label} is below the axis at ${count} of ${x.length} points`] : [];
  });
  return parts.map((part) => `; ${part}`).join("");
}

/** Formats a value in the legend; "▼" marks a value below the axis. */
const shown = (value: number | null | undefined, lowest = -Infinity) =>
  typeof value === "number" ? `${format(value)}${value < lowest ? " ▼" : ""}` : "–";

function Swatch({ colour, dash }: { colour: string; dash?: number[] | undefined }) {
  return (
    <svg width="22" height="8" aria-hidden="true">
      <line
        x1="0"
        y1="4"
        x2="22"
        y2="4"
        stroke={`var(${colour})`}
        stroke-width="2.5"
        stroke-dasharray={dash?.join(" ")}
      />
    </svg>
  );
}

function dataOf({ x, curves, log }: LineChartProps): uPlot.AlignedData {
  return [[...x], ...curves.map(({ values }) => drawn(values, log?.lowest))];
}

function optionsOf(
  latest: { current: LineChartProps },
  width: number,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const { curves, height = 220, log, xLabel } = latest.current;
  const font = `13px ${token("--sans")}`;
  const axis: uPlot.Axis = {
    font,
    labelFont: font,
    stroke: token("--ink-soft"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(width, 1),
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: (_, min, max) => xRange(latest.current, min, max) },
      y: log
        ? { distr: 3, log: 10, range: () => logRange(latest.current.curves.map(valuesOf), log.lowest) }
        : { range: (_, min, max) => yRange(latest.current, min, max) },
    },
    axes: [
      {
        ...axis,
        label: xLabel,
        labelSize: 20,
        size: 28,
        gap: 4,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4],
      },
      {
        ...axis,
        size: 56,
        ...(log
          ? {
              // `splits` ignores the increments, but without one that fits, of 5 or more, there would be no
              // axis
              incrs: (_: uPlot, __: number, min: number, max: number) => [Math.max(max - min, 5)],
              splits: (_: uPlot, __: number, min: number, max: number) => powers(min, max),
              filter: (_: uPlot, ticks: number[]) => ticks,
              values: (_: uPlot, ticks: number[]) => ticks.map(power),
            }
          : { incrs: [...ROUND_STEPS], values: (_: uPlot, ticks: number[]) => ticks.map(mark) }),
      },
    ],
    series: [
      {},
      ...curves.map(({ label, colour, dash }) => ({
        label,
        stroke: token(colour),
        width: 2,
        points: { show: false },
        ...(dash ? { dash } : {}),
      })),
    ],
    hooks: {
      draw: [
        (chart) => drawReference(chart, latest.current.reference?.value),
        (chart) => drawBelow(chart, latest.current),
      ],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
    },
  };
}

const valuesOf = ({ values }: Curve) => values;

const xRange = (
  { xRange: least }: LineChartProps,
  min: number | null,
  max: number | null,
): [number, number] => [
  Math.min(min ?? Infinity, least?.[0] ?? 0),
  Math.max(max ?? -Infinity, least?.[1] ?? 1),
];

/** In nats, so that a loss of nearly 0 is not enlarged to show its last bits. */
const LEAST_TOP = 0.1;

/** Returns the range from zero, with a tenth of room above. */
const yRange = ({ reference }: LineChartProps, min: number | null, max: number | null): [number, number] => [
  Math.min(0, min ?? 0),
  Math.max(max ?? 0, reference?.value ?? 0, LEAST_TOP) * 1.1,
];

function drawReference(chart: uPlot, value: number | undefined): void {
  if (value === undefined) return;
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(value, "y", true));
  ctx.save();
  ctx.strokeStyle = token("--line-strong");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/**
 * Draws a triangle at the lower end of the axis for each value below it, side by side if several curves have
 * one.
 */
function drawBelow(chart: uPlot, { x, curves, log }: LineChartProps): void {
  if (!log) return;
  const { ctx, bbox } = chart;
  const size = 4 * devicePixelRatio;
  const bottom = bbox.top + bbox.height - devicePixelRatio;
  ctx.save();
  for (const [i, { values, colour }] of curves.entries()) {
    ctx.fillStyle = token(colour);
    for (const at of below(values, log.lowest)) {
      const middle = chart.valToPos(x[at]!, "x", true) + (i - (curves.length - 1) / 2) * 1.5 * size;
      ctx.beginPath();
      ctx.moveTo(middle - size / 2, bottom - size);
      ctx.lineTo(middle + size / 2, bottom - size);
      ctx.lineTo(middle, bottom);
      ctx.fill();
    }
  }
  ctx.restore();
}
