/**
 * Vectors, and matrices in blocks of columns, in plain loops. Every function adds to its first argument.
 *
 * A matrix W (K, G·N) lies row-major; its block g is the columns g·N … (g+1)·N − 1. A gate's weights are such a block.
 */
export type Numbers = ArrayLike<number>;

/** A copy of row r of a matrix with `columns` columns; zeros where there is no matrix. (columns) */
export function row(matrix: Numbers | undefined, r: number, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, c) => (matrix ? matrix[r * columns + c]! : 0));
}

/** y += x */
export function add(y: Float64Array, x: Numbers): void {
  for (let k = 0; k < y.length; k++) y[k]! += x[k]!;
}

/** y += x·W, for x (K), block g of G of W (K, G·N), y (N) */
export function addProduct(y: Float64Array, x: Float64Array, w: Float64Array, g = 0, G = 1): void {
  const N = y.length;
  for (let k = 0; k < x.length; k++) for (let n = 0; n < N; n++) y[n]! += x[k]! * w[(k * G + g) * N + n]!;
}

/** x += y·Wᵀ, for y (N), block g of G of W (K, G·N), x (K) */
export function addProductTransposed(x: Float64Array, y: Float64Array, w: Float64Array, g = 0, G = 1): void {
  const N = y.length;
  for (let k = 0; k < x.length; k++) for (let n = 0; n < N; n++) x[k]! += y[n]! * w[(k * G + g) * N + n]!;
}

/** W += xᵀ·y, for x (K), y (N), block g of G of W (K, G·N) */
export function addOuter(w: Float64Array, x: Float64Array, y: Float64Array, g = 0, G = 1): void {
  const N = y.length;
  for (let k = 0; k < x.length; k++) for (let n = 0; n < N; n++) w[(k * G + g) * N + n]! += x[k]! * y[n]!;
}

/** σ(a) = 1/(1 + e⁻ᵃ), each element. */
export function sigmoid(a: Float64Array): Float64Array {
  return a.map((x) => 1 / (1 + Math.exp(-x)));
}

/** The G blocks of a vector (G·N), as views. */
export function blocks(x: Float64Array, G: number): Float64Array[] {
  const N = x.length / G;
  return Array.from({ length: G }, (_, g) => x.subarray(g * N, (g + 1) * N));
}
