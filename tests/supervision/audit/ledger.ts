/** What was seen of a supervised tree so far: runs, who wanted what stopped, and restarts. It knows no rule of the core's. */
import { type Instant, instant, NEVER } from "../../../lib/base/instant.ts";
import type { ActorSpec, NodeId, NodeSpec } from "../../../lib/config/plan.ts";
import { ownCounter } from "./budgets.ts";
import type { Checks } from "./checks.ts";
import type { Changes } from "./watching.ts";
import type { RunId } from "../../../lib/supervision/state.ts";

/**
 * Why a run is to stop: somebody has stopped it by hand, it is to be started anew, its tree goes down, a sibling's failure
 * takes it along (for good, if it is temporary), or the plan has it no more.
 */
export type Wish = "hand" | "anew" | "tree" | "group" | "group_for_good" | "removed";

/** The end of a process. */
export interface RunExit {
  /** As the spec was then. */
  readonly success: boolean;
  readonly daemon: boolean;
  /** It was to be stopped, and its turn had not come. */
  readonly isDoomed: boolean;
  /** How many wishes there were. */
  readonly wishes: number;
}

/** A run of an actor, from its spawn until nothing of it is left. */
export interface Run {
  readonly node: NodeId;
  readonly run: RunId;
  spec: ActorSpec;
  /** Since when it has that: limits that are over by then are acted on soon. */
  specifiedAt: Instant;
  /** Its process was made. Until then the run waits for its supervisor, and none of its limits counts. */
  isMade: boolean;
  /** Since when its start, and its whole run, are timed. */
  startsAt: Instant;
  runsAt: Instant;
  heldMs: number;
  /** Crashes that are held. */
  readonly held: Set<number>;
  heldSince: Instant;
  hasProcess: boolean;
  /** It speaks the protocol of actors. */
  isJoined: boolean;
  readyAt: Instant | null;
  /** A probe has said that it is ready. */
  isProbed: boolean;
  /** Whether it still works; null where nobody asks, or it is not ready. */
  checks: Checks | null;
  /** The time that it has given its watchdog; null if it has not. */
  watchdog: { readonly ms: number | null } | null;
  /** The number of the last question to it. */
  questions: number;
  /** Until when it has asked for more time, as its own clock has it. */
  extendedTo: Instant;
  /** Its checks, or its watchdog, have ended it. */
  isUnhealthy: boolean;
  exit: RunExit | null;
  spawnError: { readonly isFinal: boolean } | null;
  isOverdue: boolean;
  /** It has ended by itself, and its actor is to be started again. */
  comesBack: boolean;
  /** It would be, once too often. */
  isTooOften: boolean;
  /** In the order in which they came. */
  readonly wishes: Wish[];
  /** When it was first asked to stop. */
  askedAt: Instant | null;
  /** What a process that comes although its run is to stop gets as its grace. */
  graceFromMs: number;
  graceByMs: number;
  /** SIGKILL comes in this time. */
  killFrom: Instant;
  killBy: Instant;
  killedAt: Instant | null;
  /** No word of it puts its end off beyond this. */
  stopBy: Instant;
  /** What had to come before its spawn has failed. */
  hasHookFailed: boolean;
  /** What comes after all is over by then. */
  afterBy: Instant;
  /** A limit for its stop that somebody has set while its turn had not come. */
  cutTo: Instant;
}

/** How a child ended by itself. */
export interface End {
  readonly success: boolean;
  /** Since when it had been ready; null if it never was. */
  readonly readyAt: Instant | null;
}

/** How a tree ended by its own rules. */
export interface TreeResult {
  readonly ok: boolean;
  readonly hasGivenUp: boolean;
}

/** Members of a group that start again together. */
export interface Group {
  readonly members: Set<NodeId>;
  from: Instant;
}

