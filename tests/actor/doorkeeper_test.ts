import assert from "node:assert/strict";
import { Doorkeeper, doorLimitsFor } from "../../lib/actor/link/doorkeeper.ts";
import { connectionPair } from "../../lib/host/fake/connection_pair.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { test } from "../harness/test.ts";

function keeper() {
  const told: string[] = [];
  const limits = { visitors: 4, guests: 3, guestsOfOne: 2 };
  const door = new Doorkeeper({ limits, tell: (_, why) => Promise.resolve(told.push(why)) });
  return { door, told };
}

const from = (pid: number): Connection => connectionPair({ peer: { pid, uid: 1 } })[0];

test("doorkeeper: of too many visitors the oldest of the process that has the most goes", () => {
  const { door, told } = keeper();
  const [other, ...flood] = [from(1), from(2), from(2), from(2), from(2)];
  for (const one of [other!, ...flood]) door.visit(one);
  assert.deepEqual([...door.visitors], [other, ...flood.slice(1)]);
  const late = from(3);
  door.visit(late);
  assert.deepEqual([...door.visitors], [other, ...flood.slice(2), late]);
  assert.deepEqual(told, Array(2).fill("more than 4 connections have yet to say what they want"));
});

test("doorkeeper: guests are bounded, also those of one process, and who leaves makes room", () => {
  const { door, told } = keeper();
  const guests = [from(1), from(1)];
  for (const guest of guests) assert.ok(door.welcome(guest));
  assert.equal(door.welcome(from(1)), false);
  assert.ok(door.welcome(from(2)));
  assert.equal(door.welcome(from(3)), false);
  door.leave(guests[0]!);
  assert.ok(door.welcome(from(3)));
  assert.deepEqual(told, [
    "process 1 has 2 connections open, and no more are allowed",
    "3 connections are open, and no more are allowed",
  ]);
});

test("doorkeeper: a process with few descriptors lets fewer in", () => {
  assert.deepEqual(doorLimitsFor(100), { visitors: 7, guests: 25, guestsOfOne: 13 });
  assert.deepEqual(doorLimitsFor(null), doorLimitsFor(1_000_000));
});
