/**
 * The state of a supervised tree, as data. `step` is the only thing that makes a new one.
 *
 * The present of a node (`phase`) and its future (`doom`, `then`) are separate fields: the first is the truth
 * about processes, the second a wish, and mixing them is how supervisors come to lie about their status.
 */
import type { Instant } from "../base/instant.ts";
import type { ActorSpec, NodeId, Plan } from "../config/plan.ts";
import type { ActorError } from "./actor_error.ts";
import type { Appointment } from "./appointment.ts";
import type { Asker } from "./asker.ts";
import type { Crash, CrashId } from "./crash.ts";
import type { Exit } from "./exit.ts";
import type { Books } from "./books.ts";
import type { RunHealth } from "./run_health.ts";
import type { NodeMap } from "./node_map.ts";
import type { Probing } from "./probe_schedule.ts";
import type { FailReason, StopReason, TeardownCause } from "./reason.ts";
import type { RestartWindow } from "./restart_window.ts";
import type { Ladder } from "./stop_ladder.ts";
import type { RunWord } from "./run_word.ts";
import type { Topology } from "./topology.ts";

/** Number of a run of an actor, unique within a supervisor's life. */
export type RunId = number;

/** The sequel when a run, or a tree, is completely over. */
export type Then =
  /** @param asker Who has asked for it; left out if that is not known, or nobody has. */
  | { readonly to: "stopped"; readonly why: StopReason; readonly asker?: Asker }
  | { readonly to: "waiting" }
  | { readonly to: "backing_off"; readonly until: Instant; readonly reason: FailReason }
  | { readonly to: "regrouping" }
  | { readonly to: "completed" }
  | { readonly to: "failed"; readonly reason: FailReason };

/** The result of a run of an actor with a schedule. */
export type LastRun = { readonly ok: true } | { readonly ok: false; readonly reason: FailReason };

/** Phases that actors and trees share: those without a process. */
export type IdlePhase =
  | { readonly at: "inactive" }
  /** Between two runs of an actor with a schedule; `last` is how the one before ended, null if there was none. */
  | { readonly at: "scheduled"; readonly since: Instant; readonly last: LastRun | null }
  | { readonly at: "waiting"; readonly since: Instant }
  | {
    readonly at: "backing_off";
    readonly since: Instant;
    readonly until: Instant;
    readonly reason: FailReason;
  }
  /** Stopped by its supervisor's strategy, and started again when all companions have stopped. */
  | { readonly at: "regrouping"; readonly since: Instant }
  | { readonly at: "stopped"; readonly why: StopReason; readonly asker?: Asker }
  | { readonly at: "completed" }
  | { readonly at: "failed"; readonly reason: FailReason };

/** Crashes of one run that are held for inspection, in the order in which they came; never none. */
export interface Hold {
  /** When the first of them came. */
  readonly since: Instant;
  readonly crashes: readonly Crash[];
}

/** Fields of a run that lives, ready or not. */
interface Living {
  /** The spec that it was started with, as far as that cannot be changed while it runs. */
  readonly spec: ActorSpec;
  /** Null if nothing is held. */
  readonly hold: Hold | null;
  /** For how long something was, before: no deadline of the run counts that. */
  readonly heldMs: number;
  /** Its words about itself. */
  readonly word: RunWord;
}

/** Something of the machine that a spawn is refused for. */
export interface Lack {
  readonly message: string;
  /** Whether it has been so for long. */
  readonly isLasting: boolean;
}

/** A process that is being started. */
export interface StartingPhase extends Living, Probing {
  readonly at: "starting";
  readonly run: RunId;
  /** When its process was made; before that, when it was asked for. */
  readonly since: Instant;
  /** Whether it was: until then it waits for us, and no limit counts. */
  readonly isMade: boolean;
  /** Null until its program runs. */
  readonly pid: number | null;
  /** Whether its spawn was asked for: a command may come before. */
  readonly isSpawned: boolean;
  /** That command, as long as it goes on. */
  readonly hook: RunId | null;
  /** Why its process could not be made yet; null if nothing has refused it. */
  readonly lack: Lack | null;
  /** Whether it speaks the protocol of actors. */
  readonly joined: boolean;
}

