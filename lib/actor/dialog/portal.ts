/** The handle by which one actor talks to another. */
import { Cancelled } from "../../scope/cancelled.ts";
import { checkpointIfCancelled } from "../../scope/park.ts";
import { checked } from "./check_value.ts";
import { type Context, runContext, runStream } from "./context.ts";
import type { Dialog } from "./dialog.ts";
import type { ActorId } from "../errors.ts";
import { type Checks, checksOf, NO_CHECKS, type Schemas } from "./checks.ts";
import type { ContextFunction, Style } from "./exposed.ts";
import type { Link } from "../link/link.ts";
import { type DialogOptions, endRemote, hasEndedAsAsked } from "./leave_dialog.ts";
import { MsgStream, type StreamOptions, windowOf } from "./msg_stream.ts";
import { encodeStart } from "./start_request.ts";

// deno-lint-ignore no-explicit-any -- Modules have functions of any shape.
type Any = any;

/** How an export of a module is talked to; functions that return `any`, or never, are called. Of `any`, all of it goes. */
type StyleOf<F> = 0 extends 1 & F ? "call" | "context" | "stream"
  : F extends ContextFunction<Any, Any, Any, Any, Any> ? "context"
  : F extends (...args: Any[]) => infer R ? 0 extends 1 & R ? "call" : [R] extends [never] ? "call"
    : R extends AsyncGenerator<Any, Any, Any> ? "stream"
    : "call"
  : "value";

