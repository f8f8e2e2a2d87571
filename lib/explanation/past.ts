/** The past of a node, from the journal of one life of a tree. PURE. */
import { type NodeId, ROOT } from "../config/plan.ts";
import { type CauseLink, causesOf, collapsed, type Linked } from "./causes.ts";

/** The part of a journal entry that the past is read from. */
export interface PastEntry extends Linked {
  readonly path: NodeId;
  readonly event: string;
  /** How a process ended, in an entry about that. */
  readonly code?: number | null;
  readonly signal?: string | null;
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

/** The causes of something, as far as a journal has them. */
export interface Past<Entry> {
  /** The decisions that led to it, the first one first. */
  readonly links: readonly CauseLink<Entry>[];
  /** The part that the journal has no more: nothing, the beginning of a chain, or all of it. */
  readonly lost: "nothing" | "beginning" | "all";
}

/** Nothing is known, and nothing is missed. */
export const NO_PAST: Past<never> = { links: [], lost: "nothing" };

/** The causes of some entries; what repeats is told once. @param seqs Their numbers; 0 for none. */
export function pastOf<Entry extends PastEntry>(
  entries: readonly Entry[],
  seqs: readonly number[],
): Past<Entry> {
  const chains = chainsOf(entries, seqs);
  const causes = joined(chains);
  const isCut = chains.some((chain) => chain.length === 0 || chain.at(-1)!.cause !== null);
  return {
    links: collapsed(causes, kindOf),
    lost: !isCut ? "nothing" : causes.length === 0 ? "all" : "beginning",
  };
}

/** The same, each cause for itself. */
export function allCausesOf<Entry extends Linked>(
  entries: readonly Entry[],
  seqs: readonly number[],
): readonly Entry[] {
  return joined(chainsOf(entries, seqs));
}

function chainsOf<Entry extends Linked>(
  entries: readonly Entry[],
  seqs: readonly number[],
): readonly (readonly Entry[])[] {
  return seqs.filter((seq) => seq > 0).map((seq) => causesOf(entries, seq));
}

/** Each entry once, the first one first. */
function joined<Entry extends Linked>(chains: readonly (readonly Entry[])[]): readonly Entry[] {
  return [...new Set(chains.flat())].toSorted((a, b) => a.seq - b.seq);
}

/** Entries of one kind are told once if they repeat: numbers of processes and pauses do not make them another kind. */
function kindOf({ path, event, code, signal }: PastEntry): string {
  return JSON.stringify([path, event, ...event === "exited" ? [code, signal] : []]);
}

/** Events by which an actor has failed. */
const FAILURES = new Set([
  "failed",
  "gave_up",
  "start_failed",
  "hook_ended",
  "timed_out",
  "unhealthy",
  "killed",
]);

/** The actor whose failure a chain of causes begins with; null if none has failed in it. */
export function culpritOf(chain: readonly PastEntry[]): NodeId | null {
  const asked = new Set<NodeId>();
  for (const { path, event, code } of chain) {
    if (event === "stopping") asked.add(path);
    if (event === "started") asked.delete(path);
    const isFailure = event === "exited" ? code !== 0 && !asked.has(path) : FAILURES.has(event);
    if (path !== ROOT && isFailure) return path;
  }
  return null;
}

/** When a life ended, by its entries; null if they do not tell. */
export function endedAt<Entry extends PastEntry & { readonly at: string }>(
  entries: readonly Entry[],
): number | null {
  const ended = entries.findLast(({ path, event }) => path === ROOT && event === "ended");
  return ended === undefined ? null : Date.parse(ended.at);
}

/** The entry that says how a node ended: the last that is an end of it, else its last; null if there is none. */
export function endOf<Entry extends PastEntry>(entries: readonly Entry[], path: NodeId): Entry | null {
  const own = entries.filter((entry) => entry.path === path);
  const ended = path === ROOT ? own.findLast(({ event }) => event === "ended") : undefined;
  return ended ?? own.findLast(({ event }) => ENDS.has(event)) ?? own.at(-1) ?? null;
}
