/**
 * One side of a dialog: messages that have come in, and the credit for those that may go out. The message loop calls
 * `receive`, which never waits; tasks wait for its messages.
 *
 * Invariants:
 * 1. A dialog has one end on this side: the one that the other side told, or the loss of the connection.
 * 2. Credit bounds the messages that come in; a side that sends more has failed.
 */
import { Queue } from "../../base/queue.ts";
import { type Give, WaitList } from "../../sync/wait_list.ts";
import { encodeError, readErrorBox } from "../../wire/error_box.ts";
import { Kind, type Message } from "../../wire/message.ts";
import { decodePayload, PAYLOAD_LIMITS, type PayloadError, type SharedMemory } from "../../wire/payload.ts";
import {
  type ActorId,
  type ActorTooSlow,
  type Canceller,
  ContextCancelled,
  ProtocolError,
  RemoteActorError,
  StreamOverrun,
  type TransportClosed,
} from "../errors.ts";
import { encodeCanceller, readCanceller } from "../link/identity.ts";

/** How many values each side takes before it has opened its stream. */
export const FIRST_WINDOW = 64;

/** How a dialog ended. */
export type Final =
  | { readonly how: "returned"; readonly payload: Uint8Array }
  | {
    readonly how: "failed";
    readonly error: RemoteActorError | TransportClosed | StreamOverrun | PayloadError | ActorTooSlow;
  }
  | { readonly how: "cancelled"; readonly error: ContextCancelled };

/** An end whose error is made when it is first asked for: its stack then tells who waited for it. */
class Failed {
  readonly how = "failed";
  readonly #box: Uint8Array;
  #error: RemoteActorError | null = null;

  constructor(box: Uint8Array) {
    this.#box = box;
  }

  get error(): RemoteActorError {
    const box = readErrorBox(decodeOr(this.#box, { message: "(an error that cannot be read)" }));
    return this.#error ??= new RemoteActorError(box);
  }
}

/** The other side wants this one to end. */
export interface CancelRequest extends Canceller {
  /** Milliseconds that it grants; null for no bound. */
  readonly withinMs: number | null;
}

/** The connection that a dialog goes over. */
export interface DialogLink {
  readonly self: ActorId;
  readonly peer: ActorId;
  /** In whose name this actor cancels others, if it is being cancelled itself. */
  readonly canceller: ActorId | null;
  send(message: Message): void;
  /** Memory that both sides see; null between processes. */
  readonly memory: SharedMemory | null;
  /** Whether more can be sent without waiting. */
  readonly hasRoom: boolean;
  /** Waits until it can. */
  room(): Promise<void>;
  /** Whether this side is ending the whole actor at the other end, so that every dialog with it comes to an end. */
  readonly isBeingEnded: boolean;
  /** Messages of this dialog mean nothing any more. */
  forget(dialog: Dialog): void;
}

/** See the module. */
export class Dialog {
  readonly id: number;
  readonly link: DialogLink;
  /** Whether the other side has opened it: it is over when the task here is. */
  readonly isServed: boolean;
  /** Null while it goes on. */
  final: Final | null = null;
  /** Whether its task over there has begun. */
  isAcknowledged = false;
  /** The value with which it has started; null before. */
  started: Uint8Array | null = null;
  /** The first request of the other side to cancel this one. */
  cancelRequest: CancelRequest | null = null;
  /** In whose name this side has asked the other one to cancel; null if it has not. */
  cancelledAs: ActorId | null = null;
  /** Values that have come and that nobody has received. */
  readonly incoming: Queue<Uint8Array> = new Queue<Uint8Array>();
  /** Whether the other side has opened its stream, and whether it has closed it. */
  peerHasOpened = false;
  peerHasStopped = false;
  /** How many more values the other side takes. */
  credit: number = FIRST_WINDOW;
  /** How many more values this side takes. */
  granted: number = FIRST_WINDOW;
  /** Whether somebody inspects a crash over there: it takes as long as it takes. */
  isHeld = false;
  /** Whether what still comes in is of no interest. */
  isDiscarding = false;
  /** Called when the other side cancels, and when the end has come. */
  onCancel: (() => void) | null = null;
  onFinal: (() => void) | null = null;
  readonly #waiting = new WaitList();

  constructor(id: number, link: DialogLink, isServed = false) {
    this.id = id;
    this.link = link;
    this.isServed = isServed;
  }

  /** Waits for what `give` has when something has come in: see {@linkcode WaitList}. */
  take<T>(what: string, give: Give<T>, isShielded = false): Promise<T> {
    return this.#waiting.take(what, give, isShielded);
  }

  /** Waits until something that came in makes `isReady` true, likewise. */
  until(what: string, isReady: () => boolean): Promise<void> {
    return this.#waiting.until(what, isReady);
  }

  /** Wakes the tasks that wait for a change. */
  notify(): void {
    this.#waiting.look();
  }

  send(kind: Message["kind"], number = 0, payload: Uint8Array | null = null): void {
    this.link.send({ kind, dialog: this.id, number, payload });
  }

  /** Asks the other side to cancel; it is asked once. */
  requestCancel(reason: string | null, withinMs: number | null = null): void {
    if (this.cancelledAs !== null || this.final !== null) return;
    this.cancelledAs = this.link.canceller ?? this.link.self;
    this.#sendCancel(this.cancelledAs, reason, withinMs);
  }

  /** Tells the other side, which was asked to cancel, that it has less time than it was told. */
  hurry(reason: string | null, withinMs: number): void {
    if (this.cancelledAs !== null && this.final === null) {
      this.#sendCancel(this.cancelledAs, reason, withinMs);
    }
  }

  #sendCancel(canceller: ActorId, reason: string | null, withinMs: number | null): void {
    const payload = encodeCanceller({ canceller, reason });
    this.send(Kind.cancel, withinMs === null ? 0 : Math.max(1, Math.round(withinMs)), payload);
  }

  /** Ends it with a result, which was encoded before: what cannot be sent is an error of its task. */
  sendReturn(payload: Uint8Array): void {
    this.#sendFinal(Kind.return, payload);
  }

  sendError(error: unknown): void {
    const { path } = this.link.self;
    const payload = encodeError(error, path, (one) => one instanceof RemoteActorError ? one : null);
    this.#sendFinal(Kind.error, payload);
  }

  /** Says that the task was cancelled and is over. */
  sendCancelAck(canceller: Canceller): void {
    this.#sendFinal(Kind.cancelAck, encodeCanceller(canceller));
  }

  #sendFinal(kind: Message["kind"], payload: Uint8Array): void {
    this.send(kind, 0, payload);
    this.link.forget(this);
  }

