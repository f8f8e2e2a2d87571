/** Datagrams of a Unix socket, with the credentials of their senders. */
import type { Notice, NoticeBox, Notices } from "../ports/notices.ts";
import { unixAddressBytes } from "./address_bytes.ts";
import { closeDescriptor } from "./descriptors.ts";
import { type Libc, LINUX } from "./libc.ts";
import type { ReadySet, Waiter } from "./ready_set.ts";

/** As much as systemd takes. */
const TEXT_BYTES = 4_096;
/** The room that the credentials and as many descriptors as the kernel passes at a time take, with their headers. */
const CONTROL_BYTES = 1_088;

/** Where the fields of struct msghdr stand, of which every other word is a pointer or a size of eight bytes. */
const HEADER_BYTES = 56;
const HEADER = { vectors: 16, vectorCount: 24, control: 32, controlLength: 40, flags: 48 };
/** A header of what comes along: its length, what it is, and behind it the data. */
const PART = { level: 8, type: 12, data: 16 };
const WORD = 8;

/** So many are read before others have their turn. */
const NOTICES_A_TURN = 64;

/** The notices of Linux. */
export function linuxNotices(libc: Libc, set: ReadySet): Notices {
  return {
    open(name, onNotice) {
      const type = LINUX.SOCK_DGRAM | LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
      const descriptor = libc.call.socket(LINUX.AF_UNIX, type, 0) as number;
      if (descriptor < 0) return null;
      const one = new Uint8Array(new Int32Array([1]).buffer);
      const address = unixAddressBytes(new TextEncoder().encode(`\0${name.slice(1)}`));
      const { setsockopt, bind } = libc.call;
      const isOpen = setsockopt(descriptor, LINUX.SOL_SOCKET, LINUX.SO_PASSCRED, one, one.length) === 0 &&
        bind(descriptor, address, address.length) === 0;
      if (isOpen) return new LinuxNoticeBox(libc, set.add(descriptor, false), onNotice);
      closeDescriptor(libc, descriptor);
      return null;
    },
    send(address, text) {
      const type = LINUX.SOCK_DGRAM | LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
      const descriptor = libc.call.socket(LINUX.AF_UNIX, type, 0) as number;
      if (descriptor < 0) return false;
      const at = unixAddressBytes(new TextEncoder().encode(address.replace(/^@/, "\0")));
      const bytes = new TextEncoder().encode(text);
      const { connect, write } = libc.call;
      const isSent = connect(descriptor, at, at.length) === 0 &&
        Number(write(descriptor, bytes, bytes.length)) === bytes.length;
      closeDescriptor(libc, descriptor);
      return isSent;
    },
  };
}

class LinuxNoticeBox implements NoticeBox {
  readonly #libc: Libc;
  readonly #waiter: Waiter;
  readonly #onNotice: (notice: Notice) => void;
  readonly #message: Message;
  #isOpen = true;

  constructor(libc: Libc, waiter: Waiter, onNotice: (notice: Notice) => void) {
    this.#libc = libc;
    this.#waiter = waiter;
    this.#onNotice = onNotice;
    this.#message = new Message(libc);
    this.#ask();
  }

  takeNow(): void {
    if (this.#isOpen) this.#read();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#waiter.forget();
    closeDescriptor(this.#libc, this.#waiter.descriptor);
  }

  #ask(): void {
    this.#waiter.ask(() => this.#read());
  }

  #read(): void {
    for (let count = 0; this.#isOpen && count < NOTICES_A_TURN; count++) {
      const received = this.#message.receive(this.#waiter.descriptor);
      if (received === null) {
        this.#waiter.exhausted();
        break;
      }
      const { notice, descriptors } = received;
      this.#waiter.took(TEXT_BYTES);
      try {
        if (notice !== null) this.#onNotice(notice);
      } finally {
        for (const descriptor of descriptors) closeDescriptor(this.#libc, descriptor);
      }
    }
    if (this.#isOpen) this.#ask();
  }
}

/** The buffers that a message is received into. */
class Message {
  readonly #libc: Libc;
  readonly #text = new Uint8Array(TEXT_BYTES);
  readonly #control = new DataView(new ArrayBuffer(CONTROL_BYTES));
  readonly #vector = new DataView(new ArrayBuffer(2 * WORD));
  readonly #header = new DataView(new ArrayBuffer(HEADER_BYTES));
  readonly #headerBytes = new Uint8Array(this.#header.buffer);
  readonly #decoder = new TextDecoder();

  constructor(libc: Libc) {
    this.#libc = libc;
    const addressOf = (bytes: Uint8Array) => libc.ffi.addressOf(bytes);
    this.#vector.setBigUint64(0, addressOf(this.#text), true);
    this.#vector.setBigUint64(WORD, BigInt(TEXT_BYTES), true);
    this.#header.setBigUint64(HEADER.vectors, addressOf(new Uint8Array(this.#vector.buffer)), true);
    this.#header.setBigUint64(HEADER.vectorCount, 1n, true);
    this.#header.setBigUint64(HEADER.control, addressOf(new Uint8Array(this.#control.buffer)), true);
  }

  /** Null if there is none now. The notice is null for what was too long, or nobody is known to have sent. */
  receive(descriptor: number): { notice: Notice | null; descriptors: readonly number[] } | null {
    this.#header.setBigUint64(HEADER.controlLength, BigInt(CONTROL_BYTES), true);
    const flags = LINUX.MSG_DONTWAIT | LINUX.MSG_CMSG_CLOEXEC;
    let length: number;
    do length = Number(this.#libc.call.recvmsg(descriptor, this.#headerBytes, flags)); while (
      length < 0 && this.#libc.errno() === LINUX.EINTR
    );
    if (length < 0) return null;
    const { sender, descriptors } = this.#parts();
    const isCut = (this.#header.getInt32(HEADER.flags, true) & LINUX.MSG_TRUNC) !== 0;
    if (sender === null || isCut) return { notice: null, descriptors };
    return { notice: { text: this.#decoder.decode(this.#text.subarray(0, length)), sender }, descriptors };
  }

  #parts(): { sender: Notice["sender"] | null; descriptors: readonly number[] } {
    const end = Number(this.#header.getBigUint64(HEADER.controlLength, true));
    let sender: Notice["sender"] | null = null;
    const descriptors: number[] = [];
    for (let at = 0; at + PART.data <= end;) {
      const length = Number(this.#control.getBigUint64(at, true));
      if (length < PART.data) break;
      const isOfSocket = this.#control.getInt32(at + PART.level, true) === LINUX.SOL_SOCKET;
      const type = this.#control.getInt32(at + PART.type, true);
      const numbers = Array.from(
        { length: (length - PART.data) / 4 },
        (_, index) => this.#control.getInt32(at + PART.data + 4 * index, true),
      );
      if (isOfSocket && type === LINUX.SCM_CREDENTIALS) sender = { pid: numbers[0]!, uid: numbers[1]! };
      if (isOfSocket && type === LINUX.SCM_RIGHTS) descriptors.push(...numbers);
      at += Math.ceil(length / WORD) * WORD;
    }
    return { sender, descriptors };
  }
}