/** A process that is ready. */
export interface RunningPhase extends Living {
  readonly at: "running";
  readonly run: RunId;
  readonly pid: number;
  readonly joined: boolean;
  readonly since: Instant;
  readonly readyAt: Instant;
  /** How many questions it was asked, those of its start among them: by its number an answer is known to be late. */
  readonly attempt: number;
  /** Null if nobody asks for it. */
  readonly health: RunHealth | null;
  /** The command that follows on its being ready, as long as that goes on. */
  readonly hook: RunId | null;
}

/** A run on its way down. */
export interface StoppingPhase {
  readonly at: "stopping";
  readonly run: RunId;
  readonly spec: ActorSpec;
  readonly pid: number | null;
  readonly since: Instant;
  /** When the run began. */
  readonly startedAt: Instant;
  /** The command of its rung that goes on; null for none. */
  readonly hook: RunId | null;
  readonly ladder: Ladder;
  readonly then: Then;
}

/** The phases of an actor. */
export type ActorPhase = IdlePhase | StartingPhase | RunningPhase | StoppingPhase;

/** A supervisor at work. */
export interface UpPhase {
  readonly at: "up";
  readonly since: Instant;
  /** When all its children were first ready; null before. */
  readonly readyAt: Instant | null;
}

/** A supervisor that is torn down. */
export interface TearingDownPhase {
  readonly at: "stopping";
  readonly since: Instant;
  /** When its children had all been ready; null if they never were. */
  readonly readyAt: Instant | null;
  readonly deadline: Instant;
  readonly end: TeardownReason;
}

/** Why a supervisor is torn down: somebody else wants it so, or its own rules say that it is over. */
export type TeardownReason =
  | { readonly by: "request"; readonly then: Then }
  | { readonly by: "itself"; readonly result: TreeResult };

/** How a supervisor ended by its own rules. */
export type TreeResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: FailReason };

/** The phases of a supervisor. */
export type TreePhase = IdlePhase | UpPhase | TearingDownPhase;

/** The planned stop of an actor that still runs, and whose turn to stop has not come. */
export interface Doom {
  readonly then: Then;
  readonly deadline: Instant;
}

interface ChildState {
  readonly id: NodeId;
  /** Automatic restarts so far. */
  readonly restarts: number;
  /** Restarts in a row, for the backoff. */
  readonly streak: number;
  /** Starts in a row that have not come to being ready. */
  readonly failedStarts: number;
  /** Restarts that still count, where its supervisor counts those of each child by themselves. */
  readonly ownWindow: RestartWindow;
  /** Journal number of the entry that led to the present phase. */
  readonly cause: number;
}

/** How the last run ended. */
export interface LastExit {
  readonly run: RunId;
  readonly exit: Exit;
  readonly at: Instant;
  /** The error of its code, if it told one. */
  readonly error: ActorError | null;
}

/** Changes of files that are waited out. */
export interface FilesPending {
  /** When the first of them came. */
  readonly since: Instant;
  /** When it is acted upon, unless more come. */
  readonly until: Instant;
  /** Each once, a hundred of many. */
  readonly files: readonly string[];
}

/** An actor's state. */
export interface ActorState extends ChildState {
  readonly kind: "actor";
  readonly phase: ActorPhase;
  readonly doom: Doom | null;
  /** How often it was spawned. */
  readonly starts: number;
  /** Whether the next start passes over dependencies. */
  readonly skipDeps: boolean;
  /** Files that have changed, and what will be done about it; null if none have. */
  readonly filesChanged: FilesPending | null;
  readonly lastExit: LastExit | null;
  /** When its schedule has it run next; null if it has none, or is not in service. */
  readonly appointment: Appointment | null;
  /** Whether a run that was due is to follow the present one. */
  readonly isOwed: boolean;
}

