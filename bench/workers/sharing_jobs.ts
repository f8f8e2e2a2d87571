/** The functions with bytes for threads that share memory: it is the memory that crosses, and not a view of it. */
import * as jobs from "./jobs.ts";

let prepared = new SharedArrayBuffer(0);

export const take = (memory: SharedArrayBuffer) => jobs.take(new Uint8Array(memory));

export function prepare(count: number): number {
  prepared = jobs.filled(count, SharedArrayBuffer)
    .buffer as unknown as SharedArrayBuffer;
  return count;
}

export const give = () => prepared;
