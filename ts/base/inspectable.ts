/** The base of the public classes that hold private state: how consoles print them, and how frameworks treat them. */

type Inspect = (value: unknown, options: unknown) => string;

/**
 * An object that Node's `console.log` prints as a summary, and that Vue's `ref` and `reactive` leave as it is: a proxy
 * around it could not reach its private fields. A base class, for the reason given at `Disposable`.
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the class gets its properties below
export abstract class Inspectable {}

Object.defineProperties(Inspectable.prototype, {
  __v_skip: { value: true },
  [Symbol.for("nodejs.util.inspect.custom")]: {
    value(this: Inspectable, depth: number, options: object, inspect: Inspect): string {
      const name = this.constructor.name.replace(/^_/, ""); // bundlers rename a class that refers to itself
      return depth < 0 ? `[${name}]` : `${name} ${inspect(summarize(this), { ...options, depth })}`;
    },
  },
});

/** The public fields and getters; not the parameters, which are long and would be copied. */
function summarize(object: Inspectable): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...object };
  for (let level: object = object; level !== Inspectable.prototype;) {
    level = Object.getPrototypeOf(level) as object;
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (get === undefined || key === "parameters" || key in fields) continue;
      try {
        fields[key] = get.call(object) as unknown;
      } catch {
        // a freed network has no such value any more
      }
    }
  }
  return fields;
}
