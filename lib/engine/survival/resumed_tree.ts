/** The tree of an earlier supervisor, made ready for a new one. */
import type { Instant } from "../../base/instant.ts";
import { actorAt, type ActorSpec, type NodeId, type Plan } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ExitStatus, ProcessId } from "../../host/ports/processes.ts";
import type { Resumed } from "../../supervision/event.ts";
import { resumedState } from "../../supervision/resumed_state.ts";
import type { State } from "../../supervision/state.ts";
import type { OrphanageOptions } from "../containment/orphanage.ts";
import type { SavedRun, SavedTree } from "./state_log.ts";
import { fingerprintOf } from "./survival.ts";

/** See the module. */
export interface ResumedTree {
  readonly state: State;
  /** The runs that are taken over. */
  readonly runs: readonly SavedRun[];
  readonly event: Resumed;
  /** Where their orphans come to. */
  readonly orphanage: OrphanageOptions;
}

/** Facts beside the notes of the supervisor itself. */
export interface ResumeOptions {
  readonly host: Pick<Host, "digest">;
  readonly plan: Plan;
  readonly now: Instant;
  /** Whether a run can be taken over; others are over. */
  readonly mayAdopt: (run: SavedRun, actor: ActorSpec) => boolean;
  /** How those have ended that have meanwhile, as far as anybody knows. */
  readonly endOf: (process: ProcessId) => ExitStatus | null;
  readonly orphanage: OrphanageOptions;
}

/**
 * The state to go on with; null if there is none.
 *
 * @param saved The notes.
 */
export function resumeTree(saved: SavedTree, options: ResumeOptions): ResumedTree | null {
  const { host, plan, now, mayAdopt, endOf, orphanage } = options;
  const state = resumedState(plan, saved.state, now);
  if (state === null) return null;
  const nodes = new Map(
    [...state.nodes.values()].flatMap(({ id, phase }) => "run" in phase ? [[phase.run, id]] : []),
  );
  const actorOf = ({ run }: SavedRun) => actorAt(plan, nodes.get(run)!);
  const runs = saved.runs
    .filter((run) => nodes.has(run.run) && mayAdopt(run, actorOf(run)))
    .map((run): SavedRun => ({ ...run, status: run.status ?? endOf(run) }));
  const outdated = runs.filter((run) => run.spec !== fingerprintOf(host, actorOf(run)));
  return {
    state,
    runs,
    event: {
      type: "resumed",
      adopted: new Map(runs.map(({ run, pid }) => [run, pid])),
      outdated: new Set(outdated.map(({ run }) => run)),
      changed: changedIn(plan, saved.plan, (actor) => fingerprintOf(host, actor)),
    },
    orphanage,
  };
}

/** The actors that are not as they were; none if that was not written down. */
function changedIn(
  plan: Plan,
  before: SavedTree["plan"],
  fingerprintOf: (actor: ActorSpec) => string,
): ReadonlySet<NodeId> {
  const actors = before === null ? [] : plan.nodes.filter((node) => node.kind !== "tree");
  return new Set(
    actors.filter((actor) => before!.get(actor.path) !== fingerprintOf(actor)).map(({ path }) => path),
  );
}
