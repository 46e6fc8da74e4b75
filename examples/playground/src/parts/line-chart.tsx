/** Curves over one axis, by uPlot, in the tokens of the design. The legend is ours: it is text, and shows values. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { mark, power, powers, ROUND_STEPS } from "./axis.js";
import "./line-chart.css";
import { format } from "./number.js";
import { token, useTheme } from "./theme.js";

export interface Curve {
  label: string;
  /** The token of its colour. */
  colour: string;
  /** As of canvas; none is a line without gaps. */
  dash?: number[] | undefined;
  /** One for each of `x`; a gap where there is none, or no finite one. */
  values: readonly (number | null)[];
}

export interface LineChartProps {
  /** What it shows, for those who do not see it. */
  label: string;
  /** What the axes show, with units. */
  xLabel: string;
  yLabel: string;
  x: readonly number[];
  curves: readonly Curve[];
  /** In CSS pixels. Default 220. */
  height?: number;
  /** Whether the y axis counts in powers of ten; values below `floor` are drawn there. */
  log?: boolean;
  floor?: number;
  /** A value worth a line of its own. */
  reference?: { value: number; label: string } | undefined;
  /** Least range of x, so that a short curve does not jump. */
  xRange?: readonly [number, number];
  /** Which point the legend reads while no pointer is there. Default "last". */
  rest?: "first" | "last";
}

export function LineChart(props: LineChartProps) {
  const { label, xLabel, yLabel, x, curves, height = 220, log = false, floor = 1e-12, reference } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  const [at, setAt] = useState<number | null>();
  const look = curves.map(({ label, colour, dash }) => `${label}${colour}${dash}`).join();

  useEffect(() => {
    const options = optionsOf(latest, host.current!.clientWidth, (index) => setAt(index));
    const made = new uPlot(options, dataOf(latest.current), host.current!);
    chart.current = made;
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0 && width !== made.width) made.setSize({ width, height });
    });
    observer.observe(host.current!);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [look, log, height, theme]);
  useEffect(() => chart.current?.setData(dataOf(latest.current)), [x, curves, reference?.value, floor]);

  const index = at ?? (props.rest === "first" ? 0 : x.length - 1);
  return (
    <figure class="chart" aria-label={label}>
      <div class="legend">
        {curves.map((curve) => (
          <span key={curve.label}>
            <Swatch colour={curve.colour} dash={curve.dash} />
            {curve.label} <b>{shown(curve.values[index])}</b>
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
      <div ref={host} role="img" aria-label={`${label}: ${yLabel} by ${xLabel}`} />
    </figure>
  );
}

const shown = (value: number | null | undefined) => (typeof value === "number" ? format(value) : "–");

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

function dataOf({ x, curves, log, floor = 1e-12 }: LineChartProps): uPlot.AlignedData {
  const shown = ({ values }: Curve) =>
    values.map((y) => (y === null || !Number.isFinite(y) ? null : log ? Math.max(y, floor) : y));
  return [[...x], ...curves.map(shown)];
}

function optionsOf(
  latest: { current: LineChartProps },
  width: number,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const { curves, height = 220, log = false, xLabel } = latest.current;
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
      y: log ? { distr: 3, log: 10 } : { range: (_, min, max) => yRange(latest.current, min, max) },
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
              // `splits` makes nothing of them, but without one that fits, of 5 or more, there would be no axis
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
      draw: [(chart) => drawReference(chart, latest.current.reference?.value)],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
    },
  };
}

const xRange = (
  { xRange: least }: LineChartProps,
  min: number | null,
  max: number | null,
): [number, number] => [
  Math.min(min ?? Infinity, least?.[0] ?? 0),
  Math.max(max ?? -Infinity, least?.[1] ?? 1),
];

/** Of nats: so that a loss of nothing does not have a scale of its last bits. */
const LEAST_TOP = 0.1;

/** From zero, with a tenth of room above. */
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
