// Two trainings of one model, step by step: what of them is kept, in bits a character.

/** What a training was, and came to. */
export interface Training {
  /** Of each step, in nats. */
  readonly losses: readonly number[];
  /** Of the gradient before clipping, of the first steps at least. */
  readonly norms: readonly number[];
  /** By the clock. */
  readonly minutes: number;
  /** Of all threads. */
  readonly processorMinutes: number;
  /** On the part held out. */
  readonly bitsPerCharacter: number;
}

/** What is kept of one. */
export interface Summary extends Omit<Training, "losses" | "norms"> {
  /** In nats. */
  readonly firstLoss: number;
  readonly firstNorm: number;
  /** The mean over the last steps. */
  readonly lastLoss: number;
  /** Means over the steps of a point. */
  readonly curve: readonly number[];
}

/** What is kept of two. */
export interface Comparison {
  readonly steps: number;
  readonly bptt: Summary;
  readonly pytorch: Summary;
  readonly apart: {
    /** The largest difference of a step, of each point. */
    readonly curve: readonly number[];
    /** The first step whose losses are more than FAR nats apart, counted from 1; null where none are. */
    readonly firstFar: number | null;
    readonly lastLoss: number;
    readonly heldOut: number;
  };
}

/** Steps of a point. */
export const POINT = 60;
/** Steps at the end whose mean is compared. */
export const LAST = 500;
/** In nats; of losses about 3, 30 times the last bit of a float32. */
export const FAR = 1e-5;

const bits = (nats: number) => nats / Math.LN2;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number, digits: number) => Number(value.toPrecision(digits));

/** What is kept of two trainings. */
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
