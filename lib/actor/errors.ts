/** Errors between actors. */
import type { ExitStatus } from "../host/ports/processes.ts";
import { isWholly, STANDS_FOR } from "../scope/error_class.ts";
import type { ErrorBox, Relayed } from "../wire/error_box.ts";
import { rebuildError, registerErrorType } from "./error_types.ts";

/** An actor, as errors and listings name it. */
export interface ActorId {
  /** Unique for all time. */
  readonly id: string;
  /** Not unique. */
  readonly name: string;
  /** Names of the actors from the root of its tree down to it, `root/api`. */
  readonly path: string;
}

/**
 * An error that was raised in another actor. Follows tractor's `RemoteActorError`.
 *
 * @example Tell remote errors apart
 * ```ts
 * import { actorModule, RemoteActorError, run, runInActor } from "supervise";
 *
 * const calculator = actorModule<typeof import("../examples/actors/calculator.ts")>("examples/actors/calculator.ts");
 *
 * await run(async () => {
 *   try {
 *     await runInActor(calculator, "divide", [1, 0]);
 *   } catch (error) {
 *     if (!(error instanceof RemoteActorError)) throw error;
 *     console.log(error.type, error.is(RangeError), error.path); // RangeError true [ "main/divide" ]
 *   }
 * });
 * ```
 */
export class RemoteActorError extends Error implements Relayed {
  override readonly name = "RemoteActorError";
  /** Name of its class over there. */
  readonly type: string;
  /** The error itself, of its own class if that is known here (see {@linkcode registerErrorType}). Also the `cause`. */
  readonly original: Error;
  /** Where it was raised over there; null if that is not known. */
  readonly remoteStack: string | null;
  /**
   * Paths of the actors that it came through: the one that raised it first, the one that sent it here last. An error inside of
   * `original`, as a part of a group or a cause, that was raised in another actor is a `RemoteActorError` with a path of its own.
   */
  readonly path: readonly string[];
  /** @internal */
  readonly box!: ErrorBox;

  /** @internal */
  constructor(box: ErrorBox) {
    const original = rebuildError(box, (one) => new RemoteActorError(one));
    super(`${box.type} in actor "${box.path[0] ?? "?"}": ${box.message}`, { cause: original });
    this.type = box.type;
    this.original = original;
    this.remoteStack = box.stack;
    this.path = box.path;
    Object.defineProperty(this, "box", { value: box, enumerable: false });
  }

  /** Whether the error over there was of this class; of a group, whether all of its errors were. */
  is(type: abstract new (...args: never[]) => Error): boolean {
    return isWholly(this.original, type);
  }

  /** @internal The error that a search for errors of a class compares. */
  get [STANDS_FOR](): Error {
    return this.original;
  }
}

/** The actor that cancelled a context, and its reason. */
export interface Canceller {
  /** Null if it did not say. */
  readonly canceller: ActorId | null;
  readonly reason: string | null;
}

/**
 * The other side of a context, or of a call, was cancelled. It is absorbed at the exit of a context only if that context
 * asked for it; else it says who did. Follows tractor's `ContextCancelled`.
 */
export class ContextCancelled extends Error {
  override readonly name = "ContextCancelled";
  /** The actor that asked for it: this one, the other one ("itself"), or a third. Null if that is not known. */
  readonly canceller: ActorId | null;
  readonly reason: string | null;
  /** The actor whose task was cancelled. */
  readonly actor: ActorId;

  /** @internal */
  constructor(actor: ActorId, { canceller, reason }: Canceller) {
    const who = canceller === null
      ? ""
      : canceller.id === actor.id
      ? " by itself"
      : ` by "${canceller.path}"`;
    super(`Cancelled in actor "${actor.path}"${who}${reason === null ? "" : `: ${reason}`}`);
    this.actor = actor;
    this.canceller = canceller;
    this.reason = reason;
  }
}

/** A value was sent that the other side has no room for: it never opened its stream, or the sender is not to wait. */
export class StreamOverrun extends Error {
  override readonly name = "StreamOverrun";
}

/** The connection to another actor is lost; with its exit status if it was a child and has ended. */
export class TransportClosed extends Error {
  override readonly name = "TransportClosed";
  readonly actor: ActorId | null;
  /** How the process ended, where that is known. */
  readonly status: ExitStatus | null;

  /** @internal */
  constructor(actor: ActorId | null, why: string, status: ExitStatus | null = null, options?: ErrorOptions) {
    super(
      `The connection to ${actor === null ? "an actor" : `actor "${actor.path}"`} is closed: ${why}`,
      options,
    );
    this.actor = actor;
    this.status = status;
  }
}

/** An actor has ended that was not to end. */
export class ActorDied extends Error {
  override readonly name = "ActorDied";
  readonly actor: ActorId;
  readonly status: ExitStatus;

  /** @internal */
  constructor(actor: ActorId, status: ExitStatus, options?: ErrorOptions) {
    super(`Actor "${actor.path}" has ended: ${describeStatus(status)}`, options);
    this.actor = actor;
    this.status = status;
  }
}

/** A cancel was not acknowledged in time. Not a `TooSlowError`, so that no handler of time-outs takes it for one of its own. */
export class ActorTooSlow extends Error {
  override readonly name = "ActorTooSlow";
}

/** An actor could not be started, or ended before it was ready. */
export class ActorStartError extends Error {
  override readonly name = "ActorStartError";
  /** How its process ended; null if there was none, or if it was ended for that reason. */
  readonly status: ExitStatus | null;

  /** @internal */
  constructor(name: string, why: string, status: ExitStatus | null, options?: ErrorOptions) {
    super(`Cannot start actor "${name}": ${why}`, options);
    this.status = status;
  }
}

/** There is no actor to be found: no run, or none of that name. */
export class NoActor extends Error {
  override readonly name = "NoActor";
}

/** A function was asked for that the actor does not expose. */
export class NotExposed extends Error {
  override readonly name = "NotExposed";
}

/** A side of a dialog did what is not allowed at that point. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** In words. */
export function describeStatus(status: ExitStatus): string {
  return status.how === "exited" ? `exit code ${status.code}` : `ended by ${status.signal}`;
}

for (
  const type of [
    ActorDied,
    ActorStartError,
    ActorTooSlow,
    ContextCancelled,
    NoActor,
    NotExposed,
    ProtocolError,
    StreamOverrun,
    TransportClosed,
  ]
) registerErrorType(type);
