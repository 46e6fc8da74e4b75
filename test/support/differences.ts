/** Central differences: what every gradient of the twin must agree with. */

const EPSILON = 2 ** -17;

/** How far they may be off; reference.test.ts says why. */
export const FINITE_DIFFERENCES = { absolute: 1e-8 };

/** Central differences of `loss` by every element of `theta`, which is put back as it was. */
export function differences(theta: Float64Array, loss: () => number): Float64Array {
  return theta.map((value, k) => {
    theta[k] = value + EPSILON;
    const above = loss();
    theta[k] = value - EPSILON;
    const below = loss();
    theta[k] = value;
    return (above - below) / (2 * EPSILON);
  });
}
