import { fromPromise } from "../bridge/from_promise.ts";
import { type ClusterOptions, openActorClusterOn } from "../actor/process/actor_cluster.ts";
import type { ActorModule } from "../actor/process/actor_module.ts";
import {
  type ActorNursery,
  type ActorNurseryOptions,
  openActorNurseryOn,
} from "../actor/process/actor_nursery.ts";
import type { TlsCredentials } from "../host/ports/tcp.ts";
import {
  connectToActorOn,
  findActorOn,
  type FindOptions,
  queryActorOn,
  waitForActorOn,
} from "../actor/find_actor.ts";
import type { Identity } from "../actor/link/identity.ts";
import type { Calls, Portal } from "../actor/dialog/portal.ts";
import type { ArgsOf, ResultOf } from "../actor/process/one_shot.ts";
import { runInActorOn, type RunInActorOptions } from "../actor/process/run_in_actor.ts";
import { type DaemonOptions, serveDaemonOn } from "../actor/process/serve_daemon.ts";
import { openSystem } from "./system.ts";

/**
 * Runs `body` with a nursery to start actors in, each a process of its own; none outlives it. When the body and the tasks of
 * the nursery are done, its daemon actors are ended gracefully. Follows tractor's `open_nursery`.
 *
 * One cancels all: an error of the body, of a task, or the death of an actor ends everything in it, and leaves it in an
 * {@linkcode ErrorGroup}, or as it is with `collapse: true` if it is the only one.
 *
 * @returns What `body` returned; undefined if it was cut short because somebody cancelled the nursery.
 * @throws {ErrorGroup}
 * @throws {Cancelled} When everything in it is gone.
 *
 * @example Two actors at work
 * ```ts
 * import { actorModule, openActorNursery, run } from "supervise";
 *
 * const calculator = actorModule<typeof import("../examples/actors/calculator.ts")>("examples/actors/calculator.ts");
 *
 * await run(() =>
 *   openActorNursery(async (nursery) => {
 *     const one = await nursery.startActor("one", { module: calculator });
 *     const two = await nursery.startActor("two", { module: calculator });
 *     console.log(await Promise.all([one.call.add(1, 2), two.call.add(3, 4)])); // [ 3, 7 ]
 *   })
 * );
 * ```
 */
export async function openActorNursery<T>(
  body: (nursery: ActorNursery) => T | Promise<T>,
  options: ActorNurseryOptions = {},
): Promise<T | undefined> {
  return await openActorNurseryOn(openSystem(), body, options);
}

/**
 * Runs one function in an actor of its own. Its result, or its error, comes to the calling task, and its process is gone
 * before this returns. Follows tractor's `to_actor.run`.
 *
 * @param call Name of a function that the module exports.
 * @throws {RemoteActorError} What the function threw.
 * @throws {ActorStartError} If the module cannot be loaded.
 * @throws {ActorDied} If the process ended before there was a result.
 * @throws {Cancelled} When the process is gone.
 */
export async function runInActor<M, K extends keyof Calls<M> & string>(
  module: ActorModule<M> | string | URL,
  call: K,
  args: ArgsOf<M, K>,
  options: RunInActorOptions = {},
): Promise<ResultOf<M, K>> {
  return await runInActorOn<M, K>(openSystem(), module, call, args, options);
}

/**
 * Starts a fixed set of actors of one module, all at once, and ends them after `body`. Follows tractor's
 * `open_actor_cluster`.
 *
 * @returns What `body` returned.
 */
export async function openActorCluster<M, T>(
  options: ClusterOptions<M>,
  body: (portals: ReadonlyMap<string, Portal<M>>) => T | Promise<T>,
): Promise<T> {
  return await openActorClusterOn(openSystem(), options, body);
}

/**
 * A portal to an actor, by its name or its path; null if there is none. One that is dead is never given.
 *
 * @throws {TransportClosed} If nobody answers at the address of another tree.
 */
export async function findActor<M = Record<string, unknown>>(
  nameOrPath: string,
  options: FindOptions = {},
): Promise<Portal<M> | null> {
  return await findActorOn<M>(await fromPromise(openSystem()), nameOrPath, options);
}

/**
 * A portal to the actor that listens at an address, of this machine or, as `tcp://HOST:PORT`, of another.
 *
 * @param options.tls The certificate of this side and those that it trusts, for `tcp://`.
 * @throws {TransportClosed} If nobody answers there who is to be trusted.
 */
export async function connectToActor<M = Record<string, unknown>>(
  address: string,
  options: { readonly tls?: TlsCredentials } = {},
): Promise<Portal<M>> {
  return await connectToActorOn<M>(await fromPromise(openSystem()), address, options.tls ?? null);
}

/**
 * Serves modules as a standalone actor, the root of a tree of its own, until another actor cancels it, or SIGTERM comes, or a
 * scope around is cancelled. Follows tractor's `run_daemon`.
 *
 * @param modules The module to serve, or several by the names under which they are called; the unnamed one is the main module.
 *
 * @example
 * ```ts
 * import { openNursery, run, serveDaemon } from "supervise";
 * import * as calculator from "../examples/actors/calculator.ts";
 *
 * await run(() =>
 *   openNursery((nursery) => {
 *     nursery.startSoon(() =>
 *       serveDaemon({ "": calculator }, {
 *         onReady: ([address]) => {
 *           console.log(address!.startsWith("@")); // true
 *           nursery.cancelScope.cancel();
 *         },
 *       })
 *     );
 *   })
 * );
 * ```
 */
export async function serveDaemon(
  modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  options: DaemonOptions = {},
): Promise<void> {
  const system = await fromPromise(openSystem());
  await serveDaemonOn(system, new Map(Object.entries(modules)), options);
}

/** {@linkcode findActor} that waits until there is one. @throws {Cancelled} */
export async function waitForActor<M = Record<string, unknown>>(
  nameOrPath: string,
  options: FindOptions = {},
): Promise<Portal<M>> {
  return await waitForActorOn<M>(await fromPromise(openSystem()), nameOrPath, options);
}

/** The actors of a name or a path, in the order in which they came; without one, all of the tree. Connects to none. */
export async function queryActor(
  nameOrPath: string | null = null,
  options: FindOptions = {},
): Promise<readonly Identity[]> {
  return await queryActorOn(await fromPromise(openSystem()), nameOrPath, options);
}
