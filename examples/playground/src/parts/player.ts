/**
 * Play, pause, step: lets something advance in the frames of the page, a few milliseconds in each, so that the page stays
 * responsive however long a step takes. What advances says when it has come to its end.
 */

/** In one frame; the rest of its 16 ms is for painting. */
export const FRAME_MILLISECONDS = 8;
/** On the way to a count nothing is shown but now and then. */
const CATCH_UP_MILLISECONDS = 24;
const CATCH_UP_FRAMES = 10;
/** After a pause of the whole page nothing is made up for. */
const LONGEST_GAP_MILLISECONDS = 100;

export interface Playable {
  /** Steps taken. */
  readonly steps: number;
  /** Whether a part of a step has been taken and others have not. */
  readonly within?: boolean;
  /** A step or a part of one; whether there can be more. */
  advance(): boolean;
}

export class Player {
  /** Steps a second; Infinity is as many as fit. */
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

  /** Whether it runs ahead to where `runTo` sent it. */
  get behind(): boolean {
    return this.#what.steps < this.#goal;
  }

  /** Something else is played from now on. */
  take(what: Playable): void {
    this.#what = what;
    this.#goal = 0;
  }

  play(): void {
    this.#playing = true;
    this.#due = 1; // the first at once
    this.#start();
    this.#onFrame();
  }

  /** At the end of the step that is under way. */
  pause(): void {
    this.#playing = false;
    this.#goal = 0;
    while (this.#what.within && this.#what.advance());
    this.#onFrame();
  }

  /** One step, at once. */
  step(): void {
    this.#playing = false;
    const { steps } = this.#what;
    while (this.#what.advance() && this.#what.steps === steps);
    this.#onFrame();
  }

  /** As fast as it goes to a count of steps. */
  runTo(steps: number): void {
    this.#goal = steps;
    this.#start();
  }

  /** Holds still without forgetting that it plays, or goes on. */
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
        this.#due = Math.min(this.#due, 1); // what did not fit is not owed
        break;
      }
    }
    const quiet = this.behind && ++this.#frames % CATCH_UP_FRAMES > 0;
    if (!quiet && (this.#what.steps !== before || !this.#playing)) this.#onFrame();
    this.#start();
  }
}
