import { closeDescriptor } from "../linux/descriptors.ts";
import type { Libc } from "../linux/libc.ts";
import type { ByteSource } from "../ports/processes.ts";
import { nextTurn } from "../shared/turn.ts";

interface BunFile {
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Reads a pipe on Bun. Its stream leaves the descriptor open, which is therefore closed here; and while a pipe is full it
 * gives one piece after the other without a turn of the event loop between, in which nothing else would happen.
 */
export function openPipeSource(libc: Libc, descriptor: number): ByteSource {
  const { Bun } = globalThis as unknown as { Bun: { file(descriptor: number): BunFile } };
  const reader = Bun.file(descriptor).stream().getReader();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    reader.cancel().catch(() => {});
    closeDescriptor(libc, descriptor);
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
