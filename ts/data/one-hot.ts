/**
 * Converts ids to one-hot vectors, with a 1 at the id and 0 elsewhere. They are for people to read and for
 * dense inputs; `Rnn` takes ids directly.
 */

import { rangeError, typeError } from "../base/errors.js";
import { size } from "../base/check.js";
import { copyIds } from "./ids.js";
import { open } from "../base/source.js";
import { floats, type FlatTensor, type IdRow, type Ids2, type Tensor } from "../base/tensor.js";
import { FLOATS } from "../base/typed-array.js";

/**
 * Returns the one-hot vectors of ids. The result has the shape of `ids` and a last axis of size `depth`.
 *
 * @param ids (T) or (B, T)
 * @param depth the length of each vector
 * @returns (T, depth) or (B, T, depth)
 * @throws TypeError when `ids` does not contain integers
 * @throws RangeError when an id is not in 0 … depth − 1, or the rank is neither 1 nor 2
 * @throws BpttError `OUT_OF_MEMORY`
 *
 * @example
 * import { oneHot } from "bptt";
 *
 * console.log(oneHot([[0, 2]], 3)); // { data: Float32Array [1, 0, 0, 0, 0, 1], shape: [1, 2, 3] }
 */
export function oneHot(ids: IdRow | FlatTensor<IdRow> | Ids2, depth: number): Tensor {
  const limit = size(depth, "depth");
  const source = open(ids, "ids", "integer ids (T) or (B,T)");
  const { shape, kind } = source;
  if (shape.length !== 1 && shape.length !== 2) {
    throw rangeError("ids", "integer ids (T) or (B,T)", `rank ${shape.length}`);
  }
  if (kind === FLOATS) throw typeError("ids", "integer ids", `floats of rank ${shape.length}`);
  const rank = shape.length;
  const rows = rank === 2 ? shape[0] : 1;
  const columns = shape[rank - 1];
  const data = floats(rows * columns * limit, "oneHot");
  const into = new Int32Array(rows * columns);
  copyIds(source, { rows, columns, rank, start: 0, strides: [columns, 1], into, limit, noun: "an id" });
  for (let i = 0; i < into.length; i++) data[i * limit + into[i]] = 1;
  return { data, shape: [...shape, limit] };
}
