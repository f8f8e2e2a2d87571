/**
 * When the clock of a real machine has struck. A timer is late by some milliseconds, and the time of a decision is written
 * down some milliseconds after it was taken: so the limits of a tree that is computed again are due a little earlier or later
 * than they were acted upon. They are acted upon when they were. PURE.
 */
import { after, type Instant, instant } from "../../base/instant.ts";
import type { NodeId, Plan } from "../../config/plan.ts";
import { actorDeadline } from "../../supervision/deadlines.ts";
import type { State } from "../../supervision/state.ts";
import type { TimedEntry } from "../trace.ts";

/** How late a limit was acted upon at most. */
const LATE_MS = 250;

/** How much earlier than it is computed. */
const EARLY_MS = 50;

/** A limit of an actor was acted upon. */
export interface RecordedTick {
  readonly atMs: number;
  readonly node: NodeId;
}

/** See the module. */
export class RecordedTicks {
  readonly all: readonly RecordedTick[];
  #passed = 0;

  constructor(plan: Plan, entries: readonly TimedEntry[]) {
    const delayed = new Set(
      plan.nodes.filter((node) => node.kind !== "tree" && node.ready?.probe.type === "delay").map((
        { path },
      ) => path),
    );
    const actors = new Set(plan.nodes.filter(({ kind }) => kind !== "tree").map(({ path }) => path));
    this.all = entries.filter((entry) => actors.has(entry.node) && isOfTime(entry, delayed))
      .map(({ atMs, node }) => ({ atMs, node }));
  }

  /** When a deadline is acted upon. */
  timeFor(state: State, due: Instant, now: Instant): Instant {
    while (this.#passed < this.all.length && this.all[this.#passed]!.atMs < now) this.#passed += 1;
    for (let index = this.#passed; index < this.all.length; index++) {
      const { atMs, node } = this.all[index]!;
      if (atMs > due + LATE_MS) break;
      if (atMs >= due && deadlineOf(state, node) === due) return instant(atMs);
    }
    return due;
  }

  /** The deadline of an actor that is due at a tick, or almost; null if none is. */
  dueAt({ node }: RecordedTick, state: State, now: Instant): Instant | null {
    const due = deadlineOf(state, node);
    return due !== null && due <= after(now, EARLY_MS) ? due : null;
  }
}

function deadlineOf(state: State, node: NodeId): Instant | null {
  const actor = state.nodes.get(node);
  return actor?.kind === "actor" ? actorDeadline(actor) : null;
}

/** Whether an entry comes of time alone. */
function isOfTime({ event, data, node }: TimedEntry, delayed: ReadonlySet<NodeId>): boolean {
  switch (event) {
    case "timed_out":
    case "killed":
    case "due":
    case "files_changed":
      return true;
    case "ready":
      return delayed.has(node);
    case "unhealthy":
      return data.why.startsWith("it has been silent for ");
    case "hook_started":
      return data.hook === "pre_start";
    default:
      return false;
  }
}