  /** Takes a message that came in for this dialog. */
  receive({ kind, number, payload }: Message): void {
    const bytes = payload ?? NOTHING;
    switch (kind) {
      case Kind.startAck:
        if (!this.isAcknowledged) this.credit = number;
        this.isAcknowledged = true;
        break;
      case Kind.started:
        this.isAcknowledged = true;
        this.started ??= bytes;
        break;
      case Kind.yield:
        return this.#receiveValue(bytes);
      case Kind.credit:
        this.peerHasOpened = true;
        this.credit += number;
        break;
      case Kind.hold:
        this.isHeld = number === 1;
        break;
      case Kind.stop:
        this.peerHasStopped = true;
        break;
      case Kind.return:
        return this.end({ how: "returned", payload: bytes });
      case Kind.error:
        return this.end(new Failed(bytes));
      case Kind.cancelAck:
        return this.end({
          how: "cancelled",
          error: new ContextCancelled(this.link.peer, this.#readCanceller(bytes)),
        });
      case Kind.cancel:
        if (this.cancelRequest !== null) return;
        this.cancelRequest = { ...this.#readCanceller(bytes), withinMs: number === 0 ? null : number };
        this.onCancel?.();
        break;
      default:
        throw new ProtocolError(`A message of kind ${kind} inside of a dialog`);
    }
    this.notify();
  }

  /** Says how it ended, unless it has. */
  end(final: Final): void {
    if (this.final !== null) return;
    this.final = final;
    if (!this.isServed) this.link.forget(this);
    // The tasks that wait for the end hear of it first. The listeners come after them, because they may cancel other waits.
    this.notify();
    // A dialog that is served goes on until its task has ended, too, and says so.
    if (this.isServed) this.onCancel?.();
    this.onFinal?.();
  }

  /**
   * The result.
   *
   * @throws What the dialog ended with instead of one.
   */
  result(): unknown {
    const final = this.final!;
    if (final.how !== "returned") throw final.error;
    return decodePayload(final.payload, PAYLOAD_LIMITS, this.link.memory);
  }

  #receiveValue(bytes: Uint8Array): void {
    if (this.isDiscarding) return;
    this.granted -= 1;
    if (this.granted < 0) {
      if (!this.isServed) this.requestCancel("it sends more than there is room for");
      return this.end({
        how: "failed",
        error: new StreamOverrun(`Actor "${this.link.peer.path}" sends more than it was given credit for`),
      });
    }
    this.incoming.push(bytes);
    this.notify();
  }

  #readCanceller(bytes: Uint8Array): Canceller {
    return readCanceller(decodeOr(bytes, null));
  }
}

const NOTHING = new Uint8Array([0xf6]);

/** The value of a payload that only explains something: what is said about an end must not keep it from being one. */
export function decodeOr(payload: Uint8Array | null, otherwise: unknown): unknown {
  try {
    return payload === null ? otherwise : decodePayload(payload);
  } catch {
    return otherwise;
  }
}
