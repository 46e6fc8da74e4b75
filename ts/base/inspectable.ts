/**
 * The base of public classes with private state. It decides how consoles print them and how frameworks treat
 * them.
 */

type Inspect = (value: unknown, options: unknown) => string;

/**
 * An object that Node's `console.log` prints as a summary and that Vue's `ref` and `reactive` do not wrap. Its
 * methods work through any other proxy: a proxy has no private fields, so they run on the object itself. This is
 * a base class for the reason given at `Disposable`.
 */
export const Inspectable = /* @__PURE__ */ inspectable();
export type Inspectable = InstanceType<typeof Inspectable>;

const SELF = /* @__PURE__ */ Symbol("self");
/** The prototypes whose methods run on the object itself. */
const reachable = /* @__PURE__ */ new WeakSet<object>();

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Makes the methods of a prototype run on the object that a proxy stands for. */
function reachSelf(prototype: object): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
    if (key === "constructor" || !descriptor.configurable) continue;
    for (const part of ["value", "get", "set"] as const) {
      const method: unknown = descriptor[part];
      if (typeof method === "function") descriptor[part] = onSelf(method as Method);
    }
    Object.defineProperty(prototype, key, descriptor);
  }
}

/** Returns the object of the library that a proxy stands for, or the value itself. */
export function withoutProxy<T>(value: T): T {
  return (value as { [SELF]?: T } | undefined | null)?.[SELF] ?? value;
}

function onSelf(method: Method): Method {
  const { name, length } = method;
  const reaching: Method = function (...values) {
    return method.apply(withoutProxy(this), values);
  };
  return Object.defineProperties(reaching, { name: { value: name }, length: { value: length } });
}

/** Returns the class. A statement after a class would make bundlers keep it. */
function inspectable() {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the class gets its properties below
  abstract class Inspectable {
    constructor() {
      // not writable: a proxy must return the object itself
      Object.defineProperty(this, SELF, { value: this });
      const { prototype } = new.target as { prototype: object };
      for (let level = prototype; level !== Inspectable.prototype && !reachable.has(level);) {
        reachable.add(level);
        reachSelf(level);
        level = Object.getPrototypeOf(level) as object;
      }
    }
  }
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
