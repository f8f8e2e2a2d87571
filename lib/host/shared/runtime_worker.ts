import type { ThreadEnd } from "../ports/threads.ts";
import type { Port } from "./message_port.ts";

/** What a thread says once, as soon as it can take its ports. */
export const READY = "ready";

/** What a thread is handed when it is ready. */
export interface ThreadPorts {
  /** What its line goes over. */
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

/** Who is told of a thread. */
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
