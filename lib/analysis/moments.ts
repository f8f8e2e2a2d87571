/**
 * Makes moments of a part of a journal: what had to happen before each entry. An entry itself names the one that had it happen,
 * which is another question: an actor is started because its tree was, and started when it was because of what it waits for.
 *
 * 1. An entry of a node comes after the earlier ones of that node.
 * 2. A start comes after that of its tree and after its dependencies; where its tree starts its children in turns, after the
 *    one that made room for it.
 * 3. In a teardown, a stop comes after that of its tree was begun, after all that depends on the node, and that of a
 *    daemon after all one-shots.
 * 4. A tree is ready when all in it are, and over when all in it are.
 */
import { type Condition, type NodeId, ROOT } from "../config/plan.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import type { EntryEvent } from "../supervision/journal_entry.ts";
import { lastOf } from "./critical_path.ts";
import { isEnd, timeOf } from "./lives.ts";
import type { Moment, Spent } from "./moment.ts";
import { type Relations, treesAround } from "./relations.ts";

/** A node that was started although the plan has it wait for another. */
export interface Contradiction {
  readonly path: NodeId;
  readonly on: NodeId;
}

/** See the module. */
export interface Moments {
  readonly moments: readonly Moment[];
  /** Waits of the plan that did not happen. */
  readonly contradictions: readonly Contradiction[];
}

/** The latest moments of a node, by their indexes; null if there was none. */
interface Latest {
  any: number | null;
  started: number | null;
  ready: number | null;
  healthy: number | null;
  completed: number | null;
  over: number | null;
  cancelled: number | null;
}

/** Makes moments of entries that follow one another. */
export function momentsOf(entries: readonly JournalEntry[], relations: Relations): Moments {
  const reader = new Reader(relations);
  for (const entry of entries) reader.read(entry);
  return { moments: reader.moments, contradictions: reader.contradictions };
}

class Reader {
  readonly moments: Moment[] = [];
  readonly contradictions: Contradiction[] = [];
  readonly #relations: Relations;
  readonly #latest = new Map<NodeId, Latest>();
  /** The children of each tree that have become ready or have ended, in that order. */
  readonly #settled = new Map<NodeId, number[]>();
  /** How many starts of children each tree has begun. */
  readonly #begun = new Map<NodeId, number>();

  constructor(relations: Relations) {
    this.#relations = relations;
  }

  read(entry: JournalEntry): void {
    const { path, event } = entry;
    if (!isMoment(entry)) return;
    const own = this.#of(path);
    const before = own.any === null ? null : this.moments[own.any]!.event;
    const others = this.#othersBefore(path, event, before);
    const after = own.any === null ? others : [own.any, ...others];
    const last = lastOf(this.moments, after);
    const spent = last === own.any || last === null ? spentBefore(event, before) : "waiting";
    const index = this.moments.length;
    this.moments.push({ path, event, at: timeOf(entry), after, spent });
    this.#note(path, event, index);
  }

