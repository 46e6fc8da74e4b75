/** Named arguments of the core's functions that have more than a few. */

import { core } from "./core.js";

/**
 * Sets the arguments of the next call. `Name` is the enumeration of that function's arguments: the object must have all of them and
 * no others.
 */
export function setArguments<Name extends number>(values: Readonly<Record<Name, number>>): void {
  const { set_argument: set } = core();
  for (const [name, value] of Object.entries<number>(values)) set(Number(name), value);
}
