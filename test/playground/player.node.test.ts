/** Tests the player of the playground's runs, with a clock and frames that the test controls. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FRAME_MILLISECONDS, Player } from "../../examples/playground/src/parts/player.js";

let now = 0;
let pending: (() => void) | undefined;
let frames = 0;

beforeEach(() => {
  now = 0;
  frames = 0;
  pending = undefined;
  vi.stubGlobal("performance", { now: () => now });
  vi.stubGlobal("requestAnimationFrame", (call: () => void) => ((pending = call), 1));
  vi.stubGlobal("cancelAnimationFrame", () => (pending = undefined));
});
afterEach(() => vi.unstubAllGlobals());

/** Runs the next frame, a sixtieth of a second after the last one began. */
function frame(): void {
  const call = pending;
  pending = undefined;
  now += 1000 / 60;
  call?.();
}

/** Counts; each part takes some milliseconds, and `parts` of them make one step. */
function counter(milliseconds: number, { parts = 1, last = Infinity } = {}) {
  let done = 0;
  return {
    get steps() {
      return Math.floor(done / parts);
    },
    get within() {
      return done % parts > 0;
    },
    advance() {
      done++;
      now += milliseconds;
      return this.steps < last;
    },
  };
}

const player = (what: ReturnType<typeof counter>) => new Player(what, () => void frames++);

it("never trains on in a frame once its time is over", () => {
  for (const milliseconds of [0.01, 1, 3, 20]) {
    const what = counter(milliseconds);
    const it = player(what);
    it.play();
    for (let i = 0; i < 10; i++) {
      const before = now;
      frame();
      expect(now - before - 1000 / 60).toBeLessThan(FRAME_MILLISECONDS + milliseconds + 1e-6);
    }
    expect(what.steps).toBeGreaterThanOrEqual(10);
    it.pause();
  }
});

it("keeps to a number of steps a second, and owes nothing after a long gap", () => {
  const what = counter(0.01);
  const it = player(what);
  it.perSecond = 30;
  it.play();
  for (let i = 0; i < 60; i++) frame();
  expect(what.steps).toBeGreaterThanOrEqual(29);
  expect(what.steps).toBeLessThanOrEqual(32);
  const before = what.steps;
  now += 60_000; // the tab was in the background
  frame();
  expect(what.steps - before).toBeLessThanOrEqual(5);
});

it("runs to a count exactly, steps once, and ends with what it plays", () => {
  const what = counter(3, { parts: 3, last: 20 });
  const it = player(what);
  it.runTo(7);
  for (let i = 0; i < 20; i++) frame();
  expect(what.steps).toBe(7);
  expect([it.behind, it.playing, pending]).toEqual([false, false, undefined]);
  it.step();
  expect(what.steps).toBe(8);
  it.play();
  for (let i = 0; i < 50; i++) frame();
  expect(what.steps).toBe(20);
  expect([it.playing, pending]).toEqual([false, undefined]);
});

it("pauses between two steps", () => {
  const what = counter(4, { parts: 5 });
  const it = player(what);
  it.play();
  frame();
  expect(what.within).toBe(true);
  it.pause();
  expect([what.within, what.steps]).toEqual([false, 1]);
});

it("stops while suspended, and continues", () => {
  const what = counter(1);
  const it = player(what);
  it.play();
  frame();
  it.suspend(true);
  const { steps } = what;
  for (let i = 0; i < 5; i++) frame();
  expect(what.steps).toBe(steps);
  expect(it.playing).toBe(true);
  it.suspend(false);
  frame();
  expect(what.steps).toBeGreaterThan(steps);
});
