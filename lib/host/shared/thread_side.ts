import type { ThreadLine } from "../ports/threads.ts";
import type { Port } from "./message_port.ts";
import { portLine } from "./port_connection.ts";
import { isDeno } from "./runtime.ts";
import { READY, type ThreadPorts } from "./runtime_worker.ts";
import { THREAD_VERB } from "./thread_verb.ts";

/** The scope of a thread, as it is in every thread of either runtime. */
interface ThreadScope {
  onmessage: ((event: { readonly data: ThreadPorts }) => void) | null;
  postMessage(message: unknown): void;
  readonly Bun?: { readonly isMainThread: boolean };
}

/** Held as long as the thread runs, so that none is collected, and closed, before. */
const held = new Set<Port>();

/**
 * Opens the line to the starter of this thread; null in a main thread, or in a thread that was started otherwise. To
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
  if (isDeno) exitAlsoWhenTerminated();
  return portLine(line, false);
}

function isThread(scope: ThreadScope): boolean {
  return scope.Bun === undefined ? "DedicatedWorkerGlobalScope" in scope : !scope.Bun.isMainThread;
}

/** The call by which Deno's `process.exit` ends. It loops for ever after it in a thread, and expects to be interrupted. */
interface Exiting {
  reallyExit(code?: number): void;
}

/** How often a loop goes round that an exit interrupts in its first rounds, if it does at all. */
const ROUNDS = 1_000_000;

/** A thread that the other side has asked to end already is not interrupted: there `process.exit` would never end. */
function exitAlsoWhenTerminated(): void {
  const exiting = process as unknown as Exiting;
  const { reallyExit } = exiting;
  exiting.reallyExit = (code) => {
    reallyExit.call(process, code);
    for (let round = 0; round < ROUNDS; round++);
    // The thread ends at its next turn.
    throw new Error("This thread has been asked to end already");
  };
}
