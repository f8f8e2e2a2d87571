/** Commands that supervise runs on behalf of an actor, with its environment and folder: probes and stop commands. */
import type { ActorSpec } from "../../config/plan.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import type { Exit } from "../../supervision/exit.ts";
import { RUN_VARIABLE } from "../environment.ts";
import type { Errands } from "./errands.ts";

/** The parts of a run that a command which belongs to the run needs. */
export interface SideContext {
  readonly errands: Errands;
  /** The environment of the actor's run. */
  readonly env: Readonly<Record<string, string>>;
  /** As who the actor's run is, with which rlimits. */
  readonly privileges: Privileges | null;
}

/** How it ended, or why there was none. */
export type SideStatus = Exit | { readonly how: "not_started"; readonly message: string };

/**
 * Runs a command to its end, and ends what it leaves: a run may last for years, and be checked every second. A cancel kills it,
 * and returns after it is gone.
 */
export async function runSideCommand(
  { errands, env, privileges }: SideContext,
  { path, cwd }: ActorSpec,
  argv: readonly string[],
): Promise<SideStatus> {
  const id = errands.next();
  const marked = { ...env, [RUN_VARIABLE]: id.marker };
  try {
    return await errands.run({ ...id, path, argv, env: marked, cwd, stdin: null, privileges, isTold: false });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return { how: "not_started", message: error.message };
  }
}
