import type { ReadFile } from "../../host/ports/files.ts";

const BLOCK_BYTES = 256 * 1_024;

/** The bytes of a file from an offset to its end, in blocks as they are asked for. */
export function byteStreamOf(file: ReadFile, start = 0): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = start;
  return new ReadableStream({
    async pull(controller) {
      const bytes = await file.read(offset, BLOCK_BYTES);
      offset += bytes.length;
      if (bytes.length > 0) controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}
