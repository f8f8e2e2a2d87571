/** Large values there and back, and the floor of that: as many bytes, which nobody keeps. */
import type { Socket } from "node:net";

/** How large they are. */
export const LARGE_BYTES = 64 * 1_024 * 1_024;
const ROUNDS = 7;
/** What a socket takes at once without much of it being kept: all at once is several times slower on Bun. */
const PIECE_BYTES = 256 * 1_024;

/** Writes a large block, as fast as the other side reads it. */
export async function writeAll(
  socket: Socket,
  block: Uint8Array,
): Promise<void> {
  for (let at = 0; at < block.length; at += PIECE_BYTES) {
    if (!socket.write(block.subarray(at, at + PIECE_BYTES))) {
      await new Promise((resolve) => socket.once("drain", resolve));
    }
  }
}

/** Milliseconds for so many bytes to a peer in the mode `bounce`, and when it has all of them, back. */
export async function bounce(socket: Socket): Promise<number> {
  const block = new Uint8Array(LARGE_BYTES);
  let left = 0;
  let resolve = (_?: unknown) => {};
  socket.on("data", (chunk) => {
    left -= chunk.length;
    if (left === 0) resolve();
  });
  return await medianTime(() =>
    new Promise((done) => {
      resolve = done;
      left = LARGE_BYTES;
      void writeAll(socket, block);
    })
  );
}

/** Milliseconds that it mostly takes, after a first time. */
export async function medianTime(
  body: () => Promise<unknown>,
): Promise<number> {
  await body();
  const taken: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await body();
    taken.push(performance.now() - start);
  }
  return taken.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}
