/** The option `clipNorm`. */

import { number } from "../base/check.js";
import { typeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";

/**
 * Returns `value` if gradients can be clipped at it, or false for no clipping. The bounds keep 1/clip within
 * float32.
 */
export function readClipNorm(value: unknown, path: Path = "clipNorm"): number | false {
  if (value === false) return value;
  if (typeof value === "number") return number(value, path, { min: 1e-30, max: 1e30 });
  throw typeError(path, "a number, or false for none", show(value));
}
