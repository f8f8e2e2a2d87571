/**
 * Hostile peers at an actor that talks with a neighbour as one should: random bytes, changed frames, and right messages in
 * any order, from whoever has connected to it and from whoever it has connected to and waits for. A failing seed is
 * printed; run it alone with `SEED=n`, and more of them with `SEEDS=n`.
 */
import assert from "node:assert/strict";
import {
  ActorTooSlow,
  ContextCancelled,
  ProtocolError,
  RemoteActorError,
  StreamOverrun,
  TransportClosed,
} from "../../lib/actor/errors.ts";
import type { Link } from "../../lib/actor/link/link.ts";
import { Portal } from "../../lib/actor/dialog/portal.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import type { Instrument } from "../../lib/scope/instrument.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { BrokenResourceError } from "../../lib/sync/channel_errors.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { PayloadError } from "../../lib/wire/payload.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { Chance, Garbage, type Manner } from "./hostile/garbage.ts";
import { besideNeighbour } from "./hostile/neighbour.ts";
import type { RawPeer } from "./hostile/raw_peer.ts";
import { onStage, type Stage } from "./hostile/stage.ts";

const SEEDS = 200;
const STEPS = 40;
const MANNERS: readonly Manner[] = ["bytes", "mutated", "messages", "messages", "messages"];

/** What may come of talking to such a peer. */
const EXPECTED = [
  TransportClosed,
  RemoteActorError,
  ContextCancelled,
  StreamOverrun,
  PayloadError,
  ProtocolError,
  ActorTooSlow,
  BrokenResourceError,
];

test("link fuzz: whatever a peer sends, it ends its own connection at the worst, and everybody who waits for it wakes", async () => {
  for (const seed of seedsOf(SEEDS)) {
    try {
      await fuzz(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});

async function fuzz(seed: number): Promise<void> {
  const chance = new Chance(seed);
  const served = new Set<unknown>();
  const instrument: Instrument = {
    taskSpawned: (task) => void (task.name === "for raw" && served.add(task)),
    taskExited: (task) => void served.delete(task),
  };
  await onStage((stage) =>
    besideNeighbour(stage, async (assertUndisturbed) => {
      for (let peers = 1 + chance.below(3); peers > 0; peers--) {
        await playPeer(stage, chance, assertUndisturbed);
        await waitAllTasksBlocked();
        assert.equal(served.size, 0, "a task goes on for a peer that is gone");
      }
    }), { seed, instruments: [instrument] });
}

/** One peer from its hello to its end. Returns when nobody waits for it any more. */
async function playPeer(stage: Stage, chance: Chance, assertUndisturbed: () => Promise<void>): Promise<void> {
  const capacity = chance.pick([1, 500, 1_000_000]);
  await openNursery(async (nursery) => {
    const { link, peer } = chance.happens(0.6)
      ? await stage.dial({ capacity })
      : { link: null, peer: await stage.greet({ capacity }) };
    if (link !== null) talk(nursery, stage, link, chance);
    if (chance.happens(0.7)) nursery.startSoon(() => readAll(peer), { name: "reader" });
    const garbage = new Garbage(chance, chance.pick(MANNERS), link === null ? 1 : 0);
    for (let step = 0; step < STEPS; step++) {
      write(peer, chance, garbage.next());
      if (chance.happens(0.1)) await waitAllTasksBlocked();
      if (chance.happens(0.02)) await sleep(chance.below(6_000));
      if (chance.happens(0.1)) await assertUndisturbed();
    }
    if (chance.happens(0.3)) await waitAllTasksBlocked();
    hangUp(peer, chance);
    await assertUndisturbed();
    await link?.closed();
  }, { collapse: true });
}

/** What comes may be cut anywhere. */
function write(peer: RawPeer, chance: Chance, bytes: Uint8Array): void {
  const at = chance.happens(0.2) ? chance.below(bytes.length) : bytes.length;
  for (const piece of [bytes.subarray(0, at), bytes.subarray(at)]) if (piece.length > 0) peer.write(piece);
}

function hangUp(peer: RawPeer, chance: Chance): void {
  if (chance.happens(0.3)) peer.send(1, 0, 0, "enough");
  if (chance.happens(0.5)) peer.connection.close();
  else void peer.connection.end().then(() => peer.connection.close());
}

async function readAll(peer: RawPeer): Promise<void> {
  while (await peer.next() !== null);
}

/** Everything that one can want of the peer. Each ends with a result or with one of the errors that are to be expected. */
function talk(nursery: Nursery, stage: Stage, link: Link, chance: Chance): void {
  const portal = new Portal(link, stage.victim);
  const ways: readonly (() => Promise<unknown>)[] = [
    () => portal.call["anything"]!(1),
    () => moveOnAfter(1_000, () => portal.call["anything"]!(1)),
    () => portal.openContext("context", [], (ctx) => ctx.result()),
    () => portal.openContext("context", [], (ctx) => ctx.cancel("changed my mind")),
    () => portal.openContext("context", [], (ctx) => ctx.openStream((stream) => exchange(stream))),
    () => portal.openStreamFrom("stream", [], (stream) => drain(stream)),
    () => portal.openStreamFrom("stream", [], () => sleep(2_000), { bufferSize: 3 }),
  ];
  for (let count = chance.below(8); count > 0; count--) {
    const way = chance.pick(ways);
    nursery.startSoon(() => tryTo(way), { name: "talk" });
  }
}

interface Exchanged extends AsyncIterable<unknown> {
  send(value: unknown): Promise<void>;
}

async function exchange(stream: Exchanged): Promise<void> {
  await openNursery((nursery) => {
    nursery.startSoon(async () => {
      for (let i = 0; i < 200; i++) await stream.send(i);
    });
    nursery.startSoon(() => drain(stream));
  });
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function tryTo(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const errors = error instanceof ErrorGroup ? error.flatten() : [error];
    const strange = errors.filter((one) => !EXPECTED.some((type) => one instanceof type));
    if (strange.length > 0) throw strange[0];
  }
}
