/**
 * A connection to another actor: many dialogs over one stream of frames. The message loop takes each message and never
 * waits for a task, so that a cancel is heard at once.
 *
 * Invariants:
 * 1. A frame is written whole, even if its sender is cancelled meanwhile: no task writes, tasks only queue.
 * 2. When the connection is lost, every dialog of it ends, and every waiter wakes.
 * 3. A bad message ends one dialog at the worst if its envelope is sound, and this connection if it is not.
 * 4. An end without a goodbye is a truncation, also over TLS.
 * 5. The memory that the other side can make this one keep is bounded, whether it reads its answers or not.
 */
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ExitStatus } from "../../host/ports/processes.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { BrokenResourceError } from "../../sync/channel_errors.ts";
import { Event } from "../../sync/event.ts";
import { WaitQueue } from "../../sync/wait_queue.ts";
import { FrameError } from "../../wire/frame_splitter.ts";
import {
  ACTOR_DIALOG,
  decodeMessageIn,
  encodeMessage,
  isShort,
  Kind,
  type Message,
} from "../../wire/message.ts";
import { Outgoing } from "../../wire/outgoing.ts";
import { type PartBudget, type PartLimits, PartStore } from "../../wire/parts.ts";
import { encodePayload, PAYLOAD_LIMITS, PayloadError, type SharedMemory } from "../../wire/payload.ts";
import { type CancelRequest, decodeOr, Dialog, type DialogLink, FIRST_WINDOW } from "../dialog/dialog.ts";
import { type ActorId, describeStatus, ProtocolError, TransportClosed } from "../errors.ts";
import type { FrameReader } from "./frame_reader.ts";
import { longestPayload } from "./longest_payload.ts";
import { encodeCanceller, type Identity, readCanceller } from "./identity.ts";

/** How many bytes are handed to the system at once: what is urgent waits behind no more than these. */
const WRITE_BYTES = 256 * 1_024;
/** With so much waiting to be written, tasks wait before they add to it: what is in the cache still is soon written. */
const HIGH_WATER_BYTES = 512 * 1_024;
/** With so much waiting to be written, the other side is behind with its reading. */
const BEHIND_BYTES = 4 * 1_024 * 1_024;
/** How long a goodbye may take to a side that has broken the rules. */
const GOODBYE_MS = 1_000;
/** How many dialogs the other side may have open. */
const MOST_SERVED = 10_000;
/** How many answers of the message loop itself may wait for a side that does not read. */
const MOST_UNREAD = 10_000;
/** Parts of long payloads on their way in. */
const PART_LIMITS: PartLimits = {
  maxBytes: PAYLOAD_LIMITS.maxBytes,
  maxOpen: MOST_SERVED,
  maxTotalBytes: 4 * PAYLOAD_LIMITS.maxBytes,
};
/** The description of a connection that ended without a goodbye. */
const CUT = "it ended in the middle, without a goodbye";
/** Kinds that only the serving side of a dialog sends. */
const FROM_SERVER: ReadonlySet<Kind> = new Set<Kind>([
  Kind.startAck,
  Kind.started,
  Kind.return,
  Kind.error,
  Kind.cancelAck,
  Kind.hold,
]);

/** The parts of a connection. */
export interface LinkOptions {
  readonly connection: Connection;
  /** Bytes that came in with the handshake are in there, too. */
  readonly reader: FrameReader;
  readonly self: Identity;
  readonly peer: Identity;
  /** Memory that both sides see. */
  readonly memory?: SharedMemory;
  /**
   * The memory for parts of long payloads, here and on other connections.
   *
   * @default As much as one connection may.
   */
  readonly partBudget?: PartBudget;
  /** Whether this side has connected; it then numbers its dialogs with odd numbers. */
  readonly isConnector: boolean;
  /** Whether the other side has proven that it is a child of this actor. */
  readonly isChild?: boolean;
  /** Takes a dialog that the other side opens. */
  readonly onStart: (dialog: Dialog, payload: Uint8Array) => void;
  /** Told that the other side cancels this actor as a whole. */
  readonly onCancelActor: (request: CancelRequest, link: Link) => void;
  /** Told once that nothing goes over it any more. */
  readonly onLost: () => void;
  /** Finds out how the process at the other end has ended, if it is to be told with the loss of the connection. */
  readonly explainLoss?: () => Promise<ExitStatus | null>;
}

