/** Servers that answer a probe as none should: it is over soon, and reads no more than it takes to know. */
import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { nodeNetwork } from "../../lib/host/shared/node_network.ts";
import { test } from "../harness/test.ts";

/** More than any answer that is read; far less than it takes to fill the memory. */
const FLOOD_BYTES = 256 * 1_024 * 1_024;
const MOST_READ = 32 * 1_024 * 1_024;

/** Sends the same again and again until nobody reads any more; how much that was. */
function flood(socket: Socket, head: string, again: string): Promise<number> {
  const chunk = Buffer.from(again.repeat(Math.ceil(65_536 / again.length)));
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve(socket.bytesWritten - socket.writableLength));
    socket.write(head);
    const more = () => {
      while (!socket.destroyed && socket.bytesWritten < FLOOD_BYTES) {
        if (!socket.write(chunk)) return void socket.once("drain", more);
      }
      socket.end();
    };
    more();
  });
}

/** A server that floods whoever comes. */
async function flooding(head: string, again: string) {
  let sent: Promise<number> = Promise.resolve(0);
  let hasCome = () => {};
  const come = new Promise<void>((resolve) => hasCome = resolve);
  const server = createServer((socket) => {
    sent = flood(socket, head, again);
    hasCome();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const end = async () => {
    await come;
    const bytes = await sent;
    await new Promise((resolve) => server.close(resolve));
    return bytes;
  };
  return { port, end };
}

const OK = "HTTP/1.1 200 OK\r\n";

const CASES: readonly (readonly [string, string, string, RegExp | null])[] = [
  ["a body without end", `${OK}Content-Length: 999999999999\r\n\r\n`, "x", null],
  ["headers without end", OK, "X-Again: and again\r\n", /./],
  ["a header without end", `${OK}X: `, "x", /./],
  ["early answers without end", "", "HTTP/1.1 100 Continue\r\n\r\n", /below 200/],
  ["no HTTP", "", "\u0000garbage", /./],
];

for (const [what, head, again, refusal] of CASES) {
  test(`network: a GET that is answered with ${what} is over, and reads little of it`, async () => {
    const { port, end } = await flooding(head, again);
    const result = await nodeNetwork.get(`http://127.0.0.1:${port}/`).result;
    if (refusal === null) assert.equal(result, null);
    else assert.match(String(result), refusal);
    assert.ok(await end() < MOST_READ);
  });
}

test("network: a connection that is flooded is one, and is closed", async () => {
  const { port, end } = await flooding("", "x");
  assert.equal(await nodeNetwork.connect("127.0.0.1", port).result, null);
  assert.ok(await end() < MOST_READ);
});
