/** Seeded gestures as a pen would draw them, in steps (dx, dy), and pauses between them. */

import { seeded } from "./random.js";

/** A gesture's path, for 0 ≤ u ≤ 1. */
const PATHS: Record<string, (u: number) => [x: number, y: number]> = {
  circle: (u) => [Math.cos(2 * Math.PI * u), Math.sin(2 * Math.PI * u)],
  swipe: (u) => [2 * u, 0],
  lift: (u) => [0, 2 * u],
  zigzag: (u) => [1.5 * u, Math.abs(((u * 4) % 2) - 1)],
  check: (u) => (u < 0.35 ? [u, -1.2 * u] : [u, -0.42 + 2.2 * (u - 0.35)]),
};

/** The names of the gestures. */
export const GESTURES = Object.keys(PATHS);

/** Draws gestures and pauses. */
export class Pen {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** A whole number below `count`. */
  choose(count: number): number {
    return Math.floor(this.#random() * count);
  }

  /** A gesture of 24 to 39 steps, of its own size and angle. */
  draw(name: string): [dx: number, dy: number][] {
    const steps = 24 + this.choose(16);
    const size = 0.8 + 0.4 * this.#random();
    const angle = 0.3 * (this.#random() - 0.5);
    const at = (u: number): [number, number] => {
      const [x, y] = PATHS[name]!(u);
      return [
        size * (x * Math.cos(angle) - y * Math.sin(angle)),
        size * (x * Math.sin(angle) + y * Math.cos(angle)),
      ];
    };
    return Array.from({ length: steps }, (_, i) => {
      const [[x0, y0], [x1, y1]] = [at(i / steps), at((i + 1) / steps)];
      const speed = steps / 30;
      return [(x1 - x0) * speed + this.#noise(), (y1 - y0) * speed + this.#noise()];
    });
  }

  /** A pause. */
  rest(steps: number): [dx: number, dy: number][] {
    return Array.from({ length: steps }, () => [this.#noise(), this.#noise()]);
  }

  /** So many examples of each gesture, and of pauses, which are called "none". */
  examples(count: number): { input: [number, number][]; label: string }[] {
    return Array.from({ length: count }, () => [
      ...GESTURES.map((label) => ({ input: this.draw(label), label })),
      { input: this.rest(20 + this.choose(20)), label: "none" },
    ]).flat();
  }

  #noise(): number {
    return 0.02 * (this.#random() - 0.5);
  }
}
