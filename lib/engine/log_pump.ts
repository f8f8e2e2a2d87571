import type { ByteSource } from "../host/ports/processes.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { type Line, LineSplitter } from "./line_splitter.ts";

/**
 * Reads a stream of a process to its end, line by line. It always reads on, whatever becomes of the lines, so that the
 * process never waits for us. A cancel lets go of the stream.
 */
export async function pumpLines(source: ByteSource, onLine: (line: Line) => void): Promise<void> {
  const splitter = new LineSplitter();
  try {
    for (let bytes = await next(source); bytes !== null; bytes = await next(source)) {
      for (const line of splitter.push(bytes)) onLine(line);
    }
  } finally {
    source.close();
    const rest = splitter.end();
    if (rest !== null) onLine(rest);
  }
}

async function next(source: ByteSource): Promise<Uint8Array | null> {
  return await fromPromise(source.read());
}
