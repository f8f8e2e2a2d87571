/** The processes that could be hit now, by the last look: those of actors that are well, and supervise's own. */
import type { NodeId } from "../config/plan.ts";
import { isStopped } from "../host/alive.ts";
import type { Candidate, Candidates } from "./draw.ts";
import type { ChaosOptions } from "./options.ts";
import { fallenWith } from "./reach.ts";
import type { Look } from "./watched_tree.ts";
import { hasRestartsLeft, isWell } from "./wellness.ts";

/** @param busy The actors that are down, or are being hit. */
export function candidatesIn(
  { plan, watched, reach, limits, host }: Pick<
    ChaosOptions,
    "plan" | "watched" | "reach" | "limits" | "host"
  >,
  { rows, sighting, atMs }: Look,
  busy: ReadonlySet<NodeId>,
): readonly Candidate[] {
  return reach.actors.flatMap(({ path, kinds }): readonly Candidate[] => {
    const row = rows.find((row) => row.path === path);
    const main = row === undefined || !isWell(row) ? null : watched.mainOf(row, sighting);
    const fallen = fallenWith(plan, path);
    const isFree = new Set([...busy, ...fallen]).size <= limits.maxDown && !busy.has(path);
    // Somebody has stopped it, as a crash that is held is: no act of chaos is to let it go on.
    const isHeld = main !== null && isStopped(host.processes.find(main.pid) ?? { state: "" });
    if (main === null || isHeld || !isFree || !hasRestartsLeft(plan, path, watched.restarts, atMs)) return [];
    const ofRun = sighting.seen.filter((one) => one.run === main.run && !one.isGuest);
    const others = ofRun.filter(({ pid }) => pid !== main.pid);
    const isConnected = kinds.includes("cut") && host.connections.countOf(ofRun) > 0;
    return [{ path, kinds, main, others, isConnected }];
  });
}

/** Supervisor and guardian, where they may be hit. Neither is while the other is not there: only together do they promise anything. */
export function ownCandidatesIn(
  { watched, reach }: Pick<ChaosOptions, "watched" | "reach">,
): Candidates["own"] {
  if (reach.endsWithSupervisor) return [];
  const { supervisor, guardian } = watched.ownByName();
  if (supervisor === null || guardian === null) return [];
  return [
    { kind: "kill-supervisor" as const, process: supervisor },
    { kind: "kill-guardian" as const, process: guardian },
  ].filter(({ kind }) => reach.own.includes(kind));
}
