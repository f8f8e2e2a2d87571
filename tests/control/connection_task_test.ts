import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { PROTOCOL_VERSION, REQUEST_LIMITS } from "../../lib/control/protocol.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { encodeFrame } from "../../lib/wire/frames.ts";
import { test } from "../harness/test.ts";
import { END, onStage, readAll, readMessages, settled } from "./stage.ts";

const HELLO = { op: "hello", protocol: PROTOCOL_VERSION };

function frame(...payload: readonly number[]): Uint8Array {
  return new Uint8Array([0, 0, payload.length >> 8, payload.length & 0xff, ...payload]);
}

function header(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

/** Frames that no client should send, and what it is told. */
const BAD_FRAMES: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["text", new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"), /A frame of 1195725856 bytes/],
  ["a frame that is too long", header(REQUEST_LIMITS.maxBytes + 1), /A frame of 262145 bytes; at most/],
  ["nothing", frame(), /an early end/],
  ["brackets without end", frame(...Array(500).fill(0x81), 0x00), /more than 8 levels/],
  ["deep maps", frame(...Array(500).fill([0xa1, 0x01]).flat(), 0x00), /more than 8 levels/],
  ["a list of four billion", frame(0x9a, 0xff, 0xff, 0xff, 0xff), /longer than the message/],
  ["a list that is too long", encodeFrame(Array(20_001).fill(0)), /more than 20000 items/],
  ["half an item", frame(0x82, 0x01), /an early end|longer than/],
  ["two items", frame(0x01, 0x02), /bytes after its end/],
  ["a tag", frame(0xc1, 0x00), /a tag/],
  ["a number", encodeFrame(7), /it needs an id and an op/],
  [
    "a request without an id",
    encodeFrame({ op: "hello", protocol: PROTOCOL_VERSION }),
    /it needs an id and an op/,
  ],
  ["a request with a text as id", encodeFrame({ id: "1", op: "hello" }), /it needs an id and an op/],
  ["an answer", encodeFrame({ id: 1, result: {} }), /it needs an id and an op/],
];

/** The one error that `connection` gets before it is hung up. */
async function onlyError(connection: Connection): Promise<{ id: number; name: string; message: string }> {
  const messages = await readAll(connection);
  assert.equal(messages.length, 1);
  const message = messages[0]!;
  assert.ok("error" in message);
  return { id: message.id, name: message.error.name, message: message.error.message };
}

test("connection: garbage is answered by an error and the end of that connection, and neighbours go on", async () => {
  for (const [what, bytes, expected] of BAD_FRAMES) {
    await onStage(async (stage) => {
      const neighbour = stage.client();
      const waiting = neighbour.request("await_end", {});
      const bad = stage.connect();
      await bad.write(bytes);
      const { id, name, message } = await onlyError(bad);
      assert.deepEqual({ id, name }, { id: 0, name: "control/bad-frame" }, what);
      assert.match(message, expected, what);
      assert.equal((await neighbour.request("hello", { protocol: PROTOCOL_VERSION })).name, "test", what);
      stage.service.finish(END);
      assert.deepEqual(await waiting, END, what);
    });
  }
});

test("connection: a request that comes byte by byte is answered as one that comes at once", async () => {
  await onStage(async (stage) => {
    const connection = stage.connect();
    for (const byte of encodeFrame({ id: 9, ...HELLO })) await connection.write(new Uint8Array([byte]));
    const [message] = await readMessages(connection, 1);
    assert.equal(message!.id, 9);
    assert.ok("result" in message!);
  });
});

test("connection: a client of another version is answered what all have in common, and refused the rest", async () => {
  await onStage(async (stage) => {
    const connection = stage.connect();
    const greeting = encodeFrame({ id: 1, op: "hello", protocol: PROTOCOL_VERSION + 1 });
    const asked = encodeFrame({ id: 2, op: "status", paths: [] });
    await connection.write(concatBytes([greeting, asked]));
    await connection.write(encodeFrame({ id: 3, op: "stop", paths: ["a"], wait: false }));
    const messages = await readMessages(connection, 3);
    assert.deepEqual(
      messages.map((message) => [message.id, "error" in message ? message.error.name : "ok"]),
      [[1, "ok"], [2, "ok"], [3, "control/version"]],
    );
  });
});

test("connection: a table is answered as JSON, all else as it is", async () => {
  await onStage(async (stage) => {
    const connection = stage.connect();
    await connection.write(encodeFrame({ id: 1, op: "status", paths: ["a"] }));
    await connection.write(encodeFrame({ id: 2, op: "summary" }));
    const [status, summary] = await readMessages(connection, 2);
    assert.ok(status !== undefined && "json" in status);
    const { actors } = JSON.parse(status.json) as { readonly actors: readonly { readonly path: string }[] };
    assert.deepEqual(actors.map(({ path }) => path), ["a"]);
    assert.ok(summary !== undefined && "result" in summary);
    assert.equal((summary.result as { readonly actors: number }).actors, 3);
  });
});

test("connection: a summary looks at no process", async () => {
  await onStage(async (stage) => {
    const fail = () => assert.fail("a process is looked at");
    Object.assign(stage.host.processes, { table: fail, find: fail, childrenOf: fail });
    assert.equal((await stage.client().request("summary", {})).actors, 3);
  });
});

test("connection: half a frame is waited for, and a hang-up in the middle of it hurts nobody", async () => {
  await onStage(async (stage) => {
    const neighbour = stage.client();
    const half = stage.connect();
    const bytes = encodeFrame({ id: 1, ...HELLO });
    await half.write(bytes.subarray(0, bytes.length - 1));
    await neighbour.request("sync", {});
    half.close();
    await neighbour.request("sync", {});
  });
});

test("connection: an unknown request is answered by an error, and the connection goes on", async () => {
  await onStage(async (stage) => {
    const connection = stage.connect();
    await connection.write(encodeFrame({ id: 1, op: "explode" }));
    await connection.write(encodeFrame({ id: 2, op: "start", paths: "a" }));
    await connection.write(encodeFrame({ id: 3, op: "status", paths: ["nobody"] }));
    await connection.write(encodeFrame({ id: 4, ...HELLO }));
    const messages = await readMessages(connection, 4);
    assert.deepEqual(
      messages.map((message) => [message.id, "error" in message ? message.error.name : "ok"]),
      [[1, "control/bad-request"], [2, "control/bad-request"], [3, "target/unknown"], [4, "ok"]],
    );
  });
});

test("connection: a bug of ours behind a request is an error of that request alone", async () => {
  await onStage(async (stage) => {
    stage.engine.sync = () => Promise.reject(new RangeError("broken inside"));
    const client = stage.client();
    await assert.rejects(client.request("sync", {}), { code: "control/internal", message: "broken inside" });
    await client.request("hello", { protocol: PROTOCOL_VERSION });
  });
});

test("connection: of too many open requests those that are too many are refused, the others answered", async () => {
  await onStage(async (stage) => {
    const client = stage.client({ capacity: 1_000_000 });
    const open = Array.from({ length: 1_000 }, () => client.request("await_end", {}));
    await assert.rejects(client.request("hello", { protocol: PROTOCOL_VERSION }), { code: "control/busy" });
    stage.service.finish(END);
    await Promise.all(open);
    await client.request("hello", { protocol: PROTOCOL_VERSION });
  });
});

test("connection: garbage from a client that does not read keeps nothing and nobody waiting", async () => {
  await onStage(async (stage) => {
    const deaf = stage.connect({ capacity: 1 });
    await deaf.write(encodeFrame({ id: 1, ...HELLO }));
    await settled();
    await deaf.write(new TextEncoder().encode("garbage"));
    await deaf.write(new TextEncoder().encode("garbage"));
    await stage.client().request("sync", {});
  });
});

test("connection: what a client that hangs up was waiting for is let go of", async () => {
  await onStage(async (stage) => {
    const connection = stage.connect();
    await connection.write(encodeFrame({ id: 1, op: "follow", lines: true, entries: true }));
    await settled();
    assert.equal(stage.engine.listeners.size, 1);
    connection.close();
    await settled();
    assert.equal(stage.engine.listeners.size, 0);
  });
});

test("connection: a client that asks a thousand times at once is answered in turn with others, from few looks", async () => {
  await onStage(async (stage) => {
    let looks = 0;
    stage.host.processes.table = () => {
      looks += 1;
      return [];
    };
    const greedy = stage.client({ capacity: 10_000_000 });
    let answered = 0;
    const asked = Array.from(
      { length: 500 },
      () => greedy.request("status", { paths: [] }).then(() => void (answered += 1)),
    );
    const other = stage.client();
    await other.request("status", { paths: [] });
    assert.ok(answered < 50, `${answered} were answered before another client`);
    await Promise.all(asked);
    assert.ok(looks <= 502);
  });
});

test("connection: what one client has asked for in one write is looked up once", async () => {
  await onStage(async (stage) => {
    let looks = 0;
    stage.host.processes.find = () => {
      looks += 1;
      return null;
    };
    stage.engine.runs(7);
    const connection = stage.connect({ capacity: 10_000_000 });
    const frame = encodeFrame({ id: 1, op: "status", paths: [] });
    const bytes = new Uint8Array(300 * frame.length);
    for (let count = 0; count < 300; count++) bytes.set(frame, count * frame.length);
    await connection.write(bytes);
    assert.equal((await readMessages(connection, 300)).length, 300);
    assert.equal(looks, 1);
    // A later request is answered from a later look.
    await connection.write(frame);
    await readMessages(connection, 1);
    assert.equal(looks, 2);
  });
});

test("connection: while a client reads none of its answers, no more is done for it", async () => {
  await onStage(async (stage) => {
    let looks = 0;
    stage.host.processes.find = () => {
      looks += 1;
      return null;
    };
    stage.engine.runs(7);
    const deaf = stage.connect({ capacity: 100 });
    for (let count = 0; count < 200; count++) {
      void deaf.write(encodeFrame({ id: count, op: "restart", paths: ["a"], wait: false }));
    }
    await settled();
    const before = looks;
    assert.ok(before > 0 && before < 40, `${before} answers are kept for it`);
    await stage.client().request("hello", { protocol: PROTOCOL_VERSION });
  });
});

test("connection: half a request whose rest does not come ends the connection, and is told", async () => {
  await onStage(async (stage) => {
    const half = stage.connect();
    const bytes = encodeFrame({ id: 1, ...HELLO });
    await half.write(bytes);
    await readMessages(half, 1);
    await half.write(bytes.subarray(0, 10));
    const { name, message } = await onlyError(half);
    assert.deepEqual([name, message], ["control/bad-frame", "A frame whose rest has not come within 30 s"]);
  });
});
