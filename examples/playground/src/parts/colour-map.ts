/**
 * Numbers as colors in 256 steps: −1 … 0 … 1 from orange over the neutral color to blue, or 0 … 1 from the
 * neutral color to violet. A scale maps a number to its place there. Scales do not follow the numbers while
 * these change, so a larger number always has the stronger color, even a thousand steps later.
 */

import { rgb, type Rgb } from "./theme.js";

/** "signed" numbers have a neutral middle; "size" numbers start from the neutral color. */
export type MapKind = "signed" | "size";

/**
 * Returns 257 colors in the format of an ImageData on a little-endian machine, 0xaabbggrr. They are read from
 * the tokens at each call.
 */
export function colourMap(kind: MapKind): Uint32Array {
  const zero = toOklab(rgb("--zero"));
  const high = toOklab(rgb(kind === "signed" ? "--positive" : "--much"));
  const low = kind === "signed" ? toOklab(rgb("--negative")) : zero;
  return Uint32Array.from({ length: 257 }, (_, i) => {
    const at = kind === "signed" ? i / 128 - 1 : i / 256;
    const [r, g, b] = toRgb(mix(zero, at < 0 ? low : high, Math.abs(at)));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

/** The meaning of a color. */
export interface ColourScale {
  kind: MapKind;
  /** Returns the place of a number in the map: −1 … 1, or 0 … 1 for a size. NaN has none. */
  at(value: number): number;
  /** Numbers to label in a legend. */
  marks: readonly number[];
}

/** Returns a linear scale up to a largest number. Larger numbers have the same color. */
export function proportional(most: number, kind: MapKind = "signed"): ColourScale {
  const end = most > 0 && Number.isFinite(most) ? most : 1;
  const marks = kind === "signed" ? [-end, end] : [0, end];
  return { kind, at: (value) => Math.max(-1, Math.min(1, value / end)), marks };
}

/**
 * Returns the scale x / (|x| + half) for numbers without a known bound: nearly linear for small numbers, half
 * of the color at `half`, and never the full color.
 */
export function unbounded(half: number): ColourScale {
  const at = (value: number) =>
    Math.abs(value) === Infinity ? Math.sign(value) : value / (Math.abs(value) + half);
  return { kind: "signed", at, marks: [-Infinity, -half, 0, half, Infinity] };
}

/** Returns the index of a number's color in the map, or undefined for NaN. */
export function indexOf(value: number, { kind, at }: ColourScale): number | undefined {
  const place = at(value);
  if (Number.isNaN(place)) return undefined;
  return kind === "signed" ? Math.round(place * 128 + 128) : Math.round(Math.abs(place) * 256);
}

/** Returns the largest absolute value. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

const mix = (from: Rgb, to: Rgb, at: number): Rgb => [
  from[0] + (to[0] - from[0]) * at,
  from[1] + (to[1] - from[1]) * at,
  from[2] + (to[2] - from[2]) * at,
];

/** Converts sRGB to Oklab, in which equal steps look equal (B. Ottosson 2020). */
function toOklab(colour: Rgb): Rgb {
  const [r, g, b] = colour.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  const l = Math.cbrt(0.4122214708 * r! + 0.5363325363 * g! + 0.0514459929 * b!);
  const m = Math.cbrt(0.2119034982 * r! + 0.6806995451 * g! + 0.1073969566 * b!);
  const s = Math.cbrt(0.0883024619 * r! + 0.2817188376 * g! + 0.6299787005 * b!);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toRgb([lightness, a, b]: Rgb): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const byte = (c: number) => {
    const encoded = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
    return Math.max(0, Math.min(255, Math.round(encoded * 255)));
  };
  return [
    byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    byte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
