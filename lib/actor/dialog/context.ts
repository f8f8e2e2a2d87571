/**
 * A context, as the actor sees it that has opened it: a pair of tasks, one in each actor, neither of which outlives the
 * other. Follows tractor's `Portal.open_context`.
 *
 * Invariants:
 * 1. `openContext` does not return before the task over there is over, or the connection is lost, or it was asked to end
 *    and did not in time, which is an error.
 * 2. `leave` decides which errors leave it: a cancel that this context has asked for is absorbed, everything else raises.
 */
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Kind } from "../../wire/message.ts";
import { decodePayload, PayloadError } from "../../wire/payload.ts";
import { checked, ValidationError } from "./check_value.ts";
import type { Dialog } from "./dialog.ts";
import { type ActorId, type ContextCancelled, ProtocolError } from "../errors.ts";
import type { Checks } from "./checks.ts";
import { type DialogOptions, endRemote, isCausedHere, leave } from "./leave_dialog.ts";
import { MsgStream, type StreamOptions, withStream } from "./msg_stream.ts";

/** How the function of a context has ended. */
export type ContextOutcome<Result = unknown> =
  | { readonly how: "returned"; readonly value: Result }
  /** With what it threw (`RemoteActorError`), the loss of the connection (`TransportClosed`), or what else went wrong. */
  | { readonly how: "failed"; readonly error: Error }
  /** Says who has cancelled it, and why. */
  | { readonly how: "cancelled"; readonly error: ContextCancelled };

/** See the module. */
export class Context<Receives = unknown, Sends = unknown, Result = unknown> {
  readonly #dialog: Dialog;
  readonly #checks: Checks;
  readonly #options: DialogOptions;
  #stream: MsgStream<Receives, Sends> | null = null;
  #isCancelCalled = false;
  #isOutcomeTaken = false;

  /** @internal */
  constructor(dialog: Dialog, checks: Checks, options: DialogOptions) {
    this.#dialog = dialog;
    this.#checks = checks;
    this.#options = options;
  }

  /** The actor at the other side. */
  get peer(): ActorId {
    return this.#dialog.link.peer;
  }

  /** Whether {@linkcode cancel} was called. */
  get isCancelCalled(): boolean {
    return this.#isCancelCalled;
  }

