/** What the timed parts are held to, and why. */

/**
 * Milliseconds of a frame, and the promise of `fit`: the event loop is never held longer, or for one step where that
 * takes longer. A slice of work ends after 10 ms; what comes on top is how much longer a step takes than the one before,
 * and the collector's pauses.
 */
export const HOLD = 16.7;

/** What the limits take for a step is a long one: of 20 the second longest, as batches differ. It may be longer still: the machine has moods. */
export const STEP = 1.5;

/**
 * The first step is compiled as it runs, and memory is taken for it. Seen: 1.5 to 2.7 times the others. Up to a slice's 10 ms may have gone before it, in which the epoch was opened.
 */
export const firstTurn = (step: number) => 10 + Math.max(HOLD, 3.5 * step);

/** Milliseconds of a frame that one notices. The playground is held to it as well. */
export const NOTICED = 50;

/** Share of the main thread's time that a run in a worker may take: reports and snapshots come in, nothing is computed. */
export const BUSY = 0.1;

/** Share of frames above 50 ms that is put up with where none is to be expected: about one in two seconds. */
export const SELDOM = 0.01;
