/** Commands that supervise runs on behalf of an actor, with its environment and folder: probes and stop commands. */
import type { ActorSpec } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { Containment } from "../containment/containment.ts";
import { startChild } from "./start_child.ts";

/** What such a command needs of the run that it belongs to. */
export interface SideContext {
  readonly host: Host;
  readonly containment: Containment;
  /** The environment of the actor's run. */
  readonly env: Readonly<Record<string, string>>;
  /** As who the actor's run is, with which limits. */
  readonly privileges: Privileges | null;
}

/** How it ended, or why there was none. */
export type SideStatus = Exit | { readonly how: "not_started"; readonly message: string };

/** Runs a command to its end. A cancel kills it, and returns after it is gone. */
export async function runSideCommand(
  { host, containment, env, privileges }: SideContext,
  spec: ActorSpec,
  argv: readonly string[],
): Promise<SideStatus> {
  let child;
  try {
    const command = { argv, env, cwd: spec.cwd, stdin: null, output: "null", privileges } as const;
    child = await startChild(host, containment, command);
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return { how: "not_started", message: error.message };
  }
  const forget = containment.addHelper(child.pid);
  try {
    return await fromPromise(child.exited);
  } finally {
    host.processes.signalGroup(child, "SIGKILL");
    await new CancelScope({ shield: true }).run(() => fromPromise(child.exited));
    forget();
  }
}
