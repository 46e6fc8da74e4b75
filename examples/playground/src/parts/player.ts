/**
 * Plays, pauses and steps a run. It advances in the frames of the page, for a few milliseconds in each, so
 * that the page stays responsive however long a step takes. The run reports its end.
 */

/** Time budget per frame; the rest of its 16 ms is for painting. */
export const FRAME_MILLISECONDS = 8;
/** On the way to a given step, only some frames are shown. */
const CATCH_UP_MILLISECONDS = 24;
const CATCH_UP_FRAMES = 10;
/** Longest time that is made up for after a pause of the whole page. */
const LONGEST_GAP_MILLISECONDS = 100;

export interface Playable {
  /** Number of steps done. */
  readonly steps: number;
  /** True if a part of a step is done. */
  readonly within?: boolean;
  /** Does a step or a part of one. Returns true if there can be more. */
  advance(): boolean;
}

export class Player {
  /** Steps per second; Infinity for as many as possible. */
  perSecond = Infinity;
  #what: Playable;
  #onFrame: () => void;
  #playing = false;
  #goal = 0;
  #request: number | undefined;
  #last = 0;
  #due = 0;
  #frames = 0;

  /** @param onFrame called after each frame in which something changed, and when playing begins or ends */
  constructor(what: Playable, onFrame: () => void) {
    this.#what = what;
    this.#onFrame = onFrame;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** True while it runs to the step of `runTo`. */
  get behind(): boolean {
    return this.#what.steps < this.#goal;
  }

  /** Replaces the run that is played. */
  take(what: Playable): void {
    this.#what = what;
    this.#goal = 0;
  }

  play(): void {
    this.#playing = true;
    this.#due = 1; // the first step at once
    this.#start();
    this.#onFrame();
  }

  /** Pauses at the end of the current step. */
  pause(): void {
    this.#playing = false;
    this.#goal = 0;
    while (this.#what.within && this.#what.advance());
    this.#onFrame();
  }

  /** Does one step at once. */
  step(): void {
    this.#playing = false;
    const { steps } = this.#what;
    while (this.#what.advance() && this.#what.steps === steps);
    this.#onFrame();
  }

  /** Runs as fast as possible to a given step. */
  runTo(steps: number): void {
    this.#goal = steps;
    this.#start();
  }

  /** Suspends the playing without ending it, or continues it. */
  suspend(suspended: boolean): void {
    if (!suspended) return this.#start();
    if (this.#request !== undefined) cancelAnimationFrame(this.#request);
    this.#request = undefined;
  }

  #start(): void {
    if (this.#request !== undefined || !(this.#playing || this.behind)) return;
    this.#last = performance.now();
    this.#request = requestAnimationFrame(() => this.#frame());
  }

  #frame(): void {
    this.#request = undefined;
    const begin = performance.now();
    const gap = Math.min(begin - this.#last, LONGEST_GAP_MILLISECONDS);
    this.#due = Math.min(this.#due + (gap / 1000) * this.perSecond, Number.MAX_SAFE_INTEGER);
    const before = this.#what.steps;
    const budget = this.behind ? CATCH_UP_MILLISECONDS : FRAME_MILLISECONDS;
    while (this.behind || (this.#playing && this.#due >= 1)) {
      const at = this.#what.steps;
      const goesOn = this.#what.advance();
      if (this.#what.steps > at) this.#due--;
      if (!goesOn) {
        this.#playing = false;
        this.#goal = 0;
      }
      if (performance.now() - begin >= budget) {
        this.#due = Math.min(this.#due, 1); // steps that did not fit are skipped
        break;
      }
    }
    const quiet = this.behind && ++this.#frames % CATCH_UP_FRAMES > 0;
    if (!quiet && (this.#what.steps !== before || !this.#playing)) this.#onFrame();
    this.#start();
  }
}
