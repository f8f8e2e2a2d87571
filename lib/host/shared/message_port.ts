import { nodeWorkerThreads } from "./lazy_node.ts";
import { isDeno } from "./runtime.ts";

/** A port for messages to another thread, as far as both runtimes have it. */
export interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  /** The other side is closed, or its thread is over, and all that it has posted was delivered. */
  addEventListener(name: "close", callback: () => void): void;
  /** Begins to deliver, and to notice that the other side is closed. */
  start(): void;
  /** Keeps the program running, from now on or no more. */
  ref(): void;
  unref(): void;
  /** Messages that were posted are still delivered. */
  close(): void;
}

/** Two ports, each of which delivers what is posted to the other. */
export function portPair(): readonly [Port, Port] {
  // Ports of Deno notice that the other side is closed only if this module was loaded before they were made.
  if (isDeno) nodeWorkerThreads();
  const { port1, port2 } = new MessageChannel() as unknown as { readonly port1: Port; readonly port2: Port };
  return [port1, port2];
}
