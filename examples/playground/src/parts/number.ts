/** Formats numbers. */

/** Formats a number with three decimals and a minus sign as wide as a plus. */
export function format(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 1e4) ? value.toExponential(2) : value.toFixed(3);
  return text.replace("-", "−");
}

/** Formats a number with two digits and without trailing zeros: 0.5, 20, −0.034. */
export function short(value: number): string {
  return String(Number(value.toPrecision(2)))
    .replace("-", "−")
    .replace("Infinity", "∞");
}

/** Formats a count: "1 unit", "2,341 units". */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
