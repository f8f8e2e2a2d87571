/** The past of a node, from the journal of one life of a tree. PURE. */
import { type NodeId, ROOT } from "../config/plan.ts";
import { type CauseLink, causesOf, collapsed, type Linked } from "./causes.ts";

/** The part of a journal entry that the past is read from. */
export interface PastEntry extends Linked {
  readonly path: NodeId;
  readonly event: string;
}

/** Events that end something: an explanation of what is over begins with the last of them. */
const ENDS = new Set([
  "failed",
  "gave_up",
  "escalated",
  "completed",
  "stopped",
  "exited",
  "killed",
  "start_failed",
  "timed_out",
  "cancelled",
  "ended",
]);

/**
 * The causes of some entries, the first one first; what repeats is told once.
 *
 * @param seqs Their numbers; those that the journal has not are passed over.
 * @param kindOf What makes entries the same.
 */
export function pastOf<Entry extends PastEntry>(
  entries: readonly Entry[],
  seqs: readonly number[],
  kindOf: (entry: Entry) => string,
): readonly CauseLink<Entry>[] {
  const causes = new Set(seqs.flatMap((seq) => causesOf(entries, seq)));
  return collapsed([...causes].toSorted((a, b) => a.seq - b.seq), kindOf);
}

/** The entry that says how a node ended: the last that is an end of it, else its last; null if there is none. */
export function endOf<Entry extends PastEntry>(entries: readonly Entry[], path: NodeId): Entry | null {
  const own = entries.filter((entry) => entry.path === path);
  const ended = path === ROOT ? own.findLast(({ event }) => event === "ended") : undefined;
  return ended ?? own.findLast(({ event }) => ENDS.has(event)) ?? own.at(-1) ?? null;
}
