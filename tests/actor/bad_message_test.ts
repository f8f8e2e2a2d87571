/** What is wrong inside of a dialog ends that dialog; what is wrong with the envelope or the order ends the connection. */
import assert from "node:assert/strict";
import { context, validated } from "../../lib/actor/dialog/exposed.ts";
import { RemoteActorError, StreamOverrun, TransportClosed } from "../../lib/actor/errors.ts";
import { Portal } from "../../lib/actor/dialog/portal.ts";
import type { ServedContext } from "../../lib/actor/dialog/served_context.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { Event } from "../../lib/sync/event.ts";
import { Kind, PART_BYTES } from "../../lib/wire/message.ts";
import { PAYLOAD_LIMITS, PayloadError } from "../../lib/wire/payload.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { frameOf, type RawPeer } from "./hostile/raw_peer.ts";
import { onStage, SERVED, type Stage } from "./hostile/stage.ts";

interface Told {
  readonly type: string;
  readonly message: string;
}

/** The error that a start is answered with, after which the connection must go on. */
async function errorFor(peer: RawPeer, dialog: number, payload: unknown): Promise<Told> {
  peer.send(Kind.start, dialog, 64, payload);
  const { type, message } = await peer.expect(Kind.error, dialog) as Told;
  await assertGoesOn(peer, dialog + 2);
  return { type, message };
}

async function assertGoesOn(peer: RawPeer, dialog: number): Promise<void> {
  peer.start(dialog, "call", "add", [dialog, 1]);
  assert.equal(await peer.expect(Kind.return, dialog), dialog + 1);
}

/** Runs a test on the victim's connection to a raw peer: as the victim sees it, and as the peer does. */
function onDialled(body: (portal: Portal, peer: RawPeer, stage: Stage) => Promise<void>): Promise<void> {
  return onStage(async (stage) => {
    const { link, peer } = await stage.dial();
    await body(new Portal(link, stage.victim), peer, stage);
    peer.connection.close();
  });
}

test("messages: what is not there cannot be called, and the connection goes on", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    const cases: [unknown, string, RegExp][] = [
      [["call", "", "nope", []], "NotExposed", /^Actor "victim" exposes no function "nope"/],
      [["call", "math", "add", []], "NotExposed", /^Actor "victim" has no module "math"/],
      [["call", "", "constructor", []], "NotExposed", /exposes no function "constructor"/],
      [["call", "", "__proto__", []], "NotExposed", /exposes no function "__proto__"/],
      [["call", "", "toString", []], "NotExposed", /exposes no function "toString"/],
      [["stream", "", "add", []], "TypeError", /^"add" is a call, and was started as a stream$/],
      [["call", "", "double", []], "TypeError", /^"double" is a context, and was started as a call$/],
      [["call", "supervise", "nope", []], "NotExposed", /exposes no function "nope"/],
      [["call", "supervise", "register", [5]], "TypeError", /^Cannot register this: it is no actor$/],
      [["call", "supervise", "find", [{ toString: 1 }]], "TypeError", /./],
      [["shout", "", "add", []], "PayloadError", /it is not \[style, module, name, args\]$/],
      [["call", "", "add", 5], "PayloadError", /it is not \[style, module, name, args\]$/],
      [["call", 1, "add", []], "PayloadError", /it is not \[style, module, name, args\]$/],
      [{ style: "call" }, "PayloadError", /it is not \[style, module, name, args\]$/],
      [undefined, "PayloadError", /^Cannot read what came in: it holds an early end$/],
    ];
    for (const [index, [payload, type, message]] of cases.entries()) {
      const told = await errorFor(peer, 1 + 4 * index, payload);
      assert.equal(told.type, type);
      assert.match(told.message, message);
    }
    peer.connection.close();
  }));

test("messages: a payload that is no value is an error of its dialog", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    const deep = new Uint8Array([...Array(65).fill(0x81), 0]);
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array([0x9f, 0xff]), /an item of indefinite length/],
      [new Uint8Array([0xd8, 0x1c, 0x80]), /a tag \(28\)/],
      [new Uint8Array([0x9a, 0xff, 0xff, 0xff, 0xff]), /a list that is longer than the message/],
      [new Uint8Array([0x00, 0x00]), /bytes after its end/],
      [deep, /more than 64 levels/],
    ];
    for (const [index, [payload, message]] of cases.entries()) {
      const told = await errorFor(peer, 1 + 4 * index, payload);
      assert.equal(told.type, "PayloadError");
      assert.match(told.message, message);
    }
    peer.connection.close();
  }));

