/**
 * A matrix as a picture with one colored square per number. Pointer and arrow keys read single numbers.
 * Painting takes a fraction of a millisecond (one pixel per number, enlarged by the browser), so it may
 * change in every frame.
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { colourMap, indexOf, type ColourScale } from "./colour-map.js";
import "./heat-map.css";
import { format } from "./number.js";
import { useTheme } from "./theme.js";

export interface HeatMapProps {
  /** Row-major values (rows, columns). Another array is painted again. */
  values: ArrayLike<number>;
  rows: number;
  columns: number;
  scale: ColourScale;
  /** Size of one square in CSS pixels. */
  cell: { width: number; height: number };
  /** A description for screen readers: "W_hh, 5 by 5". */
  label: string;
  /** Returns the name of a square: "from unit 2 to unit 3". Without it single numbers cannot be read. */
  describe?: (row: number, column: number) => string;
  /**
   * True if arrow keys read the values too. Default true; false if the same numbers are available elsewhere.
   */
  keyboard?: boolean;
}

export function HeatMap(props: HeatMapProps) {
  const { values, rows, columns, scale, cell, label, describe, keyboard = true } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const colours = useMemo(() => colourMap(scale.kind), [scale.kind, theme]);
  const [at, setAt] = useState<{ row: number; column: number }>();

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || rows * columns === 0) return;
    const image = context.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) {
      const index = indexOf(values[i]!, scale);
      pixels[i] = index === undefined ? 0 : colours[index]!;
    }
    context.putImageData(image, 0, 0);
  }, [values, rows, columns, scale, colours]);

  const onPointerMove = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    setAt({ row: clamp(row, rows), column: clamp(column, columns) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setAt(undefined);
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    setAt((old = { row: 0, column: 0 }) => ({
      row: clamp(old.row + move[0], rows),
      column: clamp(old.column + move[1], columns),
    }));
  };
  const pointer = describe && {
    onPointerMove,
    onPointerDown: onPointerMove, // a tap does not move the pointer
    onPointerLeave: ({ pointerType }: PointerEvent) => {
      if (pointerType !== "touch") setAt(undefined); // lifting a finger ends the pointer, but the number stays until another tap
    },
    tabIndex: -1,
    onBlur: () => setAt(undefined),
  };
  const keys = describe &&
    keyboard && {
      tabIndex: 0,
      onKeyDown,
      onFocus: () => setAt((old) => old ?? { row: 0, column: 0 }),
    };
  // the matrix may have become smaller since the pointer entered
  const shown = at && at.row < rows && at.column < columns ? at : undefined;
  const text =
    shown &&
    describe &&
    `${describe(shown.row, shown.column)}: ${format(values[shown.row * columns + shown.column]!)}`;
  return (
    <div class="heat-map">
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        style={{ width: `${columns * cell.width}px`, height: `${rows * cell.height}px` }}
        role="img"
        aria-label={text ? `${label}. ${text}` : label}
        {...pointer}
        {...keys}
      />
      {shown && (
        <i
          class="cursor"
          style={{
            left: `${shown.column * cell.width}px`,
            top: `${shown.row * cell.height}px`,
            width: `${cell.width}px`,
            height: `${cell.height}px`,
          }}
        />
      )}
      {text && (
        <div class="readout" aria-live="polite" style={above(canvas.current!)}>
          {text}
        </div>
      )}
    </div>
  );
}

/**
 * Returns a position above the picture within the window, so that surrounding scroll areas do not cut the
 * text off.
 */
function above(canvas: HTMLElement): { left: string; top: string } {
  const { left, top } = canvas.getBoundingClientRect();
  return { left: `${Math.max(8, Math.min(left, innerWidth - 240))}px`, top: `${Math.max(8, top - 34)}px` };
}

const MOVES: Record<string, readonly [number, number] | undefined> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const clamp = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
