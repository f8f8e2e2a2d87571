import { closeDescriptor } from "../linux/descriptors.ts";
import type { Libc } from "../linux/libc.ts";
import type { ByteSource } from "../ports/processes.ts";
import { nextTurn } from "../shared/turn.ts";

interface BunFile {
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Reads a pipe on Bun. Its reader takes a descriptor of its own at once, and lets go of that in the end: so the one that it was
 * given is closed here, because each would count against the limit of open files. While a pipe is full the reader gives one
 * piece after the other without a turn of the event loop between, in which nothing else would happen.
 */
export function openPipeSource(libc: Libc, descriptor: number): ByteSource {
  const { Bun } = globalThis as unknown as { Bun: { file(descriptor: number): BunFile } };
  const reader = Bun.file(descriptor).stream().getReader();
  closeDescriptor(libc, descriptor);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    reader.cancel().catch(() => {});
  };
  return {
    async read() {
      if (!open) return null;
      try {
        const { value } = await reader.read();
        await nextTurn();
        if (value !== undefined && open) return value;
      } catch {
        // A pipe that cannot be read has ended.
      }
      close();
      return null;
    },
    close,
  };
}