/** See the module. */
export class Link implements DialogLink {
  readonly self: Identity;
  readonly peer: Identity;
  /** Whether `peer` is proven, and a child of this actor; that of any other connection is what the other side says. */
  readonly isChild: boolean;
  readonly memory: SharedMemory | null;
  canceller: ActorId | null = null;
  isBeingEnded = false;
  readonly #options: LinkOptions;
  readonly #dialogs = new Map<number, Dialog>();
  readonly #parts: PartStore;
  readonly #outgoing: Outgoing;
  readonly #room = new WaitQueue();
  readonly #opened = new WaitQueue();
  readonly #ended = new Event();
  #nextId: number;
  #served = 0;
  /** Answers that were given while too much waited to be read. */
  #unread = 0;
  #isWriting = false;
  #isScheduled = false;
  /** Whether something has come in since a message was sent at once. */
  #isFirst = true;
  readonly #flushScheduled = (): void => {
    this.#isScheduled = false;
    this.#flush();
  };
  #saidGoodbye = false;
  #peerSaidGoodbye: string | null = null;
  #lost: TransportClosed | null = null;
  /** Something has come in since somebody last asked. */
  hasHeard = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.self = options.self;
    this.isChild = options.isChild ?? false;
    this.peer = options.peer;
    this.memory = options.memory ?? null;
    this.#parts = new PartStore(PART_LIMITS, options.partBudget);
    this.#outgoing = new Outgoing(longestPayload(options.connection));
    this.#nextId = options.isConnector ? 1 : 2;
  }

  /** Why nothing goes over it any more; null while it works. */
  get lost(): TransportClosed | null {
    return this.#lost;
  }

  /** Waits until a dialog is open. */
  async inUse(): Promise<void> {
    while (this.#dialogs.size === 0) await this.#opened.wait("dialog");
  }

  /** Asks for a sign of life, which `hasHeard` then tells of. */
  ping(): void {
    this.send({ kind: Kind.ping, dialog: ACTOR_DIALOG, number: 0, payload: null });
  }

  /** Waits until the connection is closed, by whichever side. */
  async closed(): Promise<void> {
    await this.#ended.wait();
  }

  /**
   * Opens a dialog.
   *
   * @param window How many values of a stream it takes before it has opened its side of it.
   * @throws {TransportClosed}
   */
  open(start: Uint8Array, window: number = FIRST_WINDOW): Dialog {
    const dialog = this.adopt(this.#nextId);
    dialog.granted = window;
    this.#nextId += 2;
    dialog.send(Kind.start, dialog.granted, start);
    return dialog;
  }

  /** Makes this side of a dialog whose start is nothing to send. @throws {TransportClosed} */
  adopt(id: number): Dialog {
    if (this.#lost !== null) throw this.#lost;
    const dialog = new Dialog(id, this, this.#isTheirs(id));
    this.#dialogs.set(id, dialog);
    this.#opened.wakeAll();
    return dialog;
  }

  /** The dialog that is the actor at the other end as a whole. @throws {TransportClosed} */
  actorDialog(): Dialog {
    return this.#dialogs.get(ACTOR_DIALOG) ?? this.adopt(ACTOR_DIALOG);
  }

  forget(dialog: Dialog): void {
    if (this.#dialogs.get(dialog.id) !== dialog) return;
    this.#dialogs.delete(dialog.id);
    if (dialog.isServed) this.#served -= 1;
    this.#parts.ignoreRest(dialog.id);
  }

  /** Tells those that wait for this actor whether its deadlines count. */
  hold(isHeld: boolean): void {
    for (const { id } of this.#dialogs.values()) {
      if (this.#isTheirs(id)) {
        this.send({ kind: Kind.hold, dialog: id, number: isHeld ? 1 : 0, payload: null });
      }
    }
  }

  /**
   * Sends a message: the first after something has come in at once, because most often it is the only one, what is sent
   * otherwise together with all that follows before the running code comes to a wait. Nothing is sent once the connection is lost.
   */
  send(message: Message): void {
    if (this.#lost !== null || this.#saidGoodbye) return;
    const isIdle = !this.#isScheduled && !this.#isWriting;
    if (isIdle && this.#isFirst && isShort(message) && this.#outgoing.isEmpty) {
      this.#isFirst = false;
      return this.#write(encodeMessage(message));
    }
    this.#outgoing.push(message);
    if (!isIdle) return;
    this.#isScheduled = true;
    queueMicrotask(this.#flushScheduled);
  }

  get hasRoom(): boolean {
    return this.#outgoing.bytes <= HIGH_WATER_BYTES || this.#lost !== null;
  }

  async room(): Promise<void> {
    while (!this.hasRoom) await this.#room.wait("send");
  }

  /** Takes what comes in until the connection ends. */
  async run(): Promise<void> {
    let why: string;
    let cause: Error | undefined;
    try {
      await fromPromise(this.#receiveAll());
      why = this.#peerSaidGoodbye ?? CUT;
      if (this.#peerSaidGoodbye === null) cause = new BrokenResourceError(CUT);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      why = `it does not keep to the protocol: ${error.message}`;
      cause = error;
      this.#sayGoodbye(why);
      await moveOnAfter(GOODBYE_MS, () => fromPromise(this.#options.connection.end()));
    }
    const status = await this.#options.explainLoss?.() ?? null;
    this.lose(why, status, cause);
  }

  /** Lets go of the transport as if it had failed: nobody says goodbye. */
  cut(): void {
    this.#options.connection.close();
  }

  /** Ends it on purpose, after what was queued is written. */
  async close(why: string): Promise<void> {
    while (this.#lost === null && (this.#isWriting || !this.#outgoing.isEmpty)) {
      await this.#room.wait("last messages");
    }
    this.#sayGoodbye(why);
    await fromPromise(this.#options.connection.end());
    this.lose("it was closed here", null);
  }

  /**
   * Ends every dialog, and lets go of the connection.
   *
   * @param why The cause: the end of a process may be the reason, or follow from a transport that has failed.
   */
  lose(why: string, status: ExitStatus | null, cause?: Error): void {
    if (this.#lost !== null) return;
    const told = status === null ? why : `${why}; its process has ended, ${describeStatus(status)}`;
    const error = new TransportClosed(this.peer, told, status, cause === undefined ? undefined : { cause });
    this.#lost = error;
    this.#outgoing.clear();
    this.#parts.clear();
    this.#options.connection.close();
    for (const dialog of [...this.#dialogs.values()]) {
      const reason = `the connection to actor "${this.peer.path}" is closed`;
      if (dialog.isServed) dialog.cancelRequest ??= { canceller: this.peer, reason, withinMs: null };
      dialog.end({ how: "failed", error });
    }
    this.#room.wakeAll();
    this.#options.onLost();
    this.#ended.set();
  }

  async #receiveAll(): Promise<void> {
    await this.#options.reader.receiveWhile(() => !this.#isOver, (bytes, start, end) => {
      this.hasHeard = true;
      this.#isFirst = true;
      // After the goodbye nothing counts.
      if (!this.#isOver) this.#receive(decodeMessageIn(bytes, start, end));
    });
  }

  get #isOver(): boolean {
    return this.#peerSaidGoodbye !== null || this.#lost !== null;
  }

  #receive(received: Message): void {
    const { kind, dialog: id, number } = received;
    if (kind === Kind.ping) {
      return this.send({ kind: Kind.pong, dialog: ACTOR_DIALOG, number, payload: null });
    }
    if (kind === Kind.pong) return;
    if (kind === Kind.bye) return void (this.#peerSaidGoodbye = goodbyeOf(received));
    if (kind === Kind.hello) throw new FrameError("A second hello");
    const message = this.#whole(received);
    if (message === null) return;
    if (kind === Kind.start) return this.#receiveStart(message);
    const dialog = this.#dialogs.get(id);
    // Of the dialog that is an actor as a whole each side has one of its own: a cancel is for this actor.
    const isForThis = kind === Kind.cancel && id === ACTOR_DIALOG;
    if (dialog !== undefined && !isForThis) return this.#hand(dialog, message);
    if (kind === Kind.cancel) return this.#receiveLateCancel(message);
  }

  /** The message with its whole payload; null if more of it is to come, or it is of no use. */
  #whole(received: Message): Message | null {
    const { kind, dialog: id } = received;
    try {
      if (kind !== Kind.part) return this.#parts.complete(received);
      // Parts for a dialog of ours that is over are the rest of what nobody waits for.
      if (this.#isTheirs(id) || this.#dialogs.has(id)) this.#parts.add(received);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.#refusePayload(id, error);
    }
    return null;
  }

  #hand(dialog: Dialog, message: Message): void {
    if (dialog.isServed && FROM_SERVER.has(message.kind)) {
      throw new FrameError("What the side says that serves a dialog, from the one that has opened it");
    }
    try {
      dialog.receive(message);
    } catch (error) {
      if (error instanceof ProtocolError) throw new FrameError(error.message);
      throw error;
    }
  }

  #receiveStart({ dialog: id, number, payload }: Message): void {
    if (!this.#isTheirs(id) || this.#dialogs.has(id)) {
      throw new FrameError(`A dialog with the number ${id}, which is not its sender's to give`);
    }
    const dialog = this.#serve(id);
    dialog.credit = number;
    if (this.#served > MOST_SERVED) {
      dialog.sendError(new RangeError(`More than ${MOST_SERVED} dialogs are open on this connection`));
    } else this.#options.onStart(dialog, payload ?? new Uint8Array(0));
    if (!this.#dialogs.has(id)) this.#countAnswer();
  }

  #serve(id: number): Dialog {
    this.#served += 1;
    return this.adopt(id);
  }

  /** A cancel that comes after the end of a dialog, or before its start, has nothing left to do. */
  #receiveLateCancel({ dialog: id, number, payload }: Message): void {
    const who = readCanceller(decodeOr(payload, null));
    const request = { ...who, withinMs: number === 0 ? null : number };
    if (id === ACTOR_DIALOG) return this.#options.onCancelActor(request, this);
    this.#parts.drop(id);
    this.send({
      kind: Kind.cancelAck,
      dialog: id,
      number: 0,
      payload: encodeCanceller(who),
    });
    this.#countAnswer();
  }

  /** A payload that is too long ends its dialog; a dialog that has yet to begin, with it. */
  #refusePayload(id: number, error: PayloadError): void {
    const dialog = this.#dialogs.get(id);
    if (dialog === undefined && this.#isTheirs(id)) {
      this.#serve(id).sendError(error);
      this.#countAnswer();
    }
    if (dialog?.isServed === false) dialog.requestCancel(error.message);
    dialog?.end({ how: "failed", error });
  }

  /** @throws {FrameError} If the other side asks on and on, and does not read what it is told. */
  #countAnswer(): void {
    if (this.#outgoing.bytes <= BEHIND_BYTES) return void (this.#unread = 0);
    this.#unread += 1;
    if (this.#unread > MOST_UNREAD) throw new FrameError("It asks for more, and does not read its answers");
  }

  #isTheirs(id: number): boolean {
    return id !== ACTOR_DIALOG && (id % 2 === 1) !== this.#options.isConnector;
  }

  #flush(): void {
    while (!this.#isWriting && this.#lost === null) {
      const pieces = this.#outgoing.take(WRITE_BYTES);
      if (pieces.length === 0) return this.#room.wakeAll();
      this.#write(pieces);
    }
    if (this.#outgoing.bytes <= HIGH_WATER_BYTES) this.#room.wakeAll();
  }

  #write(pieces: readonly Uint8Array[]): void {
    const { connection } = this.#options;
    if (connection.send(pieces)) return;
    this.#isWriting = true;
    void connection.drained().then((isOpen) => {
      this.#isWriting = false;
      if (isOpen) this.#flush();
    });
  }

  #sayGoodbye(why: string): void {
    this.send({ kind: Kind.bye, dialog: 0, number: 0, payload: encodePayload(why) });
    this.#flush();
    this.#saidGoodbye = true;
  }
}

function goodbyeOf({ payload }: Message): string {
  const why = decodeOr(payload, null);
  return typeof why === "string" ? why : "the other side has closed it";
}
