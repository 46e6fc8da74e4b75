// Matrix products on flat arrays in tiles of 4×4. Every matrix is (array, offset, row stride); N is a multiple of 4.

/**
 * Computes C (M, N) += A (M, K) · B (K, N). M is arbitrary: rows outside the tiles of 4 are processed one by
 * one.
 * @param {number} M @param {number} N @param {number} K
 * @param {Float32Array} A @param {number} a0 @param {number} lda
 * @param {Float32Array} B @param {number} b0 @param {number} ldb
 * @param {Float32Array} C @param {number} c0 @param {number} ldc
 */
export function multiply(M, N, K, A, a0, lda, B, b0, ldb, C, c0, ldc) {
  const tiled = M & ~3;
  for (let i = 0; i < tiled; i += 4) {
    const at = a0 + i * lda;
    for (let j = 0; j < N; j += 4) {
      tile(K, A, at, at + lda, at + 2 * lda, at + 3 * lda, 1, B, b0 + j, ldb, C, c0 + i * ldc + j, ldc);
    }
  }
  for (let i = tiled; i < M; i++) {
    let j = 0;
    for (; j + 8 <= N; j += 8) row8(K, A, a0 + i * lda, B, b0 + j, ldb, C, c0 + i * ldc + j);
    if (j < N) row4(K, A, a0 + i * lda, B, b0 + j, ldb, C, c0 + i * ldc + j);
  }
}

/**
 * Computes C (M, N) += Aᵀ · B with A (K, M) and B (K, N). M is a multiple of 4 too.
 * @param {number} M @param {number} N @param {number} K
 * @param {Float32Array} A @param {number} a0 @param {number} lda
 * @param {Float32Array} B @param {number} b0 @param {number} ldb
 * @param {Float32Array} C @param {number} c0 @param {number} ldc
 */
export function multiplyTransposed(M, N, K, A, a0, lda, B, b0, ldb, C, c0, ldc) {
  for (let i = 0; i < M; i += 4) {
    const at = a0 + i;
    for (let j = 0; j < N; j += 4) {
      tile(K, A, at, at + 1, at + 2, at + 3, lda, B, b0 + j, ldb, C, c0 + i * ldc + j, ldc);
    }
  }
}

/**
 * Computes a 4×4 tile with 16 sums in local variables. A's four rows (or columns) begin at a0 … a3 and
 * advance by `step`.
 * @param {number} K
 * @param {Float32Array} A @param {number} a0 @param {number} a1 @param {number} a2 @param {number} a3 @param {number} step
 * @param {Float32Array} B @param {number} b @param {number} ldb
 * @param {Float32Array} C @param {number} c @param {number} ldc
 */
function tile(K, A, a0, a1, a2, a3, step, B, b, ldb, C, c, ldc) {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (let k = 0; k < K; k++) {
    const b0 = B[b];
    const b1 = B[b + 1];
    const b2 = B[b + 2];
    const b3 = B[b + 3];
    b += ldb;
    let a = A[a0];
    a0 += step;
    c00 += a * b0;
    c01 += a * b1;
    c02 += a * b2;
    c03 += a * b3;
    a = A[a1];
    a1 += step;
    c10 += a * b0;
    c11 += a * b1;
    c12 += a * b2;
    c13 += a * b3;
    a = A[a2];
    a2 += step;
    c20 += a * b0;
    c21 += a * b1;
    c22 += a * b2;
    c23 += a * b3;
    a = A[a3];
    a3 += step;
    c30 += a * b0;
    c31 += a * b1;
    c32 += a * b2;
    c33 += a * b3;
  }
  C[c] += c00;
  C[c + 1] += c01;
  C[c + 2] += c02;
  C[c + 3] += c03;
  c += ldc;
  C[c] += c10;
  C[c + 1] += c11;
  C[c + 2] += c12;
  C[c + 3] += c13;
  c += ldc;
  C[c] += c20;
  C[c + 1] += c21;
  C[c + 2] += c22;
  C[c + 3] += c23;
  c += ldc;
  C[c] += c30;
  C[c + 1] += c31;
  C[c + 2] += c32;
  C[c + 3] += c33;
}

/**
 * Computes one row and eight columns, which are enough parallel sums to hide the latency of an addition.
 * @param {number} K
 * @param {Float32Array} A @param {number} a
 * @param {Float32Array} B @param {number} b @param {number} ldb
 * @param {Float32Array} C @param {number} c
 */
function row8(K, A, a, B, b, ldb, C, c) {
  let c0 = 0,
    c1 = 0,
    c2 = 0,
    c3 = 0;
  let c4 = 0,
    c5 = 0,
    c6 = 0,
    c7 = 0;
  for (let k = 0; k < K; k++) {
    const x = A[a + k];
    c0 += x * B[b];
    c1 += x * B[b + 1];
    c2 += x * B[b + 2];
    c3 += x * B[b + 3];
    c4 += x * B[b + 4];
    c5 += x * B[b + 5];
    c6 += x * B[b + 6];
    c7 += x * B[b + 7];
    b += ldb;
  }
  C[c] += c0;
  C[c + 1] += c1;
  C[c + 2] += c2;
  C[c + 3] += c3;
  C[c + 4] += c4;
  C[c + 5] += c5;
  C[c + 6] += c6;
  C[c + 7] += c7;
}

/**
 * Computes one row and four columns.
 * @param {number} K
 * @param {Float32Array} A @param {number} a
 * @param {Float32Array} B @param {number} b @param {number} ldb
 * @param {Float32Array} C @param {number} c
 */
function row4(K, A, a, B, b, ldb, C, c) {
  let c0 = 0,
    c1 = 0,
    c2 = 0,
    c3 = 0;
  for (let k = 0; k < K; k++) {
    const x = A[a + k];
    c0 += x * B[b];
    c1 += x * B[b + 1];
    c2 += x * B[b + 2];
    c3 += x * B[b + 3];
    b += ldb;
  }
  C[c] += c0;
  C[c + 1] += c1;
  C[c + 2] += c2;
  C[c + 3] += c3;
}

/**
 * Copies the transpose: to (N, M) ← from (M, N). @param {number} M @param {number} N @param {Float32Array}
 * from @param {number} offset @param {Float32Array} to
 */
export function transpose(M, N, from, offset, to) {
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) to[j * M + i] = from[offset + i * N + j];
  }
}
