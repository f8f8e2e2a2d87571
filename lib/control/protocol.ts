/**
 * The messages between clients and a supervisor on the control socket: frames of CBOR, any number of requests at once.
 *
 *     client:      { id, op, ... }
 *     supervisor:  { id, result } | { id, json } | { id, error: { name, message, hint, exitCode } } | { id, items: [...] }
 *
 * Every request is answered by one `result` or `error` with its `id`; `follow` has `items` before. A result that tells of every
 * actor is a text of JSON, `json`: a runtime writes and reads that by itself, in a fraction of the time that frames take.
 */
import type { ErrorName } from "../base/error_names.ts";
import type { Signal } from "../base/signals.ts";
import type { LogLine } from "../engine/logs/log_format.ts";
import type { JournalEntry } from "../engine/journal/journal.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { StopAccount } from "../engine/containment/account.ts";
import type { LayerName } from "../engine/containment/layer.ts";
import type { Counts, ReceiptLine, Survivor } from "../engine/containment/ledger.ts";
import type { PlanChange } from "../config/changes/diff_plans.ts";
import type { NodeDetails } from "./details.ts";
import type { ExplainedNodes } from "./explain.ts";
import type { GuestPlace } from "../engine/run/guests.ts";
import type { GroupLimits, NodeSpec } from "../config/plan.ts";
import type { Scaled } from "../config/declared/scaled.ts";
import type { Problem } from "../config/problem.ts";
import type { ActorError } from "../supervision/actor_error.ts";
import type { ReachedLimits } from "../supervision/reached_limits.ts";
import type { VisibleState } from "../supervision/view.ts";
import type { FrameLimits } from "../wire/frames.ts";

/**
 * Changes when old clients and new supervisors no longer understand each other, but for {@linkcode CORE}: then both refuse what
 * is beyond that (`other_version.ts`).
 */
export const PROTOCOL_VERSION = 2;

/** The limits that a supervisor has for frames of a client: requests are small. */
export const REQUEST_LIMITS: FrameLimits = { maxBytes: 256 * 1_024, maxDepth: 8, maxItems: 20_000 };

/** The limits that a client has for frames of a supervisor: a thousand actors with long lines. */
export const REPLY_LIMITS: FrameLimits = { maxBytes: 64 * 1_024 * 1_024, maxDepth: 16, maxItems: 2_000_000 };

/** A row of `ps` and `status`. Times are ISO 8601. */
export interface StatusRow {
  readonly path: string;
  readonly kind: NodeSpec["kind"];
  readonly daemon: boolean;
  readonly state: VisibleState;
  readonly ready: boolean | null;
  readonly healthy: boolean | null;
  readonly pid: number | null;
  readonly restarts: number;
  readonly startedAt: string | null;
  readonly uptimeMs: number | null;
  /** Percent of one core. */
  readonly cpu: number | null;
  /** Bytes. */
  readonly rss: number | null;
  readonly exit: RowExit | null;
  readonly reason: string | null;
  /** The words of the process about itself; null for none. */
  readonly says: string | null;
  /** When its schedule has it run next; null if it does not. */
  readonly nextRun: string | null;
  /** The error that the code of its last run has failed with, if the code said so. */
  readonly error: ActorError | null;
  /** Its limits; null if it has none. */
  readonly cgroup: RowLimits | null;
}

/** How the last run of an actor ended. */
export interface RowExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The limits that had to do with the end; null for none. */
  readonly reached: ReachedLimits | null;
  readonly at: string;
}

/** The limits of an actor. */
export interface RowLimits extends GroupLimits {
  /** Which of them are not kept, and why; null if all are. */
  readonly unkept: string | null;
}

/** The whole tree. */
export interface TreeStatus {
  readonly name: string;
  readonly file: string;
  readonly state: VisibleState;
  /** The supervisor. */
  readonly pid: number;
  /** The layer that contains its processes. */
  readonly containment: LayerName;
  readonly actors: readonly StatusRow[];
}

/** The tree as one line. */
export interface TreeSummary {
  readonly state: VisibleState;
  /** How many actors it has. */
  readonly actors: number;
}

/** The result of a start, a stop, a restart or a reset. */
export interface ActionResult {
  readonly ok: boolean;
  readonly containment: LayerName;
  readonly actors: readonly StatusRow[];
}

/** The result of a stop. */
export interface StopResult extends ActionResult {
  /** The fate of the processes; null if their end was not waited for. */
  readonly account: StopAccount | null;
}

