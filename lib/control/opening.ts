/** How a connection begins, and so what is spoken on it: the protocol of actors, or requests. */
import { concatBytes } from "../base/bytes.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Connection } from "../host/ports/sockets.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { HEADER_BYTES } from "../wire/frame_splitter.ts";
import { beginsMessage, MAX_FRAME_BYTES } from "../wire/message.ts";

/** How long a client may take to say something. */
const OPENING_MS = 10_000;

/** The protocol of a connection, and the bytes that were read to find it out. */
export interface Opening {
  readonly speaks: "actor" | "requests";
  readonly bytes: Uint8Array;
}

/** Reads until it is clear what is spoken; null if the other side hangs up or is silent before that. */
export async function readOpening(connection: Connection): Promise<Opening | null> {
  const opening = await moveOnAfter(OPENING_MS, async () => {
    const parts: Uint8Array[] = [];
    for (let part = await read(connection); part !== null; part = await read(connection)) {
      parts.push(part);
      const bytes = concatBytes(parts);
      const speaks = spokenIn(bytes);
      if (speaks !== null) return { speaks, bytes };
    }
    return null;
  });
  return opening ?? null;
}

/** The protocol of a connection that begins with these bytes; null if they are too few. Any other is a bad request. */
function spokenIn(bytes: Uint8Array): Opening["speaks"] | null {
  if (bytes.length < HEADER_BYTES) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length === 0 || length > MAX_FRAME_BYTES) return "requests";
  if (bytes.length === HEADER_BYTES) return null;
  return beginsMessage(bytes[HEADER_BYTES]!) ? "actor" : "requests";
}

async function read(connection: Connection): Promise<Uint8Array | null> {
  return await fromPromise(connection.read());
}
