/** The option `clipNorm`. */

import { expected, number } from "../base/check.js";

/** `value` if gradients can be clipped at it, or false for none. The bounds keep 1/clip within float32. */
export function readClipNorm(value: unknown, name = "clipNorm"): number | false {
  if (value === false) return value;
  if (typeof value === "number") return number(value, name, { min: 1e-30, max: 1e30 });
  throw new TypeError(expected(name, "a number, or false for none", value));
}
