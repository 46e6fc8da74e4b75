/** The ticks of an axis: positions and labels for numbers of any size. */

/** The distances between two ticks: 1, 2 and 5 times powers of ten, for every range of a float32. */
export const ROUND_STEPS: readonly number[] = Array.from({ length: 56 }, (_, i) => i - 16).flatMap((power) =>
  [1, 2, 5].map((step) => Number(`${step}e${power}`)),
);

/** Formats a number as shortly as possible for an axis: 0.25, 1,500, 2e6. */
export function mark(value: number): string {
  const size = Math.abs(value);
  const text =
    size >= 1e5 || (size > 0 && size < 1e-3)
      ? value.toExponential().replace("e+", "e")
      : value.toLocaleString("en", { maximumFractionDigits: 6 });
  return text.replaceAll("-", "−");
}

/** Returns whole powers of ten, at most a handful. */
export function powers(min: number, max: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  const every = Math.ceil((to - from + 1) / 7);
  return Array.from(
    { length: Math.floor((to - from) / every) + 1 },
    (_, i) => 10 ** (to - i * every),
  ).reverse();
}

/** Formats 10ⁿ. */
export function power(value: number): string {
  const exponent = String(Math.round(Math.log10(value)));
  return `10${[...exponent].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
}
