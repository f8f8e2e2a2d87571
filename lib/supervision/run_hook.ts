/** Hooks of a run, as they are asked for and told of. */
import type { ActorSpec, HookName, NodeId } from "../config/plan.ts";
import type { RunEvent } from "./event.ts";
import type { Exit } from "./exit.ts";
import { isHookSuccess } from "./hook.ts";
import type { RunId } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The run that a hook belongs to. */
export interface HookedRun {
  readonly run: RunId;
  readonly spec: ActorSpec;
  readonly pid: number | null;
}

/** Has a hook run; returns its number. */
export function askHook(turn: Turn, id: NodeId, { run, spec, pid }: HookedRun, hook: HookName): RunId {
  const hookRun = turn.newRun();
  const { lastExit } = turn.actor(id);
  const exit: Exit | null = lastExit?.run === run ? lastExit.exit : null;
  turn.record(id, "hook_started", turn.actor(id).cause, { hook });
  const { timeoutMs } = spec.hooks!;
  turn.emit({
    type: "hook",
    node: id,
    run,
    spec,
    hook,
    hookRun,
    timeoutMs,
    pid: exit === null ? pid : null,
    exit,
  });
  return hookRun;
}

/** Ends a hook that nobody waits for any more. */
export function endHook(turn: Turn, id: NodeId, run: RunId, hookRun: RunId): void {
  turn.emit({ type: "end_hook", node: id, run, hookRun });
}

/** Tells of a hook that has failed; returns the number of the entry, or that of what led to it. */
export function recordHookEnd(
  turn: Turn,
  id: NodeId,
  { hook, end }: RunEvent & { type: "hook_ended" },
): number {
  const { cause } = turn.actor(id);
  return isHookSuccess(end) ? cause : turn.record(id, "hook_ended", cause, { hook, end });
}
