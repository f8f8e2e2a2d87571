import type { Socket } from "node:net";

/** What a socket takes at once without much of it being kept: all at once is several times slower on Bun. */
const PIECE_BYTES = 256 * 1_024;

/** Writes a large block, as fast as the other side reads it. */
export async function writeAll(socket: Socket, block: Uint8Array): Promise<void> {
  for (let at = 0; at < block.length; at += PIECE_BYTES) {
    if (!socket.write(block.subarray(at, at + PIECE_BYTES))) {
      await new Promise((resolve) => socket.once("drain", resolve));
    }
  }
}
