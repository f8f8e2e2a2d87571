/**
 * The course of a tree that is watched, as a `Trace` that expectations are judged by. The state of an actor follows
 * from the entries of the journal, to the millisecond; rows of `ps` begin it, and tell the states of trees, which have no entries. PURE.
 */
import { nodeAt, type NodeId, type Plan } from "../config/plan.ts";
import type { StatusRow } from "../control/protocol.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import type { Change, Fact, TimedEntry, Trace } from "../simulation/trace.ts";
import type { Outcome } from "../supervision/state.ts";

/** The effect of an entry on the state of its actor; most have none. */
const AFTER: Readonly<Partial<Record<JournalEntry["event"], Partial<Fact>>>> = {
  started: { state: "starting", ready: false, healthy: null },
  ready: { state: "running", ready: true },
  healthy: { healthy: true },
  unhealthy: { healthy: false },
  stopping: { state: "stopping", ready: false, healthy: null },
  exited: { state: "stopping", ready: false, healthy: null },
  restarted: { state: "backing_off", ready: null, healthy: null },
  stopped: { state: "stopped", ready: null, healthy: null },
  completed: { state: "completed", ready: null, healthy: null },
  failed: { state: "failed", ready: null, healthy: null },
};

/** See the module. */
export class WatchedCourse {
  readonly #plan: Plan;
  /** The date at which chaos began, in milliseconds since 1970. */
  readonly #date: number;
  readonly #changes: Change[] = [];
  readonly #entries: TimedEntry[] = [];
  readonly #facts = new Map<NodeId, Fact>();
  /** Rows that differ from what is known, seen once: a row may be older than the last entry. */
  readonly #doubts = new Map<NodeId, Fact>();

  constructor(plan: Plan, date: number) {
    this.#plan = plan;
    this.#date = date;
  }

  /** An entry of the journal. */
  tell(entry: JournalEntry): void {
    const { at, seq, path, event, cause, ...data } = entry;
    const atMs = Math.max(0, Date.parse(at) - this.#date);
    this.#entries.push({ seq, node: path, event, cause, data, atMs } as unknown as TimedEntry);
    const spec = nodeAt(this.#plan, path);
    const after = AFTER[event];
    const known = this.#facts.get(path);
    if (after === undefined || known === undefined || spec === undefined || spec.kind === "tree") return;
    this.#doubts.delete(path);
    this.#set(path, atMs, { ...known, ...after });
  }

  /** @param mains How many main processes of each actor are alive. */
  observe(atMs: number, rows: readonly StatusRow[], mains: ReadonlyMap<NodeId, number>): void {
    for (const { path, state, ready, healthy } of rows) {
      const id = path as NodeId;
      const spec = nodeAt(this.#plan, id);
      if (spec === undefined) continue;
      const fact: Fact = { state, ready, healthy, processes: mains.get(id) ?? 0 };
      const known = this.#facts.get(id);
      if (known === undefined) this.#set(id, 0, fact);
      else if (spec.kind === "tree") this.#set(id, atMs, fact);
      else this.#reconcile(id, atMs, known, fact);
    }
  }

  /** The course so far. */
  trace(untilMs: number, outcome: Outcome | null): Trace {
    const changes = this.#changes.toSorted((a, b) => a.atMs - b.atMs);
    return { plan: this.#plan, changes, entries: this.#entries, untilMs, outcome };
  }

  #reconcile(id: NodeId, atMs: number, known: Fact, fact: Fact): void {
    if (known.processes !== fact.processes) {
      this.#set(id, atMs, { ...known, processes: fact.processes });
    }
    const doubt = this.#doubts.get(id);
    if (isSameState(known, fact)) this.#doubts.delete(id);
    else if (doubt !== undefined && isSameState(doubt, fact)) {
      this.#doubts.delete(id);
      this.#set(id, atMs, fact);
    } else this.#doubts.set(id, fact);
  }

  #set(path: NodeId, atMs: number, seen: Fact): void {
    const fact = this.#withProcess(path, seen);
    const known = this.#facts.get(path);
    if (known !== undefined && isSameState(known, fact) && known.processes === fact.processes) return;
    this.#facts.set(path, fact);
    this.#changes.push({ atMs, path, fact });
  }

  /** The table may have been looked at before the entry: an actor that has started has a process. */
  #withProcess(path: NodeId, fact: Fact): Fact {
    const isActor = nodeAt(this.#plan, path)?.kind !== "tree";
    const isStarted = fact.state === "starting" || fact.state === "running";
    return isActor && isStarted ? { ...fact, processes: Math.max(1, fact.processes) } : fact;
  }
}

function isSameState(one: Fact, other: Fact): boolean {
  return one.state === other.state && one.ready === other.ready && one.healthy === other.healthy;
}
