/** The reasons why a start took as long as it did: the chain of waits, what would gain most, and the time given to probes. */
import { type NodeId, ROOT } from "../config/plan.ts";
import { withoutReplica } from "../config/replica_path.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { criticalPath, gainWithout, type Link, momentsWithout } from "./critical_path.ts";
import { type Life, timeOf } from "./lives.ts";
import type { Moment } from "./moment.ts";
import { type Contradiction, momentsOf } from "./moments.ts";
import { type ProbeWait, probeWaits } from "./probe_waits.ts";
import type { Relations } from "./relations.ts";

/** So much sooner the target would have been ready. */
export interface Gain {
  /** An actor with all of its replicas, or a tree by itself. */
  readonly path: string;
  readonly ms: number;
  /** The node that the target would have waited for longest then; null if it would not have waited. */
  readonly then: string | null;
}

/** One start of a tree. Times are in milliseconds since 1970. */
export interface StartAnalysis {
  readonly startedAt: number;
  /** When the tree, or what was selected, was ready; null if it was not. */
  readonly readyAt: number | null;
  /** If it was not: the actors that were started and never ready, and those that the plan has and that were never started. */
  readonly unready: readonly NodeId[];
  readonly unstarted: readonly NodeId[];
  /** Empty if it was not ready. */
  readonly path: readonly Link[];
  /** The largest first; empty without a plan. */
  readonly gains: readonly Gain[];
  readonly probes: readonly ProbeWait[];
  readonly contradictions: readonly Contradiction[];
  /** Nodes of that start that the plan does not have. */
  readonly unknown: readonly NodeId[];
  /** How many entries of that life the journal does not have. */
  readonly missing: number;
  /** Whether the clock of the machine was set back meanwhile. */
  readonly isClockSetBack: boolean;
}

/** So many candidates are tried for what would gain most. */
const MOST_CANDIDATES = 32;

/** Which nodes are meant; null for the whole tree. */
export type Selection = ((path: NodeId) => boolean) | null;

/** Analyses the start of a life. @returns Null if the journal does not have its begin. */
export function analyseStart(life: Life, relations: Relations, selection: Selection): StartAnalysis | null {
  const { startedAt, entries, missing } = life;
  if (startedAt === null) return null;
  const target = readyIndexIn(life, selection);
  const part = entries.slice(startedAt, target === null ? undefined : target + 1);
  const { moments, contradictions } = momentsOf(part, relations);
  const last = moments.length - 1;
  const path = target === null ? [] : criticalPath(moments, last);
  const actors = [...new Set(part.map(({ path }) => path))].filter((path) => path !== ROOT);
  const unready = target === null ? unreadyOf(part, relations, selection) : { unready: [], unstarted: [] };
  return {
    startedAt: timeOf(entries[startedAt]!),
    readyAt: target === null ? null : timeOf(entries[target]!),
    ...unready,
    path,
    // Without a plan nothing waits for anything, and all would be ready at once.
    gains: target === null || !relations.knows(ROOT) ? [] : gainsOf(moments, last, path),
    probes: probeWaits(part, relations),
    contradictions,
    unknown: relations.knows(ROOT) ? actors.filter((path) => !relations.knows(path)) : [],
    missing,
    isClockSetBack: part.some((entry, index) => index > 0 && timeOf(entry) < timeOf(part[index - 1]!)),
  };
}

/** Index of the entry with which the tree, or the last of what is selected, was ready for the first time; null if it was not. */
export function readyIndexIn({ entries, startedAt }: Life, selection: Selection): number | null {
  if (startedAt === null) return null;
  const isReady = ({ event }: JournalEntry) => event === "ready" || event === "completed";
  if (selection === null) {
    const found = entries.findIndex((entry, index) =>
      index >= startedAt && entry.path === ROOT && isReady(entry)
    );
    return found < 0 || entries[found]!.event !== "ready" ? null : found;
  }
  const pending = new Set(entries.map(({ path }) => path).filter((path) => path !== ROOT && selection(path)));
  let last: number | null = null;
  for (const [index, entry] of entries.entries()) {
    if (index >= startedAt && isReady(entry) && pending.delete(entry.path)) last = index;
  }
  return pending.size > 0 ? null : last;
}

function unreadyOf(
  part: readonly JournalEntry[],
  relations: Relations,
  selection: Selection,
): Pick<StartAnalysis, "unready" | "unstarted"> {
  const isMeant = (path: NodeId) => path !== ROOT && (selection === null || selection(path));
  const started = new Set(part.filter(({ event }) => event === "started").map(({ path }) => path));
  const ready = new Set(
    part.filter(({ event }) => event === "ready" || event === "completed").map(({ path }) => path),
  );
  const planned = relations.knows(ROOT) ? relations.actorsIn(ROOT) : [];
  const isExpected = (path: NodeId) =>
    relations.actor(path)?.autostart === true && relations.actor(path)!.schedule === null;
  return {
    unready: [...started].filter((path) => isMeant(path) && !ready.has(path)),
    unstarted: planned.filter((path) => isMeant(path) && isExpected(path) && !started.has(path)),
  };
}

function gainsOf(moments: readonly Moment[], target: number, path: readonly Link[]): readonly Gain[] {
  const spent = new Map<string, number>();
  for (const { path: at, from, to } of path) {
    const name = withoutReplica(at);
    if (name !== ROOT) spent.set(name, (spent.get(name) ?? 0) + to - from);
  }
  const candidates = [...spent].sort(([, a], [, b]) => b - a).slice(0, MOST_CANDIDATES).map(([name]) => name);
  const onPath = new Set(spent.keys());
  return candidates.map((name): Gain => {
    const isIt = (path: NodeId) => withoutReplica(path) === name;
    const ms = gainWithout(moments, target, isIt);
    const other = criticalPath(momentsWithout(moments, target, isIt), target)
      .filter(({ path }) => path !== ROOT && !onPath.has(withoutReplica(path)));
    return { path: name, ms, then: longestOf(other) };
  }).filter(({ ms }) => ms > 0).sort((a, b) => b.ms - a.ms);
}

function longestOf(links: readonly Link[]): string | null {
  const longest = links.reduce<Link | null>(
    (best, link) => best === null || link.to - link.from > best.to - best.from ? link : best,
    null,
  );
  return longest === null ? null : withoutReplica(longest.path);
}