test("messages: arguments of other types than the border asks for do not come to the function", () =>
  onStage(async (stage) => {
    let calls = 0;
    const validate = (value: unknown) =>
      typeof value === "number" ? { value } : { issues: [{ message: "no number" }] };
    const schema = { "~standard": { version: 1, vendor: "test", validate } } as const;
    const strict = validated({ args: [schema] }, (a: number) => calls += a);
    stage.victim.modules = new Map([["", { ...SERVED, strict }]]);
    const peer = await stage.greet();
    assert.deepEqual(await errorFor(peer, 1, ["call", "", "strict", ["5"]]), {
      type: "ValidationError",
      message: 'Argument 1 of "strict": no number',
    });
    assert.equal(calls, 0);
    peer.connection.close();
  }));

test("messages: a result that cannot be sent is an error of its call", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    assert.deepEqual(await errorFor(peer, 1, ["call", "", "giveFunction", []]), {
      type: "PayloadError",
      message: "Cannot send this: it is a function",
    });
    const { maxBytes } = PAYLOAD_LIMITS;
    assert.deepEqual(await errorFor(peer, 5, ["call", "", "giveBytes", [maxBytes]]), {
      type: "PayloadError",
      message: `Cannot send this: it takes ${maxBytes + 5} bytes, and at most ${maxBytes} are allowed`,
    });
    peer.connection.close();
  }));

test("messages: values that cannot be sent are refused where they are, and nothing of them goes out", () =>
  onStage(async (stage) => {
    stage.victim.modules = new Map([["", {
      ...SERVED,
      async *yieldFunction() {
        yield 1;
        yield () => {};
      },
      startFunction: context((ctx: ServedContext<unknown>) => ctx.started(() => {})),
    }]]);
    const portal = await stage.portal();
    const refused = await errorOf(PayloadError, () => portal.call.add(1, (() => 2) as never));
    assert.equal(refused.message, 'Cannot send argument 2 of "add": it is a function');
    const other = portal as unknown as Portal;
    const failed = await errorOf(
      RemoteActorError,
      () =>
        other.openStreamFrom("yieldFunction" as never, [], async (values) => {
          for await (const value of values) assert.equal(value, 1);
        }),
    );
    assert.equal(failed.type, "PayloadError");
    const unstarted = await errorOf(
      RemoteActorError,
      () => other.openContext("startFunction" as never, [] as never, () => {}),
    );
    assert.equal(unstarted.type, "PayloadError");
    await portal.openContext("double", [], (ctx) =>
      ctx.openStream(async (stream) => {
        await errorOf(PayloadError, () => stream.send((() => 2) as never));
        await stream.send(4);
        assert.equal(await stream.receive(), 8);
        await ctx.cancel();
      }));
  }));

test("messages: a start that is too long is an error of its dialog", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    const part = frameOf(Kind.part, 1, PAYLOAD_LIMITS.maxBytes + 1, new Uint8Array(PART_BYTES));
    for (let sent = 0; sent <= PAYLOAD_LIMITS.maxBytes; sent += PART_BYTES) await peer.connection.write(part);
    const { type, message } = await peer.expect(Kind.error, 1) as Told;
    assert.equal(type, "PayloadError");
    assert.match(message, /at most 268435456 are allowed$/);
    peer.send(Kind.part, 1, 0, new Uint8Array(PART_BYTES));
    peer.send(Kind.start, 1, 64, new Uint8Array(1));
    await assertGoesOn(peer, 3);
    peer.connection.close();
  }));

test("messages: a result that comes in and is too long fails its call alone", () =>
  onDialled(async (portal, peer) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        const error = await errorOf(PayloadError, () => portal.call["big"]!());
        assert.match(error.message, /^Cannot read what came in: .* at most 268435456 are allowed$/);
      });
      await peer.expect(Kind.start, 1);
      const part = frameOf(Kind.part, 1, PAYLOAD_LIMITS.maxBytes + 1, new Uint8Array(PART_BYTES));
      for (let sent = 0; sent <= PAYLOAD_LIMITS.maxBytes; sent += PART_BYTES) {
        await peer.connection.write(part);
      }
      await peer.expect(Kind.cancel, 1);
      peer.send(Kind.return, 1, 0, new Uint8Array(1));
    });
    const next = portal.call["small"]!();
    await peer.expect(Kind.start, 3);
    peer.send(Kind.return, 3, 0, "fine");
    assert.equal(await next, "fine");
  }));