/** How many replicas what a selector names is to have; null for as many as the file has. */
export interface WantedReplicas {
  readonly selector: string;
  readonly replicas: number | null;
}

/** The effect that the file of a tree has on the tree. */
export interface ApplyResult extends ActionResult {
  /** Whether the file has no error; nothing was done if it has. */
  readonly isValid: boolean;
  /** The errors and the risks in the file. */
  readonly problems: readonly Problem[];
  /** The texts of the file and of all that it includes, by their paths, as they are shown: without secrets. */
  readonly texts: Readonly<Record<string, string>>;
  /** The actors whose number of replicas is not that of the file, because somebody has asked for another. */
  readonly scaled: readonly Scaled[];
  /**
   * The variables of the environment that stand in the file, with fingerprints of what they were for `up`; null for what was not
   * set.
   */
  readonly variables: Readonly<Record<string, string | null>>;
  /** The changes, each with its actor or tree. */
  readonly changes: readonly PlanChange[];
  /** The obstacle of the machine that would be in the way of changes that are only told; null if none is known. */
  readonly obstacle: WireError | null;
  /** The fate of the processes that the file has no more; null if their end was not waited for, or there were none. */
  readonly account: StopAccount | null;
}

/** How a tree ended. */
export interface EndReport {
  readonly outcome: "completed" | "cancelled" | "failed" | "gave_up";
  /** Why, if it did not end well. */
  readonly reason: string | null;
  /** The exit code of `up` in the foreground. */
  readonly exitCode: number;
  /** The latest of the processes that were seen: a thousand at most. */
  readonly processes: readonly ReceiptLine[];
  /** How many were seen, and how they ended. */
  readonly counts: Counts;
  readonly survivors: readonly Survivor[];
  readonly leftOnPurpose: readonly Survivor[];
  /** Processes of supervise itself, which end after this was sent. */
  readonly own: readonly ProcessId[];
  /** Tells this life of the tree from others. Public: it proves nothing. */
  readonly instance: string;
  /** The layer that contained its processes. */
  readonly containment: LayerName;
}

/** The items that a follower is told. */
export type FollowItem =
  | { readonly kind: "line"; readonly line: LogLine }
  | { readonly kind: "entry"; readonly entry: JournalEntry }
  /** The follower was too slow: lines after one stamp and up to another, or entries by their `seq`, were not sent. */
  | {
    readonly kind: "lagged";
    readonly of: "lines" | "entries";
    readonly after: number;
    readonly upTo: number;
    /** How many. All that could be written of them is in the files when this is told. */
    readonly count: number;
  };

/** Where a command runs that a client runs beside an actor. */
export interface ExecPlace extends GuestPlace {
  /** Address of the actor. */
  readonly path: string;
}

