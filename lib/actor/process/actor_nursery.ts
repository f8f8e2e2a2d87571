/**
 * Actors that are started in a block and do not outlive it. Follows tractor's `ActorNursery`.
 *
 * Invariants:
 * 1. `openActorNursery` does not return while a process of it lives.
 * 2. One cancels all: the first error of the body, of a task or of an actor ends the others, all at once.
 * 3. When the body and the tasks are done, daemon actors are cancelled, or waited for.
 */
import { messageOf } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { type Nursery, type NurseryOptions, openNursery } from "../../scope/nursery.ts";
import { Event } from "../../sync/event.ts";
import { type ActorModule, moduleUrl } from "./actor_module.ts";
import type { ActorProcess } from "./actor_process.ts";
import { childProcess } from "./child_actor.ts";
import { type ActorSystem, ensureRuntime } from "../current_actor.ts";
import type { Link } from "../link/link.ts";
import { type Calls, Portal } from "../dialog/portal.ts";
import { ActorDied, TransportClosed } from "../errors.ts";
import { type ArgsOf, OneShot, type ResultOf } from "./one_shot.ts";
import type { ActorRuntime } from "../runtime.ts";

/** How an actor nursery ends, and how its actors do. */
export interface ActorNurseryOptions extends NurseryOptions {
  /**
   * The fate of daemon actors when the body is done: they are cancelled gracefully, or waited for as in tractor.
   *
   * @default {"cancel"}
   */
  readonly daemons?: "cancel" | "wait";
  /**
   * Milliseconds from a cancel of an actor to SIGKILL for it and all that it has started. An actor that is itself being
   * ended within a time does not take longer than that.
   *
   * @default {5_000}
   */
  readonly grace?: number;
}

/** Options of an actor. */
export interface ActorOptions<M = unknown> {
  /** The module whose functions can be called: `actorModule(...)`, a URL, or a path. */
  readonly module?: ActorModule<M> | string | URL;
  /** More modules, by the names under which they are called: see {@linkcode Portal.with}. */
  readonly modules?: Readonly<Record<string, ActorModule | string | URL>>;
  /** A program in any language that speaks the protocol, instead of a module, and its arguments. */
  readonly exec?: readonly string[];
  /** More variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default The working folder of this program. */
  readonly cwd?: string;
  /**
   * Milliseconds until it must have loaded its modules.
   *
   * @default {30_000}
   */
  readonly startTimeout?: number;
  /**
   * Whether its inspector is opened, and whether it is held for inspection when one of its functions fails.
   *
   * @default {false}
   */
  readonly debug?: boolean;
}

/** Options of a one-shot actor. */
export interface OneShotOptions extends Omit<ActorOptions, "module" | "exec"> {
  /**
   * The name of the actor.
   *
   * @default The function's name.
   */
  readonly name?: string;
}

/** An actor that has been started. */
interface Started<M> {
  readonly portal: Portal<M>;
  /** Cancelled to end it. */
  readonly scope: CancelScope;
  /** Waits until its process has ended; its death, if it was one. */
  ended(): Promise<ActorDied | null>;
}

const GRACE_MS = 5_000;
const START_TIMEOUT_MS = 30_000;

/** See the module. */
export class ActorNursery {
  /** Cancels everything in the nursery, the body included. */
  readonly cancelScope: CancelScope;
  readonly #system: ActorSystem;
  readonly #runtime: ActorRuntime;
  readonly #nursery: Nursery;
  readonly #options: ActorNurseryOptions;
  readonly #daemons = new Set<CancelScope>();
  /** Tasks, and starts of actors, that are under way. */
  #tasks = 0;
  #onIdle = new Event();
  #isOver = false;

  /** @internal */
  constructor(system: ActorSystem, runtime: ActorRuntime, nursery: Nursery, options: ActorNurseryOptions) {
    this.#system = system;
    this.#runtime = runtime;
    this.#nursery = nursery;
    this.#options = options;
    this.cancelScope = nursery.cancelScope;
  }

