import { concatBytes } from "../../base/bytes.ts";
import { isGivenAway } from "../../base/own_memory.ts";
import type { Connection } from "../ports/sockets.ts";
import type { ThreadLine } from "../ports/threads.ts";
import type { Port } from "./message_port.ts";
import { bytesOfText, textOfBytes } from "./byte_text.ts";
import { type MemoryMessage, PortMemory } from "./port_memory.ts";
import { ReadAhead } from "./read_ahead.ts";

/** How many bytes are on their way before the sender is held back. */
const WINDOW_BYTES = 1_024 * 1_024;
/** With so many bytes read, the other side is told of them. */
const TELL_BYTES = WINDOW_BYTES / 4;

/** Up to this length bytes go as a text, which a runtime hands over at less cost than a buffer. */
const TEXT_BYTES = 256;
/** From this length on a buffer moves to the other thread; to copy a shorter one costs less. */
const LONG_BYTES = 2 * 1_024;

/** A port holds nobody back: what it has no valve for, the window does. */
const NO_VALVE = { hold() {}, release() {} };

/** Something that waits until so many bytes in all were read by the other side. */
interface Waiting {
  readonly read: number;
  readonly resolve: (isThere: boolean) => void;
}

/** The messages of the sides: bytes, also as a text, how many bytes were read, the end, and memory. */
type PortMessage = Uint8Array | string | number | null | MemoryMessage;

/** A line over a message port. */
export interface PortLine extends ThreadLine {
  /** The other side is gone, also if the port does not say so. Bytes that have come can still be read. */
  lose(): void;
}

/** The line of a thread over a message port, which nobody else uses. */
export function portLine(port: Port, isStarter: boolean): PortLine {
  const memory = new PortMemory(port, isStarter);
  const connection = new PortConnection(port, memory);
  return { connection, memory, lose: () => connection.lose() };
}

/**
 * A connection over a message port. The reader tells how much it has read, and so holds the sender back.
 *
 * Bytes are copied into a buffer of their own, which then moves to the other thread: a view that is posted takes the whole buffer
 * behind it along, as a copy, and a buffer that moves is empty for the sender. Whether a piece may be taken from its
 * sender cannot be seen: payloads are views on the encoder's own buffer or parts of one long value, and who has sent a
 * piece may still read it.
 */
class PortConnection implements Connection {
  readonly peer = null;
  readonly identity = null;
  readonly movesMemory = true;
  readonly #port: Port;
  readonly #memory: PortMemory;
  readonly #ahead = new ReadAhead(NO_VALVE);
  #sent = 0;
  /** Of what was sent, how much the other side says that it has read. */
  #sentRead = 0;
  /** Bytes that were read here, and not told of. */
  #untold = 0;
  #waiting: Waiting[] = [];
  #waits = 0;
  #canWrite = true;
  #isClosed = false;
  #isDropping = false;
  #hasEnd = false;
  #ending: Promise<void> | null = null;

  constructor(port: Port, memory: PortMemory) {
    this.#port = port;
    this.#memory = memory;
    port.addEventListener("close", () => this.lose());
    port.onmessage = ({ data }) => this.#receive(data as PortMessage);
    port.unref();
  }

  get backlog(): number {
    return this.#isClosed ? 0 : Math.max(0, this.#sent - this.#sentRead - WINDOW_BYTES);
  }

  read(): Promise<Uint8Array | null> {
    this.#hold();
    return this.#ahead.read().then(this.#hasRead);
  }

  readonly #hasRead = (bytes: Uint8Array | null): Uint8Array | null => {
    this.#letGo();
    if (bytes !== null) this.#tell(bytes.length);
    else if (this.#ending === null) this.lose();
    return bytes;
  };

