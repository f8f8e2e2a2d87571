/**
 * Random clients on one server: right and wrong requests, garbage, halves, silence and hang-ups in random order. After
 * each of them a neighbour must still get its answers. A failing seed is printed; run it alone with `SEED=n`, and more of
 * them with `SEEDS=n`.
 */
import assert from "node:assert/strict";
import type { ControlClient } from "../../lib/control/client.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { encodeFrame } from "../../lib/wire/frames.ts";
import { seeded } from "../../lib/base/chance.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { END, onStage, OWN_UID, readAll, settled, type Stage } from "./stage.ts";

const SEEDS = 60;
const STEPS = 60;

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const OPS = [
  "hello",
  "begin",
  "status",
  "start",
  "stop",
  "restart",
  "reset",
  "await_ready",
  "down",
  "cut_grace",
];
const MORE_OPS = ["await_end", "sync", "follow", "nothing", "__proto__", ""];
const PATHS = ["a", "pool", "pool/*", "**", "?", "nobody", "", "../x"];

test("fuzz: whatever clients send, their neighbours are answered and nothing of them is kept", async () => {
  for (const seed of seedsOf(SEEDS)) {
    try {
      await onStage((stage) => fuzz(stage, seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});

async function fuzz(stage: Stage, seed: number): Promise<void> {
  const random = seeded(seed);
  const neighbour = stage.client();
  const clients: Connection[] = [];
  let told = 0;
  const follows = neighbour.follow({ lines: true, entries: false }, (items) => void (told += items.length));
  for (let step = 0; step < STEPS; step++) {
    await act(stage, random, clients);
    await assertAnswered(neighbour);
  }
  while (stage.engine.asked.length > 0) stage.engine.answer();
  stage.service.finish(END);
  await follows;
  assert.equal(told, stage.engine.lastStamp, "a neighbour missed a line");
  for (const client of clients) client.close();
  await settled();
  assert.equal(stage.engine.listeners.size, 0, "a follower outlives its client");
}

async function assertAnswered(neighbour: ControlClient): Promise<void> {
  const { actors } = await neighbour.request("status", { paths: ["a"] });
  assert.equal(actors[0]!.path, "a");
}

/** One thing that somebody does. No write is waited for: the other side may be held up, or gone. */
async function act(stage: Stage, random: Random, clients: Connection[]): Promise<void> {
  const dice = random();
  if (dice < 0.2 || clients.length === 0) clients.push(newcomer(stage, random));
  else if (dice < 0.28) clients.splice(Math.floor(random() * clients.length), 1)[0]!.close();
  else if (dice < 0.36) readAll(pick(random, clients)).catch(() => {});
  else if (dice < 0.44) stage.engine.says("x".repeat(Math.floor(random() * 50_000)));
  else if (dice < 0.48) stage.engine.decides({ reason: "y".repeat(Math.floor(random() * 1_000)) });
  else if (dice < 0.54 && stage.engine.asked.length > 0) stage.engine.answer({ ok: random() < 0.5 });
  else if (dice < 0.6) await settled();
  else void pick(random, clients).write(randomBytes(random));
}

function newcomer(stage: Stage, random: Random): Connection {
  const uid = pick(random, [OWN_UID, OWN_UID, OWN_UID, 0, 33]);
  return stage.connect({ peer: { pid: 1, uid }, capacity: pick(random, [1, 500, 1_000_000]) });
}

/** A request, several at once, half of one, one with bytes changed, or nothing of the kind. */
function randomBytes(random: Random): Uint8Array {
  const frame = encodeFrame(randomRequest(random));
  const dice = random();
  if (dice < 0.5) return frame;
  if (dice < 0.65) return new Uint8Array([...frame, ...encodeFrame(randomRequest(random))]);
  if (dice < 0.75) return frame.subarray(0, Math.floor(random() * frame.length));
  if (dice < 0.9) return frame.map((byte) => random() < 0.05 ? Math.floor(random() * 256) : byte);
  return Uint8Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256));
}

function randomRequest(random: Random): unknown {
  const fields: Record<string, unknown> = {
    id: Math.floor(random() * 50),
    op: pick(random, random() < 0.7 ? OPS : MORE_OPS),
    protocol: 2,
    owner: random() < 0.2,
    paths: PATHS.filter(() => random() < 0.2),
    deps: random() < 0.5,
    wait: random() < 0.5,
    cause: "down",
    withinMs: pick(random, [null, 0, 1_000]),
    toMs: 0,
    lines: random() < 0.8,
    entries: random() < 0.5,
  };
  if (random() < 0.2) {
    fields[pick(random, Object.keys(fields))] = pick(random, [null, -1, "x", [[]], {}, undefined]);
  }
  return random() < 0.05 ? pick(random, [null, 1, [], "text"]) : fields;
}
