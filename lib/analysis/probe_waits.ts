/** The time that actors were given to become ready, and how much of it may be the pause between two probes. */
import type { NodeId, Probe, Ready } from "../config/plan.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { pauseAfterAttempt } from "../supervision/probe_schedule.ts";
import type { Relations } from "./relations.ts";

/** One actor of a start. */
export interface ProbeWait {
  readonly path: NodeId;
  /** From its process to being ready: the last time that it became ready. */
  readonly waitedMs: number;
  /** The question that it was asked; null if the plan does not say. */
  readonly probe: Probe["type"] | null;
  /** The first pause between two questions; null where nothing is asked again. */
  readonly intervalMs: number | null;
  /**
   * How long it may have been ready before the question that found it so: the pause before that is the most. Zero where it
   * says so by itself; null if the plan does not say.
   */
  readonly lostMsAtMost: number | null;
}

/** The waits of the entries of a start, the longest first; what was ready at once is left out. */
export function probeWaits(entries: readonly JournalEntry[], relations: Relations): readonly ProbeWait[] {
  const waits = new Map<NodeId, ProbeWait>();
  const pids = new Set<NodeId>();
  for (const entry of entries) {
    const { path } = entry;
    if (entry.event === "started" && "pid" in entry) pids.add(path);
    if (entry.event !== "ready" || !pids.has(path) || !(entry.afterMs > 0)) continue;
    const actor = relations.actor(path);
    const ready = actor?.ready ?? null;
    const isPolled = ready !== null && isAskedAgain(ready.probe);
    waits.set(path, {
      path,
      waitedMs: entry.afterMs,
      probe: ready?.probe.type ?? null,
      intervalMs: isPolled ? ready.intervalMs : null,
      lostMsAtMost: actor === null ? null : isPolled ? longestPause(ready, entry.afterMs) : 0,
    });
  }
  return [...waits.values()].sort((a, b) => b.waitedMs - a.waitedMs);
}

function isAskedAgain({ type }: Probe): boolean {
  return type === "tcp" || type === "http" || type === "exec" || type === "file";
}

/** The longest pause that there was room for: pauses grow, and an answer that takes its time leaves room for fewer. */
function longestPause(ready: Ready, waitedMs: number): number {
  let longest = 0;
  let begun = 0;
  for (let attempt = 1;; attempt++) {
    const pause = pauseAfterAttempt(attempt, ready);
    begun += pause;
    if (pause <= 0 || begun > waitedMs) return longest;
    longest = pause;
  }
}
