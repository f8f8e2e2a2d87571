import { messageOf } from "../../base/user_error.ts";
import type { Thread, ThreadEnd, Threads } from "../ports/threads.ts";
import { type Port, portPair } from "./message_port.ts";
import { portLine } from "./port_connection.ts";
import type { RuntimeWorker, WorkerStarter } from "./runtime_worker.ts";

/** How long the program goes on for a thread that was asked to end. */
const GRACE_MS = 1_000;

/** Threads of the runtime that runs us. */
export class RuntimeThreads implements Threads {
  readonly interrupts: boolean;
  readonly #workers: WorkerStarter;
  readonly #entry: string;

  /** @param entry The URL of the module that runs in them, which calls `openThreadSide`. */
  constructor(workers: WorkerStarter, entry: string) {
    this.#workers = workers;
    this.#entry = entry;
    this.interrupts = workers.interrupts;
  }

  start(): Thread {
    const [here, there] = portPair();
    const [life, lifeThere] = portPair();
    const { connection, memory } = portLine(here, true);
    const progress = new Progress(life, () => connection.close());
    let worker: RuntimeWorker | null = null;
    try {
      worker = this.#workers.start(this.#entry, {
        onReady() {
          progress.handOver();
          worker!.post({ line: there, life: lifeThere });
        },
        onEnd(end) {
          // What was not handed over would stay open on either side.
          if (!progress.isHandedOver) { for (const port of [there, lifeThere]) port.close(); }
          progress.tellEnd(end);
        },
      });
    } catch (error) {
      for (const port of [there, lifeThere]) port.close();
      progress.tellEnd({ how: "failed", error: messageOf(error) });
    }
    return {
      connection,
      memory,
      ended: progress.ended,
      terminate() {
        if (progress.terminate()) worker?.terminate();
      },
    };
  }
}

/** How far a thread has come, until it is over: the runtime has said so, and what only the thread held is closed. */
class Progress {
  readonly ended: Promise<ThreadEnd>;
  isHandedOver = false;
  readonly #life: Port;
  readonly #letGo: () => void;
  #resolve: (end: ThreadEnd) => void = () => {};
  #end: ThreadEnd | null = null;
  #isAlive = false;
  #isTerminated = false;
  #grace: ReturnType<typeof setTimeout> | undefined;

  /** @param letGo Lets go of a line that has no other side. */
  constructor(life: Port, letGo: () => void) {
    this.#life = life;
    this.#letGo = letGo;
    this.ended = new Promise((resolve) => this.#resolve = resolve);
    life.addEventListener("close", () => {
      this.#isAlive = false;
      this.#settle();
    });
    life.start();
    life.unref();
  }

  handOver(): void {
    this.isHandedOver = true;
    this.#isAlive = true;
  }

  tellEnd(end: ThreadEnd): void {
    this.#end ??= this.#isTerminated ? { how: "terminated" } : end;
    if (!this.isHandedOver) this.#letGo();
    this.#settle();
  }

  /** The thread is to end; false if it was or has ended. */
  terminate(): boolean {
    if (this.#isTerminated || this.#end !== null) return false;
    this.#isTerminated = true;
    this.#grace = setTimeout(() => {}, GRACE_MS);
    return true;
  }

  #settle(): void {
    if (this.#end === null || this.#isAlive) return;
    clearTimeout(this.#grace);
    this.#life.close();
    this.#resolve(this.#end);
  }
}