test("messages: what a dialog must not be sent ends the connection, and says why", () =>
  onStage(async (stage) => {
    const breach = "it does not keep to the protocol: ";
    const cases: [string, (peer: RawPeer) => void][] = [
      ["A second hello", (peer) => peer.hello()],
      [
        "A message of the unknown kind 16",
        (peer) => peer.write(new Uint8Array([0, 0, 0, 4, 0x83, 16, 0, 0])),
      ],
      ["A frame that is no message", (peer) => peer.write(new Uint8Array([0, 0, 0, 1, 0xf6]))],
      [
        "A frame of 131137 bytes; at most 131136 are allowed",
        (peer) => peer.write(new Uint8Array([0, 2, 0, 0x41])),
      ],
      [
        "A payload that is not as long as its parts say",
        (peer) => peer.send(Kind.part, 1, 0, new Uint8Array(PART_BYTES)),
      ],
      ["A part of less than 16384 bytes", (peer) => peer.send(Kind.part, 1, 0, new Uint8Array(9))],
      [
        "A dialog with the number 2, which is not its sender's to give",
        (peer) => peer.start(2, "call", "add"),
      ],
      [
        "A dialog with the number 0, which is not its sender's to give",
        (peer) => peer.start(0, "call", "add"),
      ],
      ["A dialog with the number 1, which is not its sender's to give", (peer) => {
        peer.start(1, "call", "hang");
        peer.start(1, "call", "hang");
      }],
    ];
    for (const kind of [Kind.startAck, Kind.started, Kind.return, Kind.error, Kind.cancelAck, Kind.hold]) {
      cases.push(["What the side says that serves a dialog, from the one that has opened it", (peer) => {
        peer.start(1, "call", "hang");
        peer.send(kind, 1, 0, null);
      }]);
    }
    for (const [why, act] of cases) {
      const peer = await stage.greet();
      act(peer);
      assert.equal(await peer.goodbye(), breach + why);
    }
  }));

test("messages: what belongs to no dialog is passed over", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    for (const kind of [3, 4, 5, 6, 7, 8, 9, 11, 14, 15]) {
      for (const dialog of [0, 1, 2, 2 ** 40 + 1]) peer.send(kind, dialog, 1, "late");
    }
    await assertGoesOn(peer, 5);
    peer.connection.close();
  }));

test("messages: what was not started, or is over, is as good as cancelled", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    const canceller = { id: "x", name: "y", path: "z" };
    peer.send(Kind.cancel, 7, 0, { canceller, reason: "late" });
    assert.deepEqual(await peer.expect(Kind.cancelAck, 7), { canceller, reason: "late" });
    peer.send(Kind.cancel, 9, 0, new Uint8Array([0xff]));
    assert.deepEqual(await peer.expect(Kind.cancelAck, 9), { canceller: null, reason: null });
    peer.connection.close();
  }));

test("messages: whoever sends without credit fails in that dialog", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    peer.start(1, "context", "ignore");
    assert.equal(await peer.expect(Kind.startAck, 1), 64);
    for (let i = 0; i <= 64; i++) peer.send(Kind.yield, 1, 0, i);
    const { type, message } = await peer.expect(Kind.error, 1) as Told;
    assert.equal(type, "StreamOverrun");
    assert.equal(message, 'Actor "raw" sends more than it was given credit for');
    await assertGoesOn(peer, 3);
    peer.connection.close();
  }));

test("messages: whoever is served and sends without credit fails in that dialog, and is cancelled", () =>
  onDialled(async (portal, peer) => {
    const hasCome = new Event();
    const values: unknown[] = [];
    const failed = errorOf(StreamOverrun, () =>
      portal.openStreamFrom("any", [], async (stream) => {
        await hasCome.wait();
        for await (const value of stream) values.push(value);
      }));
    await peer.expect(Kind.start, 1);
    for (let i = 0; i <= 64; i++) peer.send(Kind.yield, 1, 0, i);
    await peer.expect(Kind.cancel, 1);
    hasCome.set();
    await failed;
    assert.equal(values.length, 64);
  }));

test("messages: an end in the middle is told to everybody who waits", () =>
  onDialled(async (portal, peer, stage) => {
    const waiting = [
      errorOf(TransportClosed, () => portal.call["a"]!()),
      errorOf(TransportClosed, () => portal.openStreamFrom("b", [], (values) => values.receive())),
      errorOf(TransportClosed, () => portal.openContext("c", [], () => {})),
      errorOf(TransportClosed, () => portal.openContext("d", [], () => new Event().wait())),
    ];
    for (const dialog of [1, 3, 5, 7]) await peer.expect(Kind.start, dialog);
    peer.send(Kind.started, 7, 0, null);
    peer.write(new Uint8Array([0, 0, 0]));
    await peer.connection.end();
    for (const one of waiting) {
      assert.equal(
        (await one).message,
        'The connection to actor "raw" is closed: it ended in the middle, without a goodbye',
      );
    }
    await stage.assertServes();
  }));

test("messages: a goodbye is told to everybody who waits", () =>
  onDialled(async (portal, peer) => {
    const waiting = errorOf(TransportClosed, () => portal.call["a"]!());
    await peer.expect(Kind.start, 1);
    peer.send(Kind.bye, 0, 0, "enough");
    assert.equal((await waiting).message, 'The connection to actor "raw" is closed: enough');
    assert.equal(portal.isConnected, false);
  }));