/** See the module. */
export class Ledger {
  /** The nodes that there were when the last step ended. */
  specs: ReadonlyMap<NodeId, NodeSpec> = new Map();
  /** The runs that are not over. */
  readonly runs = new Map<NodeId, Run>();
  readonly openTrees = new Set<NodeId>();
  /** Trees that go down, and when they must have. */
  readonly deadlines = new Map<NodeId, Instant>();
  /** How trees that go down will have ended by their own rules; null for those that somebody takes down. */
  readonly results = new Map<NodeId, TreeResult | null>();
  /** Why trees go down that somebody, or a sibling, takes down. */
  readonly treeWishes = new Map<NodeId, Wish[]>();
  readonly stoppedByHand = new Set<NodeId>();
  /** Actors whose next start does not wait for dependencies. */
  readonly skipping = new Set<NodeId>();
  /** Restarts in a row of each node, as far as that can be told. */
  readonly streaks = new Map<NodeId, number>();
  /** Nodes of which it cannot: somebody may have started them by hand. */
  readonly unsureStreaks = new Set<NodeId>();
  /** When restarts were granted that count for the same budget. */
  readonly granted = new Map<string, Instant[]>();
  /** Not before: the end of a delay. */
  readonly notBefore = new Map<NodeId, Instant>();
  readonly groups = new Map<NodeId, Group>();
  /** Since when trees have been ready. */
  readonly treesReady = new Map<NodeId, Instant>();
  /** Of the present step: children that ended by themselves, and whether they are to be started again. */
  readonly ends = new Map<NodeId, End & { readonly mustRestart: boolean }>();
  /** Trees whose end was judged. */
  readonly judged = new Set<NodeId>();
  /** Nodes that had ended, or were delayed, and that another plan, or a reset, starts. */
  readonly revived = new Set<NodeId>();
  /** What schedules have said: the next run, and since when its date has been there. */
  readonly dates = new Map<NodeId, { readonly next: string | null; since: Instant | null }>();
  /** Actors that are to run again when their run is over. */
  readonly owed = new Set<NodeId>();
  /** Changes of files that are waited out. */
  readonly changes = new Map<NodeId, Changes>();
  /** Runs that are over since. */
  readonly closed = new Map<NodeId, Run>();

  spawned(node: NodeId, run: RunId, spec: ActorSpec, now: Instant): void {
    this.runs.set(node, {
      node,
      run,
      spec,
      specifiedAt: now,
      isMade: false,
      startsAt: now,
      runsAt: now,
      heldMs: 0,
      held: new Set(),
      heldSince: now,
      hasProcess: false,
      isJoined: false,
      readyAt: null,
      isProbed: false,
      checks: null,
      watchdog: null,
      questions: 0,
      extendedTo: instant(-Infinity),
      isUnhealthy: false,
      exit: null,
      spawnError: null,
      isOverdue: false,
      comesBack: false,
      isTooOften: false,
      wishes: [],
      askedAt: null,
      graceFromMs: Infinity,
      graceByMs: Infinity,
      killFrom: NEVER,
      killBy: NEVER,
      killedAt: null,
      stopBy: NEVER,
      hasHookFailed: false,
      afterBy: NEVER,
      cutTo: NEVER,
    });
  }

  /** The run of an actor, if it is the one with this number. */
  run(node: NodeId, run: RunId): Run | undefined {
    const known = this.runs.get(node);
    return known?.run === run ? known : undefined;
  }

  /** Whether a run is to end, or is about to. */
  isLeaving(node: NodeId): boolean {
    const run = this.runs.get(node);
    if (run === undefined) return false;
    const hasEnded = run.exit !== null || run.spawnError !== null || run.hasHookFailed;
    return run.wishes.length > 0 || run.askedAt !== null || hasEnded;
  }

  /** Whether a member of a group has yet to stop before the others start. */
  isLeavingGroup(node: NodeId): boolean {
    return this.isLeaving(node) || this.deadlines.has(node);
  }

  /** Nothing is known of a node any more. */
  forget(node: NodeId): void {
    const columns = [
      this.deadlines,
      this.results,
      this.treeWishes,
      this.stoppedByHand,
      this.skipping,
      this.streaks,
    ];
    this.dates.delete(node);
    this.changes.delete(node);
    this.owed.delete(node);
    for (const column of [...columns, this.unsureStreaks, this.notBefore, this.groups, this.treesReady]) {
      column.delete(node);
    }
    for (const counter of [node, ownCounter(node)]) this.granted.delete(counter);
    for (const { members } of this.groups.values()) members.delete(node);
  }
}

/** What is to come of a run by all that was wanted: the theory of the core says who outranks whom. */
export function outcomeOf(wishes: readonly Wish[]): Wish | null {
  let decided: Wish | null = null;
  for (const wish of wishes) {
    const isFinal = decided === "hand" || decided === "removed" || decided === "group_for_good";
    if (!isFinal || wish === "anew") decided = wish;
  }
  return decided;
}
