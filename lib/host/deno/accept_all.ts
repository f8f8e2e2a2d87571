import { withoutFrame } from "../../scope/ambient.ts";
import type { UnixCalls } from "../linux/unix_calls.ts";
import { untilReadable } from "./readiness.ts";

/** When to try again where no descriptor was left for a connection. */
const LACK_MS = 100;

/**
 * Accepts the connections of a socket that listens. A listener of Deno's own that has found no descriptor for a connection
 * once accepts none any more, and says nothing of it: here the connection waits until there is one.
 *
 * @returns How to stop that, and have the socket closed.
 */
export function acceptAll(
  calls: Pick<UnixCalls, "accept" | "openPipe" | "close">,
  listener: number,
  onAccepted: (descriptor: number) => void,
): () => void {
  // Its end wakes the thread that waits.
  const bell = calls.openPipe();
  let isStopped = false;
  const accept = async () => {
    while (!isStopped) {
      const accepted = calls.accept(listener);
      if (typeof accepted === "number") onAccepted(accepted);
      else if (accepted === "none") await untilReadable([listener, bell.read]);
      else await new Promise((resolve) => setTimeout(resolve, LACK_MS));
    }
    calls.close(bell.read);
  };
  void withoutFrame(accept);
  return () => {
    if (isStopped) return;
    isStopped = true;
    calls.close(listener);
    calls.close(bell.write);
  };
}
