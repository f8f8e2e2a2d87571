import type { Signal } from "../base/signals.ts";
import type { HookName, NodeId, Plan } from "../config/plan.ts";
import type { ActorError } from "./actor_error.ts";
import type { Asker } from "./asker.ts";
import type { Crash, CrashId } from "./crash.ts";
import type { Exit } from "./exit.ts";
import type { HookEnd } from "./hook.ts";
import type { EntryData, EntryEvent } from "./journal_entry.ts";
import type { TeardownCause } from "./reason.ts";
import type { Rest } from "./rest.ts";
import type { RunId } from "./state.ts";
import type { Told } from "./run_word.ts";

/** The result of an attempt to find out whether an actor is ready. */
export type ProbeAnswer =
  | { readonly says: "ready" }
  | { readonly says: "not_ready"; readonly why: string }
  /** It was given up. */
  | { readonly says: "nothing" };

/** The events of a run. A run that is over is not known any more: late events about it change nothing. */
export type RunEvent =
  /** Its process cannot be made yet, for want of something of the machine; it is tried again. */
  | {
    readonly type: "lacked";
    readonly node: NodeId;
    readonly run: RunId;
    readonly message: string;
    /** Whether it has been so for long: nobody is to wait for that. */
    readonly isLasting: boolean;
  }
  /** Its process is there, and has yet to become its program; not told of one that is its program at once. */
  | { readonly type: "made"; readonly node: NodeId; readonly run: RunId }
  /** Its program runs. */
  | { readonly type: "spawned"; readonly node: NodeId; readonly run: RunId; readonly pid: number }
  | {
    readonly type: "spawn_failed";
    readonly node: NodeId;
    readonly run: RunId;
    readonly message: string;
    readonly isFinal: boolean;
  }
  | {
    readonly type: "probed";
    readonly node: NodeId;
    readonly run: RunId;
    /** Which one of those that the run was asked. */
    readonly attempt: number;
    readonly answer: ProbeAnswer;
  }
  /** It speaks the protocol of actors, and hears when it is cancelled. */
  | { readonly type: "joined"; readonly node: NodeId; readonly run: RunId }
  /** It does not any more. */
  | { readonly type: "parted"; readonly node: NodeId; readonly run: RunId }
  /** A crash of it, or of an actor that it has started, is held for inspection. */
  | { readonly type: "held"; readonly node: NodeId; readonly run: RunId; readonly crash: Crash }
  /** It is not any more. */
  | { readonly type: "released"; readonly node: NodeId; readonly run: RunId; readonly crash: CrashId }
  | { readonly type: "stop_command_ended"; readonly node: NodeId; readonly run: RunId }
  | {
    readonly type: "hook_ended";
    readonly node: NodeId;
    readonly run: RunId;
    /** The number of the hook itself. */
    readonly hookRun: RunId;
    readonly hook: HookName;
    readonly end: HookEnd;
  }
  | {
    readonly type: "exited";
    readonly node: NodeId;
    readonly run: RunId;
    readonly exit: Exit;
    /** The error that its code has failed with, if it said so. */
    readonly error: ActorError | null;
  }
  /** It tells something of itself. */
  | { readonly type: "told"; readonly node: NodeId; readonly run: RunId; readonly told: Told }
  /** Nothing of the run is left, its descendants included. */
  | { readonly type: "cleared"; readonly node: NodeId; readonly run: RunId }
  /** A look at what is left of the run after SIGKILL, which was asked for. */
  | { readonly type: "looked"; readonly node: NodeId; readonly run: RunId; readonly rest: Rest };

/** A request of somebody. `request` is the number that its answer is known by; null if nobody wants an answer. */
export type RequestEvent = RequestKind & {
  /** The asker; left out if nobody at a control socket asks. */
  readonly asker?: Asker;
};