/** A supervisor's state. */
export interface TreeState extends ChildState {
  readonly kind: "tree";
  readonly phase: TreePhase;
  readonly starts: number;
  /** Restarts of its children that still count, where it counts those of all of them together. */
  readonly window: RestartWindow;
  /** When the children that wait in `regrouping` may start; null if none do. */
  readonly regroupAt: Instant | null;
}

/** A node's state. */
export type NodeState = ActorState | TreeState;

/** A wait of a client. */
export interface OpenRequest {
  readonly id: number;
  /** `applied`: what the plan has is to be ready, and what it has no more is to be gone. */
  readonly goal: "ready" | "stopped" | "applied";
  /** How many starts each target must have gone beyond. */
  readonly targets: ReadonlyMap<NodeId, number>;
  /** How many of them have yet to reach their goal, and how many never will; null until that was counted. */
  readonly left: { readonly open: number; readonly missed: number } | null;
  /** When the youngest of those that are ready will have lasted long enough to say so; null if that is not known. */
  readonly lastingFrom: Instant | null;
}

/** A rolling restart that goes on. */
export interface Rollout {
  /** The number of the request that waits for it; null if nobody does. */
  readonly request: number | null;
  /** Journal number of the entry that asked for it. */
  readonly cause: number;
  /** The replicas that have yet to come to another run, in file order. */
  readonly members: readonly RolloutMember[];
  /** When one that is ready will have lasted long enough to say so; null if something else has to happen first. */
  readonly settlesAt: Instant | null;
}

/** One replica of a rolling restart. */
export interface RolloutMember {
  readonly id: NodeId;
  /** How many starts it must have gone beyond. */
  readonly starts: number;
  /** Whether it has had its turn to stop. */
  readonly isBegun: boolean;
}

/** How the whole tree ended. */
export type Outcome =
  | { readonly kind: "completed" }
  | { readonly kind: "cancelled"; readonly cause: TeardownCause }
  | { readonly kind: "failed"; readonly reason: FailReason }
  | { readonly kind: "gave_up"; readonly reason: FailReason };

/** The whole. */
export interface State {
  readonly plan: Plan;
  /** How many plans there were before this one. */
  readonly revision: number;
  /** All nodes there are: those of the plan, and those of earlier ones that are not over yet. */
  readonly topology: Topology;
  readonly nodes: NodeMap<NodeState>;
  /** The sums over the nodes. */
  readonly books: Books;
  /** Number of the last journal entry. */
  readonly seq: number;
  /** Number of the last run. */
  readonly runs: number;
  /** State of the generator that draws the jitter. */
  readonly chance: number;
  readonly requests: readonly OpenRequest[];
  readonly rollouts: readonly Rollout[];
  /** The crash that is offered for inspection, and since when any was; null if none is held. */
  readonly holding: { readonly offered: CrashId; readonly since: Instant } | null;
  /** The cause of a cancel of the tree from outside, if there was one. */
  readonly cancelled: TeardownCause | null;
  /** Null while the tree lives. */
  readonly outcome: Outcome | null;
}

/** Whether there is a process, or a supervisor at work. */
export function isAlive({ phase }: NodeState): boolean {
  return phase.at === "starting" || phase.at === "running" || phase.at === "stopping" || phase.at === "up";
}

/** Whether nothing of a node goes on, and nothing is planned. */
export function isOver({ phase }: NodeState): boolean {
  return phase.at === "inactive" || phase.at === "stopped" || phase.at === "completed" ||
    phase.at === "failed";
}

/** Whether a child has ended and nothing that is planned will start it again. */
export function hasEndedForGood({ phase }: NodeState): boolean {
  return phase.at === "completed" || phase.at === "failed" ||
    (phase.at === "stopped" && phase.why === "strategy");
}

/** The sequel when a living node is over; null if none was decided. */
export function thenOf(node: NodeState): Then | null {
  if (node.kind === "actor") return node.phase.at === "stopping" ? node.phase.then : node.doom?.then ?? null;
  return node.phase.at === "stopping" && node.phase.end.by === "request" ? node.phase.end.then : null;
}
