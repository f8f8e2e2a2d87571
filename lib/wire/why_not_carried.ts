/** Says what in a value cannot be sent, and where in it. A value crosses whole or not at all: nothing is left out silently. */

/** How much a value may hold. */
interface Bounds {
  readonly maxDepth: number;
  readonly maxItems: number;
  /** Whether memory that is shared with the other side may be in it. */
  readonly sharesMemory?: boolean;
}

/** The largest whole number that is no plain one takes as many bytes: to read it takes time that grows with their square. */
export const MAX_BIGINT_BYTES = 1_024;

const HALF_A_PAIR = "holds half of a surrogate pair, which is no text";
const OTHER_MEMORY = "shared memory, which only threads of this process can see";
const BIGINT_BOUND = 2n ** BigInt(8 * MAX_BIGINT_BYTES);

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

/** The verdict about a value. */
export interface Carried {
  /** The part that cannot be sent, and where it is; null if all of the value can. */
  readonly reason: string | null;
  /** Bytes of all buffers and typed arrays in it. */
  readonly binaryBytes: number;
}

/** See the module; null if all of it can be sent. */
export function whyNotCarried(value: unknown, bounds: Bounds): string | null {
  return howCarried(value, bounds).reason;
}

/** {@linkcode whyNotCarried}, and how much room it takes at least. */
export function howCarried(value: unknown, bounds: Bounds): Carried {
  const walk = new Walk(bounds);
  const reason = walk.visit(value, "", 0);
  return { reason, binaryBytes: walk.binaryBytes };
}

class Walk {
  readonly #bounds: Bounds;
  #items = 0;
  binaryBytes = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  visit(value: unknown, path: string, depth: number): string | null {
    this.#items += 1;
    switch (typeof value) {
      case "function":
      case "symbol":
        return `${nameOf(path)} is a ${typeof value}`;
      case "string":
        return value.isWellFormed() ? this.#countedTooMany() : `${nameOf(path)} ${HALF_A_PAIR}`;
      case "bigint":
        return isWithinBounds(value)
          ? this.#countedTooMany()
          : `${nameOf(path)} is a whole number of more than ${MAX_BIGINT_BYTES} bytes`;
      case "object":
        return this.#countedTooMany() ?? (value === null ? null : this.#visitObject(value, path, depth));
      default:
        return this.#countedTooMany();
    }
  }

  /** @param more Items that are there without having been looked at. */
  #countedTooMany(more = 0): string | null {
    const { maxItems } = this.#bounds;
    return this.#items + more > maxItems ? `it holds more than ${maxItems} items` : null;
  }

  #visitObject(value: object, path: string, depth: number): string | null {
    const { maxDepth } = this.#bounds;
    if (depth >= maxDepth) {
      return `${nameOf(path)} lies deeper than ${maxDepth} levels, or leads back to what it is in`;
    }
    switch (Object.getPrototypeOf(value)) {
      case null:
      case Object.prototype:
        return this.#visitRecord(value, path, depth);
      case Array.prototype:
        return this.#countedTooMany((value as unknown[]).length) ??
          this.#visitAll((value as unknown[]).entries(), path, depth);
      case Map.prototype:
        return this.#visitMap(value as Map<unknown, unknown>, path, depth);
      case Set.prototype:
        return this.#visitAll([...value as Set<unknown>].entries(), path, depth);
      default:
        return this.#whyNotCarriedAsItIs(value, path);
    }
  }

  #whyNotCarriedAsItIs(value: object, path: string): string | null {
    if (value instanceof SharedArrayBuffer) {
      return this.#bounds.sharesMemory === true ? null : `${nameOf(path)} is ${OTHER_MEMORY}`;
    }
    if (!CARRIED.some((known) => value instanceof known)) return `${nameOf(path)} is ${describe(value)}`;
    if (value instanceof Date) return null;
    this.binaryBytes += (value as ArrayBuffer | Uint8Array).byteLength;
    // A view of shared memory would be a copy on the other side.
    return ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer
      ? `${nameOf(path)} is a view of shared memory: send its buffer, or a copy made by slice()`
      : null;
  }

  #visitRecord(value: object, path: string, depth: number): string | null {
    const entries = Object.entries(value);
    for (const [key] of entries) {
      if (!key.isWellFormed()) return `a name in ${nameOf(path)} ${HALF_A_PAIR}`;
      // Where it arrives it would not be a property like others.
      if (key === "__proto__") return `${nameOf(path)} has a property "__proto__"`;
    }
    this.#items += entries.length;
    return this.#visitAll(entries, path, depth);
  }

  #visitMap(value: ReadonlyMap<unknown, unknown>, path: string, depth: number): string | null {
    for (const key of value.keys()) {
      const reason = this.visit(key, `${path}[key]`, depth + 1);
      if (reason !== null) return reason;
    }
    return this.#visitAll(value, path, depth);
  }

  #visitAll(entries: Iterable<readonly [unknown, unknown]>, path: string, depth: number): string | null {
    for (const [key, value] of entries) {
      if (isSimple(value)) {
        this.#items += 1;
        continue;
      }
      const place = typeof key === "number" ? `${path}[${key}]` : `${path}.${String(key)}`;
      const reason = this.visit(value, place, depth + 1);
      if (reason !== null) return reason;
    }
    return this.#countedTooMany();
  }
}

/** Whether nothing can be wrong with it. */
function isSimple(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed();
    case "bigint":
      return isWithinBounds(value);
    case "object":
      return value === null;
    default:
      return typeof value !== "function" && typeof value !== "symbol";
  }
}

function isWithinBounds(value: bigint): boolean {
  return value >= -BIGINT_BOUND && value < BIGINT_BOUND;
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
