/** The comparisons that the other tests rest on fail when they should. */
import { describe, expect, it } from "vitest";
import { expectAllClose, expectClose } from "./compare.js";
import { f32AsF64, fromTorch, rowOf, splitKernel } from "./golden.js";

describe("expectClose", () => {
  it("accepts what is within the tolerance, and no more", () => {
    expectClose("x", [1, 2], [1, 2.5], { absolute: 0.5 });
    expectClose("x", [1, 100], [1.5, 100], { relative: 0.005 });
    expect(() => expectClose("x", [1, 2], [1, 2.5], { absolute: 0.4 })).toThrow(
      "x[1]: expected 2.5 ± 0.4, received 2",
    );
    expect(() => expectClose("x", [0], [1e-30], {})).toThrow("x[0]");
  });

  it("names the element that is furthest off", () => {
    expect(() => expectClose("x", [1, 5, 2], [0, 0, 0], { absolute: 0.1 })).toThrow("x[1]");
  });

  it("never accepts NaN or infinity", () => {
    for (const [got, want] of [
      [NaN, 0],
      [0, NaN],
      [NaN, NaN],
      [Infinity, Infinity],
      [0, Infinity],
      [Infinity, 0],
    ] as const) {
      for (const tolerance of [{ absolute: 1 }, { relative: 1 }, { absolute: 1, relative: 1 }]) {
        expect(() => expectClose("x", [1, got, 2], [1, want, 2], tolerance), `${got} for ${want}`).toThrow(
          "x[1]",
        );
      }
    }
  });

  it("refuses to compare nothing, or arrays of different lengths", () => {
    expect(() => expectClose("x", [], [], { absolute: 1 })).toThrow("nothing to compare");
    expect(() => expectClose("x", [1], [1, 1], { absolute: 1 })).toThrow("expected 2 elements, received 1");
    expect(() => expectAllClose("x", {}, {}, { absolute: 1 })).toThrow("nothing to compare");
    expect(() => expectAllClose("x", { a: [1] }, { a: [1], b: [1] }, { absolute: 1 })).toThrow(
      "names a, b, received a",
    );
  });
});

describe("golden readers", () => {
  it("turns printed digits into the float32 they name", () => {
    expect([...f32AsF64({ shape: [1], data: [0.1] })]).toEqual([0.10000000149011612]);
  });

  it("splits the joint kernel by rows and turns PyTorch's matrices", () => {
    const kernel = { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] };
    const split = splitKernel({ kernel }, 1);
    expect(split).toEqual({
      kernel,
      w_ih: { shape: [1, 2], data: [1, 2] },
      w_hh: { shape: [2, 2], data: [3, 4, 5, 6] },
    });
    expect(rowOf(kernel, 1)).toEqual([3, 4]);
    const bias = { shape: [2], data: [1, 2] };
    const torch = {
      weight_ih_l0: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      weight_hh_l0: { shape: [2, 2], data: [1, 2, 3, 4] },
    };
    expect(fromTorch({ ...torch, bias_ih_l0: bias, bias_hh_l0: bias }, "weights")).toEqual({
      w_ih_l0: { shape: [3, 2], data: [1, 4, 2, 5, 3, 6] },
      w_hh_l0: { shape: [2, 2], data: [1, 3, 2, 4] },
      b_h_l0: { shape: [2], data: [2, 4] },
    });
  });
});
