/** The shapes of a state that was written down: a file may hold anything when it is read again. PURE. */
import { type Instant, NEVER } from "../base/instant.ts";
import { signalShape } from "../base/signal_shape.ts";
import {
  boolean,
  count,
  list,
  nullable,
  number,
  object,
  optional,
  processNumber,
  recursive,
  type Shape,
  text,
  variant,
  where,
  whole,
  wordOf,
} from "../base/shape.ts";
import type { HookName, NodeId } from "../config/plan.ts";
import type { ActorError } from "./actor_error.ts";
import type { Appointment } from "./appointment.ts";
import type { Asker } from "./asker.ts";
import type { Crash } from "./crash.ts";
import type { Exit } from "./exit.ts";
import type { HookEnd, HookFailure } from "./hook.ts";
import type { Unanswered } from "./probe_schedule.ts";
import type { FailReason, FirstReason, StopReason, TeardownCause } from "./reason.ts";
import type { Survived } from "./rest.ts";
import type { ReachedLimits } from "./reached_limits.ts";
import type { RestartWindow } from "./restart_window.ts";
import type {
  ActorPhase,
  ActorState,
  Doom,
  FilesPending,
  Hold,
  IdlePhase,
  Lack,
  LastExit,
  LastRun,
  NodeState,
  Rollout,
  RolloutMember,
  RunningPhase,
  StartingPhase,
  State,
  StoppingPhase,
  TeardownReason,
  TearingDownPhase,
  Then,
  TreePhase,
  TreeResult,
  TreeState,
  UpPhase,
} from "./state.ts";
import type { Ladder } from "./stop_ladder.ts";
import type { RunHealth } from "./run_health.ts";
import type { RunWord } from "./run_word.ts";

/** The part of a state that outlives its supervisor, without the nodes. */
export type Figures = Pick<State, "seq" | "runs" | "chance" | "cancelled" | "holding" | "rollouts">;

/** The changes of one step. */
export interface StateChange extends Figures {
  /** Whether these are all nodes that there are. */
  readonly isWhole: boolean;
  readonly nodes: readonly NodeState[];
}

/** Deeper than any error that an actor can send. */
const MOST_ERROR_LEVELS = 16;

/** JSON has no infinity. */
export const NEVER_WORD = "never";

/** A point in time, also the one that never comes. */
const moment: Shape<Instant> = (value, at) => value === NEVER_WORD ? NEVER : number(value, at) as Instant;

/** An address that the plan of then had. */
const nodeId = text as Shape<NodeId>;

/** An error that an actor has told. */
export const actorErrorShape: Shape<ActorError> = recursive<ActorError>(
  (self) =>
    object<ActorError>({
      type: text,
      message: text,
      stack: nullable(text),
      path: list(text),
      cause: nullable(self),
      errors: nullable(list(self)),
    }),
  MOST_ERROR_LEVELS,
);

const reached = object<ReachedLimits>({
  oomKills: count,
  killedMain: boolean,
  memoryMax: nullable(text),
  forksRefused: count,
  pidsMax: nullable(text),
});

const exits = {
  exited: object<Omit<Extract<Exit, { readonly how: "exited" }>, "how">>({
    code: whole,
    reached: optional(reached) as Shape<ReachedLimits>,
  }),
  signalled: object<Omit<Extract<Exit, { readonly how: "signalled" }>, "how">>({
    signal: signalShape,
    reached: optional(reached) as Shape<ReachedLimits>,
  }),
  unseen: object<Omit<Extract<Exit, { readonly how: "unseen" }>, "how">>({
    reached: optional(reached) as Shape<ReachedLimits>,
  }),
};

const exit = variant<"how", Exit>("how", exits);

const survived = object<Survived>({
  pid: processNumber,
  how: wordOf<Survived["how"]>({ stuck: true, refused: true, new: true, outlived: true }),
});

const hookFailure = object<HookFailure>({
  hook: wordOf<HookName>({ pre_start: true, post_start: true, pre_stop: true, post_stop: true }),
  end: variant<"how", HookEnd>("how", {
    ...exits,
    not_started: object({ message: text }),
    timed_out: object({ afterMs: number }),
  }),
});

