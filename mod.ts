/**
 * The library of supervise: structured concurrency, and trees of processes that never lose track of one.
 *
 * @example Wait for two things at once, for at most a second
 * ```ts
 * import { moveOnAfter, openNursery, run, sleep } from "supervise";
 *
 * await run(() =>
 *   moveOnAfter(1_000, () =>
 *     openNursery((nursery) => {
 *       nursery.startSoon(() => sleep(10));
 *       nursery.startSoon(() => sleep(20));
 *     })));
 * ```
 *
 * @module
 */
export {
  connectToActor,
  findActor,
  openActorCluster,
  openActorNursery,
  queryActor,
  runInActor,
  serveDaemon,
  waitForActor,
} from "./lib/api/actors.ts";
export type { ClusterOptions } from "./lib/actor/process/actor_cluster.ts";
export { ActorModule, actorModule } from "./lib/actor/process/actor_module.ts";
export {
  ActorNursery,
  type ActorNurseryOptions,
  type ActorOptions,
  type OneShotOptions,
} from "./lib/actor/process/actor_nursery.ts";
export { OneShot } from "./lib/actor/process/one_shot.ts";
export {
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
  ValidationError,
} from "./lib/actor/dialog/check_value.ts";
export { Context as ActorContext, type ContextOutcome } from "./lib/actor/dialog/context.ts";
export { type CurrentActor, currentActor } from "./lib/actor/current_actor.ts";
export { type ErrorType, registerErrorType } from "./lib/actor/error_types.ts";
export {
  ActorDied,
  type ActorId,
  ActorStartError,
  ActorTooSlow,
  type Canceller,
  ContextCancelled,
  NoActor,
  NotExposed,
  ProtocolError,
  RemoteActorError,
  StreamOverrun,
  TransportClosed,
} from "./lib/actor/errors.ts";
export type { Schemas } from "./lib/actor/dialog/checks.ts";
export { context, type ContextFunction, validated } from "./lib/actor/dialog/exposed.ts";
export type { FindOptions } from "./lib/actor/find_actor.ts";
export type { Identity } from "./lib/actor/link/identity.ts";
export type { DialogOptions } from "./lib/actor/dialog/leave_dialog.ts";
export { LifetimeStack } from "./lib/actor/lifetime_stack.ts";
export { MsgStream, type StreamOptions } from "./lib/actor/dialog/msg_stream.ts";
export { type Calls, Portal, type PortalOptions } from "./lib/actor/dialog/portal.ts";
export type { RunInActorOptions } from "./lib/actor/process/run_in_actor.ts";
export type { DaemonOptions } from "./lib/actor/process/serve_daemon.ts";
export { ServedContext } from "./lib/actor/dialog/served_context.ts";
export { check, type CheckResult } from "./lib/api/check.ts";
export type { Explained } from "./lib/api/explained.ts";
export { ConfigError, plan, type PlanOptions } from "./lib/api/plan.ts";
export {
  type ExpectationVerdict,
  simulate,
  type SimulatedEntry,
  type SimulateOptions,
  Simulation,
  type SimulationScript,
} from "./lib/api/simulate.ts";
export { RunningTree, type TreeEnd, up, type UpOptions } from "./lib/api/up.ts";
export {
  cacheScope,
  configureDefaultContext,
  currentDefaultWorkerLimiter,
  defaultContextStatistics,
  map,
  mapUnordered,
  openWorkerContext,
  runSync,
} from "./lib/api/workers.ts";
export { type Instant, instant, NEVER } from "./lib/base/instant.ts";
export { UserError } from "./lib/base/user_error.ts";
export type { ActorSpec, NodeSpec, Plan, TreeSpec } from "./lib/config/plan.ts";
export type { ChangeAction, PlanChange } from "./lib/config/changes/diff_plans.ts";
export type { Explanation } from "./lib/explanation/explanation.ts";
export type { Next } from "./lib/explanation/next.ts";
export type { Forecast } from "./lib/explanation/forecast.ts";
export type { Fact as SimulatedFact } from "./lib/simulation/trace.ts";
export type { Problem } from "./lib/config/problem.ts";
export type { ActionResult, ApplyResult, StatusRow, StopResult, TreeStatus } from "./lib/control/protocol.ts";
export type { Receipt } from "./lib/daemon/receipt.ts";
export type { WordedEntry as JournalEntry } from "./lib/words/worded_entry.ts";
export type { LayerName } from "./lib/engine/containment/layer.ts";
export type { LogLine } from "./lib/engine/logs/log_format.ts";
export { run } from "./lib/api/run.ts";
export { runProcess } from "./lib/api/run_process.ts";
export { openSignalReceiver } from "./lib/api/signals.ts";
export type { Signal } from "./lib/base/signals.ts";
export { currentSignal } from "./lib/bridge/current_signal.ts";
export { type ForeignChannel, InsideChannel } from "./lib/bridge/foreign_channel.ts";
export {
  ForeignTaskCancelled,
  ForeignTaskReturned,
  InsideCancelled,
  InsideReturned,
} from "./lib/bridge/foreign_errors.ts";
export { type ForeignTaskOptions, openForeignTask } from "./lib/bridge/foreign_task.ts";
export { type EmitterLike, fromEmitter, type FromEmitterOptions } from "./lib/bridge/from_emitter.ts";
export { fromPromise } from "./lib/bridge/from_promise.ts";
export { fromReadable, ReadableChannel } from "./lib/bridge/from_readable.ts";
export { fromSignal } from "./lib/bridge/from_signal.ts";
export type { TlsCredentials } from "./lib/host/ports/tcp.ts";
export { type ExitStatus, SpawnError } from "./lib/host/ports/processes.ts";
export { SystemClock } from "./lib/host/shared/system_clock.ts";
export {
  ProcessFailed,
  type ProcessOptions,
  type ProcessResult,
  type RunningProcess,
} from "./lib/program/run_process.ts";
export type { ProgramOptions } from "./lib/program/run_program.ts";
export { SignalReceiver } from "./lib/program/signal_receiver.ts";
export { CancelScope, type CancelScopeOptions, currentEffectiveDeadline } from "./lib/scope/cancel_scope.ts";
export { Cancelled } from "./lib/scope/cancelled.ts";
export type { Clock } from "./lib/scope/clock.ts";
export { type ErrorFilter, ErrorGroup } from "./lib/scope/error_group.ts";
export { type ErrorReportOptions, reportError } from "./lib/scope/error_report.ts";
export { addInstrument, currentTask, currentTasks, removeInstrument } from "./lib/scope/introspection.ts";
export type { Instrument } from "./lib/scope/instrument.ts";
export { Interrupted } from "./lib/scope/interrupted.ts";
export { TaskLocal, TreeLocal } from "./lib/scope/locals.ts";
export { Nursery, type NurseryOptions, openNursery, type StartOptions } from "./lib/scope/nursery.ts";
export { checkpoint, checkpointIfCancelled } from "./lib/scope/park.ts";
export { currentTime, sleep, sleepForever, sleepUntil } from "./lib/scope/sleep.ts";
export type { TaskInfo } from "./lib/scope/task_info.ts";
export { ignoredTaskStatus, type TaskStatus } from "./lib/scope/task_status.ts";
export { type NurseryTree, renderTasks, type TaskTree } from "./lib/scope/task_tree.ts";
export {
  failAfter,
  failAt,
  moveOnAfter,
  moveOnAt,
  type TimeoutOptions,
  TooSlowError,
} from "./lib/scope/timeouts.ts";
export { asSafeChannel, SafeChannel } from "./lib/sync/as_safe_channel.ts";
export { Broadcast, BroadcastReceiver, type BroadcastSource, Lagged } from "./lib/sync/broadcast.ts";
export { CapacityLimiter } from "./lib/sync/capacity_limiter.ts";
export {
  BrokenResourceError,
  BusyResourceError,
  ClosedResourceError,
  EndOfChannel,
  WouldBlock,
} from "./lib/sync/channel_errors.ts";
export { Condition } from "./lib/sync/condition.ts";
export type { Context } from "./lib/sync/context.ts";
export { Event } from "./lib/sync/event.ts";
export { gatherContexts } from "./lib/sync/gather_contexts.ts";
export { Lock, StrictFifoLock } from "./lib/sync/lock.ts";
export { maybeOpenContext } from "./lib/sync/maybe_open_context.ts";
export {
  type ChannelStatistics,
  openMemoryChannel,
  ReceiveChannel,
  SendChannel,
} from "./lib/sync/memory_channel.ts";
export { Semaphore } from "./lib/sync/semaphore.ts";
export * as testing from "./lib/testing/mod.ts";
export { PayloadError } from "./lib/wire/payload.ts";
export type { WorkerContextOptions, WorkerHook } from "./lib/worker/context_options.ts";
export { type BrokenWorker, BrokenWorkerError, JobLimitExceeded } from "./lib/worker/errors.ts";
export type { JobLimits } from "./lib/worker/job.ts";
export type { MapOptions } from "./lib/worker/map.ts";
export type { MapProgress } from "./lib/worker/mapping.ts";
export type { JobOptions } from "./lib/worker/run_sync.ts";
export { WorkerContext, type WorkerStatistics } from "./lib/worker/worker_context.ts";
export type { HalfCloseableStream, ReceiveStream, SendStream, Stream } from "./lib/sync/streams.ts";
