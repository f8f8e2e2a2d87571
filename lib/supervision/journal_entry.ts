import type { Signal } from "../base/signals.ts";
import type { HookName, NodeId, RestartBudget } from "../config/plan.ts";
import type { ActorError } from "./actor_error.ts";
import type { Asker } from "./asker.ts";
import type { HookFailure } from "./hook.ts";
import type { ReachedLimits } from "./reached_limits.ts";
import type { FailReason, Halt, Refusal, StopReason, TeardownCause } from "./reason.ts";
import type { Outcome, RunId } from "./state.ts";

/** The data of each kind of journal entry, ready for JSON: all that people are told is made of these data. */
export interface EntryData {
  readonly requested:
    & (
      | { readonly verb: "stop" | "restart" | "reset"; readonly paths: readonly NodeId[] }
      /** `deps` is false where what they depend on is passed over. */
      | { readonly verb: "start"; readonly paths: readonly NodeId[]; readonly deps?: false }
      | { readonly verb: "restart"; readonly paths: readonly NodeId[]; readonly rolling: true }
      /** Rolling restarts were called off. */
      | { readonly verb: "halt"; readonly paths: readonly NodeId[] }
      | {
        readonly verb: "signal";
        readonly paths: readonly NodeId[];
        readonly signal: Signal;
        readonly toAll: boolean;
      }
      | { readonly verb: "exec"; readonly paths: readonly NodeId[]; readonly command: string }
      | { readonly verb: "down"; readonly by: TeardownCause }
    )
    & { readonly asker?: Asker };
  /** A tree has no process of its own. */
  readonly started:
    | { readonly starts: number }
    | { readonly pid: number; readonly run: RunId; readonly starts: number };
  readonly ready: { readonly afterMs: number };
  /** Checks have found that it works. */
  readonly healthy: Nothing;
  /** So many checks in a row have found that it does not. */
  readonly unhealthy: { readonly why: string; readonly failures: number };
  readonly exited: {
    readonly code: number | null;
    readonly signal: Signal | null;
    readonly reached?: ReachedLimits;
    readonly error?: ActorError;
  };
  /** The reason in the words of the machine. */
  readonly start_failed: { readonly reason: string };
  /** A command around a run begins. */
  readonly hook_started: { readonly hook: HookName };
  readonly hook_ended: HookFailure;
  readonly timed_out: { readonly why: FailReason };
  readonly restarted: {
    readonly delayMs: number;
    /** How many more would be granted now; null for any number. */
    readonly left: number | null;
  };
  /** A schedule has begun; `next` is the date of its first run in ISO 8601, null if none ever comes. */
  readonly scheduled: { readonly next: string | null };
  /** A run is due by a schedule: its date, what follows from it, and the date after it. */
  readonly due: { readonly date: string; readonly does: DueDoes; readonly next: string | null };
  /** The restarts of a child that is counted by itself are spent, and it is left failed. */
  readonly gave_up: RestartBudget;
  readonly escalated: { readonly by: NodeId; readonly restarts: number; readonly withinMs: number };
  readonly cancelled: { readonly withinMs: number };
  /** Somebody cuts the graces of all that is to stop: they have so long from now on at most. */
  readonly hurried: { readonly withinMs: number; readonly asker?: Asker };
  readonly stopping: { readonly signal: Signal; readonly graceMs: number; readonly cancel: boolean };
  readonly killed: Nothing;
  /** Whether anything has survived SIGKILL cannot be looked at now; it is looked at again. */
  readonly unseen: { readonly why: string };
  readonly stopped: { readonly why: StopReason };
  readonly completed: Nothing;
  readonly failed: { readonly why: FailReason };
  readonly ended: { readonly outcome: Outcome["kind"] };
  /** The tree goes on under another plan: what is new in it, what leaves, what is started anew, and what goes by other rules. */
  readonly planned: {
    readonly added: readonly NodeId[];
    readonly removed: readonly NodeId[];
    readonly outdated: readonly NodeId[];
    readonly changed: readonly NodeId[];
    readonly verb?: "apply" | "scale";
    readonly asker?: Asker;
  };
  /** A replica has its turn in a rolling restart: it stops, and starts again. */
  readonly rolling: Nothing;
  /** A rolling restart is done: each of its replicas has another run. */
  readonly rolled: Nothing;
  /** It has stopped before its end; `left` have not been touched. */
  readonly roll_halted: { readonly why: Halt; readonly left: readonly NodeId[] };
  /** A new supervisor goes on where the last one was killed. */
  readonly resumed: { readonly runs: number };
  /** It has taken a run over that the last one had started. */
  readonly adopted: { readonly pid: number; readonly run: RunId };
  /** A crash is held, and offered for inspection. */
  readonly held: {
    readonly actor: string;
    readonly pid: number;
    readonly function: string;
    readonly report: string;
    readonly inspector: string;
  };
  /** It was let go. */
  readonly released: { readonly actor: string; readonly pid: number };
  /** Somebody who is given no answer has asked for what is not done. */
  readonly refused: { readonly verb: "down"; readonly by: TeardownCause; readonly why: Refusal };
  /** A descendant whose parent had died has died too, and was reaped. */
  readonly orphan_reaped: { readonly pid: number; readonly name: string };
  /** Processes that have died, or that a run has left, cannot be looked up now; that is tried again. */
  readonly not_looked_up: { readonly why: string };
  /** The actors of a tree have a process of their own for a parent. */
  readonly isolated: { readonly pid: number };
  /** The state of the tree could not be written down for a later supervisor. */
  readonly state_unwritten: { readonly why: string };
  /** Somebody has removed files of the tree, and they were made again. */
  readonly remade: { readonly file: string };
  /** They could not be. */
  readonly unmade: { readonly file: string; readonly why: string };
  /** The machine has no room for more processes; those that are to be started are tried again. */
  readonly short: { readonly reason: string; readonly hint: string | null };
  /** An actor runs without limits that it should have. */
  readonly unlimited: { readonly limits: readonly string[]; readonly reason: string };
  /** Files that an actor watches have changed: it is restarted, or gets the signal. */
  readonly files_changed: {
    /** Some of them; none if it is not known which. */
    readonly files: readonly string[];
    /** How many they are, up to a hundred. */
    readonly count: number;
    readonly signal: Signal | null;
  };
  /** The command of an alert has not done its work. */
  readonly alert_failed: { readonly command: string; readonly why: string };
  /** Changes of some of the files that an actor watches are not seen. */
  readonly unwatched: { readonly folder: string; readonly why: string; readonly hint: string | null };
  /** Lines of an actor could not be written and are lost. */
  readonly lines_dropped: { readonly why: string };
}

