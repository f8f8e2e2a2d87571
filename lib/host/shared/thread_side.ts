import type { ThreadLine } from "../ports/threads.ts";
import type { Port } from "./message_port.ts";
import { portLine } from "./port_connection.ts";
import { READY, type ThreadPorts } from "./runtime_worker.ts";
import { THREAD_VERB } from "./thread_verb.ts";

/** What this thread and whoever has started it have in common, as it is in every thread of either runtime. */
interface ThreadScope {
  onmessage: ((event: { readonly data: ThreadPorts }) => void) | null;
  postMessage(message: unknown): void;
  readonly Bun?: { readonly isMainThread: boolean };
}

/** Held as long as the thread runs, so that none is collected, and closed, before. */
const held = new Set<Port>();

/**
 * Opens the line to whoever has started this thread; null in a main thread, or in a thread that was started otherwise. To
 * be called once. The thread's program ends by `process.exit`: on Deno a thread that has nothing more to do may stay.
 */
export async function openThreadSide(): Promise<ThreadLine | null> {
  const scope = globalThis as unknown as ThreadScope;
  if (process.argv[2] !== THREAD_VERB || !isThread(scope)) return null;
  const { line, life } = await new Promise<ThreadPorts>((resolve) => {
    scope.onmessage = ({ data }) => resolve(data);
    scope.postMessage(READY);
  });
  scope.onmessage = null;
  held.add(life);
  return portLine(line, false);
}

function isThread(scope: ThreadScope): boolean {
  return scope.Bun === undefined ? "DedicatedWorkerGlobalScope" in scope : !scope.Bun.isMainThread;
}
