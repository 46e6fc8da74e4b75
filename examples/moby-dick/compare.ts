// Compares two trainings of one model step by step, in bits per character.

/** The measurements of a training. */
export interface Training {
  /** Loss of each step, in nats. */
  readonly losses: readonly number[];
  /** Norms of the gradients before clipping, at least of the first steps. */
  readonly norms: readonly number[];
  /** Elapsed time. */
  readonly minutes: number;
  /** Processor time of all threads. */
  readonly processorMinutes: number;
  /** Bits per character on the held-out part. */
  readonly bitsPerCharacter: number;
}

/** The summary of one training. */
export interface Summary extends Omit<Training, "losses" | "norms"> {
  /** Loss of the first step, in nats. */
  readonly firstLoss: number;
  readonly firstNorm: number;
  /** The mean loss over the last steps. */
  readonly lastLoss: number;
  /** The mean loss over the steps of each point. */
  readonly curve: readonly number[];
}

/** The summary of two trainings. */
export interface Comparison {
  readonly steps: number;
  readonly bptt: Summary;
  readonly pytorch: Summary;
  readonly apart: {
    /** The largest difference of a step, for each point. */
    readonly curve: readonly number[];
    /** The first step whose losses differ by more than FAR nats, counted from 1; null if there is none. */
    readonly firstFar: number | null;
    readonly lastLoss: number;
    readonly heldOut: number;
  };
}

/** Number of steps per point. */
export const POINT = 60;
/** Number of steps at the end whose mean is compared. */
export const LAST = 500;
/** Nats; for losses of about 3 it is 30 times the last bit of a float32. */
export const FAR = 1e-5;

const bits = (nats: number) => nats / Math.LN2;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number, digits: number) => Number(value.toPrecision(digits));

/** Returns the summary of two trainings. */
export function compare({ bptt, pytorch }: { bptt: Training; pytorch: Training }): Comparison {
  const differences = bptt.losses.map((loss, i) => Math.abs(loss - pytorch.losses[i]!));
  const firstFar = differences.findIndex((difference) => !(difference <= FAR));
  const [ours, theirs] = [summaryOf(bptt), summaryOf(pytorch)];
  return {
    steps: bptt.losses.length,
    bptt: ours,
    pytorch: theirs,
    apart: {
      curve: points(differences).map((some) => rounded(bits(Math.max(...some)), 3)),
      firstFar: firstFar < 0 ? null : firstFar + 1,
      lastLoss: Math.abs(ours.lastLoss - theirs.lastLoss),
      heldOut: Math.abs(ours.bitsPerCharacter - theirs.bitsPerCharacter),
    },
  };
}

function summaryOf({ losses, norms, ...others }: Training): Summary {
  return {
    ...others,
    firstLoss: losses[0]!,
    firstNorm: norms[0]!,
    lastLoss: bits(mean(losses.slice(-LAST))),
    curve: points(losses).map((some) => rounded(bits(mean(some)), 5)),
  };
}

function points(values: readonly number[]): number[][] {
  const count = Math.ceil(values.length / POINT);
  return Array.from({ length: count }, (_, i) => values.slice(i * POINT, (i + 1) * POINT));
}
