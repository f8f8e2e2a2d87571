/** The analysis of a journal for JSON: dates in ISO 8601, durations in milliseconds. */
import type { Analysis } from "../../analysis/analysis.ts";
import type { Link } from "../../analysis/critical_path.ts";
import type { StartAnalysis } from "../../analysis/start.ts";
import type { StartsCompared } from "../../analysis/starts.ts";
import type { StopAnalysis } from "../../analysis/stop.ts";

/** The tree, or the part of it, that an analysis is about. */
export interface AnalysisSubject {
  readonly name: string;
  /** Empty for the whole tree. */
  readonly selectors: readonly string[];
}

/** See the module. */
export function analysisFields(
  analysis: Analysis,
  { name, selectors }: AnalysisSubject,
): Record<string, unknown> {
  const { from, to, entries, lives, hasPlan, start, stop, starts, restarts } = analysis;
  return {
    name,
    selectors,
    from: isoOf(from),
    to: isoOf(to),
    entries,
    lives,
    hasPlan,
    start: start === null ? null : startFields(start),
    stop: stop === null ? null : stopFields(stop),
    starts: starts === null ? null : startsFields(starts),
    restarts,
  };
}

function startFields({ startedAt, readyAt, path, ...rest }: StartAnalysis): Record<string, unknown> {
  return {
    startedAt: isoOf(startedAt),
    readyAt: isoOf(readyAt),
    tookMs: readyAt === null ? null : readyAt - startedAt,
    path: path.map(linkFields),
    ...rest,
  };
}

function stopFields({ begunAt, endedAt, path, ...rest }: StopAnalysis): Record<string, unknown> {
  return {
    begunAt: isoOf(begunAt),
    endedAt: isoOf(endedAt),
    tookMs: endedAt === null ? null : endedAt - begunAt,
    path: path.map(linkFields),
    ...rest,
  };
}

function startsFields({ earlier, ...rest }: StartsCompared): Record<string, unknown> {
  return {
    earlier: earlier.map(({ startedAt, tookMs }) => ({ startedAt: isoOf(startedAt), tookMs })),
    ...rest,
  };
}

function linkFields({ path, spent, from, to }: Link): Record<string, unknown> {
  return { path, spent, from: isoOf(from), to: isoOf(to), ms: to - from };
}

/** A date that cannot be read has none. */
function isoOf(ms: number | null): string | null {
  return ms === null || Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
