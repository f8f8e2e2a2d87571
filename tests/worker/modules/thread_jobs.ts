/** What threads run in these tests. The cells of shared memory: whether a job is there, and what lets it go on. */
import process from "node:process";
import { actorModule, openActorNursery, openWorkerContext, runSync } from "supervise";

const THREAD_JOBS = actorModule<typeof import("./thread_jobs.ts")>(import.meta.url);

export const THERE = 0;
export const GATE = 1;

/** Says that it is there, and waits, with its thread blocked, for a number, which it gives. */
export function waitAt(memory: SharedArrayBuffer): number {
  const cells = arrive(memory);
  Atomics.wait(cells, GATE, 0);
  return Atomics.load(cells, GATE);
}

/** The same by computing. */
export function computeAt(memory: SharedArrayBuffer): number {
  const cells = arrive(memory);
  while (Atomics.load(cells, GATE) === 0);
  return Atomics.load(cells, GATE);
}

/** Ends its thread when it is let through. */
export function exitAt(memory: SharedArrayBuffer): never {
  process.exit(computeAt(memory));
}

/** How many jobs have been there. */
export function visit(memory: SharedArrayBuffer): number {
  return Atomics.add(new Int32Array(memory), THERE, 1) + 1;
}

/** Marks memory wherever it is found in an argument. */
export function mark(
  { deep, list }: { deep: { memory: SharedArrayBuffer }; list: readonly SharedArrayBuffer[] },
): readonly unknown[] {
  new Int32Array(list[0]!)[2] = 7;
  new Int32Array(list[1]!)[3] = 8;
  return [deep.memory === list[0], deep.memory === list[1], deep, list];
}

let own: SharedArrayBuffer | null = null;

/** Memory that the thread has made itself, and what it sees in it. */
export function ownMemory(): readonly [SharedArrayBuffer, number] {
  own ??= new SharedArrayBuffer(16);
  return [own, Atomics.load(new Int32Array(own), 0)];
}

/** Bytes, by themselves and among others. */
interface Bytes {
  readonly bytes: Uint8Array;
  readonly list: readonly [Uint8Array, string];
}

let kept: Bytes | null = null;

/** Keeps what it is given, and gives what it has kept. */
export function keep(values: Bytes | null): readonly [Bytes, Uint8Array] {
  kept = values ?? kept;
  return [kept!, kept!.bytes];
}

export function viewOfMemory(): unknown {
  return { pixels: new Uint8Array(new SharedArrayBuffer(4)) };
}

/** Leaves an error behind that nobody catches, and never ends by itself. */
export function failInTimer(message: string): Promise<never> {
  setTimeout(() => {
    throw new RangeError(message);
  });
  return new Promise(() => {});
}

export async function jobBelow(): Promise<unknown> {
  return await runSync(THREAD_JOBS, "visit", [new SharedArrayBuffer(8)]);
}

export async function threadBelow(memory: SharedArrayBuffer): Promise<number> {
  return await openWorkerContext(
    { workerType: "thread" },
    (context) => runSync(THREAD_JOBS, "visit", [memory], { context }),
  );
}

export async function actorBelow(): Promise<void> {
  await openActorNursery((nursery) => nursery.startActor("below", { module: import.meta.url }));
}

function arrive(memory: SharedArrayBuffer): Int32Array {
  const cells = new Int32Array(memory);
  Atomics.store(cells, THERE, 1);
  Atomics.notify(cells, THERE);
  return cells;
}
