/** The reasons why a stop of the whole tree took as long as it did. */
import { type NodeId, ROOT } from "../config/plan.ts";
import type { Signal } from "../base/signals.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { criticalPath, type Link } from "./critical_path.ts";
import { isEnd, type Life, timeOf } from "./lives.ts";
import { momentsOf } from "./moments.ts";
import type { Relations } from "./relations.ts";
import type { Selection } from "./start.ts";

/** An actor that did not stop in time. */
export interface Killed {
  readonly path: NodeId;
  /** The time that it was given; null if it was killed without having been asked. */
  readonly graceMs: number | null;
  readonly signal: Signal | null;
}

/** One stop of a tree. Times are in milliseconds since 1970. */
export interface StopAnalysis {
  readonly begunAt: number;
  /** Null if it goes on, or its end is not in the journal. */
  readonly endedAt: number | null;
  /** The actor that was the last to stop; null if none had to. */
  readonly last: NodeId | null;
  /** The chain that led to the end of `last`, or of the tree. */
  readonly path: readonly Link[];
  readonly killed: readonly Killed[];
}

/** Analyses the teardown of a life. @returns Null if there was none, or none of what is selected had to stop. */
export function analyseStop(
  { entries }: Life,
  relations: Relations,
  selection: Selection,
): StopAnalysis | null {
  const begin = entries.findIndex(({ path, event }) => path === ROOT && event === "cancelled");
  if (begin < 0) return null;
  const after = entries.slice(begin);
  const end = after.findIndex(({ path, event }) => path === ROOT && isEnd(event));
  const whole = end < 0 ? after : after.slice(0, end + 1);
  const isMeant = (path: NodeId) => path !== ROOT && (selection === null || selection(path));
  const stopping = new Set(whole.filter(({ event }) => event === "stopping").map(({ path }) => path));
  const lastAt = whole.findLastIndex(({ path, event }) =>
    isMeant(path) && stopping.has(path) && isEnd(event)
  );
  if (selection !== null && lastAt < 0) return null;
  const part = selection === null ? whole : whole.slice(0, lastAt + 1);
  const { moments } = momentsOf(part, relations);
  const isOver = selection !== null || end >= 0;
  return {
    begunAt: timeOf(whole[0]!),
    endedAt: isOver ? timeOf(part.at(-1)!) : null,
    last: lastAt < 0 ? null : whole[lastAt]!.path,
    path: isOver ? criticalPath(moments, moments.length - 1) : [],
    killed: whole.flatMap((entry, index) =>
      entry.event === "killed" && isMeant(entry.path) ? [killedOf(entry.path, whole.slice(0, index))] : []
    ),
  };
}

function killedOf(path: NodeId, before: readonly JournalEntry[]): Killed {
  const asked = before.findLast((entry) => entry.path === path && entry.event === "stopping");
  return asked?.event === "stopping"
    ? { path, graceMs: asked.graceMs, signal: asked.signal }
    : { path, graceMs: null, signal: null };
}
