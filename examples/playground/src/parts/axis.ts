/** What stands beside an axis: where the marks are, and what they are called, for numbers of any size. */

/** 1, 2 and 5 times powers of ten: the distances between two marks, all that a float32 can need. */
export const ROUND_STEPS: readonly number[] = Array.from({ length: 56 }, (_, i) => i - 16).flatMap((power) =>
  [1, 2, 5].map((step) => Number(`${step}e${power}`)),
);

/** A number as short as it can be beside an axis: 0.25, 1,500, 2e6. */
export function mark(value: number): string {
  const size = Math.abs(value);
  const text =
    size >= 1e5 || (size > 0 && size < 1e-3)
      ? value.toExponential().replace("e+", "e")
      : value.toLocaleString("en", { maximumFractionDigits: 6 });
  return text.replaceAll("-", "−");
}

/** Whole powers of ten, no more than a handful. */
export function powers(min: number, max: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  const every = Math.ceil((to - from + 1) / 7);
  return Array.from(
    { length: Math.floor((to - from) / every) + 1 },
    (_, i) => 10 ** (to - i * every),
  ).reverse();
}

/** 10ⁿ as it is printed. */
export function power(value: number): string {
  const exponent = String(Math.round(Math.log10(value)));
  return `10${[...exponent].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
}