  /**
   * Opens this side of the stream for as long as `body` runs. A context has one stream.
   *
   * @throws {TypeError} The second time, or after `cancel()`.
   */
  async openStream<T>(
    body: (stream: MsgStream<Receives, Sends>) => T | Promise<T>,
    options: StreamOptions = {},
  ): Promise<T> {
    if (this.#stream !== null) throw new TypeError("Cannot open a stream twice in one context");
    if (this.#isCancelCalled) throw new TypeError("Cannot open a stream in a context that was cancelled");
    const { sends, receives } = this.#checks;
    this.#stream = new MsgStream(this.#dialog, options, { outgoing: receives, incoming: sends });
    return await withStream(this.#stream, body);
  }

  /**
   * Waits for what the function over there returns.
   *
   * @throws {RemoteActorError} And what else it has ended with.
   * @throws {Cancelled}
   */
  async result(): Promise<Result> {
    // A stream that was left with an error which nobody let out: the function may wait for its end.
    if (this.#stream?.isClosed === true) this.#stream.close();
    // How it failed is known, and outranks the cancel of the block that it brought about.
    if (!hasFailed(this.#dialog)) await this.#dialog.until("result", () => this.#dialog.final !== null);
    return await checked(this.#checks.result, this.#dialog.result()) as Result;
  }

  /**
   * Waits for the end of the function over there, whatever it is, and says it instead of throwing. An end that comes while this
   * waits is handled with that: the block here goes on, and nothing is raised when it is left. Follows tractor's
   * `Context.outcome`.
   *
   * @throws {Cancelled} An end that comes later is raised as ever.
   */
  async outcome(): Promise<ContextOutcome<Result>> {
    const dialog = this.#dialog;
    const wasTaken = this.#isOutcomeTaken;
    this.#isOutcomeTaken = true;
    try {
      if (this.#stream?.isClosed === true) this.#stream.close();
      if (!hasFailed(dialog)) await dialog.until("outcome", () => dialog.final !== null);
    } catch (error) {
      this.#isOutcomeTaken = wasTaken;
      throw error;
    }
    const final = dialog.final!;
    if (final.how !== "returned") return final;
    try {
      return { how: "returned", value: await checked(this.#checks.result, dialog.result()) as Result };
    } catch (error) {
      if (!(error instanceof ValidationError || error instanceof PayloadError)) throw error;
      return { how: "failed", error };
    }
  }

  /** @internal Whether {@linkcode outcome} was asked for: the end over there is then handled. */
  get isOutcomeTaken(): boolean {
    return this.#isOutcomeTaken;
  }

  /**
   * Cancels the task over there and waits until it is over. The block here goes on.
   *
   * @throws {ActorTooSlow} If that takes longer than `cancelTimeout`.
   */
  async cancel(reason?: string): Promise<void> {
    this.#isCancelCalled = true;
    await endRemote(this.#dialog, reason ?? null, this.#options);
  }

  /** @internal Closes the stream, and takes nothing more. */
  discard(): void {
    const dialog = this.#dialog;
    if (this.#stream !== null) this.#stream.close();
    // The sender to a stream that will never be opened hears of it.
    else if (dialog.final === null) dialog.send(Kind.stop);
    dialog.isDiscarding = true;
  }
}

/** @internal Runs `body` in a context over a dialog that was started. */
export async function runContext<T>(
  dialog: Dialog,
  checks: Checks,
  options: DialogOptions,
  // deno-lint-ignore no-explicit-any -- Its types are those of the function that was opened.
  body: (context: Context<any, any, any>, started: any) => T | Promise<T>,
): Promise<T> {
  const context = new Context(dialog, checks, options);
  const scope = new CancelScope();
  let value: T | undefined;
  const errors: unknown[] = [];
  try {
    const first = await startedOf(dialog, checks);
    dialog.onFinal = () => wake(dialog, context, scope);
    value = await scope.run(async () => {
      wake(dialog, context, scope);
      return await body(context, first);
    });
    context.discard();
    // An end of the block from the other side is raised below.
    if (!scope.cancelledCaught) await dialog.until("end of context", () => dialog.final !== null);
  } catch (error) {
    errors.push(error);
  }
  dialog.onFinal = null;
  dialog.isDiscarding = true;
  await leave(dialog, "the context was left", {
    ...options,
    isOwnCancel: context.isCancelCalled,
    // A block that was cut short has not handled it.
    isHandled: context.isOutcomeTaken && !scope.cancelledCaught,
    errors,
  });
  return value as T;
}

/** @internal Runs `body` with the stream of a generator, which is cancelled when `body` has had enough of it. */
export async function runStream<S extends MsgStream<unknown, never>, T>(
  dialog: Dialog,
  stream: S,
  options: DialogOptions,
  body: (stream: S) => T | Promise<T>,
): Promise<T> {
  let value: T | undefined;
  const errors: unknown[] = [];
  try {
    value = await body(stream);
  } catch (error) {
    errors.push(error);
  }
  stream.leave();
  await leave(dialog, "its stream was left", { ...options, isOwnCancel: errors.length === 0, errors });
  return value as T;
}

/** The value with which the other side has started. */
async function startedOf(dialog: Dialog, checks: Checks): Promise<unknown> {
  await dialog.until("started", () => dialog.started !== null || dialog.final !== null);
  if (dialog.started !== null) return await checked(checks.started, decodePayload(dialog.started));
  dialog.result();
  throw new ProtocolError("The function returned without having called started()");
}

/** Ends the block here if the task over there has failed. */
function wake(dialog: Dialog, context: Context, scope: CancelScope): void {
  const { final } = dialog;
  if (final === null || final.how === "returned" || context.isOutcomeTaken) return;
  if (!(context.isCancelCalled && isCausedHere(final, dialog))) {
    scope.cancel("the other side of the context has ended");
  }
}

function hasFailed({ final }: Dialog): boolean {
  return final !== null && final.how !== "returned";
}
