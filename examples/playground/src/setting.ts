/** A setting as it is in a link: `seed=7`. Each kind knows its range and its text. */

export interface Setting<T> {
  /** The value if a link does not contain the setting. */
  initial: T;
  /** The expected text in messages: "a whole number from 1 to 32". */
  expected: string;
  /** Returns the value of `text`, or undefined if it is not valid. */
  parse(text: string): T | undefined;
  /** Returns the text of a value; `parse(format(value))` is exactly `value`. */
  format(value: T): string;
}

interface Range {
  min: number;
  max: number;
}

export function wholeNumber(initial: number, { min, max }: Range): Setting<number> {
  const parse = (text: string) => {
    const value = /^\d{1,10}$/.test(text.trim()) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
  return { initial, expected: `a whole number from ${min} to ${max}`, parse, format: String };
}

export function realNumber(initial: number, { min, max }: Range): Setting<number> {
  const parse = (text: string) => {
    const value = text.trim() === "" ? NaN : Number(text);
    return value >= min && value <= max ? value : undefined;
  };
  return { initial, expected: `a number from ${min} to ${max}`, parse, format: String };
}

export function choice<const T extends string>(initial: NoInfer<T>, values: readonly T[]): Setting<T> {
  const parse = (text: string) => values.find((value) => value === text);
  return { initial, expected: `one of ${values.join(", ")}`, parse, format: (value) => value };
}

export function flag(initial: boolean): Setting<boolean> {
  const parse = (text: string) => ({ yes: true, no: false })[text];
  return { initial, expected: "yes or no", parse, format: (value) => (value ? "yes" : "no") };
}

/** Creates a setting for a text that `accepts`. `expected` describes it. */
export function textOf(
  initial: string,
  expected: string,
  accepts: (text: string) => boolean,
): Setting<string> {
  return { initial, expected, parse: (text) => (accepts(text) ? text : undefined), format: (value) => value };
}
