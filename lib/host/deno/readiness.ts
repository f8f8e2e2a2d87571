/**
 * Descriptors that are neither pipes nor sockets, waited for on Deno, whose loop takes no others: a thread of its own waits for
 * each.
 */
import { closeDescriptor, openPipe } from "../linux/descriptors.ts";
import type { OnReadable } from "../linux/descriptors.ts";
import { type Libc, LINUX, loadFirst } from "../linux/libc.ts";

type Poll = (polled: Uint8Array, count: number, timeoutMs: number) => Promise<number>;

interface DenoCalls {
  dlopen(library: string, functions: object): { symbols: { poll: Poll } };
}

const FOR_EVER = -1;

/** A descriptor, what is asked for, and the answer. */
const POLLFD_BYTES = 8;

/** The call stays loaded, so that later uses share it. */
let loaded: Poll | undefined;

/** The call that waits beside the loop. */
function pollBeside(): Poll {
  const { Deno } = globalThis as unknown as { Deno: DenoCalls };
  const poll = { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true };
  return loaded ??= loadFirst((library) => Deno.dlopen(library, { poll }).symbols.poll);
}

/** Waits that have not returned. */
const waits = new Set<Promise<void>>();

/**
 * Resolves when all waits have returned, which a wait does a moment after it was stopped. For tests that prove that nothing
 * is left open.
 */
export async function allReturned(): Promise<void> {
  while (waits.size > 0) await Promise.all(waits);
}

/** Waits until one of several descriptors can be read, or has an error. */
export function untilReadable(descriptors: readonly number[]): Promise<void> {
  const wait = pollUntilReadable(pollBeside(), descriptors).finally(() => waits.delete(wait));
  waits.add(wait);
  return wait;
}

async function pollUntilReadable(poll: Poll, descriptors: readonly number[]): Promise<void> {
  const polled = new DataView(new ArrayBuffer(descriptors.length * POLLFD_BYTES));
  for (const [index, descriptor] of descriptors.entries()) {
    polled.setInt32(index * POLLFD_BYTES, descriptor, true);
    polled.setInt16(index * POLLFD_BYTES + 4, LINUX.POLLIN, true);
  }
  while (await poll(new Uint8Array(polled.buffer), descriptors.length, FOR_EVER) < 0);
}

/** See {@linkcode OnReadable}. */
export function onReadableBy(libc: Libc): OnReadable {
  pollBeside();
  return (descriptor, callback) => {
    // Its end wakes the thread.
    const bell = openPipe(libc);
    let isStopped = false;
    void untilReadable([descriptor, bell.read]).then(() => {
      for (const one of [descriptor, bell.read]) closeDescriptor(libc, one);
      if (isStopped) return;
      isStopped = true;
      closeDescriptor(libc, bell.write);
      callback();
    });
    return () => {
      if (isStopped) return;
      isStopped = true;
      closeDescriptor(libc, bell.write);
    };
  };
}
