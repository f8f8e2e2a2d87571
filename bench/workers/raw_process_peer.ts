/** A process that does what it is told over a socket, with nothing in between. */
import { connect } from "node:net";
import process from "node:process";
import { readFrames, writeFrame } from "./frames.ts";
import { add, block, burn, give, prepare, take } from "./jobs.ts";

const EMPTY = new Uint8Array();
/** The functions by their numbers, which are in the order of {@linkcode NAMES} of the other side. */
const ANSWERS: readonly ((a: number, b: number, bytes: Uint8Array) => number)[] = [
  add,
  burn,
  block,
  (_a, _b, bytes) => take(bytes),
  prepare,
];

const socket = connect({ path: `\0${process.argv[2]}` });
socket.on("error", () => process.exit());
socket.on("close", () => process.exit());
readFrames(socket, ({ id, values: [a, b], bytes }) => {
  const answer = ANSWERS[id];
  writeFrame(socket, {
    id,
    values: [answer?.(a, b, bytes) ?? 0, 0],
    bytes: answer === undefined ? give() : EMPTY,
  });
});
