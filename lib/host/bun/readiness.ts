/** Descriptors that are neither pipes nor sockets, waited for on Bun. */
import type { OnReadable } from "../linux/descriptors.ts";
import type { Libc } from "../linux/libc.ts";

interface Taken {
  terminate(): void;
}

interface BunSockets {
  connect(options: {
    fd: number;
    socket: { data(): void; close(): void; error(): void };
  }): Promise<Taken>;
}

/**
 * Waits as for a socket, which is not read before there is something to read. What is none cannot be read as one: it is closed
 * by then.
 */
export function onReadableBy(_libc: Libc): OnReadable {
  const { Bun } = globalThis as unknown as { Bun: BunSockets };
  return (descriptor, callback) => {
    let isStopped = false;
    const over = () => {
      if (isStopped) return;
      isStopped = true;
      callback();
    };
    const taken = Bun.connect({ fd: descriptor, socket: { data: over, close: over, error: over } });
    taken.catch(() => {});
    return () => {
      if (isStopped) return;
      isStopped = true;
      taken.then((socket) => socket.terminate(), () => {});
    };
  };
}
