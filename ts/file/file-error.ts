/**
 * Errors about the contents of a file. Their paths begin with `bytes`:
 *
 *     bytes.header                          the header of the safetensors format
 *     bytes.tensors["rnn.bias_hh_l0"][3]    a tensor, its third value; also its .dtype, .shape and .data_offsets
 *     bytes.metadata["bptt.config"].cell    a text of the metadata, and what is in its JSON
 *     bytes.training.network.frozen[0]      what is in a section (section.ts)
 */

import { isCheckError, rangeError, reroot, type CheckError, type Path } from "../base/errors.js";

/** Creates the error for a file that violates the safetensors format. */
export function malformed(
  path: Path,
  expected: string,
  received: string,
  cause?: unknown,
): RangeError & CheckError {
  return rangeError(path, expected, received, { hint: "the file is not valid safetensors", cause });
}

/**
 * Turns a reader's error about a value into an error about the file that holds it, in which every wrong value
 * is a RangeError. `root` and `self` are those of `reroot`. An error that is about the file already keeps its
 * path.
 */
export function fileError(error: unknown, root: Path, self?: string): unknown {
  if (!isCheckError(error)) return error;
  const rooted = error.path[0] === "bytes" ? error : reroot(error, root, self);
  if (!isCheckError(rooted)) return rooted;
  const { path, expected, received, hint } = rooted;
  return rangeError(path, expected, received, { hint, cause: error });
}