  /**
   * Starts a daemon actor: it has no end of its own, and serves what its modules export until it is cancelled. Returns when
   * it has loaded them.
   *
   * @param name Its name; not unique.
   * @throws {ActorStartError} If it ends before that, or takes too long; its process is gone then.
   * @throws {Cancelled} Its process is gone then, too.
   */
  async startActor<M = Record<string, unknown>>(name: string, options: ActorOptions<M>): Promise<Portal<M>> {
    return (await this.#start<M>(name, options)).portal;
  }

  /**
   * Starts one function in an actor of its own, and returns when it has begun. The actor ends with the function; the nursery
   * waits for it before it ends its daemon actors. An error of the function is one of the nursery. Follows tractor's
   * `run_in_actor` of a nursery.
   *
   * @param call Name of a function that the module exports.
   * @returns Where its result is to come.
   * @throws {ActorStartError} As {@linkcode startActor} does.
   *
   * @example Two at once, and their results
   * ```ts
   * import { actorModule, openActorNursery, run } from "supervise";
   *
   * const calculator = actorModule<typeof import("../examples/actors/calculator.ts")>("examples/actors/calculator.ts");
   *
   * await run(() =>
   *   openActorNursery(async (nursery) => {
   *     const one = await nursery.startInActor(calculator, "add", [1, 2]);
   *     const two = await nursery.startInActor(calculator, "add", [3, 4]);
   *     console.log(await one.result(), await two.result()); // 3 7
   *   })
   * );
   * ```
   */
  async startInActor<M, K extends keyof Calls<M> & string>(
    module: ActorModule<M> | string | URL,
    call: K,
    args: ArgsOf<M, K>,
    { name = call, ...options }: OneShotOptions = {},
  ): Promise<OneShot<ResultOf<M, K>>> {
    const { portal, scope, ended } = await this.#start<M>(name, { ...options, module });
    const oneShot = new OneShot<ResultOf<M, K>>(
      portal.actor,
      () => scope.cancel("its one-shot was cancelled"),
    );
    const run = portal.call[call] as unknown as (...args: ArgsOf<M, K>) => Promise<ResultOf<M, K>>;
    this.startSoon(async () => {
      try {
        oneShot.settle({ value: await run(...args as never) });
        scope.cancel("its function has returned");
      } catch (error) {
        // A death of the actor is an error of the nursery already, of which the lost call says the same once more.
        const death = error instanceof TransportClosed && error.status !== null ? await ended() : null;
        // A task of the nursery that waits for the result is cancelled, and does not raise the same error once more.
        if (!scope.cancelCalled) this.cancelScope.cancel(`one-shot "${name}" failed: ${messageOf(error)}`);
        oneShot.settle({ error: death ?? error });
        if (death === null && !scope.cancelCalled) throw error;
      }
    }, { name: `call of ${name}` });
    return oneShot;
  }

  /** Starts a task; the nursery waits for it before it ends its daemon actors. */
  startSoon(body: () => unknown, options: { readonly name?: string } = {}): void {
    this.#tasks += 1;
    this.#nursery.startSoon(async () => {
      await body();
      this.#taskEnded();
    }, { name: options.name ?? (body.name || "task") });
  }

  /** @internal */
  async finish(): Promise<void> {
    while (this.#tasks > 0) {
      this.#onIdle = new Event();
      await this.#onIdle.wait();
    }
    if (this.#options.daemons === "wait") return;
    this.#isOver = true;
    for (const scope of this.#daemons) scope.cancel("the block is over");
  }

  async #start<M>(name: string, options: ActorOptions<M>): Promise<Started<M>> {
    if (this.#isOver) throw new TypeError("Cannot start an actor: the block of its nursery is over");
    const actor = this.#actor(name, options);
    const scope = new CancelScope();
    const over = new Event();
    let death: ActorDied | null = null;
    this.#tasks += 1;
    try {
      const link = await this.#nursery.start<Link>(async (status) => {
        this.#daemons.add(scope);
        try {
          await scope.run(() => actor.run(status, this.#nursery));
        } catch (error) {
          if (error instanceof ActorDied) death = error;
          throw error;
        } finally {
          over.set();
          this.#daemons.delete(scope);
        }
      }, { name: `actor ${name}` });
      const ended = async () => {
        await new CancelScope({ shield: true }).run(() => over.wait());
        return death;
      };
      return { portal: new Portal<M>(link, this.#runtime), scope, ended };
    } finally {
      this.#taskEnded();
    }
  }

  #taskEnded(): void {
    this.#tasks -= 1;
    if (this.#tasks === 0) this.#onIdle.set();
  }

  #actor(name: string, options: ActorOptions): ActorProcess {
    if (!/^[^/\s]+$/.test(name)) {
      throw new TypeError(`Cannot start an actor: a name has neither spaces nor slashes, and is "${name}"`);
    }
    const { module, modules = {}, debug = false, startTimeout = START_TIMEOUT_MS, ...others } = options;
    const { cwd } = this.#system.program;
    const named = Object.entries(module === undefined ? modules : { "": module, ...modules });
    return childProcess(this.#system, this.#runtime, {
      ...others,
      name,
      modules: Object.fromEntries(named.map(([key, one]) => [key, moduleUrl(one, cwd)])),
      debug,
      startTimeoutMs: startTimeout,
      graceMs: this.#options.grace ?? GRACE_MS,
    });
  }
}

/** @internal See `openActorNursery` of the library. */
export async function openActorNurseryOn<T>(
  opening: Promise<ActorSystem>,
  body: (nursery: ActorNursery) => T | Promise<T>,
  options: ActorNurseryOptions,
): Promise<T | undefined> {
  const system = await fromPromise(opening);
  const runtime = await ensureRuntime(system);
  let value: T | undefined;
  await openNursery(async (nursery) => {
    const actors = new ActorNursery(system, runtime, nursery, options);
    value = await body(actors);
    await actors.finish();
  }, options);
  return value;
}
