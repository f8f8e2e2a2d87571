import type { NodeId } from "../config/plan.ts";
import type { ActorError } from "./actor_error.ts";
import type { Exit } from "./exit.ts";
import type { HookFailure } from "./hook.ts";
import type { Survived } from "./rest.ts";

/** Why a child has failed. */
export type FailReason =
  | FirstReason
  /** The restarts that `by` was granted are spent; `last` is why it would have needed one more. */
  | { readonly kind: "gave_up"; readonly by: NodeId; readonly last: FirstReason };

/** Why a child has failed that has not been restarted too often. */
export type FirstReason =
  | { readonly kind: "exit"; readonly exit: Exit; readonly error: ActorError | null }
  /** @param hadNothingToRead It ended well as soon as it was started, and its standard input is empty. */
  | { readonly kind: "daemon_ended"; readonly exit: Exit; readonly hadNothingToRead: boolean }
  | { readonly kind: "start"; readonly message: string }
  /** Its hook before the spawn has failed. */
  | { readonly kind: "hook"; readonly failure: HookFailure }
  | { readonly kind: "start_timeout"; readonly afterMs: number; readonly lastError: string | null }
  | { readonly kind: "run_timeout"; readonly afterMs: number }
  /** Its health checks have failed, or its watchdog was silent. */
  | { readonly kind: "unhealthy"; readonly why: string }
  | { readonly kind: "dependency"; readonly on: NodeId }
  /** Nobody knows which, if an earlier version of this program has written it. */
  | { readonly kind: "survivors"; readonly processes?: readonly Survived[] }
  /** Whether anything has survived SIGKILL could not be looked at. */
  | { readonly kind: "unseen"; readonly why: string }
  | { readonly kind: "child"; readonly child: NodeId };

/**
 * Why a child is stopped: somebody asked for it, its tree was torn down, a sibling's failure took it along, or the plan has
 * it no more.
 */
export type StopReason = "request" | "tree" | "strategy" | "removed";

/** The cause from outside that made the whole tree come down. */
export type TeardownCause = "down" | "interrupt" | "terminate" | "hangup" | "client_lost" | "guardian_lost";

/** Why a rolling restart has stopped before its end. */
export type Halt =
  /** The new run of `at` has failed before it was ready; `why` may be known elsewhere alone. */
  | { readonly kind: "failed"; readonly at: NodeId; readonly why: FailReason | null }
  /** No other replica than `at` is ready, nor will be. */
  | { readonly kind: "alone"; readonly at: NodeId }
  | { readonly kind: "torn_down"; readonly tree: NodeId }
  /** Somebody has called it off. */
  | { readonly kind: "called_off" };

/** Why something that was asked for is not done, or not even tried. */
export type Refusal =
  | { readonly kind: "tree_ended" }
  /** None of those that are meant has a process. */
  | { readonly kind: "nothing_runs" }
  | { readonly kind: "torn_down"; readonly tree: NodeId }
  /** It has no replica that could be ready while it is restarted. */
  | { readonly kind: "no_replica"; readonly actor: NodeId }
  /** There is no rolling restart to call off. */
  | { readonly kind: "nothing_rolls" }
  /** A rolling restart has stopped before its end; `left` have not been touched. */
  | { readonly kind: "roll_halted"; readonly why: Halt; readonly left: readonly NodeId[] }
  /** A crash of this actor is held for inspection. */
  | { readonly kind: "crash_held"; readonly actor: string; readonly pid: number; readonly report: string };
