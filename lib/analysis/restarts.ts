/** Restarts that nobody asked for: how many there were in which time, whose they were, and what they cost. */
import { type NodeId, ROOT } from "../config/plan.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { isEnd, type Life, timeOf } from "./lives.ts";
import type { Selection } from "./start.ts";

/** How a run has ended before a restart, and how often that was so. */
export interface Ending {
  /** `exit 3`, `SIGSEGV`, or the name of an event: `start_failed`, `timed_out`, `unhealthy`; `unseen` if nobody saw it. */
  readonly how: string;
  readonly count: number;
}

/** An actor that was restarted. */
export interface Restarted {
  readonly path: NodeId;
  readonly restarts: number;
  /** From the end of a run to when the actor was ready again, all restarts together. */
  readonly downMs: number;
  /** Of that the pauses before restarts. */
  readonly backoffMs: number;
  /** The most frequent first. */
  readonly endings: readonly Ending[];
  /** How often it was left failed. */
  readonly failed: number;
}

/** See the module. */
export interface Restarts {
  /** How long the tree has run within the entries. */
  readonly observedMs: number;
  readonly restarts: number;
  /** Null for less than an hour, of which no rate can be told. */
  readonly perHour: number | null;
  /** Those with the most restarts first. */
  readonly worst: readonly Restarted[];
}

const HOUR_MS = 3_600_000;

interface Tally {
  restarts: number;
  downMs: number;
  backoffMs: number;
  failed: number;
  readonly endings: Map<string, number>;
  /** When and how its last run ended; null while one goes on. */
  down: { readonly at: number; readonly how: string } | null;
  isComingBack: boolean;
}

/** @param runsUntil Until when the last life has run, if it is not over: milliseconds since 1970. */
export function countRestarts(
  lives: readonly Life[],
  selection: Selection,
  runsUntil: number | null,
): Restarts {
  const tallies = new Map<NodeId, Tally>();
  for (const { entries } of lives) {
    for (const entry of entries) {
      if (entry.path !== ROOT && (selection === null || selection(entry.path))) {
        count(tallyOf(tallies, entry.path), entry);
      }
    }
    for (const tally of tallies.values()) Object.assign(tally, { down: null, isComingBack: false });
  }
  const worst = [...tallies].filter(([, { restarts, failed }]) => restarts + failed > 0)
    .map(([path, tally]) => restartedOf(path, tally))
    .sort((a, b) => b.restarts - a.restarts || b.failed - a.failed || b.downMs - a.downMs);
  const restarts = worst.reduce((sum, { restarts }) => sum + restarts, 0);
  const observedMs = lives.reduce((sum, life, index) => {
    const until = index === lives.length - 1 ? runsUntil : null;
    return sum + observedIn(life, until);
  }, 0);
  return {
    observedMs,
    restarts,
    perHour: observedMs < HOUR_MS ? null : Number((restarts / (observedMs / HOUR_MS)).toFixed(3)),
    worst,
  };
}

function observedIn({ entries, isOver }: Life, until: number | null): number {
  const end = until === null || isOver ? timeOf(entries.at(-1)!) : until;
  return Math.max(0, end - timeOf(entries[0]!));
}

function count(tally: Tally, entry: JournalEntry): void {
  const at = timeOf(entry);
  switch (entry.event) {
    case "start_failed":
    case "timed_out":
    case "unhealthy":
      // The exit that follows says less.
      tally.down ??= { at, how: entry.event };
      return;
    case "exited":
      tally.down ??= { at, how: howOf(entry.code, entry.signal) };
      return;
    case "restarted": {
      const how = tally.down?.how ?? "unseen";
      tally.restarts += 1;
      tally.backoffMs += entry.delayMs;
      tally.endings.set(how, (tally.endings.get(how) ?? 0) + 1);
      tally.down ??= { at, how };
      tally.isComingBack = true;
      return;
    }
    case "ready":
    case "healthy":
      if (tally.isComingBack && tally.down !== null) tally.downMs += Math.max(0, at - tally.down.at);
      Object.assign(tally, { down: null, isComingBack: false });
      return;
    case "failed":
      tally.failed += 1;
  }
  if (isEnd(entry.event) || (entry.event === "started" && !tally.isComingBack)) tally.down = null;
}

function howOf(code: number | null, signal: string | null): string {
  return code !== null ? `exit ${code}` : signal ?? "unseen";
}

function tallyOf(tallies: Map<NodeId, Tally>, path: NodeId): Tally {
  const known = tallies.get(path);
  if (known !== undefined) return known;
  const none: Tally = {
    restarts: 0,
    downMs: 0,
    backoffMs: 0,
    failed: 0,
    endings: new Map(),
    down: null,
    isComingBack: false,
  };
  tallies.set(path, none);
  return none;
}

function restartedOf(path: NodeId, { restarts, downMs, backoffMs, failed, endings }: Tally): Restarted {
  return {
    path,
    restarts,
    downMs,
    backoffMs,
    failed,
    endings: [...endings].map(([how, count]) => ({ how, count })).sort((a, b) => b.count - a.count),
  };
}
