/** How a connection begins: each side says who it is, and what version of the protocol it speaks. */
import { concatBytes } from "../../base/bytes.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { FrameError } from "../../wire/frame_splitter.ts";
import { ACTOR_DIALOG, ACTOR_PROTOCOL, decodeMessage, encodeMessage, Kind } from "../../wire/message.ts";
import { encodePayload, PayloadError } from "../../wire/payload.ts";
import { decodeOr } from "../dialog/dialog.ts";
import { FrameReader } from "./frame_reader.ts";
import { encodeHello, HandshakeError, type Hello, type Identity, readHello } from "./identity.ts";

/** How long the other side may take to say who it is. */
const HANDSHAKE_MS = 10_000;

/** A connection that has begun. */
export interface Greeted {
  readonly hello: Hello;
  readonly reader: FrameReader;
}

/**
 * Says hello first, as the side that has connected.
 *
 * @param token Proves to a parent that this is the child that it has started.
 * @throws {HandshakeError}
 */
export async function greet(connection: Connection, self: Identity, token: string | null): Promise<Greeted> {
  await sayHello(connection, self, token);
  return await expectHello(new FrameReader(connection));
}

/**
 * Answers a hello, as the side that was connected to.
 *
 * @throws {HandshakeError}
 */
export async function answerHello(
  connection: Connection,
  reader: FrameReader,
  self: Identity,
): Promise<Greeted> {
  try {
    const greeted = await expectHello(reader);
    await sayHello(connection, self, null);
    return greeted;
  } catch (error) {
    if (error instanceof HandshakeError) await refuse(connection, error.message);
    throw error;
  }
}

/** Tells the other side why there will be no connection, as far as it listens. */
export async function refuse(connection: Connection, why: string): Promise<void> {
  const payload = encodePayload(why);
  const bye = encodeMessage({ kind: Kind.bye, dialog: ACTOR_DIALOG, number: ACTOR_PROTOCOL, payload });
  await fromPromise(connection.write(concatBytes(bye)));
}

async function sayHello(connection: Connection, self: Identity, token: string | null): Promise<void> {
  const payload = encodeHello({ actor: self, token });
  const frame = encodeMessage({ kind: Kind.hello, dialog: ACTOR_DIALOG, number: ACTOR_PROTOCOL, payload });
  await fromPromise(connection.write(concatBytes(frame)));
}

async function expectHello(reader: FrameReader): Promise<Greeted> {
  let frame: Uint8Array | null | undefined;
  try {
    frame = await moveOnAfter(HANDSHAKE_MS, () => reader.next());
    if (frame === undefined) throw new HandshakeError(`it did not say who it is within ${HANDSHAKE_MS} ms`);
    if (frame === null) throw new HandshakeError("it closed the connection without a word");
    const message = decodeMessage(frame);
    if (message.kind === Kind.bye) throw new HandshakeError(String(decodeOr(message.payload, "it refused")));
    if (message.kind !== Kind.hello) throw new HandshakeError("it did not say hello");
    return { hello: readHello(message.number, message.payload), reader };
  } catch (error) {
    if (error instanceof FrameError || error instanceof PayloadError) {
      throw new HandshakeError(`it does not speak the protocol of actors: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
