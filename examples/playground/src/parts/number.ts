/** Numbers as text. */

/** Three places, and a minus as long as a plus. */
export function format(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 1e4) ? value.toExponential(2) : value.toFixed(3);
  return text.replace("-", "−");
}

/** "1 unit", "2,341 units". */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