/** The functions of a module that can be called, as they look from another actor. */
export type Calls<M> = {
  readonly [K in keyof M as "call" extends StyleOf<M[K]> ? K : never]: M[K] extends
    (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

type ContextNames<M> =
  & {
    [K in keyof M]: "context" extends StyleOf<M[K]> ? K : never;
  }[keyof M]
  & string;

type StreamNames<M> =
  & {
    [K in keyof M]: "stream" extends StyleOf<M[K]> ? K : never;
  }[keyof M]
  & string;

type ContextArgs<F> = F extends ContextFunction<Any, Any, Any, infer A, Any> ? A : never;
type ContextStarted<F> = F extends ContextFunction<infer S, Any, Any, Any, Any> ? S : never;
type OpenedContext<F> = F extends ContextFunction<Any, infer Sends, infer Receives, Any, infer R>
  ? Context<Sends, Receives, R>
  : never;
type StreamArgs<F> = F extends (...args: infer A) => AsyncGenerator<Any, Any, Any> ? A : never;
type Yielded<F> = F extends (...args: Any[]) => AsyncGenerator<infer Y, Any, Any> ? Y : never;

/** How a portal talks. */
export interface PortalOptions extends DialogOptions {
  /** Validators for what is called and what comes back, by the names of functions: they run here. */
  readonly schemas?: Readonly<Record<string, Schemas>>;
}

/** The holder of a portal, as far as the portal needs it. */
export interface PortalOwner {
  /** @internal Cancels the actor at the other end of a link. */
  cancelActor(link: Link, reason: string | null, timeoutMs: number): Promise<void>;
}

/**
 * A way to call the functions of another actor, typed by its module. Follows tractor's `Portal`.
 *
 * @example Call, open a context, follow a stream
 * ```ts
 * import { actorModule, openActorNursery, run } from "supervise";
 *
 * const calculator = actorModule<typeof import("../examples/actors/calculator.ts")>("examples/actors/calculator.ts");
 *
 * await run(() =>
 *   openActorNursery(async (nursery) => {
 *     const portal = await nursery.startActor("calculator", { module: calculator });
 *     console.log(await portal.call.add(1, 2)); // 3
 *     await portal.openStreamFrom("countTo", [3], async (values) => {
 *       for await (const value of values) console.log(value); // 1, 2, 3
 *     });
 *     await portal.openContext("total", [10], async (ctx, start) => {
 *       console.log(start); // 10
 *       await ctx.openStream(async (stream) => {
 *         await stream.send(5);
 *         console.log(await stream.receive()); // 15
 *       });
 *     });
 *   })
 * );
 * ```
 */
export class Portal<M = Record<string, Any>> {
  readonly #link: Link;
  readonly #owner: PortalOwner;
  readonly #module: string;
  readonly #options: PortalOptions;
  /** The functions of the module: `portal.call.add(1, 2)`. */
  readonly call: Calls<M>;

  /** @internal */
  constructor(link: Link, owner: PortalOwner, module = "", options: PortalOptions = {}) {
    this.#link = link;
    this.#owner = owner;
    this.#module = module;
    this.#options = options;
    const calls = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();
    this.call = new Proxy({}, {
      get: (_, name) => {
        // A proxy that is awaited by mistake is asked for `then`.
        if (typeof name !== "string" || name === "then") return undefined;
        const known = calls.get(name);
        if (known !== undefined) return known;
        const made = (...args: readonly unknown[]) => this.#call(name, args);
        calls.set(name, made);
        return made;
      },
    }) as Calls<M>;
  }

  /** The actor at the other end. */
  get actor(): ActorId {
    return this.#link.peer;
  }

  /** Whether the connection is still there. */
  get isConnected(): boolean {
    return this.#link.lost === null;
  }

  /** The same actor, talked to in another way: another of its modules, or with checks of what goes over the border. */
  with<N = M>(options: PortalOptions & { readonly module?: string }): Portal<N> {
    const { module, ...others } = options;
    return new Portal<N>(this.#link, this.#owner, module ?? this.#module, { ...this.#options, ...others });
  }

  /**
   * Opens a context: `body` runs here, the function in the other actor, and both end together.
   *
   * @param body Called with the context and what the function passed to `started()`.
   * @returns What `body` returned.
   * @throws {RemoteActorError} What the function threw.
   * @throws {ContextCancelled} If it was cancelled by somebody else.
   * @throws {TransportClosed} If the connection is lost.
   * @throws {Cancelled} After the function was cancelled and is over.
   */
  async openContext<K extends ContextNames<M>, T>(
    name: K,
    args: ContextArgs<M[K]>,
    body: (context: OpenedContext<M[K]>, started: ContextStarted<M[K]>) => T | Promise<T>,
    options: DialogOptions = {},
  ): Promise<T> {
    const checks = this.#checksOf(name);
    const dialog = await this.#open("context", name, await checked(checks.args, args) as unknown[]);
    const how = { ...this.#options, ...options };
    return await runContext(
      dialog,
      checks,
      how,
      body as (context: Context, started: unknown) => T | Promise<T>,
    );
  }

  /**
   * Follows what an exported async generator yields. It is cancelled when `body` ends before it does.
   *
   * @returns What `body` returned.
   */
  async openStreamFrom<K extends StreamNames<M>, T>(
    name: K,
    args: StreamArgs<M[K]>,
    body: (values: MsgStream<Yielded<M[K]>, never>) => T | Promise<T>,
    options: StreamOptions & DialogOptions = {},
  ): Promise<T> {
    const checks = this.#checksOf(name);
    const values = await checked(checks.args, args) as unknown[];
    const dialog = await this.#open("stream", name, values, windowOf(options));
    const stream = new MsgStream<Yielded<M[K]>, never>(dialog, options, {
      outgoing: null,
      incoming: checks.sends,
    });
    return await runStream(dialog, stream, { ...this.#options, ...options }, body);
  }

  /**
   * Ends the actor: everything in it is cancelled and cleans up. Returns when that is done, which is a moment before its
   * process ends.
   *
   * @param options.timeout Milliseconds until {@linkcode ActorTooSlow} is raised; 3,000 by default.
   * @throws {ActorTooSlow}
   */
  async cancelActor(options: { readonly reason?: string; readonly timeout?: number } = {}): Promise<void> {
    await this.#owner.cancelActor(this.#link, options.reason ?? null, options.timeout ?? 3_000);
  }

  /** @internal See `testing.breakLink`. */
  breakLink(): void {
    this.#link.cut();
  }

  async #call(name: string, args: readonly unknown[]): Promise<unknown> {
    const { args: checkArgs, result: checkResult } = this.#checksOf(name);
    const dialog = await this.#open("call", name, checkArgs === null ? args : await checkArgs(args));
    try {
      await dialog.until(name, () => dialog.final !== null);
    } catch (error) {
      await endRemote(dialog, "the call was cancelled", this.#options);
      // A result or an error that left before the cancel came is what the call ends with.
      if (!(error instanceof Cancelled) || hasEndedAsAsked(dialog)) throw error;
    }
    return checkResult === null ? dialog.result() : await checkResult(dialog.result());
  }

  /** Not always a promise: a call is over sooner without one. */
  #open(style: Style, name: string, args: readonly unknown[], window?: number): Dialog | Promise<Dialog> {
    const start = encodeStart({ style, module: this.#module, name, args }, this.#link.memory);
    checkpointIfCancelled();
    return this.#link.hasRoom ? this.#link.open(start, window) : this.#openLater(start, window);
  }

  async #openLater(start: Uint8Array, window?: number): Promise<Dialog> {
    await this.#link.room();
    return this.#link.open(start, window);
  }

  #checksOf(name: string): Checks {
    const schemas = this.#options.schemas?.[name];
    return schemas === undefined ? NO_CHECKS : checksOf(schemas, name);
  }
}