const firstReasons = {
  exit: object({ exit, error: nullable(actorErrorShape) }),
  daemon_ended: object({ exit, hadNothingToRead: boolean }),
  start: object({ message: text }),
  hook: object({ failure: hookFailure }),
  start_timeout: object({ afterMs: number, lastError: nullable(text) }),
  run_timeout: object({ afterMs: number }),
  unhealthy: object({ why: text }),
  dependency: object({ on: nodeId }),
  survivors: object<Omit<Extract<FailReason, { readonly kind: "survivors" }>, "kind">>({
    processes: optional(list(survived)) as Shape<readonly Survived[]>,
  }),
  unseen: object({ why: text }),
  child: object({ child: nodeId }),
};

const failReason = variant<"kind", FailReason>("kind", {
  ...firstReasons,
  gave_up: object({ by: nodeId, last: variant<"kind", FirstReason>("kind", firstReasons) }),
});

const stopReason = wordOf<StopReason>({ request: true, tree: true, strategy: true, removed: true });

const asker = optional(
  object<Asker>({ uid: count, user: nullable(text), pid: count }),
) as Shape<Asker>;

type Stopped<K> = Omit<Extract<Then | IdlePhase, K>, keyof K>;

const then = variant<"to", Then>("to", {
  stopped: object<Stopped<{ readonly to: "stopped" }>>({ why: stopReason, asker }),
  waiting: object({}),
  backing_off: object({ until: moment, reason: failReason }),
  regrouping: object({}),
  completed: object({}),
  failed: object({ reason: failReason }),
});

const crash = object<Crash>({
  id: count,
  actor: text,
  pid: processNumber,
  name: text,
  report: text,
  inspector: text,
});

const living = {
  hold: nullable(object<Hold>({
    since: moment,
    crashes: where(list(crash), (crashes) => crashes.length > 0, "a list with a crash at least"),
  })),
  heldMs: number,
  word: object<RunWord>({
    doing: nullable(wordOf<NonNullable<RunWord["doing"]>>({ stopping: true, reloading: true })),
    status: nullable(text),
    error: nullable(text),
    extendedTo: nullable(moment),
    watchdog: nullable(object<NonNullable<RunWord["watchdog"]>>({ ms: nullable(number) })),
  }),
};

const ladder = object<Ladder>({
  rung: wordOf<Ladder["rung"]>({
    spawning: true,
    pre_stop: true,
    command: true,
    cancel: true,
    signal: true,
    rest: true,
    post_stop: true,
    kill: true,
    over: true,
  }),
  killAt: moment,
  askedAt: moment,
  giveUpAt: moment,
  joined: boolean,
  cancelUntil: moment,
  deadline: moment,
  postStopMs: nullable(number),
});

type Idle = { readonly [P in IdlePhase["at"]]: Shape<Omit<Extract<IdlePhase, { readonly at: P }>, "at">> };

const lastRun: Shape<LastRun> = (value, at) => {
  const { ok } = object<{ readonly ok: boolean }>({ ok: boolean })(value, at);
  return ok ? { ok } : { ok, ...object<{ readonly reason: FailReason }>({ reason: failReason })(value, at) };
};

const appointment = variant<"by", Appointment>("by", {
  interval: object({ everyMs: number, at: moment }),
  date: object({ cron: text, timezone: nullable(text), date: moment, seen: number, at: moment }),
});

const idle: Idle = {
  inactive: object({}),
  scheduled: object({ since: moment, last: nullable(lastRun) }),
  waiting: object({ since: moment }),
  backing_off: object({ since: moment, until: moment, reason: failReason }),
  regrouping: object({ since: moment }),
  stopped: object<Stopped<{ readonly at: "stopped" }>>({ why: stopReason, asker }),
  completed: object({}),
  failed: object({ reason: failReason }),
};

/** A phase of a run as it is written down: without its spec, which `resumedState` gives it from the plan of today. */
function withoutSpec<P extends StartingPhase | RunningPhase | StoppingPhase>(
  fields: Parameters<typeof object<Omit<P, "at" | "spec">>>[0],
): Shape<Omit<P, "at">> {
  return object<Omit<P, "at" | "spec">>(fields) as unknown as Shape<Omit<P, "at">>;
}

