import { messageOf } from "../../base/user_error.ts";
import type { SharedMemoryTable, Thread, ThreadEnd, ThreadLine, Threads } from "../ports/threads.ts";
import { connectionPair } from "./connection_pair.ts";
import { EventLoop } from "./event_loop.ts";
import type { FakeProcess } from "./fake_process.ts";
import { ownConnection } from "./own_connection.ts";

/** A thread, as its own program sees it. */
export interface ThreadSelf extends ThreadLine {
  /** Ends it, and never returns to it. */
  exit(code: number): Promise<never>;
}

/** The program of the threads of a machine: it ends with its program, or where that waits next once it is terminated. */
export type FakeThreadProgram = (self: ThreadSelf) => void | Promise<void>;

/** Threads in memory, as one process has them. They end with it. */
export class FakeThreads implements Threads {
  /** A program in memory that computes without an end stops everything. */
  readonly interrupts = false;
  readonly #process: FakeProcess;
  readonly #program: () => FakeThreadProgram;
  /** Told of each thread while it runs. */
  readonly #running: Set<Thread>;

  constructor(process: FakeProcess, program: () => FakeThreadProgram, running: Set<Thread>) {
    this.#process = process;
    this.#program = program;
    this.#running = running;
  }

  start(): Thread {
    const [here, there] = connectionPair();
    const process = this.#process;
    const insides = { loop: new EventLoop(), onEnd: new Set<() => void>(), isAlive: true };
    const memory = sharedMemory();
    let resolve: (end: ThreadEnd) => void;
    const ended = new Promise<ThreadEnd>((settle) => resolve = settle);
    const end = (how: ThreadEnd) => {
      if (!insides.isAlive) return;
      insides.isAlive = false;
      insides.loop.stop();
      for (const undo of [...insides.onEnd]) undo();
      process.onEnd.delete(terminate);
      this.#running.delete(thread);
      resolve(how);
    };
    const terminate = () => end({ how: "terminated" });
    const thread: Thread = {
      connection: ownConnection(here, process, new Set()),
      memory,
      ended: process.loop.hear(ended),
      terminate,
    };
    this.#running.add(thread);
    process.onEnd.add(terminate);
    const self: ThreadSelf = {
      connection: ownConnection(there, insides, new Set()),
      memory,
      exit(code) {
        end({ how: "exited", code });
        return new Promise(() => {});
      },
    };
    const run = async () => await this.#program()(self);
    insides.loop.deliver(() =>
      void run().then(
        () => end({ how: "exited", code: 0 }),
        (error: unknown) => end({ how: "failed", error: messageOf(error) }),
      )
    );
    return thread;
  }
}

/** Both sides have the same memory anyway, and so one table. */
function sharedMemory(): SharedMemoryTable {
  const all: SharedArrayBuffer[] = [];
  return {
    share(memory) {
      const known = all.indexOf(memory);
      return known === -1 ? all.push(memory) - 1 : known;
    },
    find: (id) => all[id],
  };
}
