/** The answers of a journal about the starts, the stops and the restarts of its tree. */
import type { NodeId, Plan } from "../config/plan.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { type Life, livesOf, timeOf } from "./lives.ts";
import { relationsIn } from "./relations.ts";
import { countRestarts, type Restarts } from "./restarts.ts";
import { analyseStart, type Selection, type StartAnalysis } from "./start.ts";
import { compareStarts, type StartsCompared } from "./starts.ts";
import { analyseStop, type StopAnalysis } from "./stop.ts";

/** A question to a journal. */
export interface Question {
  /** The oldest first. */
  readonly entries: readonly JournalEntry[];
  /** The plan of today's file; null if there is none, and then nobody knows who waits for whom. */
  readonly plan: Plan | null;
  readonly selection: Selection;
  /** Starts and stops that have begun before count for nothing, nor do restarts: milliseconds since 1970. */
  readonly since: number | null;
  /** The date, if the tree runs. */
  readonly runsUntil: number | null;
}

/** See the module. */
export interface Analysis {
  /** When the first and the last of the entries that count were made, in milliseconds since 1970; null for none. */
  readonly from: number | null;
  readonly to: number | null;
  readonly entries: number;
  /** How many lives of the tree they are of. */
  readonly lives: number;
  readonly hasPlan: boolean;
  /** Null if no begin of a start is among the entries. */
  readonly start: StartAnalysis | null;
  /** Null if nothing was stopped with the whole tree. */
  readonly stop: StopAnalysis | null;
  /** Null if there is nothing to compare. */
  readonly starts: StartsCompared | null;
  readonly restarts: Restarts;
}

/** Answers a question. */
export function analyse({ entries, plan, selection, since, runsUntil }: Question): Analysis {
  const relations = relationsIn(plan);
  const isRecent = (entry: JournalEntry) => since === null || timeOf(entry) >= since;
  const counted = entries.filter(isRecent);
  const lives = livesOf(entries);
  const recent = lives.flatMap((life) => partOf(life, isRecent));
  const started = lives.filter(({ startedAt, entries }) =>
    startedAt !== null && isRecent(entries[startedAt]!)
  );
  const stop = lives.toReversed().flatMap((life) => analyseStop(life, relations, selection) ?? [])
    .find(({ begunAt }) => since === null || begunAt >= since);
  const last = started.at(-1);
  return {
    from: counted.length === 0 ? null : timeOf(counted[0]!),
    to: counted.length === 0 ? null : timeOf(counted.at(-1)!),
    entries: counted.length,
    lives: recent.length,
    hasPlan: plan !== null,
    start: last === undefined ? null : analyseStart(last, relations, selection),
    stop: stop ?? null,
    starts: compareStarts(started, selection),
    restarts: countRestarts(recent, selection, runsUntil),
  };
}

function partOf(life: Life, isRecent: (entry: JournalEntry) => boolean): readonly Life[] {
  const entries = life.entries.filter(isRecent);
  return entries.length === 0 ? [] : [{ ...life, entries }];
}

/** The addresses that a journal has entries of. */
export function pathsIn(entries: readonly JournalEntry[]): readonly NodeId[] {
  return [...new Set(entries.map(({ path }) => path))];
}
