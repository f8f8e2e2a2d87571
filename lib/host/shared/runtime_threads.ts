import { messageOf } from "../../base/user_error.ts";
import type { Thread, ThreadEnd, Threads } from "../ports/threads.ts";
import { type Port, portPair } from "./message_port.ts";
import { portLine } from "./port_connection.ts";
import type { RuntimeWorker, WorkerStarter } from "./runtime_worker.ts";
import { onNextTurn } from "./turn.ts";

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
    const line = portLine(here, true);
    const progress = new Progress(life);
    let worker: RuntimeWorker | null = null;
    const isOver = (end: ThreadEnd) => {
      // Ports that were never handed over would stay open.
      for (const port of progress.isHandedOver ? [] : [there, lifeThere]) port.close();
      const isReal = this.#workers.tellsRealEnd || !progress.isHandedOver;
      // Messages that came from the thread before its end are delivered in this turn.
      if (isReal) onNextTurn(() => line.lose());
      progress.tellEnd(end, isReal);
    };
    try {
      worker = this.#workers.start(this.#entry, {
        onReady() {
          progress.isHandedOver = true;
          worker!.post({ line: there, life: lifeThere });
        },
        onEnd: isOver,
      });
    } catch (error) {
      isOver({ how: "failed", error: messageOf(error) });
    }
    return {
      connection: line.connection,
      memory: line.memory,
      ended: progress.ended,
      terminate() {
        if (progress.terminate()) worker?.terminate();
      },
    };
  }
}

/** How far a thread has come, until it is over. */
class Progress {
  readonly ended: Promise<ThreadEnd>;
  isHandedOver = false;
  readonly #life: Port;
  #resolve: (end: ThreadEnd) => void = () => {};
  #end: ThreadEnd | null = null;
  #isGone = false;
  #isTerminated = false;
  #grace: ReturnType<typeof setTimeout> | undefined;

  /** @param life Closes when nothing of the thread is left. */
  constructor(life: Port) {
    this.#life = life;
    this.ended = new Promise((resolve) => this.#resolve = resolve);
    life.addEventListener("close", () => {
      this.#isGone = true;
      this.#settle();
    });
    life.start();
    life.unref();
  }

  /** The runtime says that the thread has ended; `isReal` if that can be believed. */
  tellEnd(end: ThreadEnd, isReal: boolean): void {
    this.#end ??= this.#isTerminated ? { how: "terminated" } : end;
    if (isReal) this.#isGone = true;
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
    if (this.#end === null || !this.#isGone) return;
    clearTimeout(this.#grace);
    this.#life.close();
    this.#resolve(this.#end);
  }
}
