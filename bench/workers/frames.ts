/** The least that calls over a socket need: 32 bytes of header (a number, two values, how many bytes follow), then these bytes. */
import type { Socket } from "node:net";

const HEADER_BYTES = 32;
const PART_BYTES = 256 * 1_024;

/** What is sent in one go. */
export interface Frame {
  readonly id: number;
  readonly values: readonly [number, number];
  readonly bytes: Uint8Array;
}

/** Writes a frame. */
export function writeFrame(socket: Socket, { id, values, bytes }: Frame): void {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint32(0, id);
  header.setUint32(4, bytes.length);
  header.setFloat64(8, values[0]);
  header.setFloat64(16, values[1]);
  socket.write(new Uint8Array(header.buffer));
  writeBytes(socket, bytes);
}

/** Writes bytes part by part, each when there is room: what does not fit at once is copied again and again on Bun. */
function writeBytes(socket: Socket, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const part = bytes.subarray(at, at + PART_BYTES);
    at += part.length;
    if (!socket.write(part)) {
      return void socket.once(
        "drain",
        () => writeBytes(socket, bytes.subarray(at)),
      );
    }
  }
}

/** Calls `receive` with every frame that arrives. */
export function readFrames(
  socket: Socket,
  receive: (frame: Frame) => void,
): void {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  let headerFilled = 0;
  let bytes = new Uint8Array();
  let filled = 0;
  socket.on("data", (chunk: Uint8Array) => {
    let at = 0;
    while (at < chunk.length) {
      if (headerFilled < HEADER_BYTES) {
        const part = chunk.subarray(at, at + HEADER_BYTES - headerFilled);
        header.set(part, headerFilled);
        headerFilled += part.length;
        at += part.length;
        if (headerFilled < HEADER_BYTES) return;
        bytes = new Uint8Array(view.getUint32(4));
        filled = 0;
      }
      const part = chunk.subarray(at, at + bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < bytes.length) return;
      headerFilled = 0;
      receive({
        id: view.getUint32(0),
        values: [view.getFloat64(8), view.getFloat64(16)],
        bytes,
      });
    }
  });
}
