import { fromPromise } from "../../bridge/from_promise.ts";
import type { Host } from "../../host/ports/host.ts";
import type { PipeSource, ProcessId, SpawnError, SpawnSpec } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { Containment } from "../containment/containment.ts";

/** A process that was started, here or by an isolator. */
export interface StartedProcess extends ProcessId {
  readonly stdout: PipeSource | null;
  readonly stderr: PipeSource | null;
  /** Resolves when its program runs, or with why it does not; never rejects. */
  readonly started: Promise<SpawnError | null>;
  /** Resolves once, when it is known how it ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** The isolator whose child it is. */
  readonly home?: number;
}

/** How a process is started. */
export interface StartChildOptions {
  /** @default Here. @throws {SpawnError} */
  readonly start?: (spec: SpawnSpec) => StartedProcess | Promise<StartedProcess>;
  /** Told at once of the process, whatever comes of it. @param isProgram Whether it is its program already. */
  readonly onProcess?: (process: StartedProcess, isProgram: boolean) => void;
}

/**
 * Starts a process and waits until its program runs, which takes a while only with privileges, sockets or limits. A cancel
 * ends a process that has not come so far, and returns after it is gone.
 *
 * @throws {SpawnError} After whatever there was of the process is gone.
 */
export async function startChild(
  { processes }: Pick<Host, "processes">,
  containment: Containment,
  spec: SpawnSpec,
  { start = (spec) => processes.spawn(spec), onProcess = () => {} }: StartChildOptions = {},
): Promise<StartedProcess> {
  const starting = start(spec);
  const child = starting instanceof Promise ? await starting : starting;
  const { privileges = null, listening, isLimited = false } = spec;
  const isProgram = privileges === null && listening === undefined && !isLimited;
  onProcess(child, isProgram);
  if (isProgram) return child;
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
