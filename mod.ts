/**
 * The library of supervise: structured concurrency, and trees of processes that never lose track of one.
 *
 * @example Wait for two things at once, for at most a second
 * ```ts
 * import { moveOnAfter, openNursery, run, sleep, SystemClock } from "supervise";
 *
 * await run(() =>
 *   moveOnAfter(1_000, () =>
 *     openNursery((nursery) => {
 *       nursery.startSoon(() => sleep(10));
 *       nursery.startSoon(() => sleep(20));
 *     })), { clock: new SystemClock() });
 * ```
 *
 * @module
 */
export { check, type CheckResult } from "./lib/api/check.ts";
export { ConfigError, plan } from "./lib/api/plan.ts";
export { RunningTree, type TreeEnd, up, type UpOptions } from "./lib/api/up.ts";
export { type Instant, instant, NEVER } from "./lib/base/instant.ts";
export { UserError } from "./lib/base/user_error.ts";
export type { ActorSpec, NodeSpec, Plan, TreeSpec } from "./lib/config/plan.ts";
export type { Problem } from "./lib/config/problem.ts";
export type { ActionResult, StatusRow, TreeStatus } from "./lib/control/protocol.ts";
export type { Receipt } from "./lib/daemon/take_down.ts";
export type { JournalEntry } from "./lib/engine/journal.ts";
export type { LogLine } from "./lib/engine/log_format.ts";
export { SystemClock } from "./lib/host/shared/system_clock.ts";
export { CancelScope, type CancelScopeOptions, currentEffectiveDeadline } from "./lib/scope/cancel_scope.ts";
export { Cancelled } from "./lib/scope/cancelled.ts";
export {
  BrokenResourceError,
  ClosedResourceError,
  EndOfChannel,
  WouldBlock,
} from "./lib/sync/channel_errors.ts";
export type { Clock } from "./lib/scope/clock.ts";
export { ErrorGroup } from "./lib/scope/error_group.ts";
export { Event } from "./lib/sync/event.ts";
export { fromPromise } from "./lib/bridge/from_promise.ts";
export { openMemoryChannel, ReceiveChannel, SendChannel } from "./lib/sync/memory_channel.ts";
export { Nursery, type NurseryOptions, openNursery, type StartOptions } from "./lib/scope/nursery.ts";
export { checkpoint } from "./lib/scope/park.ts";
export { run, type RunOptions } from "./lib/scope/run.ts";
export { currentTime, sleep, sleepForever, sleepUntil } from "./lib/scope/sleep.ts";
export { failAfter, failAt, moveOnAfter, moveOnAt, TooSlowError } from "./lib/scope/timeouts.ts";