/** The requests and what each of them carries. */
export interface Requests {
  /** `version`: that of the client. */
  readonly hello: { readonly protocol: number; readonly version?: string };
  /** Lets the tree begin. With `owner`, it lives as long as this connection. */
  readonly begin: { readonly owner: boolean };
  readonly status: { readonly paths: readonly string[] };
  /** All that there is to know of nodes beside their rows. */
  readonly details: { readonly paths: readonly string[] };
  /** The state of nodes, its causes, and the next events; no path stands for the root. */
  readonly explain: { readonly paths: readonly string[] };
  /** The part of the status that is known without a look at any process. */
  readonly summary: Record<never, never>;
  readonly start: { readonly paths: readonly string[]; readonly deps: boolean; readonly wait: boolean };
  readonly stop: { readonly paths: readonly string[]; readonly wait: boolean };
  /** `rolling`: the replicas of an actor one after the other, one ready all the time. */
  readonly restart: { readonly paths: readonly string[]; readonly wait: boolean; readonly rolling?: boolean };
  /**
   * Reads the file of the tree again and goes on with what it says now. With `dry`, nothing is done but to say what would be;
   * without `wait`, it is answered when it has begun; with `rolling`, replicas are restarted one after the other.
   */
  readonly apply: { readonly dry: boolean; readonly wait: boolean; readonly rolling?: boolean };
  /** Has actors run in other numbers of copies than the file has, until the tree ends or is told to go by the file again. */
  readonly scale: {
    readonly counts: readonly WantedReplicas[];
    readonly dry: boolean;
    readonly wait: boolean;
  };
  /** Calls off the rolling restarts that have any of these yet to come to another run. */
  readonly halt: { readonly paths: readonly string[] };
  /** Forgets failures; answered when what starts again for it is ready. */
  readonly reset: { readonly paths: readonly string[]; readonly wait: boolean };
  /** Sends a signal to main processes, or, `toAll`, to all processes of the actors; refused if one that is named has none. */
  readonly signal: { readonly paths: readonly string[]; readonly signal: Signal; readonly toAll: boolean };
  /** A place for a command that the client runs beside an actor; what it starts there ends with the connection. */
  readonly exec: { readonly path: string; readonly command: readonly string[] };
  /** The command has been started; refused if the actor's run is over by now, and then the client is to end it. */
  readonly exec_started: { readonly guest: string };
  /** The command has ended; answered when nothing is left of it. */
  readonly exec_ended: { readonly guest: string };
  /** Answered when all that starts by itself is ready, or can no longer be. */
  readonly await_ready: Record<never, never>;
  /** Answered at once, or refused with `debug/held`; `await_end` says when it is done. Zero milliseconds force it. */
  readonly down: { readonly cause: string; readonly withinMs: number | null };
  readonly cut_grace: { readonly toMs: number };
  readonly await_end: Record<never, never>;
  /** Answered when everything that followers were told of is in the files. */
  readonly sync: Record<never, never>;
  /**
   * Hands the tree over to another program. Answered if that is refused: else everybody is told `control/handed-over`, and the
   * report of the next supervisor goes into a pipe with a name.
   */
  readonly upgrade: {
    /** Program and first arguments. */
    readonly command: readonly string[];
    /** Which versions of what is written down of a running tree it reads. */
    readonly reads: readonly number[];
    /** Name of a pipe in the folder of the tree. */
    readonly report: string;
    /** Whether actors that cannot be handed over may be started anew. */
    readonly restart: boolean;
  };
  /** Without lines or entries, `lines` or `entries` is false. Answered when the tree has ended. */
  readonly follow: { readonly lines: boolean; readonly entries: boolean };
}

/** The results that the requests are answered with. */
export interface Results {
  readonly hello: {
    readonly protocol: number;
    readonly version: string;
    readonly name: string;
    readonly file: string;
  };
  readonly begin: Record<never, never>;
  readonly status: TreeStatus;
  readonly details: { readonly actors: readonly NodeDetails[] };
  readonly explain: ExplainedNodes;
  readonly summary: TreeSummary;
  readonly start: ActionResult;
  readonly stop: StopResult;
  readonly restart: ActionResult;
  readonly apply: ApplyResult;
  readonly scale: ApplyResult;
  readonly halt: ActionResult;
  readonly reset: ActionResult;
  readonly signal: ActionResult;
  readonly exec: ExecPlace;
  readonly exec_started: Record<never, never>;
  readonly exec_ended: Record<never, never>;
  readonly await_ready: ActionResult;
  readonly down: Record<never, never>;
  readonly cut_grace: Record<never, never>;
  readonly await_end: EndReport;
  readonly upgrade: Record<never, never>;
  /** Stamp of the last line that is in the files. */
  readonly sync: { readonly stamp: number };
  readonly follow: Record<never, never>;
}

/** A request's name. */
export type Op = keyof Requests;

/** A request on the wire. */
export interface RequestMessage {
  readonly id: number;
  readonly op: string;
  readonly [field: string]: unknown;
}

/** An error on the wire. */
export interface WireError {
  /** One of this version; a supervisor of another one may have others. */
  readonly name: ErrorName;
  readonly message: string;
  readonly hint: string | null;
  readonly exitCode: number;
}

/**
 * The requests that clients and supervisors of all versions have in common. Fields are added to them and to their answers, and
 * never change what they mean.
 */
export const CORE: ReadonlySet<string> = new Set<Op>([
  "hello",
  "summary",
  "status",
  "details",
  "follow",
  "sync",
  "down",
  "cut_grace",
  "await_end",
  "upgrade",
]);

/** The requests that are answered with JSON. */
export const ANSWERED_WITH_JSON: ReadonlySet<string> = new Set<Op>([
  "status",
  "explain",
  "start",
  "stop",
  "restart",
  "apply",
  "scale",
  "halt",
  "reset",
  "await_ready",
  "await_end",
]);

/** An answer on the wire. */
export type ReplyMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly json: string }
  | { readonly id: number; readonly error: WireError }
  | { readonly id: number; readonly items: readonly unknown[] };
