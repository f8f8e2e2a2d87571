import { fromPromise } from "../bridge/from_promise.ts";
import type { Host } from "../host/ports/host.ts";
import type { Child, SpawnSpec } from "../host/ports/processes.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import type { Containment } from "./containment.ts";

/**
 * Starts a process and waits until its program runs, which takes a while only with privileges or sockets. A cancel ends a process that
 * has not come so far, and returns after it is gone.
 *
 * @param onProcess Told at once of the process, whatever comes of it.
 * @throws {SpawnError} After whatever there was of the process is gone.
 */
export async function startChild(
  { processes }: Pick<Host, "processes">,
  containment: Containment,
  spec: SpawnSpec,
  onProcess: (child: Child) => void = () => {},
): Promise<Child> {
  const child = processes.spawn(spec);
  onProcess(child);
  if ((spec.privileges ?? null) === null && spec.listening === undefined) return child;
  const forget = containment.addHelper(child.pid);
  let hasStarted = false;
  try {
    const error = await fromPromise(child.started);
    if (error !== null) throw error;
    hasStarted = true;
    return child;
  } finally {
    if (!hasStarted) {
      processes.signalGroup(child, "SIGKILL");
      child.stdout?.close();
      child.stderr?.close();
      await new CancelScope({ shield: true }).run(() => fromPromise(child.exited));
    }
    forget();
  }
}
