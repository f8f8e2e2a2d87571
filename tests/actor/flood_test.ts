/**
 * Whoever asks without end, reads nothing, or both: what the victim keeps for it is bounded, its connection ends if need
 * be, and others are served as before.
 */
import assert from "node:assert/strict";
import { Kind, MIN_PART_BYTES } from "../../lib/wire/message.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { test } from "../harness/test.ts";
import { frameOf, type RawPeer } from "./hostile/raw_peer.ts";
import { onStage, type Stage } from "./hostile/stage.ts";

const MOST_SERVED = 10_000;
/** Lets the victim take what was sent, a batch at a time. */
async function flood(peer: RawPeer, count: number, frame: (i: number) => Uint8Array): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (!await peer.connection.write(frame(i))) return;
    if (i % 1_000 === 999) await waitAllTasksBlocked();
  }
}

/** Floods a victim from a peer that reads nothing, until its connection ends, and gives the reason. */
async function floodUnread(stage: Stage, count: number, frame: (i: number) => Uint8Array): Promise<string> {
  const { link, peer } = await stage.dial({ capacity: 1 });
  await flood(peer, count, frame);
  await stage.assertServes();
  await link.closed();
  return link.lost!.message;
}

const UNREAD = 'The connection to actor "raw" is closed: it does not keep to the protocol: ' +
  "It asks for more, and does not read its answers";

test("flood: pings without reading are answered by one pong when reading begins", () =>
  onStage(async (stage) => {
    const peer = await stage.greet({ capacity: 1 });
    await flood(peer, 20_000, (i) => frameOf(Kind.ping, 0, i + 1));
    const pongs: number[] = [];
    while (pongs.at(-1) !== 20_000) pongs.push((await peer.next())!.number);
    assert.ok(pongs.length < 100, `${pongs.length} pongs`);
    peer.connection.close();
  }));

test("flood: of dialogs without end so many are open, and the others are refused", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    await flood(peer, MOST_SERVED + 1, (i) => frameOf(Kind.start, 1 + 2 * i, 64, ["call", "", "hang", []]));
    const { type, message } = await peer.expect(Kind.error, 1 + 2 * MOST_SERVED) as Record<string, unknown>;
    assert.deepEqual([type, message], ["RangeError", "More than 10000 dialogs are open on this connection"]);
    peer.send(Kind.cancel, 1, 0, null);
    await peer.expect(Kind.cancelAck, 1);
    peer.start(5 + 2 * MOST_SERVED, "call", "add", [1, 2]);
    assert.equal(await peer.expect(Kind.return, 5 + 2 * MOST_SERVED), 3);
    peer.connection.close();
  }));

test("flood: calls whose answers are not read are held up, and then end the connection", () =>
  onStage(async (stage) => {
    const start = (i: number) => frameOf(Kind.start, 2 + 2 * i, 64, ["call", "", "giveBytes", [1_000]]);
    assert.equal(await floodUnread(stage, 40_000, start), UNREAD);
  }));

test("flood: cancels of what is not there, whose answers are not read, end the connection", () =>
  onStage(async (stage) => {
    const payload = { canceller: null, reason: "x".repeat(1_000) };
    const cancel = (i: number) => frameOf(Kind.cancel, 2 + 2 * i, 0, payload);
    assert.equal(await floodUnread(stage, 30_000, cancel), UNREAD);
  }));

test("flood: wrong requests, whose answers are not read, are held up, and then end the connection", () =>
  onStage(async (stage) => {
    const start = (i: number) => frameOf(Kind.start, 2 + 2 * i, 64, ["call", "", "nope", []]);
    assert.equal(await floodUnread(stage, 60_000, start), UNREAD);
  }));

test("flood: parts of ever more messages end the connection", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    const payload = new Uint8Array(MIN_PART_BYTES);
    await flood(peer, MOST_SERVED + 1, (i) => frameOf(Kind.part, 1 + 2 * i, 2 * MIN_PART_BYTES, payload));
    assert.equal(
      await peer.goodbye(),
      "it does not keep to the protocol: Parts of more than 10000 messages at a time",
    );
  }));

test("flood: values that nobody takes end their dialog, and what still comes is dropped", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    peer.start(1, "context", "ignore");
    const value = new Uint8Array(100);
    await flood(peer, 20_000, () => frameOf(Kind.yield, 1, 0, value));
    await peer.expect(Kind.error, 1);
    peer.start(3, "call", "add", [1, 2]);
    assert.equal(await peer.expect(Kind.return, 3), 3);
    peer.connection.close();
  }));

test("flood: a generator that nobody reads from stops where its credit ends", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    peer.start(1, "stream", "count", [1_000_000], 10);
    await waitAllTasksBlocked();
    peer.send(Kind.credit, 1, 5);
    await waitAllTasksBlocked();
    peer.send(Kind.ping, 0, 1);
    let yields = 0;
    for (let message = await peer.next(); message?.kind !== Kind.pong; message = await peer.next()) {
      if (message?.kind === Kind.yield) yields += 1;
    }
    assert.equal(yields, 15);
    peer.send(Kind.cancel, 1, 0, null);
    await peer.expect(Kind.cancelAck, 1);
    peer.connection.close();
  }));

test("flood: credit and stops without end keep nothing", () =>
  onStage(async (stage) => {
    const peer = await stage.greet();
    peer.start(1, "context", "ignore");
    await flood(peer, 5_000, () => frameOf(Kind.credit, 1, 2 ** 50));
    await flood(peer, 5_000, () => frameOf(Kind.stop, 1));
    await flood(peer, 5_000, () => frameOf(Kind.cancel, 2 ** 45 + 1, 2 ** 50));
    peer.send(Kind.cancel, 1, 0, null);
    await peer.expect(Kind.cancelAck, 1);
    peer.connection.close();
  }));