/**
 * The fate of a run that is due: it begins, it is left out because another one goes on, it follows when that is over, it
 * takes the place of that, or its date was missed.
 */
export type DueDoes = "run" | "skip" | "queue" | "replace" | "miss";

type Nothing = Readonly<Record<never, never>>;

/** The events that a journal entry can be about. */
export type EntryEvent = keyof EntryData;

/** One decision, or one thing that led to some. */
export type Entry = { readonly [Event in EntryEvent]: EntryOf<Event> }[EntryEvent];

/** An entry about one kind of event. */
export interface EntryOf<Event extends EntryEvent> {
  /** Counts from 1. */
  readonly seq: number;
  readonly node: NodeId;
  readonly event: Event;
  /** The `seq` of the entry that led to this one; null for what came from outside. */
  readonly cause: number | null;
  readonly data: EntryData[Event];
}

/** A journal entry as it is kept and sent: one decision, when it was made and what led to it, and its own data. */
export type JournalEntry = { readonly [Event in EntryEvent]: JournalEntryOf<Event> }[EntryEvent];

/** A journal entry about one kind of event. */
export type JournalEntryOf<Event extends EntryEvent> =
  & {
    /** ISO 8601. */
    readonly at: string;
    readonly seq: number;
    /** Address of the actor or tree; empty for the root. */
    readonly path: NodeId;
    readonly event: Event;
    /** The `seq` of the entry that led to this one; null for what came from outside. */
    readonly cause: number | null;
  }
  & EntryData[Event];
