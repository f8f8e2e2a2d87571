import assert from "node:assert/strict";
import { fromPromise } from "../../../lib/bridge/from_promise.ts";
import { concatBytes } from "../../../lib/base/bytes.ts";
import type { Connection } from "../../../lib/host/ports/sockets.ts";
import { FrameSplitter } from "../../../lib/wire/frame_splitter.ts";
import {
  ACTOR_DIALOG,
  ACTOR_PROTOCOL,
  decodeMessage,
  encodeMessage,
  Kind,
  MAX_FRAME_BYTES,
  type Message,
} from "../../../lib/wire/message.ts";
import { decodePayload, encodePayload } from "../../../lib/wire/payload.ts";

/** Who a raw peer says that it is. */
export const RAW_IDENTITY = { id: "0".repeat(32), name: "raw", path: "raw", pid: 1, address: null };

/** The bytes of a message; the payload is a value, or bytes that may be anything. */
export function frameOf(kind: number, dialog: number, number = 0, payload?: unknown): Uint8Array {
  const bytes = payload === undefined
    ? null
    : payload instanceof Uint8Array
    ? payload
    : encodePayload(payload);
  return concatBytes(encodeMessage({ kind: kind as Kind, dialog, number, payload: bytes }));
}

/** One end of a connection that is played by hand, and keeps to no rule that the test does not keep to. */
export class RawPeer {
  readonly connection: Connection;
  readonly #splitter = new FrameSplitter(MAX_FRAME_BYTES);
  readonly #received: Message[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Writes without waiting: the other side may be held up, or gone. */
  write(bytes: Uint8Array): void {
    void this.connection.write(bytes);
  }

  send(kind: number, dialog: number, number = 0, payload?: unknown): void {
    this.write(frameOf(kind, dialog, number, payload));
  }

  hello(token: string | null = null, version: number = ACTOR_PROTOCOL): void {
    this.send(Kind.hello, ACTOR_DIALOG, version, { actor: RAW_IDENTITY, token });
  }

  /** Opens a dialog with a function of the main module. */
  start(dialog: number, style: string, name: string, args: readonly unknown[] = [], window = 64): void {
    this.send(Kind.start, dialog, window, [style, "", name, args]);
  }

  /** The next message; null at the end. */
  async next(): Promise<Message | null> {
    while (this.#received.length === 0) {
      const bytes = await fromPromise(this.connection.read());
      if (bytes === null) return null;
      this.#received.push(...this.#splitter.push(bytes).map(decodeMessage));
    }
    return this.#received.shift()!;
  }

  /** Waits for a message of a kind, and gives what it carries; others on the way are passed over. */
  async expect(kind: Kind, dialog: number): Promise<unknown> {
    for (let message = await this.next(); message !== null; message = await this.next()) {
      if (message.kind !== kind || message.dialog !== dialog) continue;
      return message.payload === null ? message.number : decodePayload(message.payload);
    }
    assert.fail(`the connection has ended before kind ${kind} in dialog ${dialog}`);
  }

  /** Waits for the goodbye, and gives what it says; the connection ends with it. */
  async goodbye(): Promise<unknown> {
    const why = await this.expect(Kind.bye, ACTOR_DIALOG);
    assert.equal(await this.next(), null);
    return why;
  }
}
