import { CancelScope } from "../scope/cancel_scope.ts";
import { ErrorGroup } from "../scope/error_group.ts";
import { withoutCancelled } from "../scope/without_cancelled.ts";
import { BrokenResourceError, WouldBlock } from "../sync/channel_errors.ts";
import { openMemoryChannel, type ReceiveChannel } from "../sync/memory_channel.ts";

/** Node's emitters, as far as they are needed here. */
interface NodeEmitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** The web's event targets, as far as they are needed here. */
interface WebTarget {
  addEventListener(event: string, listener: (event: unknown) => void): void;
  removeEventListener(event: string, listener: (event: unknown) => void): void;
}

interface Failure {
  readonly error: unknown;
}

/** An object that calls listeners back. */
export type EmitterLike = NodeEmitter | WebTarget;

/** Which events {@linkcode fromEmitter} listens to. */
export interface FromEmitterOptions {
  /** The event whose values are received. */
  readonly event: string;
  /**
   * Events that end the channel.
   *
   * @default {[]}
   */
  readonly end?: readonly string[];
  /**
   * The event that carries an error, as its argument or, where it is an event of the web, as its `error`: it cancels the
   * body, and the error is raised.
   *
   * @default {"error"}
   */
  readonly error?: string;
  /**
   * How many events may wait to be received. One more cancels the body with an error: an emitter cannot be slowed.
   *
   * @default {1024}
   */
  readonly capacity?: number;
}

/**
 * Listens to an emitter for as long as `body` runs, and hands its events over as a channel. A listener runs in whatever
 * context the emitter has; what is received here obeys the scopes of the receiver.
 *
 * A value is the only argument of the event, or the list of its arguments.
 *
 * @returns What `body` returned.
 * @throws What the emitter's `error` event carried; an {@linkcode ErrorGroup} if the body failed too.
 * @throws {BrokenResourceError} If more events came than may wait.
 * @throws {Cancelled}
 *
 * @example The first three events
 * ```ts
 * import { EventEmitter } from "node:events";
 * import { fromEmitter, run } from "supervise";
 *
 * const emitter = new EventEmitter();
 * setTimeout(() => [1, 2, 3].forEach((n) => emitter.emit("tick", n)), 1);
 * await run(() =>
 *   fromEmitter<number, void>(emitter, { event: "tick" }, async (ticks) => {
 *     for (let i = 0; i < 3; i++) console.log(await ticks.receive());
 *   })
 * );
 * ```
 */
export async function fromEmitter<T, R>(
  emitter: EmitterLike,
  { event, end = [], error = "error", capacity = 1_024 }: FromEmitterOptions,
  body: (events: ReceiveChannel<T>) => R | Promise<R>,
): Promise<R> {
  const [sender, receiver] = openMemoryChannel<T>(capacity);
  const scope = new CancelScope();
  let failure: Failure | null = null;
  const fail = (reason: unknown) => {
    failure ??= { error: reason };
    scope.cancel("its emitter failed");
  };
  const onEvent = (...args: unknown[]) => {
    try {
      sender.sendNowait((args.length === 1 ? args[0] : args) as T);
    } catch (refusal) {
      // After the end, or when the body has closed its channel, events are of no interest.
      if (refusal instanceof WouldBlock) {
        fail(new BrokenResourceError(`More than ${capacity} events "${event}" waited to be received`));
      }
    }
  };
  const listeners: readonly (readonly [string, (...args: unknown[]) => void])[] = [
    [event, onEvent],
    [error, (carried) => fail(errorIn(carried))],
    ...end.map((name) => [name, () => sender.close()] as const),
  ];
  for (const [name, listener] of listeners) listen(emitter, name, listener);
  try {
    return await valueOrFailure(() => scope.run(() => body(receiver)) as Promise<R>, () => failure);
  } finally {
    for (const [name, listener] of listeners) unlisten(emitter, name, listener);
    receiver.close();
  }
}

/** The value or error of `body`, or the failure beside it, which outranks a cancel. */
async function valueOrFailure<R>(body: () => Promise<R>, failureOf: () => Failure | null): Promise<R> {
  let value: R;
  try {
    value = await body();
  } catch (error) {
    const failure = failureOf();
    if (failure === null) throw error;
    const { rest } = withoutCancelled(error);
    throw rest === null ? failure.error : new ErrorGroup([failure.error, rest.error]);
  }
  const failure = failureOf();
  if (failure !== null) throw failure.error;
  return value;
}

/** An error event of the web is no error itself, and may hold none. */
function errorIn(carried: unknown): unknown {
  if (!(carried instanceof Event)) return carried;
  const { error } = carried as { readonly error?: unknown };
  return error ?? new BrokenResourceError("The event target reported an error", { cause: carried });
}

function listen(emitter: EmitterLike, event: string, listener: (...args: unknown[]) => void): void {
  if ("addEventListener" in emitter) emitter.addEventListener(event, listener);
  else emitter.on(event, listener);
}

function unlisten(emitter: EmitterLike, event: string, listener: (...args: unknown[]) => void): void {
  if ("addEventListener" in emitter) emitter.removeEventListener(event, listener);
  else emitter.off(event, listener);
}