  #othersBefore(path: NodeId, event: EntryEvent, before: EntryEvent | null): readonly number[] {
    if (event === "hook_started" || event === "started") {
      return before === "hook_started" ? [] : this.#beforeStart(path);
    }
    if (event === "stopping" || event === "cancelled") return this.#beforeStop(path);
    const isTree = path === ROOT || this.#relations.tree(path) !== null;
    if (isTree && event === "ready") return this.#allIn(path, "ready");
    if (isTree && isEnd(event)) return this.#allIn(path, "over");
    return [];
  }

  #beforeStart(path: NodeId): readonly number[] {
    const [parent] = treesAround(path);
    if (parent === undefined) return [];
    const isFirst = this.#of(path).started === null;
    const found = [...present(this.#of(parent).started), ...this.#turnOf(path, parent)];
    for (const { on, condition } of this.#relations.dependenciesOf(path)) {
      const met = this.#met(on, condition);
      if (met.length === 0 && isFirst) this.contradictions.push({ path, on });
      found.push(...met);
    }
    return found;
  }

  #met(on: NodeId, condition: Condition): readonly number[] {
    if (this.#relations.tree(on) !== null) {
      if (condition === "ready") return this.#allIn(on, "ready");
      return present(this.#of(on)[condition === "started" ? "started" : "over"]);
    }
    const { started, ready, healthy, completed, over } = this.#of(on);
    switch (condition) {
      case "started":
        return present(started);
      case "ready":
        return present(ready);
      case "healthy":
        return present(healthy ?? (this.#relations.actor(on)?.health === null ? ready : completed));
      case "completed":
        return present(completed);
      case "exited":
        return present(over);
    }
  }

  /** The moment that made room for a start, where the tree starts its children in turns. */
  #turnOf(path: NodeId, parent: NodeId): readonly number[] {
    const tree = this.#relations.tree(parent);
    if (tree === null) return [];
    if (tree.start === "sequential") {
      const before = tree.children.slice(0, tree.children.indexOf(path)).toReversed();
      const previous = before.find((child) => this.#allIn(child, "ready").length > 0);
      return previous === undefined ? [] : this.#allIn(previous, "ready");
    }
    if (tree.concurrency === null || (this.#begun.get(parent) ?? 0) < tree.concurrency) return [];
    return present(this.#settled.get(parent)?.at(-1) ?? null);
  }

  #beforeStop(path: NodeId): readonly number[] {
    const torn = treesAround(path).map((tree) => this.#of(tree).cancelled).find((index) => index !== null);
    if (torn === undefined || torn === null) return [];
    const { dependentsOf, oneShots, actor } = this.#relations;
    const before = [...dependentsOf(path), ...(actor(path)?.daemon === true ? oneShots : [])];
    const stopped = before.flatMap((id) => present(this.#of(id).over)).filter((index) => index > torn);
    return [torn, ...stopped];
  }

  #allIn(path: NodeId, what: "ready" | "over"): readonly number[] {
    if (path !== ROOT || this.#relations.knows(ROOT)) {
      return this.#relations.actorsIn(path).flatMap((id) => present(this.#of(id)[what]));
    }
    return [...this.#latest].flatMap(([id, latest]) => id === ROOT ? [] : present(latest[what]));
  }

  #note(path: NodeId, event: EntryEvent, index: number): void {
    const own = this.#of(path);
    own.any = index;
    const [parent] = treesAround(path);
    if (event === "started") {
      own.started = index;
      if (parent !== undefined) this.#begun.set(parent, (this.#begun.get(parent) ?? 0) + 1);
    }
    if (event === "ready" || event === "completed") own.ready = index;
    if (event === "healthy" || event === "completed") own.healthy = index;
    if (event === "completed") own.completed = index;
    if (event === "cancelled") own.cancelled = index;
    if (isEnd(event)) own.over = index;
    if (parent !== undefined && (event === "ready" || isEnd(event))) {
      this.#settled.set(parent, [...(this.#settled.get(parent) ?? []).slice(-1), index]);
    }
  }

  #of(path: NodeId): Latest {
    const known = this.#latest.get(path);
    if (known !== undefined) return known;
    const none: Latest = {
      any: null,
      started: null,
      ready: null,
      healthy: null,
      completed: null,
      over: null,
      cancelled: null,
    };
    this.#latest.set(path, none);
    return none;
  }
}

function present(index: number | null): readonly number[] {
  return index === null ? [] : [index];
}

const MOMENTS: ReadonlySet<EntryEvent> = new Set([
  "started",
  "ready",
  "healthy",
  "exited",
  "start_failed",
  "timed_out",
  "restarted",
  "stopping",
  "killed",
  "cancelled",
  "stopped",
  "completed",
  "failed",
]);

function isMoment(entry: JournalEntry): boolean {
  return entry.event === "hook_started" ? entry.hook === "pre_start" : MOMENTS.has(entry.event);
}

/** How a node has spent the time between two entries about it. */
function spentBefore(event: EntryEvent, before: EntryEvent | null): Spent {
  switch (event) {
    case "hook_started":
    case "started":
      return before === "restarted" ? "backoff" : before === "hook_started" ? "hook" : "waiting";
    case "ready":
      return "starting";
    case "healthy":
      return "checking";
    case "stopping":
    case "cancelled":
      return before === "ready" || before === "healthy" ? "running" : "waiting";
    default:
      return AFTER[before ?? "started"] ?? "clearing";
  }
}

/** The same for what ends a run, by what was before. */
const AFTER: Partial<Readonly<Record<EntryEvent, Spent>>> = {
  hook_started: "hook",
  started: "failing",
  ready: "running",
  healthy: "running",
  stopping: "grace",
  killed: "killed",
};
