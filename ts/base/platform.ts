/**
 * The clock and the timers of the platform, and the modules of Node. The functions are taken at import, before a test
 * replaces them. Fake timers that were installed earlier are recognised by the property `clock` that Jest and Vitest
 * give them; Node's modules have the real functions then.
 */

interface Timers {
  setImmediate?(task: () => void): unknown;
  setTimeout?(task: () => void, milliseconds: number): object | number;
  clearTimeout(timer: object | number | undefined): void;
  setInterval(task: () => void, milliseconds: number): object | number;
  clearInterval(timer: object | number | undefined): void;
}

/** Returns a module of Node where there is one (Node, Bun, Deno), in a way that no bundler follows. */
export function nodeModule<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  return process?.getBuiltinModule?.(`node:${name}`) as T | undefined;
}

const real = <T extends object>(value: T | undefined): value is T =>
  value !== undefined && !("clock" in value);

const given = globalThis as Timers & { performance?: Performance };
const timers = real(given.setTimeout) ? given : (nodeModule<Timers>("timers") ?? given);
const clock: { now(): number } = real(given.performance)
  ? given.performance
  : (nodeModule<{ performance: Performance }>("perf_hooks")?.performance ?? given.performance ?? Date);

/** Milliseconds since some fixed moment. */
export const now: () => number = clock.now.bind(clock);

/**
 * The timers of the platform, undefined if they do not exist. They have separate names, because the worker's script
 * may be a classic one, whose variables would hide the global functions.
 */
export const {
  setImmediate: startImmediate,
  setTimeout: startTimeout,
  clearTimeout: cancelTimeout,
  setInterval: startInterval,
  clearInterval: cancelInterval,
} = timers;
