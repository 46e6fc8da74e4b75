/**
 * Double-precision functions that return the same bits on every engine. They use + − × ÷ and polynomials
 * only, in the order written, because the last bits of `Math.exp`, `Math.cos` and `**` differ between
 * engines.
 */

/** Returns sin x for 0 ≤ x ≤ π/2: Σ (−1)ⁱ x²ⁱ⁺¹/(2i+1)! up to x²¹. The first omitted term is below 1.3e-18. */
export function sinFirstQuadrant(x: number): number {
  const z = x * x;
  let series = 1;
  for (let n = 20; n >= 2; n -= 2) series = 1 - (series * z) / (n * (n + 1));
  return x * series;
}

/**
 * Returns baseⁿ for an integer n ≥ 0 by squaring. The factors are multiplied in the order of the bits of n,
 * the lowest bit first.
 */
export function integerPower(base: number, n: number): number {
  let product = 1;
  let square = base;
  for (let left = n; left >= 1;) {
    const half = Math.floor(left * 0.5);
    if (half * 2 !== left) product *= square;
    square *= square;
    left = half;
  }
  return product;
}

const LOG2_E = 1.4426950408889634;
const LN2_HIGH = 0.6931471803691238; // ln 2 = high + low; 21 trailing zero bits make n·high exact (fdlibm's split)
const LN2_LOW = 1.9082149292705877e-10;
/**
 * The coefficients 1/n! for n = 13 … 0 of Taylor's polynomial, whose error is below 1e-17 for |r| ≤ ln 2/2.
 */
const TAYLOR = /* @__PURE__ */ Array.from({ length: 14 }, (_, i) => {
  let factorial = 1;
  for (let n = 2; n <= 13 - i; n++) factorial *= n;
  return 1 / factorial;
});
const TWO_30 = 1073741824;

/**
 * Returns eˣ for x ≤ 0 with a relative error below 1e-15, and 0 below −708. `exp64` of the core returns the
 * same bits.
 */
export function expNonPositive(x: number): number {
  if (!(x > -708)) return x === x ? 0 : NaN;
  // x = n·ln 2 + r with |r| ≤ ln 2/2
  const n = Math.round(x * LOG2_E);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let result = 0;
  for (const c of TAYLOR) result = result * r + c;
  let halvings = -n;
  for (; halvings > 30; halvings -= 30) result /= TWO_30;
  return result / (1 << halvings);
}

/** Returns eˣ with a relative error below 2e-15: 0 below −708 and ∞ above 708. */
export function exp64(x: number): number {
  return x <= 0 ? expNonPositive(x) : 1 / expNonPositive(-x);
}

const SQRT_2 = 1.4142135623730951;
const SUBNORMAL = 2.2250738585072014e-308; // the smallest normal number
const TWO_52 = 4503599627370496;

/**
 * Returns ln x with an error below 1e-15 (relative, and absolute for results below 1): −∞ for 0, NaN below 0.
 */
export function ln64(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const view = new DataView(new ArrayBuffer(8));
  const isSubnormal = x < SUBNORMAL;
  view.setFloat64(0, isSubnormal ? x * TWO_52 : x);
  const high = view.getUint32(0);
  let exponent = (high >>> 20) - 1023 - (isSubnormal ? 52 : 0);
  view.setUint32(0, (high & 0xfffff) | (1023 << 20));
  let mantissa = view.getFloat64(0); // in 1 … 2
  if (mantissa > SQRT_2) {
    mantissa *= 0.5;
    exponent++;
  }
  // ln m = 2·artanh s = 2·(s + s³/3 + …) with |s| ≤ 0.1716; the first omitted term is below 1e-20
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  let series = 0;
  for (let n = 25; n >= 1; n -= 2) series = series * z + 1 / n;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * series);
}

/** Returns sin 2πu and cos 2πu for 0 ≤ u < 1. */
export function sinCosTurn(u: number): [sin: number, cos: number] {
  const quarter = Math.floor(u * 4);
  const angle = (u * 4 - quarter) * HALF_PI;
  const sin = sinFirstQuadrant(angle);
  const cos = sinFirstQuadrant(HALF_PI - angle);
  switch (quarter) {
    case 0:
      return [sin, cos];
    case 1:
      return [cos, -sin];
    case 2:
      return [-sin, -cos];
    default:
      return [-cos, sin];
  }
}

const HALF_PI = 1.5707963267948966;
