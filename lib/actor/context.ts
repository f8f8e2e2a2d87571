/**
 * A context, as the actor sees it that has opened it: a pair of tasks, one in each actor, neither of which outlives the
 * other. Follows tractor's `Portal.open_context`.
 *
 * Invariants:
 * 1. `openContext` does not return before the task over there is over, or the connection is lost, or it was asked to end
 *    and did not in time, which is an error.
 * 2. A cancel over there is absorbed only if this context has asked for it, the other side itself says so, and it names
 *    this actor as the canceller. Everything else raises.
 * 3. No error is lost: one of each side are two.
 */
import { CancelScope } from "../scope/cancel_scope.ts";
import { Cancelled } from "../scope/cancelled.ts";
import { ErrorGroup } from "../scope/error_group.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Kind } from "../wire/message.ts";
import { decodePayload } from "../wire/payload.ts";
import { checked } from "./check_value.ts";
import type { Dialog, Final } from "./dialog.ts";
import { type ActorId, ActorTooSlow, ProtocolError, TransportClosed } from "./errors.ts";
import type { Checks } from "./checks.ts";
import { MsgStream, type StreamOptions } from "./msg_stream.ts";

/** How a dialog is ended. */
export interface DialogOptions {
  /**
   * Milliseconds that the other side has to end its task after a cancel, before {@linkcode ActorTooSlow} is raised.
   *
   * @default {3_000}
   */
  readonly cancelTimeout?: number;
}

const CANCEL_TIMEOUT_MS = 3_000;

/** See the module. */
export class Context<Receives = unknown, Sends = unknown, Result = unknown> {
  readonly #dialog: Dialog;
  readonly #checks: Checks;
  readonly #options: DialogOptions;
  #stream: MsgStream<Receives, Sends> | null = null;
  #isCancelCalled = false;

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
    try {
      return await body(this.#stream);
    } finally {
      this.#stream.close();
    }
  }

  /**
   * Waits for what the function over there returns.
   *
   * @throws {RemoteActorError} And what else it has ended with.
   * @throws {Cancelled}
   */
  async result(): Promise<Result> {
    // How it failed is known, and outranks the cancel of the block that it brought about.
    if (!hasFailed(this.#dialog)) await this.#dialog.until("result", () => this.#dialog.final !== null);
    return await checked(this.#checks.result, this.#dialog.result()) as Result;
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
    // Whoever sends to a stream that will never be opened hears of it.
    else if (dialog.final === null && !dialog.isDiscarding) dialog.send(Kind.stop);
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
    // What ended the block from the other side is raised below.
    if (!scope.cancelledCaught) await dialog.until("end of context", () => dialog.final !== null);
  } catch (error) {
    errors.push(error);
  }
  dialog.onFinal = null;
  context.discard();
  try {
    await endRemote(dialog, "the context was left", options);
  } catch (error) {
    errors.push(error);
  }
  const rest = conclude(dialog, context, errors);
  if (rest.length > 1) throw new ErrorGroup(rest);
  if (rest.length === 1) throw rest[0];
  return value as T;
}

/** What the other side started with. */
async function startedOf(dialog: Dialog, checks: Checks): Promise<unknown> {
  await dialog.until("started", () => dialog.started !== null || dialog.final !== null);
  if (dialog.started !== null) return await checked(checks.started, decodePayload(dialog.started));
  dialog.result();
  throw new ProtocolError("The function returned without having called started()");
}

/** Ends the block here if the task over there has failed. */
function wake(dialog: Dialog, context: Context, scope: CancelScope): void {
  const { final } = dialog;
  if (final === null || final.how === "returned") return;
  if (!isOwnCancel(final, dialog, context)) scope.cancel("the other side of the context has ended");
}

/** @internal Cancels the task over there, and waits for its end whatever is cancelled here. @throws {ActorTooSlow} */
export async function endRemote(
  dialog: Dialog,
  reason: string | null,
  options: DialogOptions,
): Promise<void> {
  if (dialog.final !== null) return;
  const withinMs = options.cancelTimeout ?? CANCEL_TIMEOUT_MS;
  dialog.requestCancel(reason);
  const isOver = () => dialog.final !== null;
  await new CancelScope({ shield: true }).run(async () => {
    do {
      await dialog.until("end of an inspection", () => !dialog.isHeld || isOver());
      await moveOnAfter(withinMs, () => dialog.until("acknowledgement of a cancel", isOver));
    } while (!isOver() && dialog.isHeld);
  });
  if (dialog.final !== null) return;
  const { path } = dialog.link.peer;
  const error = new ActorTooSlow(
    `Actor "${path}" has not ended a task within ${withinMs} ms after it was cancelled`,
  );
  // Nobody is to wait for it once more.
  dialog.end({ how: "failed", error });
  throw error;
}

/** The errors that leave the context. */
function conclude(dialog: Dialog, context: Context, local: readonly unknown[]): readonly unknown[] {
  const final = dialog.final;
  if (final === null || final.how === "returned") return local;
  const { error } = final;
  if (isOwnCancel(final, dialog, context)) return local.flatMap((one) => without(one, error));
  // It was to end because this side was left with an error.
  if (local.length > 0 && hasEndedAsAsked(dialog)) return local;
  const real = local.filter((one) => !(one instanceof Cancelled));
  return real.some((one) => holds(one, error)) ? real : [...real, error];
}

function hasFailed({ final }: Dialog): boolean {
  return final !== null && final.how !== "returned";
}

/** This actor is the canceller, or was when it asked whoever cancels this actor itself. */
function isCausedHere(final: Final, { cancelledAs, link }: Dialog): boolean {
  if (final.how !== "cancelled" || cancelledAs === null) return false;
  const id = final.error.canceller?.id;
  return id === cancelledAs.id || id === link.self.id;
}

/** @internal Whether it is over because this side has asked for that; an actor that had to be killed for it is over, too. */
export function hasEndedAsAsked(dialog: Dialog): boolean {
  const { final, cancelledAs } = dialog;
  if (final === null || cancelledAs === null) return false;
  return isCausedHere(final, dialog) || (final.how === "failed" && final.error instanceof TransportClosed);
}

function isOwnCancel(final: Final, dialog: Dialog, context: Context): boolean {
  return context.isCancelCalled && isCausedHere(final, dialog);
}

function holds(error: unknown, part: unknown): boolean {
  return error === part || (error instanceof ErrorGroup && error.flatten().includes(part));
}

/** An error without one that is absorbed. */
function without(error: unknown, absorbed: unknown): readonly unknown[] {
  if (error === absorbed) return [];
  if (!(error instanceof ErrorGroup)) return [error];
  const [, rest] = error.split((one) => one === absorbed);
  return rest === null ? [] : [rest];
}
