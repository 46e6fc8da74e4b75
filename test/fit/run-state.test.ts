/**
 * Tests the pure parts of a run: its state between pieces of work, its plan, its throughput, its abort
 * signal.
 */

import type { RunState } from "bptt";
import { describe, expect, it } from "vitest";
import { Control } from "../../ts/fit/control.js";
import { Throughput } from "../../ts/fit/throughput.js";
import { fractionDone, isDone, isStale, shouldValidate, stepsLeft, type Plan } from "../../ts/fit/plan.js";
import { afterEpoch, afterStep, afterValidation, readRunState, START } from "../../ts/fit/run-state.js";

const STEP = { loss: 1, gradientNorm: 2, learningRate: 3 };
const OUTCOME = { ...STEP, dropoutStep: 4 };
const PLAN: Plan = {
  epochs: 2,
  steps: undefined,
  stepsPerEpoch: undefined,
  validates: true,
  validateEvery: undefined,
  patience: 2,
};

describe("a state", () => {
  it("after steps, the end of an epoch, and a step of the next", () => {
    const carried = { data: new Float32Array(1), shape: [1, 1, 1] };
    let state: RunState = { ...START, carried };
    state = afterStep(state, OUTCOME, 2);
    expect(state).toEqual({ ...START, step: 1, cursor: 1, last: { epoch: 1, ...STEP }, dropoutStep: 4 });
    state = afterStep(state, OUTCOME, 2);
    expect(state.validationDue).toBe(true);
    state = afterEpoch(state, false);
    expect(state).toMatchObject({ step: 2, epoch: 2, cursor: 0, validationDue: false, last: { epoch: 1 } });
    state = afterStep(state, OUTCOME, undefined);
    expect(state).toMatchObject({ step: 3, epoch: 2, cursor: 1, validationDue: false, last: { epoch: 2 } });
    expect(START).toMatchObject({ step: 0, last: null });
  });

  it("after validations: the best is kept, equal is not better, and a better one starts the count anew", () => {
    let state: RunState = { ...START, validationDue: true };
    let made = 0;
    const keep = () => ({ w: { data: Float32Array.of(++made), shape: [1] } });
    const seen = [5, 5, 4, 6, 4, 3].map((loss, step) => {
      state = afterValidation({ ...state, step }, loss, keep);
      return [state.best!.step, state.best!.loss, state.best!.parameters["w"]!.data[0], state.stale];
    });
    expect(seen).toEqual([
      [0, 5, 1, 0],
      [0, 5, 1, 1],
      [2, 4, 2, 0],
      [2, 4, 2, 1],
      [2, 4, 2, 2],
      [5, 3, 3, 0],
    ]);
    expect(state).toMatchObject({ validationDue: false, validation: { step: 5, loss: 3 } });
    expect(made).toBe(3);
    expect(afterValidation(START, 1, undefined).best).toBeNull();
  });

  it("is read back as it was", () => {
    const state = afterValidation(afterStep(START, OUTCOME, 1), 2, () => ({}));
    expect(readRunState({ ...state, stopped: "aborted" }, "x")).toEqual(state);
  });
});

describe("a plan", () => {
  const at = (change: Partial<RunState>): RunState => ({ ...START, ...change });

  it("is done after its epochs or its steps", () => {
    expect(isDone(PLAN, at({ epoch: 2, cursor: 99 }))).toBe(false);
    expect(isDone(PLAN, at({ epoch: 3 }))).toBe(true);
    const steps = { ...PLAN, epochs: undefined, steps: 7 };
    expect(isDone(steps, at({ epoch: 99, step: 6 }))).toBe(false);
    expect(isDone(steps, at({ step: 7 }))).toBe(true);
  });

  it("has patience", () => {
    expect([0, 1, 2, 3].map((stale) => isStale(PLAN, at({ stale })))).toEqual([false, false, true, true]);
    expect([0, 1].map((stale) => isStale({ ...PLAN, patience: 0 }, at({ stale })))).toEqual([false, true]);
    expect(isStale({ ...PLAN, patience: undefined }, at({ stale: 1e9 }))).toBe(false);
    expect(isStale({ ...PLAN, patience: Infinity }, at({ stale: 1e9 }))).toBe(false);
  });

  it("validates when it is due, and once at the end", () => {
    expect(shouldValidate(PLAN, at({ validationDue: true }))).toBe(true);
    expect(shouldValidate({ ...PLAN, validates: false }, at({ validationDue: true, epoch: 3 }))).toBe(false);
    expect(shouldValidate(PLAN, at({ step: 5 }))).toBe(false);
    expect(shouldValidate(PLAN, at({ step: 5, epoch: 3 }))).toBe(true);
    expect(shouldValidate(PLAN, at({ step: 5, epoch: 3, validation: { step: 5, loss: 1 } }))).toBe(false);
  });

  it("knows how far it has come, where that can be known", () => {
    const half = at({ epoch: 2, cursor: 3, step: 9 });
    expect(fractionDone(PLAN, half, undefined)).toBe(0.5);
    expect(fractionDone(PLAN, half, 6)).toBe(0.75);
    expect(fractionDone(PLAN, half, 2)).toBe(1); // more steps than estimated
    expect([stepsLeft(PLAN, half, undefined), stepsLeft(PLAN, half, 6), stepsLeft(PLAN, half, 2)]).toEqual([
      undefined,
      3,
      0,
    ]);
    const steps = { ...PLAN, epochs: undefined, steps: 12 };
    expect(fractionDone(steps, half, undefined)).toBe(0.75);
    expect(stepsLeft(steps, half, 1)).toBe(3);
  });
});

describe("the throughput", () => {
  it("counts running time alone", () => {
    let time = 100;
    const throughput = new Throughput(() => time);
    const after = (milliseconds: number, act: () => void) => {
      time += milliseconds;
      act();
      return throughput.elapsed;
    };
    expect(after(50, () => throughput.start())).toBe(0);
    expect(after(10, () => throughput.start())).toBe(10);
    expect(after(10, () => throughput.rest())).toBe(20);
    expect(after(1000, () => throughput.rest())).toBe(20);
    expect(after(1000, () => throughput.start())).toBe(20);
    expect(after(5, () => undefined)).toBe(25);
  });

  it("is 0 before the first step, and if the clock does not advance", () => {
    const throughput = new Throughput(() => 7);
    expect(throughput.tokensPerSecond).toBe(0);
    throughput.start();
    throughput.count(10);
    expect(throughput.tokensPerSecond).toBe(0);
  });
});

describe("control", () => {
  it("tells of changes, and of none where nothing changes", () => {
    let changes = 0;
    const controller = new AbortController();
    const control = new Control(controller.signal, () => changes++);
    const after = (act: () => void) => (act(), [changes, control.paused, control.end]);
    expect(after(() => control.resume())).toEqual([0, false, undefined]);
    expect(after(() => control.pause())).toEqual([1, true, undefined]);
    expect(after(() => control.pause())).toEqual([1, true, undefined]);
    expect(after(() => control.resume())).toEqual([2, false, undefined]);
    expect(after(() => control.stop())).toEqual([3, false, "stopped"]);
    expect(after(() => controller.abort())).toEqual([3, false, "stopped"]);
  });

  it("an aborted signal needs no change; one that is let go of is not heeded", () => {
    let changes = 0;
    expect(new Control(AbortSignal.abort(), () => changes++).end).toBe("aborted");
    const controller = new AbortController();
    const control = new Control(controller.signal, () => changes++);
    control.close();
    controller.abort();
    expect([changes, control.end]).toEqual([0, undefined]);
  });
});
