// A sensor that is read once an hour, from a seed: a daily course with noise, and now and then a fault.
//
// Faults are spikes (one value far off), level shifts (all values from then on are higher or lower) and dropouts (the sensor
// reports 0 for some hours). Everything follows from the seed, with the same numbers on every machine.

/** A day of readings. */
export const DAY = 24;

/** A fault, from `start` to before `end`. A level shift ends where the new level has been there for a day. */
export interface Fault {
  readonly kind: "spike" | "shift" | "dropout";
  readonly start: number;
  readonly end: number;
}

/** Readings and the faults in them. */
export interface Record {
  readonly values: readonly number[];
  readonly faults: readonly Fault[];
}

/** Numbers from 0 to below 1, from a seed: a counter through the finalizer of MurmurHash3. */
function random(seed: number): () => number {
  let counter = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    let h = (counter = (counter + 0x9e3779b9) | 0);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** The course of a day, −1 … 1: two parabolas, as `Math.sin` may differ between engines in its last bits. */
function course(hour: number): number {
  const x = (hour % DAY) / (DAY / 2);
  return x < 1 ? 4 * x * (1 - x) : -4 * (x - 1) * (2 - x);
}

/** Readings of so many days. Without faults where `faulty` is false. */
export function readings(days: number, seed: number, faulty: boolean): Record {
  const next = random(seed);
  const noise = () => next() + next() + next() + next() - 2; // nearly normal, with deviation 0.58
  const values: number[] = [];
  const faults: Fault[] = [];
  let level = 50;
  let fault: Fault | undefined;
  for (let t = 0; t < days * DAY; t++) {
    // a fault begins every fifth day or so, never while another one is under way
    const calm = t - (faults.at(-1)?.end ?? 0) > 3 * DAY;
    if (faulty && calm && next() < 1 / (2 * DAY)) {
      const kind = (["spike", "shift", "dropout"] as const)[Math.floor(next() * 3)] ?? "spike";
      const length = { spike: 1, shift: DAY, dropout: 3 + Math.floor(next() * 5) }[kind];
      fault = { kind, start: t, end: t + length };
      faults.push(fault);
      if (kind === "shift") level += next() < 0.5 ? -12 : 12;
    }
    const normal = level + 8 * course(t) + noise();
    const broken = fault !== undefined && t < fault.end ? fault.kind : undefined;
    values.push(broken === "spike" ? normal + (next() < 0.5 ? -15 : 15) : broken === "dropout" ? 0 : normal);
  }
  return { values, faults };
}
