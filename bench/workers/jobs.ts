/** What workers are asked to do: plain functions, the same for everybody who is measured. */

/** The smallest call. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Work for a core and nothing else: how many primes there are below `limit`, by trial division. */
export function burn(limit: number): number {
  let primes = 0;
  for (let candidate = 2; candidate < limit; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) {
      divisor += 1;
    }
    if (divisor * divisor > candidate) primes += 1;
  }
  return primes;
}

/** Keeps a worker busy for `ms` without taking a core. */
export function block(ms: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
}

/** Receives bytes: says how many, if they are those of {@linkcode filled}. */
export function take(bytes: Uint8Array): number {
  return bytes[0] === FILL && bytes.at(-1) === FILL ? bytes.length : -1;
}

/** Makes the bytes that the next {@linkcode give} returns, so that making them is not measured. */
export function prepare(count: number): number {
  prepared = filled(count);
  return count;
}

/** Returns bytes. */
export function give(): Uint8Array<ArrayBuffer> {
  return prepared;
}

const FILL = 7;
let prepared = new Uint8Array();

/** Bytes whose memory is really there. */
export function filled(
  count: number,
  Memory: ArrayBufferConstructor | SharedArrayBufferConstructor = ArrayBuffer,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Memory(count)).fill(FILL) as Uint8Array<
    ArrayBuffer
  >;
}
