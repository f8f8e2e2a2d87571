/** The orders for a shim, and its answers. */
import type { Privileges } from "../../ports/privileges.ts";
import type { SpawnError } from "../../ports/processes.ts";

/** The changes to make, and the program that follows. */
export interface ShimOrders {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly privileges: Privileges;
  /** The control group that it is to be in; null for the one that it was started in. */
  readonly group: string | null;
  /** Whether the program is this very one, whose file is not there any more. */
  readonly isSelf: boolean;
  /** Whether it is handed sockets, and is to find its own number in LISTEN_PID. */
  readonly isListening: boolean;
  /** Numbers of the descriptors that the program gets, beside the standard ones. */
  readonly descriptors: readonly number[];
  /** The soft limit of open files that it gets: the runtime of the shim has raised its own. */
  readonly openFiles: number;
  /** The process whose death it is to hear of. */
  readonly parent: number;
}

/** Why the program does not run. */
export interface ShimRefusal {
  readonly stage: SpawnError["stage"];
  readonly message: string;
}

/** The line that the shim writes when nothing is left but to become the program, which closes the descriptor. */
export const SHIM_READY = "ready\n";
