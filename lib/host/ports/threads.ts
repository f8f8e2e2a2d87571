/** The port to threads of this process, each with a runtime of its own that runs the program of supervise. */
import type { Connection } from "./sockets.ts";

/** How a thread ended: by itself, of an error (also if it could not be started), or because it was asked to. */
export type ThreadEnd =
  | { readonly how: "exited"; readonly code: number }
  | { readonly how: "failed"; readonly error: string }
  | { readonly how: "terminated" };

/** Memory that both sides of one connection see. It is kept as long as the table is. */
export interface SharedMemoryTable {
  /**
   * The number by which the other side finds it, which has it before the next message. The same memory has the same
   * number for all that share it.
   */
  share(memory: SharedArrayBuffer): number;
  /** The memory with that number, whichever side has shared it; undefined if there is none. */
  find(id: number): SharedArrayBuffer | undefined;
}

/** The line between the two sides of a thread. */
export interface ThreadLine {
  /** Nobody else can be at the other side: `peer` and `identity` are null. A read that waits keeps the program running. */
  readonly connection: Connection;
  readonly memory: SharedMemoryTable;
}

/** A thread that was started here. It does not keep the program running. */
export interface Thread extends ThreadLine {
  /** Resolves once, when none of its code runs any more; never rejects. Its messages are not lost by its end. */
  readonly ended: Promise<ThreadEnd>;
  /**
   * Asks the runtime to end it, at its next turn or, with `interrupts`, at once. Idempotent. The program goes on for a
   * moment, so that it can see the end.
   */
  terminate(): void;
}

/** Starts threads. */
export interface Threads {
  /** Whether `terminate` ends a thread that computes without an end, or waits by `Atomics.wait`; if not, nothing does. */
  readonly interrupts: boolean;
  /** Starts a thread. One that cannot be started has ended, and says why. */
  start(): Thread;
}
