import { OpenFile } from "./open_file.ts";

/** Both ends of a pipe in memory. It holds any number of bytes: nobody who writes to it ever waits. */
export interface PipeEnds {
  readonly reading: OpenFile;
  readonly writing: OpenFile;
}

/** Opens a pipe: it ends when the last writer has let go, and a write fails when the last reader has. */
export function openFakePipe(): PipeEnds {
  const ready: Uint8Array[] = [];
  let waiting: ((bytes: Uint8Array | null) => void) | null = null;
  let isWritten = true;
  let isRead = true;

  const deliver = (bytes: Uint8Array | null) => {
    const resolve = waiting;
    waiting = null;
    resolve?.(bytes);
  };
  const reading = new OpenFile({
    read() {
      const bytes = ready.shift();
      if (bytes !== undefined) return Promise.resolve(bytes);
      if (!isWritten) return Promise.resolve(null);
      return new Promise((resolve) => waiting = resolve);
    },
    abort: () => deliver(null),
    closed() {
      isRead = false;
      ready.length = 0;
    },
  });
  const writing = new OpenFile({
    write(bytes) {
      if (!isRead) return false;
      if (waiting === null) ready.push(bytes.slice());
      else deliver(bytes.slice());
      return true;
    },
    closed() {
      isWritten = false;
      deliver(null);
    },
  });
  return { reading, writing };
}
