/** The port to raw file descriptors, over which the processes of one tree hold on to each other. */
import type { PipeSource } from "./processes.ts";

/** A pipe. No program inherits its ends unless it is handed one. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Makes and uses descriptors. */
export interface Descriptors {
  openPipe(): Pipe;
  /** Reads a descriptor; closing the source closes it. */
  sourceOf(descriptor: number): PipeSource;
  /** Makes a pipe with a name, for processes to write to. @throws {FileError} */
  makeNamedPipe(path: string): void;
  /**
   * Opens a named pipe for reading: nothing of what is written to it is lost as long as it is
   * open, also while nobody reads. Null if there is none; no link to one is followed.
   */
  openNamedPipe(path: string): number | null;
  /** Opens a pipe that the user of a command has named, by whatever path: links to one are followed. Null if there is none. */
  openUsersPipe(path: string): number | null;
  /** Keeps a named pipe from being at its end for its readers, until this is closed. Null if there is none. */
  holdNamedPipe(path: string): number | null;
  /** Whether what is written to a descriptor may still be read: not to a pipe, a socket or a terminal whose other side is gone. */
  isRead(descriptor: number): boolean;
  /**
   * Calls back once when nobody can read any more what is written to a descriptor; soon, if that is so already. A file, which
   * can always be written to, has a reader for ever.
   *
   * @returns How to stop that.
   */
  onUnread(descriptor: number, callback: () => void): () => void;
  /** Writes a short text; false if nobody reads it any more. */
  write(descriptor: number, text: string): boolean;
  /**
   * Writes a text of at most 4096 bytes whole, or not at all: where there is no room for it now, or nobody reads. From then
   * on no write to that descriptor waits.
   */
  tryWrite(descriptor: number, text: string): boolean;
  close(descriptor: number): void;
  /** Keeps every descriptor that is open, but for the standard ones, from programs that are started from now on. */
  keepToOurselves(): void;
}