  async receiveWhile(onBytes: (bytes: Uint8Array) => boolean): Promise<void> {
    await this.#keepRunning(this.#ahead.receiveWhile((bytes) => {
      this.#tell(bytes.length);
      return onBytes(bytes);
    }));
    if (this.#hasEnd && this.#ending === null) this.lose();
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (!this.#canWrite) return Promise.resolve(false);
    this.#post([bytes]);
    return this.#room();
  }

  send(pieces: readonly Uint8Array[]): boolean {
    if (!this.#canWrite) return false;
    this.#post(pieces);
    return this.#sent - this.#sentRead <= WINDOW_BYTES;
  }

  drained(): Promise<boolean> {
    return this.#canWrite ? this.#room() : Promise.resolve(false);
  }

  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  close(): void {
    this.#ahead.discard();
    this.lose();
  }

  async #end(): Promise<void> {
    if (this.#isClosed) return;
    const room = this.#room();
    this.#port.postMessage(null satisfies PortMessage);
    this.#canWrite = false;
    this.#isDropping = true;
    this.#ahead.discard();
    if (this.#hasEnd) return this.lose();
    await room;
  }

  #receive(message: PortMessage): void {
    if (typeof message === "string") {
      this.#receiveBytes(bytesOfText(message));
    } else if (message instanceof Uint8Array) {
      this.#receiveBytes(message);
    } else if (typeof message === "number") {
      this.#sentRead += message;
      this.#settle();
    } else if (message === null) {
      this.#hasEnd = true;
      this.#ahead.end();
      // Either side has said its end: there is nothing that could still come.
      if (this.#isDropping) this.lose();
    } else {
      this.#memory.receive(message);
    }
  }

  #receiveBytes(bytes: Uint8Array): void {
    if (this.#isDropping) this.#tell(bytes.length);
    else this.#ahead.push(bytes);
  }

  #post(pieces: readonly Uint8Array[]): void {
    let together: Uint8Array[] = [];
    for (const piece of pieces) {
      if (piece.length < LONG_BYTES || !isGivenAway(piece)) {
        together.push(piece);
        continue;
      }
      this.#postCopy(together);
      this.#sent += piece.length;
      this.#port.postMessage(piece, [piece.buffer]);
      together = [];
    }
    this.#postCopy(together);
  }

  #postCopy(pieces: readonly Uint8Array[]): void {
    const whole = concatBytes(pieces);
    const { length } = whole;
    if (length === 0) return;
    this.#sent += length;
    if (length <= TEXT_BYTES) return this.#port.postMessage(textOfBytes(whole));
    const bytes = pieces.length === 1 ? whole.slice() : whole;
    this.#port.postMessage(bytes, length < LONG_BYTES ? [] : [bytes.buffer]);
  }

  /** Tells the other side of bytes that were read, not each time. */
  #tell(length: number): void {
    this.#untold += length;
    if (this.#untold < TELL_BYTES || this.#isClosed) return;
    this.#port.postMessage(this.#untold satisfies PortMessage);
    this.#untold = 0;
  }

  /** Resolves when what was sent so far is on its way, false if the other side is gone. */
  #room(): Promise<boolean> {
    const read = this.#sent - WINDOW_BYTES;
    if (this.#sentRead >= read) return Promise.resolve(true);
    return this.#keepRunning(new Promise((resolve) => this.#waiting.push({ read, resolve })));
  }

  #settle(): void {
    const ready = this.#waiting.filter(({ read }) => read <= this.#sentRead);
    this.#waiting = this.#waiting.filter(({ read }) => read > this.#sentRead);
    for (const { resolve } of ready) resolve(true);
  }

  async #keepRunning<T>(wait: Promise<T>): Promise<T> {
    this.#hold();
    try {
      return await wait;
    } finally {
      this.#letGo();
    }
  }

  /** A port that somebody waits for keeps the program running, and no other. */
  #hold(): void {
    if (this.#waits++ === 0 && !this.#isClosed) this.#port.ref();
  }

  #letGo(): void {
    if (--this.#waits === 0 && !this.#isClosed) this.#port.unref();
  }

  /** Lets go of the port, whichever side is gone. Bytes that have come can still be read. */
  lose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#canWrite = false;
    this.#port.close();
    this.#ahead.end();
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
  }
}
