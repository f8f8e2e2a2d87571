import type { ThreadEnd } from "../ports/threads.ts";
import type { Port } from "./message_port.ts";

/** The one message of a thread, as soon as it can take its ports. */
export const READY = "ready";

/** The ports that a thread is handed when it is ready. */
export interface ThreadPorts {
  /** The port of its line. */
  readonly line: Port;
  /** It carries nothing, and closes with the thread. */
  readonly life: Port;
}

/** A thread as a runtime has it. It does not keep the program running. */
export interface RuntimeWorker {
  /** Hands over what a thread needs. */
  post(ports: ThreadPorts): void;
  terminate(): void;
}

/** The listener that is told of a thread. */
export interface WorkerListener {
  onReady(): void;
  /** The runtime calls it over, which it is only with `tellsRealEnd`. */
  onEnd(end: ThreadEnd): void;
}

/** How a runtime starts threads. */
export interface WorkerStarter {
  /** Whether it can end a thread that computes. */
  readonly interrupts: boolean;
  /** Whether a thread is over when the runtime says so; if not, it is when its ports are closed, too. */
  readonly tellsRealEnd: boolean;
  /** Runs a module in a thread. @throws If it cannot. */
  start(entry: string, listener: WorkerListener): RuntimeWorker;
}
