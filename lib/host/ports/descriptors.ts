/** The port to raw file descriptors, over which the processes of one tree hold on to each other. */
import type { ByteSource } from "./processes.ts";

/** A pipe. No program inherits its ends unless it is handed one. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Makes and uses descriptors. */
export interface Descriptors {
  openPipe(): Pipe;
  /** Reads a descriptor; closing the source closes it. */
  sourceOf(descriptor: number): ByteSource;
  /** Reads a named pipe on that a process was given; at its end if nobody writes to it. Null if there is none. */
  openNamedPipe(path: string): ByteSource | null;
  /** Writes a short text; false if nobody reads it any more. */
  write(descriptor: number, text: string): boolean;
  close(descriptor: number): void;
  /** Keeps every descriptor that is open, but for the standard ones, from programs that are started from now on. */
  keepToOurselves(): void;
}
