/** A connection over a message port keeps the contract of connections. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { giveAway } from "../../lib/base/own_memory.ts";
import { portPair } from "../../lib/host/shared/message_port.ts";
import { portLine } from "../../lib/host/shared/port_connection.ts";
import { test } from "../harness/test.ts";
import { connectionsContract } from "./contract/connections.ts";

connectionsContract<null>(
  (name, body) => test(`message ports: ${name}`, () => body(null)),
  () => Promise.resolve(connected()),
);

test("message ports: what was sent can still be read by its sender", async () => {
  const { here, there, close } = connected();
  const whole = Uint8Array.of(1, 2, 3, 4);
  here.send([whole.subarray(1, 3), whole]);
  assert.deepEqual([...(await there.read())!], [2, 3, 1, 2, 3, 4]);
  assert.deepEqual([...whole], [1, 2, 3, 4]);
  close();
});

test("message ports: a long piece that was given away moves, in its place between others", async () => {
  const { here, there, close } = connected();
  const piece = (fill: number, length: number) => new Uint8Array(length).fill(fill);
  const [own, short, kept] = [giveAway(piece(2, 5_000)), giveAway(piece(3, 100)), piece(4, 5_000)];
  here.send([piece(1, 10), own, short, kept]);
  const received: Uint8Array[] = [];
  for (let length = 0; length < 10_110; length += received.at(-1)!.length) {
    received.push((await there.read())!);
  }
  const expected = [piece(1, 10), piece(2, 5_000), piece(3, 100), kept];
  assert.equal(Buffer.compare(concatBytes(received), concatBytes(expected)), 0);
  assert.deepEqual([own.length, short.length, kept.length], [0, 100, 5_000]);
  close();
});

test("message ports: bytes of every value and of every length up to a long one arrive", async () => {
  const { here, there, close } = connected();
  for (let length = 1; length <= 600; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
    here.send([bytes]);
    assert.deepEqual([...(await there.read())!], [...bytes]);
  }
  close();
});

function connected() {
  const [first, second] = portPair();
  const [here, there] = [portLine(first, true).connection, portLine(second, false).connection];
  const close = () => {
    here.close();
    there.close();
  };
  return { here, there, close };
}
