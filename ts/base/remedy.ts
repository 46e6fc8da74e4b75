/** The options that would help with an error, as data, so that the command line can name its flags instead. */

import type { CheckError } from "./errors.js";

/** Options of the library that would help, and their effect. */
export interface Remedy {
  /** The options with the values to pass; undefined if only the user knows the value. */
  readonly options: Readonly<Record<string, unknown>>;
  /** A verb in the third person with its object, such as "permits the unknown token". */
  readonly effect: string;
}

/** Adds the data of the hint to an error, in a non-enumerable field, because the public fields are those of a CheckError. */
export function withRemedy<E extends CheckError>(error: E, remedy: Remedy): E {
  return Object.defineProperty(error, "remedy", { value: remedy });
}
