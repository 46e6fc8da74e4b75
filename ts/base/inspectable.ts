/**
 * The base of public classes with private state. It decides how consoles print them and how frameworks treat
 * them.
 */

type Inspect = (value: unknown, options: unknown) => string;

/**
 * An object that Node's `console.log` prints as a summary and that Vue's `ref` and `reactive` do not wrap: a
 * proxy could not reach its private fields. This is a base class for the reason given at `Disposable`.
 */
export const Inspectable = /* @__PURE__ */ inspectable();
export type Inspectable = InstanceType<typeof Inspectable>;

/** Returns the class. A statement after a class would make bundlers keep it. */
function inspectable() {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the class gets its properties below
  abstract class Inspectable {}
  Object.defineProperties(Inspectable.prototype, {
    __v_skip: { value: true },
    [Symbol.for("nodejs.util.inspect.custom")]: {
      value(this: Inspectable, depth: number, options: object, inspect: Inspect): string {
        const name = this.constructor.name.replace(/^_/, ""); // bundlers rename a class that refers to itself
        return depth < 0 ? `[${name}]` : `${name} ${inspect(summarize(this), { ...options, depth })}`;
      },
    },
  });
  return Inspectable;
}

/** Returns the public fields and getters, except the parameters, which are long and would be copied. */
function summarize(object: Inspectable): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...object };
  for (let level: object = object; level !== Inspectable.prototype;) {
    level = Object.getPrototypeOf(level) as object;
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (get === undefined || key === "parameters" || key in fields) continue;
      try {
        fields[key] = get.call(object) as unknown;
      } catch {
        // this getter throws on a freed network, so the value is left out
      }
    }
  }
  return fields;
}
