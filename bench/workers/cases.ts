/** What is measured of a pool of workers. */
import { availableParallelism } from "node:os";
import type { Call, Contender, Kind, PoolOptions } from "./contender.ts";
import { filled } from "./jobs.ts";

const CALLS = 5_000;
const WARM_UP = 1_000;
const IN_FLIGHT = 64;
const RATE_CALLS = 20_000;
/** How far {@linkcode burn} goes, so that it takes some 100 ms. */
const BURN_LIMIT = 880_000;
const BURNS = 3;
const TURNS = 5;
const BLOCK_MS = 2_000;
const BYTES = 64 * 1_024 * 1_024;
const REPEATS = 5;
/** After this nothing is repeated more than is necessary. */
const LONG_MS = 5_000;
const CORES = availableParallelism();

/** One figure of a case. */
export interface Metric {
  readonly title: string;
  readonly unit: "us" | "ms" | "/s" | "%";
  /** Whether more is better. */
  readonly isRate: boolean;
}

/** Whom to measure, and in which variant. */
export interface Subject extends Pick<PoolOptions, "isMoving"> {
  readonly contender: Contender;
  readonly kind: Kind;
}

/** What is measured together, in one process. */
export interface Case {
  readonly metrics: readonly Metric[];
  /** The figures, in the order of `metrics`. */
  measure(subject: Subject): Promise<number[]>;
}

/** The cases by their names. */
export const CASES: Readonly<Record<string, Case>> = {
  call: {
    metrics: [
      { title: "small call, p50", unit: "us", isRate: false },
      { title: "small call, p99", unit: "us", isRate: false },
    ],
    measure: (subject) => use(subject, { workers: 1 }, times),
  },
  throughput: {
    metrics: [{
      title: `small calls, ${IN_FLIGHT} at a time, ${CORES} workers`,
      unit: "/s",
      isRate: true,
    }],
    measure: (subject) => use(subject, { workers: CORES }, async (call) => [await rate(call)]),
  },
  cold: {
    metrics: [
      { title: "first result of the first worker", unit: "ms", isRate: false },
      { title: "first result of the second worker", unit: "ms", isRate: false },
    ],
    measure: coldStarts,
  },
  scaling: {
    metrics: [
      { title: "100 ms of a core on 1 worker", unit: "ms", isRate: false },
      {
        title: `of linear scaling on ${CORES} workers`,
        unit: "%",
        isRate: true,
      },
    ],
    measure: scaling,
  },
  bytes: {
    metrics: [
      { title: "64 MiB as argument", unit: "ms", isRate: false },
      { title: "64 MiB as result", unit: "ms", isRate: false },
    ],
    measure: (subject) => {
      const Memory = subject.isMoving && subject.contender.sharesMemory === true
        ? SharedArrayBuffer
        : ArrayBuffer;
      return use(
        subject,
        { workers: 1, hasBytes: true },
        (call) => carry(call, Memory),
      );
    },
  },
};

function use<T>(
  { contender, kind, isMoving }: Subject,
  options: Pick<PoolOptions, "workers"> & Partial<PoolOptions>,
  body: (call: Call) => Promise<T>,
): Promise<T> {
  return contender.usePool({
    kind,
    isMoving,
    isFull: true,
    hasBytes: false,
    ...options,
  }, body);
}

/** Microseconds of a call when there is one at a time: the median, and what one in a hundred takes. */
async function times(call: Call): Promise<number[]> {
  for (let i = 0; i < WARM_UP; i++) await call("add", i, 1);
  const taken: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const start = performance.now();
    const sum = await call("add", i, 1);
    taken.push((performance.now() - start) * 1_000);
    expect(sum, i + 1);
  }
  return [quantile(taken, 0.5), quantile(taken, 0.99)];
}

/** Calls a second. */
async function rate(call: Call): Promise<number> {
  await inFlight(IN_FLIGHT, RATE_CALLS / 5, (i) => call("add", i, 1));
  const start = performance.now();
  await inFlight(
    IN_FLIGHT,
    RATE_CALLS,
    async (i) => expect(await call("add", i, 1), i + 1),
  );
  return RATE_CALLS * 1_000 / (performance.now() - start);
}

/** Milliseconds to the first result of a pool, and of its second worker while the first one is busy. */
async function coldStarts(subject: Subject): Promise<number[]> {
  const start = performance.now();
  return await use(subject, { workers: 2, isFull: false }, async (call) => {
    expect(await call("add", 1, 2), 3);
    const first = performance.now() - start;
    const blocked = call("block", BLOCK_MS);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startOfSecond = performance.now();
    expect(await call("add", 1, 2), 3);
    const second = performance.now() - startOfSecond;
    if (second > BLOCK_MS - 200) {
      throw new Error(
        "The second worker was not started while the first was busy",
      );
    }
    await blocked;
    return [first, second];
  });
}

/**
 * Milliseconds of a job on one worker, and which percentage of linear scaling as many workers as cores reach. One and many take
 * turns, and the fastest turn of each counts: it is the one that others on the machine disturbed least.
 */
async function scaling(subject: Subject): Promise<number[]> {
  return await use(
    subject,
    { workers: 1 },
    (one) =>
      use(subject, { workers: CORES }, async (many) => {
        const [alone, together]: [number[], number[]] = [[], []];
        for (let turn = 0; turn <= TURNS; turn++) {
          const times = [
            await burnTimes(one, 1),
            await burnTimes(many, CORES),
          ] as const;
          // The first is a warm-up.
          if (turn === 0) continue;
          alone.push(times[0]);
          together.push(times[1]);
        }
        const least = Math.min(...alone);
        return [least / BURNS, 100 * least / Math.min(...together)];
      }),
  );
}

/** Milliseconds of {@linkcode BURNS} jobs for each worker. */
async function burnTimes(call: Call, workers: number): Promise<number> {
  const start = performance.now();
  await inFlight(workers, BURNS * workers, () => call("burn", BURN_LIMIT));
  return performance.now() - start;
}

/** Milliseconds that bytes take to a worker, and back. */
async function carry(
  call: Call,
  Memory: ArrayBufferConstructor | SharedArrayBufferConstructor,
): Promise<number[]> {
  const [there, back]: [number[], number[]] = [[], []];
  const first = performance.now();
  for (
    let i = 0;
    i <= REPEATS && (i < 2 || performance.now() - first < LONG_MS);
    i++
  ) {
    const bytes = filled(BYTES, Memory);
    let start = performance.now();
    expect(await call("take", bytes), BYTES);
    // The first is a warm-up.
    if (i > 0) there.push(performance.now() - start);
    await call("prepare", BYTES);
    start = performance.now();
    const { length } = await call("give");
    if (i > 0) back.push(performance.now() - start);
    expect(length, BYTES);
  }
  return [quantile(there, 0.5), quantile(back, 0.5)];
}

/** Calls `count` times, `width` at a time. */
async function inFlight(
  width: number,
  count: number,
  call: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;
}

function expect(actual: number, expected: number): void {
  if (actual !== expected) {
    throw new Error(`A worker answered ${actual} instead of ${expected}`);
  }
}
