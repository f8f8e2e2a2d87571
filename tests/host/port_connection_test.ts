/** A connection over a message port keeps the contract of connections. */
import assert from "node:assert/strict";
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

function connected() {
  const [first, second] = portPair();
  const [here, there] = [portLine(first, true).connection, portLine(second, false).connection];
  const close = () => {
    here.close();
    there.close();
  };
  return { here, there, close };
}
