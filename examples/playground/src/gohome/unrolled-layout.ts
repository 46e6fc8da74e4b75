/**
 * The layout of the unrolled network in CSS pixels: rows from top to bottom, columns by the available width.
 */

const row = (top: number, height: number) => ({ top, height, bottom: top + height });

export const ROWS = {
  said: row(0, 42),
  bars: row(46, 52),
  /** The arrow of the output layer. */
  upper: row(116, 30),
  hidden: row(150, 24),
  gradient: row(178, 12),
  /** The arrow of the input's weights. */
  lower: row(192, 30),
  input: row(226, 22),
  letter: row(250, 44),
};

export interface Layout {
  width: number;
  height: number;
  /** Width of the names of the rows; 0 if there is no room for them. */
  gutter: number;
  /** Width of the content of a step. */
  strip: number;
  /** Distance between two steps. */
  gap: number;
  /** True if the arrows have room for the names of their weights. */
  names: boolean;
  /** Returns the position of a step. */
  left(t: number): number;
}

const WIDEST_PITCH = 150;
const LEAST_PITCH = 46;
/** The fraction of a step's width that is the gap to the next one. */
const GAP_SHARE = 0.34;

/** The least width of a letter's bar and of its square in a one-hot vector. */
const LEAST_LETTER = 5;

/** @param steps T @param letters V @param room the available width */
export function layoutOf(steps: number, letters: number, room: number): Layout {
  const gutter = room >= 600 ? 92 : 0;
  const lead = 34; // room for the zero state before the first step
  const least = Math.max(LEAST_PITCH, Math.ceil((letters * LEAST_LETTER) / (1 - GAP_SHARE)));
  const pitch = Math.max(least, Math.min(WIDEST_PITCH, Math.floor((room - gutter - lead) / steps)));
  const gap = Math.min(44, Math.round(pitch * GAP_SHARE));
  const strip = pitch - gap;
  const left = (t: number) => gutter + lead + t * pitch;
  const width = left(steps - 1) + strip + 2;
  return { width, height: ROWS.letter.bottom + 2, gutter, strip, gap, names: gap >= 36, left };
}
