/** Says what in a value cannot be sent, and where in it. A value crosses whole or not at all: nothing is left out silently. */

/** How much a value may hold. */
interface Bounds {
  readonly maxDepth: number;
  readonly maxItems: number;
}

/** Objects beside arrays and plain ones that cross as what they are. */
const CARRIED: readonly (abstract new (...args: never[]) => object)[] = [
  Uint8Array,
  Date,
  ArrayBuffer,
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  BigUint64Array,
  Uint16Array,
  Uint32Array,
  Uint8ClampedArray,
];

/** See the module; null if all of it can be sent. */
export function whyNotCarried(value: unknown, bounds: Bounds): string | null {
  return new Walk(bounds).visit(value, "", 0);
}

class Walk {
  readonly #bounds: Bounds;
  #items = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  visit(value: unknown, path: string, depth: number): string | null {
    this.#items += 1;
    if (this.#items > this.#bounds.maxItems) return `it holds more than ${this.#bounds.maxItems} items`;
    switch (typeof value) {
      case "function":
      case "symbol":
        return `${nameOf(path)} is a ${typeof value}`;
      case "object":
        return value === null ? null : this.#visitObject(value, path, depth);
      default:
        return null;
    }
  }

  #visitObject(value: object, path: string, depth: number): string | null {
    const { maxDepth } = this.#bounds;
    if (depth >= maxDepth) {
      return `${nameOf(path)} lies deeper than ${maxDepth} levels, or leads back to what it is in`;
    }
    if (Array.isArray(value)) return this.#visitAll(value.entries(), path, depth);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || prototype === Object.prototype) {
      return this.#visitAll(Object.entries(value), path, depth);
    }
    if (value instanceof Map) {
      for (const key of value.keys()) {
        const reason = this.visit(key, `${path}[key]`, depth + 1);
        if (reason !== null) return reason;
      }
      return this.#visitAll(value, path, depth);
    }
    if (value instanceof Set) return this.#visitAll([...value].entries(), path, depth);
    if (CARRIED.some((known) => value instanceof known)) return null;
    return `${nameOf(path)} is ${describe(value)}`;
  }

  #visitAll(entries: Iterable<readonly [unknown, unknown]>, path: string, depth: number): string | null {
    for (const [key, value] of entries) {
      const isPlain = typeof value !== "object" || value === null;
      if (isPlain && typeof value !== "function" && typeof value !== "symbol") {
        this.#items += 1;
        continue;
      }
      const reason = this.visit(
        value,
        typeof key === "number" ? `${path}[${key}]` : `${path}.${String(key)}`,
        depth + 1,
      );
      if (reason !== null) return reason;
    }
    return this.#items > this.#bounds.maxItems ? `it holds more than ${this.#bounds.maxItems} items` : null;
  }
}

function nameOf(path: string): string {
  return path === "" ? "it" : `"${path.replace(/^\./, "")}"`;
}

function describe(value: object): string {
  if (value instanceof Error) return "an error: throw it, or send its message";
  if (value instanceof Promise) return "a promise: await it first";
  const name = (value.constructor as { readonly name?: string } | undefined)?.name ?? "";
  return name === ""
    ? "no plain object"
    : `a ${name}, not a plain object: it would lose its methods on the way`;
}
