/** The outcome of reading a damaged file: a result, or one of the library's errors. */

export type Outcome = "read" | "refused" | "trap" | "untyped";

/** Matches messages of engines about defects in code, in errors of the right class. */
const OF_ENGINE =
  /^(Cannot |Maximum call stack|Invalid (typed )?array|Invalid array|Array buffer|Invalid (string|DataView|count)|Map maximum|Set maximum|Reduce of|Method |Private field|The \w+ is|offset is|Offset is|Start offset|byte length of|Not enough memory)|is not (a function|iterable|defined|an object|a constructor)|before initialization|Do not know how to|toString\(\) radix|Unexpected token/;
const LONGEST_MESSAGE = 1200;

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof WebAssembly.RuntimeError) return "trap";
  if (!(error instanceof Error)) return "untyped";
  const isTyped = error instanceof TypeError || error instanceof RangeError || error.name === "BpttError";
  return isTyped && !OF_ENGINE.test(error.message) && error.message.length <= LONGEST_MESSAGE
    ? "refused"
    : "untyped";
}

/** Wraps and throws an error that is not typed. */
export function checkTyped(error: unknown): void {
  if (outcomeOf(error) !== "refused") throw new Error("not a typed error", { cause: error });
}
