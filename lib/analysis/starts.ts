/** A start beside earlier ones of the same tree: how long they took, where that goes, and which actors were slower. */
import { ROOT } from "../config/plan.ts";
import { withoutReplica } from "../config/replica_path.ts";
import { type Life, timeOf } from "./lives.ts";
import { median } from "../base/median.ts";
import { readyIndexIn, type Selection } from "./start.ts";

/** One start in the comparison. */
export interface StartTime {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly tookMs: number;
}

/** An actor that took longer than it does. */
export interface Slower {
  readonly path: string;
  readonly tookMs: number;
  readonly medianMs: number;
}

/** See the module. */
export interface StartsCompared {
  /** Earlier starts that came to an end, the oldest first. */
  readonly earlier: readonly StartTime[];
  readonly medianMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
  readonly tookMs: number;
  /** Where starts go: the median of the later half beside that of the earlier half; null for fewer than six of them. */
  readonly trend: "faster" | "slower" | "steady" | null;
  readonly slower: readonly Slower[];
}

/** Two starts differ if one takes longer by this share, and by so many milliseconds. */
const SHARE = 1.25;
const LEAST_MS = 100;
const FEWEST_FOR_TREND = 6;
const FEWEST_FOR_ACTORS = 3;

/** Compares the last of some lives with those before. @returns Null if it was not ready, or none before it was. */
export function compareStarts(lives: readonly Life[], selection: Selection): StartsCompared | null {
  const last = lives.at(-1);
  const own = last === undefined ? null : startTime(last, selection);
  const before = lives.slice(0, -1);
  const earlier = before.flatMap((life) => startTime(life, selection) ?? []);
  if (own === null || earlier.length === 0) return null;
  const times = earlier.map(({ tookMs }) => tookMs);
  return {
    earlier,
    medianMs: median(times)!,
    fastestMs: Math.min(...times),
    slowestMs: Math.max(...times),
    tookMs: own.tookMs,
    trend: trendOf([...times, own.tookMs]),
    slower: slowerIn(last!, before, selection),
  };
}

function startTime(life: Life, selection: Selection): StartTime | null {
  const ready = readyIndexIn(life, selection);
  if (ready === null) return null;
  const startedAt = timeOf(life.entries[life.startedAt!]!);
  return { startedAt, tookMs: Math.max(0, timeOf(life.entries[ready]!) - startedAt) };
}

function trendOf(times: readonly number[]): StartsCompared["trend"] {
  if (times.length < FEWEST_FOR_TREND) return null;
  const half = Math.floor(times.length / 2);
  const [first, second] = [median(times.slice(0, half))!, median(times.slice(-half))!];
  return isLonger(second, first) ? "slower" : isLonger(first, second) ? "faster" : "steady";
}

function isLonger(one: number, other: number): boolean {
  return one > other * SHARE && one - other > LEAST_MS;
}

function slowerIn(last: Life, before: readonly Life[], selection: Selection): readonly Slower[] {
  const earlier = before.map(actorTimes);
  return [...actorTimes(last)].flatMap(([path, { tookMs, isMeant }]) => {
    const times = earlier.flatMap((times) => times.get(path)?.tookMs ?? []);
    const medianMs = median(times);
    const isSlower = medianMs !== null && times.length >= FEWEST_FOR_ACTORS && isLonger(tookMs, medianMs);
    return isSlower && isMeant(selection) ? [{ path, tookMs, medianMs }] : [];
  }).sort((a, b) => (b.tookMs - b.medianMs) - (a.tookMs - a.medianMs));
}

interface ActorTime {
  readonly tookMs: number;
  readonly isMeant: (selection: Selection) => boolean;
}

/** How long each actor took by itself in a start: to be ready, and to complete where it did that before its tree was ready. */
function actorTimes(life: Life): ReadonlyMap<string, ActorTime> {
  const times = new Map<string, ActorTime>();
  const ready = readyIndexIn(life, null);
  if (ready === null) return times;
  const begun = new Map<string, number>();
  for (const entry of life.entries.slice(life.startedAt!, ready + 1)) {
    const { path, event } = entry;
    if (path === ROOT) continue;
    if (event === "started" && "pid" in entry && !begun.has(path)) begun.set(path, timeOf(entry));
    const from = begun.get(path);
    if (from === undefined || (event !== "ready" && event !== "completed")) continue;
    const name = withoutReplica(path);
    const tookMs = Math.max(times.get(name)?.tookMs ?? 0, timeOf(entry) - from);
    times.set(name, { tookMs, isMeant: (selection) => selection === null || selection(path) });
  }
  return times;
}
