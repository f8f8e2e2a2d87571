/** Whoever begins a connection wrongly is told why, as far as that is its business, and nobody else notices. */
import assert from "node:assert/strict";
import { TransportClosed } from "../../lib/actor/errors.ts";
import { Portal } from "../../lib/actor/dialog/portal.ts";
import { Kind } from "../../lib/wire/message.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { onStage, OWN_UID, type Stage } from "./hostile/stage.ts";
import type { RawPeer } from "./hostile/raw_peer.ts";

/** What is said to whoever connects and begins in some way. */
async function answerTo(stage: Stage, begin: (peer: RawPeer) => void): Promise<unknown> {
  const peer = stage.connect();
  begin(peer);
  return await peer.goodbye();
}

/** What the victim raises when it connects to somebody who answers in some way. */
async function raisedOn(stage: Stage, answer: (peer: RawPeer) => void): Promise<string> {
  stage.listen("@raw", answer);
  return (await errorOf(TransportClosed, () => stage.victim.connect("@raw"))).message;
}

test("handshake: a peer of another version is told so", () =>
  onStage(async (stage) => {
    const why = "it speaks version 2 of the protocol, and this is version 1";
    assert.equal(await answerTo(stage, (peer) => peer.hello(null, 2)), why);
    const message = await raisedOn(stage, (peer) => peer.hello(null, 2));
    assert.equal(message, `The connection to an actor is closed: ${why}`);
  }));

test("handshake: a child with a wrong token is sent away", () =>
  onStage(async (stage) => {
    assert.equal(
      await answerTo(stage, (peer) => peer.hello("guess")),
      "no child with this token was started here",
    );
  }));

test("handshake: a token is good for one child", () =>
  onStage(async (stage) => {
    let joined = 0;
    stage.victim.expect("token", {
      identity: { name: "child", path: "victim/child" },
      onJoin: () => joined += 1,
      explainLoss: () => Promise.resolve(null),
    });
    const first = stage.connect();
    first.hello("token");
    await first.expect(Kind.hello, 0);
    assert.equal(
      await answerTo(stage, (peer) => peer.hello("token")),
      "no child with this token was started here",
    );
    assert.equal(joined, 1);
    first.connection.close();
  }));

test("handshake: of another user nothing is read, and nothing is said to it", () =>
  onStage(async (stage) => {
    for (const peer of [{ pid: 1, uid: 33 }, null]) {
      const stranger = stage.connect({ peer });
      stranger.hello();
      assert.equal(await stranger.next(), null);
    }
  }));

test("handshake: root and the own user are let in", () =>
  onStage(async (stage) => {
    for (const uid of [0, OWN_UID]) {
      const peer = await stage.greet({ peer: { pid: 1, uid } });
      peer.start(1, "call", "add", [1, 2]);
      assert.equal(await peer.expect(Kind.return, 1), 3);
      peer.connection.close();
    }
  }));

test("handshake: what is no hello is refused with the reason", () =>
  onStage(async (stage) => {
    const speaks = "it does not speak the protocol of actors";
    const cases: [string, (peer: RawPeer) => void][] = [
      ["it did not say hello", (peer) => peer.send(Kind.ping, 0)],
      ["it does not say who it is", (peer) => peer.send(Kind.hello, 0, 1)],
      ["it does not say who it is", (peer) => peer.send(Kind.hello, 0, 1, 5)],
      ["it does not say who it is", (peer) => peer.send(Kind.hello, 0, 1, { actor: { id: 1 } })],
      [`${speaks}: Cannot read what came in: it holds a tag (28)`, (peer) =>
        peer.send(Kind.hello, 0, 1, new Uint8Array([0xd8, 0x1c, 0]))],
      [`${speaks}: A frame that is no message`, (peer) =>
        peer.write(new Uint8Array([0, 0, 0, 1, 0]))],
      [`${speaks}: A frame of 1195725856 bytes; at most 131136 are allowed`, (peer) =>
        peer.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"))],
      ["it is tired", (peer) =>
        peer.send(Kind.bye, 0, 1, "it is tired")],
    ];
    for (const [why, begin] of cases) {
      assert.equal(await answerTo(stage, begin), why);
    }
  }));

test("handshake: whoever says nothing is given up after ten seconds", () =>
  onStage(async (stage) => {
    const start = stage.host.clock.now();
    assert.equal(await answerTo(stage, () => {}), "it did not say who it is within 10000 ms");
    assert.equal(stage.host.clock.now() - start, 10_000);
  }));

test("handshake: whoever hangs up before a word leaves nothing behind", () =>
  onStage(async (stage) => {
    stage.connect().connection.close();
    assert.match(
      await raisedOn(stage, (peer) => peer.connection.close()),
      /it closed the connection without a word$/,
    );
  }));

test("handshake: whoever is connected to and refuses is heard", () =>
  onStage(async (stage) => {
    const message = await raisedOn(stage, (peer) => peer.send(Kind.bye, 0, 1, "closed on Sundays"));
    assert.equal(message, "The connection to an actor is closed: closed on Sundays");
    assert.match(
      await raisedOn(stage, (peer) => peer.write(new Uint8Array([1, 2, 3, 4]))),
      /A frame of 16909060 bytes/,
    );
  }));

test("handshake: what comes right behind the hello is not lost", () =>
  onStage(async (stage) => {
    const peer = stage.connect();
    peer.hello();
    peer.start(1, "call", "add", [1, 2]);
    assert.equal(await peer.expect(Kind.return, 1), 3);
    peer.connection.close();
    stage.listen("@raw", (other) => {
      other.hello();
      other.start(2, "call", "add", [3, 4]);
    });
    assert.equal(new Portal(await stage.victim.connect("@raw"), stage.victim).isConnected, true);
  }));
