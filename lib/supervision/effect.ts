import type { Instant } from "../base/instant.ts";
import type { Signal } from "../base/signals.ts";
import type { ActorSpec, HookName, NodeId, Probe, Stop } from "../config/plan.ts";
import type { CrashId } from "./crash.ts";
import type { Exit } from "./exit.ts";
import type { Entry } from "./journal_entry.ts";
import type { Refusal } from "./reason.ts";
import type { Outcome, RunId } from "./state.ts";

/** A rung of the stop ladder. */
interface StopEffect<Type> {
  readonly type: Type;
  readonly node: NodeId;
  readonly run: RunId;
  /** How the run is stopped. */
  readonly stop: Stop;
}

/** The work to be done on a run. The first effect of a run says all that there is to know of the run. */
export type RunEffect =
  | {
    readonly type: "spawn";
    readonly node: NodeId;
    readonly run: RunId;
    readonly spec: ActorSpec;
    /** Whether the actor has had no run before. */
    readonly isFirst: boolean;
    /** Whether it is to outlive the supervisor, should that be killed. */
    readonly survives: boolean;
  }
  /** Takes a process over that an earlier supervisor had started; what it lacks is its end, if that has not been told. */
  | {
    readonly type: "adopt";
    readonly node: NodeId;
    readonly run: RunId;
    readonly spec: ActorSpec;
    readonly survives: boolean;
    readonly isOver: boolean;
    /** When the run began. */
    readonly since: Instant;
  }
  /** Answered by `spawn_failed`, or by `spawned` if it came too late. */
  | StopEffect<"abort_spawn">
  /** Answered by `probed`; a log probe answers when its line comes. */
  | {
    readonly type: "probe";
    readonly node: NodeId;
    readonly run: RunId;
    readonly probe: Probe;
    readonly attempt: number;
    readonly timeoutMs: number;
  }
  /** Runs a command beside the run; answered by `hook_ended`. */
  | {
    readonly type: "hook";
    readonly node: NodeId;
    readonly run: RunId;
    readonly spec: ActorSpec;
    readonly hook: HookName;
    readonly hookRun: RunId;
    readonly timeoutMs: number;
    /** The process of the run; null if there is none. */
    readonly pid: number | null;
    /** How that has ended; null if it has not. */
    readonly exit: Exit | null;
  }
  /** Ends a hook, with all that it has started; answered by `hook_ended`. */
  | { readonly type: "end_hook"; readonly node: NodeId; readonly run: RunId; readonly hookRun: RunId }
  /** Answered by `stop_command_ended`. */
  | StopEffect<"stop_command">
  /** Asks what has joined to cancel everything in it, and tells it how long it has. */
  | { readonly type: "cancel"; readonly node: NodeId; readonly run: RunId; readonly withinMs: number }
  /** A signal to the process, which goes on; or, with `toAll`, to all processes of the run. */
  | {
    readonly type: "tell";
    readonly node: NodeId;
    readonly run: RunId;
    readonly signal: Signal;
    readonly toAll?: boolean;
  }
  /** The stop signal, to the process or its group. */
  | StopEffect<"signal">
  /** SIGTERM to what the process left running; answered by `cleared` when nothing is left. */
  | StopEffect<"end_rest">
  /** Forgets what the process left running on purpose; answered by `cleared`. */
  | StopEffect<"leave_rest">
  /** SIGKILL to the process and all its descendants; answered by `cleared` when nothing is left. */
  | StopEffect<"kill_all">
  /** Looks what has survived SIGKILL; answered by `looked`. */
  | StopEffect<"look">
  /** The run is over, even if it has survivors, or had no spawn. */
  | { readonly type: "close_run"; readonly node: NodeId; readonly run: RunId };

/** The work that the shell does for the core. The shell never decides, and a failure comes back as an event. */
export type Effect =
  | RunEffect
  /** A supervisor goes to work: what it starts belongs to it. */
  | {
    readonly type: "open_tree";
    readonly node: NodeId;
    /** The supervisor that it belongs to itself; null for the root. */
    readonly parent: NodeId | null;
    /** Whether its actors are children of a process of their own. */
    readonly isolate: boolean;
  }
  /** Everything that belongs to a supervisor is over. */
  | { readonly type: "close_tree"; readonly node: NodeId }
  /** A crash is not to be held, or not any longer. */
  | { readonly type: "let_go"; readonly node: NodeId; readonly run: RunId; readonly crash: CrashId }
  | { readonly type: "record"; readonly entry: Entry }
  /** The answer to a request. */
  | {
    readonly type: "reply";
    readonly request: number;
    readonly ok: boolean;
    /** Why it was not even tried; null if it was. */
    readonly refusal: Refusal | null;
  }
  /** The tree is over: nothing will follow. */
  | { readonly type: "finish"; readonly outcome: Outcome };