const actorPhase = variant<"at", ActorPhase>("at", {
  ...idle,
  starting: withoutSpec<StartingPhase>({
    run: count,
    since: moment,
    pid: nullable(processNumber),
    isMade: boolean,
    isSpawned: boolean,
    hook: nullable(count),
    lack: nullable(object<Lack>({ message: text, isLasting: boolean })),
    joined: boolean,
    attempt: count,
    outdated: count,
    unanswered: list(object<Unanswered>({ attempt: count, since: moment })),
    probeAt: moment,
    lastError: nullable(text),
    ...living,
  }),
  running: withoutSpec<RunningPhase>({
    run: count,
    pid: processNumber,
    joined: boolean,
    since: moment,
    readyAt: moment,
    attempt: count,
    health: nullable(object<RunHealth>({
      healthy: nullable(boolean),
      failures: count,
      isAsked: boolean,
      dueAt: moment,
      lastError: nullable(text),
      watchdogMs: nullable(number),
    })),
    hook: nullable(count),
    ...living,
  }),
  stopping: withoutSpec<StoppingPhase>({
    run: count,
    pid: nullable(processNumber),
    since: moment,
    startedAt: moment,
    hook: nullable(count),
    ladder,
    then,
  }),
});

const treeResult: Shape<TreeResult> = (value, at) => {
  const { ok } = object<{ readonly ok: boolean }>({ ok: boolean })(value, at);
  return ok ? { ok } : { ok, ...object<{ readonly reason: FailReason }>({ reason: failReason })(value, at) };
};

const treePhase = variant<"at", TreePhase>("at", {
  ...idle,
  up: object<Omit<UpPhase, "at">>({ since: moment, readyAt: nullable(moment) }),
  stopping: object<Omit<TearingDownPhase, "at">>({
    since: moment,
    readyAt: nullable(moment),
    deadline: moment,
    end: variant<"by", TeardownReason>("by", {
      request: object({ then }),
      itself: object({ result: treeResult }),
    }),
  }),
});

const window = object<RestartWindow>({ at: list(moment) });

const child = {
  id: nodeId,
  restarts: count,
  streak: count,
  failedStarts: count,
  ownWindow: window,
  cause: count,
};

const nodeState = variant<"kind", NodeState>("kind", {
  actor: object<Omit<ActorState, "kind">>({
    ...child,
    phase: actorPhase,
    doom: nullable(object<Doom>({ then, deadline: moment })),
    starts: count,
    skipDeps: boolean,
    filesChanged: nullable(object<FilesPending>({
      since: moment,
      until: moment,
      files: list(text),
    })),
    lastExit: nullable(object<LastExit>({
      run: count,
      exit,
      at: moment,
      error: nullable(actorErrorShape),
    })),
    appointment: nullable(appointment),
    isOwed: boolean,
  }),
  tree: object<Omit<TreeState, "kind">>({
    ...child,
    phase: treePhase,
    starts: count,
    window,
    regroupAt: nullable(moment),
  }),
});

/** The changes of one step. */
export const stateChangeShape: Shape<StateChange> = where(
  object<StateChange>({
    isWhole: boolean,
    seq: count,
    runs: count,
    chance: number,
    cancelled: nullable(
      wordOf<TeardownCause>({
        down: true,
        interrupt: true,
        terminate: true,
        hangup: true,
        client_lost: true,
        guardian_lost: true,
      }),
    ),
    holding: nullable(object<NonNullable<State["holding"]>>({ offered: count, since: moment })),
    rollouts: list(object<Rollout>({
      request: nullable(count),
      cause: count,
      members: list(object<RolloutMember>({ id: nodeId, starts: count, isBegun: boolean })),
      settlesAt: nullable(moment),
    })),
    nodes: list(nodeState),
  }),
  // A new run would have the number of one that is there.
  ({ runs, nodes }) => nodes.every(({ phase }) => !("run" in phase) || phase.run <= runs),
  "a state whose runs are all counted",
);
