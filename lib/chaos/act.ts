/** Acts of chaos, as data. PURE. */
import type { NodeId } from "../config/plan.ts";
import type { ProcessId } from "../host/ports/processes.ts";

/** The kinds of acts on actors. */
export const ACTOR_ACTS = ["kill", "kill-descendant", "stop", "slow", "cut"] as const;

/** The kinds of acts on supervise's own processes. */
export const OWN_ACTS = ["kill-supervisor", "kill-guardian"] as const;

/** See {@linkcode ACTOR_ACTS}. */
export type ActorAct = typeof ACTOR_ACTS[number];

/** See {@linkcode OWN_ACTS}. */
export type OwnAct = typeof OWN_ACTS[number];

/**
 * `kill`: SIGKILL to the main process. `kill-descendant`: to another process of the run. `stop`: SIGSTOP, and SIGCONT after
 * `forMs`. `slow`: for `forMs`, stopped half of the time in short slices. `cut`: its TCP connections are closed.
 */
export type ActKind = ActorAct | OwnAct;

/** Something that is done to one process, or to the connections of a run. */
export interface Act {
  readonly kind: ActKind;
  /** The actor; null for a process of supervise itself. */
  readonly path: NodeId | null;
  /** The process that is hit; the main process where connections are cut. */
  readonly target: ProcessId;
  /** How long it lasts; null where it is done at once. */
  readonly forMs: number | null;
}

/** Whether an act is on a process of supervise itself. */
export function isOwnAct(kind: ActKind): kind is OwnAct {
  return kind === "kill-supervisor" || kind === "kill-guardian";
}