type RequestKind =
  | {
    readonly type: "start_requested";
    readonly request: number | null;
    readonly nodes: readonly NodeId[];
    /** Whether to start what they depend on, and to wait for it. */
    readonly deps: boolean;
  }
  | { readonly type: "stop_requested"; readonly request: number | null; readonly nodes: readonly NodeId[] }
  | { readonly type: "restart_requested"; readonly request: number | null; readonly nodes: readonly NodeId[] }
  /** Restarts replicas one after the other, with one of each actor ready all the time. */
  | {
    readonly type: "rolling_restart_requested";
    readonly request: number | null;
    readonly nodes: readonly NodeId[];
  }
  /** Calls off the rolling restarts that have any of these yet to come to another run; refused if there are none. */
  | { readonly type: "halt_requested"; readonly request: number | null; readonly nodes: readonly NodeId[] }
  /** Forgets failures; what is down for them starts again. */
  | { readonly type: "reset_requested"; readonly request: number | null; readonly nodes: readonly NodeId[] }
  /** Sends a signal to main processes, or to all processes of the runs; no stop begins with it. */
  | {
    readonly type: "signal_requested";
    readonly request: number | null;
    readonly nodes: readonly NodeId[];
    readonly signal: Signal;
    readonly toAll: boolean;
  }
  /** A client wants to run a command beside an actor; refused if that has no process. */
  | {
    readonly type: "exec_requested";
    readonly request: number | null;
    readonly nodes: readonly NodeId[];
    readonly command: string;
  }
  | { readonly type: "ready_awaited"; readonly request: number; readonly nodes: readonly NodeId[] }
  | {
    readonly type: "down_requested";
    readonly request: number | null;
    readonly cause: TeardownCause;
    /** Zero forces it: it does not wait for what is held for inspection. */
    readonly withinMs: number | null;
  }
  /** Cuts all grace periods that run to at most `toMs`. */
  | { readonly type: "grace_cut"; readonly toMs: number };

/** Something that the shell saw and the journal should know; it decides nothing. */
export type Noted = { readonly [Event in NotedEvent]: NotedAs<Event> }[NotedEvent];

type NotedEvent =
  | "orphan_reaped"
  | "not_looked_up"
  | "isolated"
  | "state_unwritten"
  | "remade"
  | "unmade"
  | "short"
  | "unlimited"
  | "unwatched"
  | "alert_failed"
  | "lines_dropped";

/** One kind of what is noted. */
export interface NotedAs<Event extends EntryEvent> {
  readonly type: "noted";
  readonly node: NodeId;
  readonly event: Event;
  readonly data: EntryData[Event];
}

/** An earlier supervisor was killed, and its state is this one's: which of the runs there were can be adopted. */
export interface Resumed {
  readonly type: "resumed";
  /** The runs whose process is known, with its number, even if the process has ended meanwhile. */
  readonly adopted: ReadonlyMap<RunId, number>;
  /** Those of them whose actor is another in the plan of today. */
  readonly outdated: ReadonlySet<RunId>;
  /** Actors that the plan of today has and that were another process in the last, or were not in it. */
  readonly changed: ReadonlySet<NodeId>;
}

/** The tree is to be as another plan has it. Answered when what that starts is ready and what it has no more is gone. */
export interface PlanGiven {
  readonly type: "plan_given";
  readonly request: number | null;
  readonly plan: Plan;
  /** Whether replicas that are to be other processes are restarted one after the other. */
  readonly rolling: boolean;
  /** The command that has asked for it, and the asker; left out if nobody at a control socket asks. */
  readonly verb?: "apply" | "scale";
  readonly asker?: Asker;
}

/** Files have changed that an actor watches. */
export interface FilesChanged {
  readonly type: "files_changed";
  readonly node: NodeId;
  /** As absolute paths, a hundred of many; none if it is not known which. */
  readonly files: readonly string[];
}

/** Everything that enters the one inbox of a supervisor. */
export type TreeEvent =
  | { readonly type: "begun" }
  | Resumed
  | { readonly type: "time_passed" }
  | Noted
  | PlanGiven
  | FilesChanged
  | RunEvent
  | RequestEvent;
