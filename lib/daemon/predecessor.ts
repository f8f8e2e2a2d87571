/** How a supervisor treats a killed one before it: it waits for its guardian, ends the processes that are left, or goes on with them. */
import { nameSome } from "../base/name_some.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { type ActorSpec, type Plan, treeAt } from "../config/plan.ts";
import { type ResumedTree, resumeTree } from "../engine/survival/resumed_tree.ts";
import type { Survivor } from "../engine/containment/ledger.ts";
import {
  READ_VERSIONS,
  readLogHeader,
  readStateLog,
  type SavedRun,
  type SavedTree,
} from "../engine/survival/state_log.ts";
import { stateLogOf } from "../engine/survival/survival.ts";
import { isSame } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { readDeaths } from "./guardian/deaths.ts";
import { type Cleared, endLeftovers, endRuns, endUnknown, isMarkOf, isUnknown, lostBy } from "./leftovers.ts";
import { presentOf, wake } from "./holder.ts";
import { keeperOf } from "./take_over.ts";
import { removeEmptyGroups } from "./tree_groups.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord, type TreeRecord } from "./tree_record.ts";
import { isThere, waitUntilGone } from "./wait_until_gone.ts";

/**
 * After a crash the old guardian may still be ending what its supervisor had started, which may itself be dying yet.
 *
 * @param ownGuardian One that is not waited for; null for none.
 * @returns The guardian, if it keeps the tree: it has to be asked to go on with it, or to end it. Null if all are gone.
 * @throws {UserError} `tree/still-ending`
 */
export async function outwaitGuardian(
  host: Host,
  id: TreeId,
  ownGuardian: ProcessId | null,
): Promise<ProcessId | null> {
  const record = readRecord(host, id);
  if (record === null) return null;
  if (ownGuardian !== null && isSame(record.guardian, ownGuardian)) return null;
  const { supervisor, guardian } = presentOf(host, id, record);
  const dying = supervisor === null ? [] : await waitUntilGone(host, [supervisor]);
  const keeper = keeperOf(host, id);
  if (keeper !== null) return keeper;
  wake(host, id, record);
  const [lasting] = [...dying, ...guardian === null ? [] : await waitUntilGone(host, [guardian])];
  if (lasting === undefined) return null;
  throw new UserError(
    "tree/still-ending",
    `The last supervisor of "${id.file}" has died, and ${
      dying.length > 0
        ? `its process ${lasting.pid} is not gone yet`
        : `its guardian ${lasting.pid} is still ending what it had started`
    }`,
    { hint: "try again when it is gone" },
  );
}

/**
 * The saved state of a tree that is to survive and has never ended; null if there is none.
 *
 * @throws {UserError} `state/version`
 */
export function savedTree(
  host: Host,
  id: TreeId,
): { readonly saved: SavedTree; readonly record: TreeRecord } | null {
  const record = readRecord(host, id);
  if (record === null || record.endedAt !== null || record.onSupervisorDeath !== "survive") return null;
  const saved = readStateLog(host.files, stateLogOf(id.runFolder));
  if (saved === null) refuseOtherVersion(host, id, record);
  const isOfToday = saved?.header.boot.id === host.boot().id && saved.header.instance === record.instance;
  return isOfToday ? { saved, record } : null;
}

/** A tree that another version can go on with is not ended because this one cannot. @throws {UserError} `state/version` */
function refuseOtherVersion(host: Host, id: TreeId, { instance }: TreeRecord): void {
  const header = readLogHeader(host.files, stateLogOf(id.runFolder));
  if (header === null || READ_VERSIONS.includes(header.version)) return;
  if (header.boot.id !== host.boot().id || header.instance !== instance) return;
  throw new UserError(
    "state/version",
    `The actors of "${id.file}" run under another version of supervise: their state is written in format ${header.version}, and ` +
      `this version reads ${nameSome(READ_VERSIONS.map(String))}`,
    {
      hint:
        "`supervise up` of the version that has started them goes on with them; `supervise down` ends them",
    },
  );
}

/**
 * If the old guardian was killed with its supervisor, or keeps actors that nobody can go on with, they are still there, and are
 * ended.
 *
 * @param options.plan Tells who leaves something behind on purpose, where it is not known how the tree has ended.
 * @param options.guardian That of this supervisor, which may be the one that has kept them.
 */
export async function clearLeftovers(
  host: Host,
  id: TreeId,
  { plan: { nodes }, guardian }: { readonly plan: Plan; readonly guardian: ProcessId },
): Promise<Counted> {
  const isLeft = (actor: string | null) =>
    nodes.some((node) => node.kind !== "tree" && node.path === actor && node.stop.kill === "process");
  const cleared = isUnknown(host, id)
    ? await endUnknown(host, id, isLeft)
    : await endLeftovers(host, id, guardian);
  removeEmptyGroups(host, id, readRecord(host, id));
  return countOf(id, cleared);
}

/** Goes on with a tree: takes over the runs that can be, and ends the others. Null if there is nothing to go on with. */
export async function takeOver(
  host: Host,
  id: TreeId,
  { saved, record }: { readonly saved: SavedTree; readonly record: TreeRecord },
  options: {
    readonly plan: Plan;
    readonly guardian: ProcessId;
    /** Whether it has what an adopted run of the actor needs. */
    readonly canAdopt: (run: SavedRun, actor: ActorSpec) => boolean;
  },
): Promise<{ readonly resumed: ResumedTree; readonly cleared: Counted } | null> {
  const { plan, guardian, canAdopt } = options;
  const lost = lostBy(host, id, record);
  // A supervisor that was another program before is the parent of what that has started.
  const parents: readonly (number | undefined)[] = [guardian.pid, host.processes.ownPid];
  const isOurs = ({ pid }: ProcessId) => parents.includes(host.processes.find(pid)?.parent);
  const areAllOurs = saved.runs.filter((run) => isThere(host, run)).every(isOurs);
  const resumed = resumeTree(saved, {
    host,
    plan,
    now: host.clock.now(),
    mayAdopt: (run, actor) =>
      run.survives && treeAt(plan, actor.parent!).onSupervisorDeath === "survive" && canAdopt(run, actor),
    endOf: readDeaths(host.files, id.deaths),
    orphanage: { keepers: [guardian], lost: areAllOurs ? null : (mark) => isMarkOf(lost, mark) },
  });
  if (resumed === null) return null;
  return { resumed, cleared: countOf(id, await endRuns(host, lost, resumed.runs)) };
}

/** The processes of an earlier supervisor that this one has ended. */
export interface Counted {
  /** How many processes that were. */
  readonly count: number;
  /** Those that are tied to the tree, but are another user's: they are not ended. */
  readonly unattributed: readonly Survivor[];
}

function countOf(id: TreeId, { processes, survivors, unattributed }: Cleared): Counted {
  if (survivors.length === 0) return { count: processes.length, unattributed };
  throw new UserError(
    "tree/leftovers",
    `The last supervisor of "${id.file}" was killed, and what it had started is still there: ${
      nameSome(survivors.map(describe))
    }`,
    { exitCode: ExitCode.survivors, hint: "end it, and try again" },
  );
}

function describe({ pid, command, why }: Survivor): string {
  return `${pid} ${command} (${why})`;
}
