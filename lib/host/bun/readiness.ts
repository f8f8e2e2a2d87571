/** Descriptors of whatever kind, waited for on Bun. */
import { closeDescriptor, type OnReadable, setNonBlocking } from "../linux/descriptors.ts";
import type { Libc } from "../linux/libc.ts";

interface BunFile {
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Waits as for a pipe, which is not read before there is something to read, if it does not block; that what is none cannot be
 * read as one is known by then. A socket would be waited for as well, but as long as there is one Bun wakes up every four
 * seconds to look at it.
 */
export function onReadableBy(libc: Libc): OnReadable {
  const { Bun } = globalThis as unknown as { Bun: { file(descriptor: number): BunFile } };
  return (descriptor, callback) => {
    setNonBlocking(libc, descriptor);
    const reader = Bun.file(descriptor).stream().getReader();
    // The reader has taken one of its own.
    closeDescriptor(libc, descriptor);
    let isStopped = false;
    const stop = () => {
      if (isStopped) return false;
      isStopped = true;
      reader.cancel().catch(() => {});
      return true;
    };
    const over = () => {
      if (stop()) callback();
    };
    reader.read().then(over, over);
    return () => void stop();
  };
}
