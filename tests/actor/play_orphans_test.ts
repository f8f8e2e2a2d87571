/** What becomes of actors whose parent dies without a word. */
import assert from "node:assert/strict";
import { ActorDied } from "../../lib/actor/errors.ts";
import type { Signal } from "../../lib/base/signals.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { test } from "../harness/test.ts";
import { play, type Played } from "./play.ts";
import { chainModule, growChain, type Manner } from "./play_chain.ts";

const KILL_MS = 500;
/** From the death of a parent to that of a child that does not turn any more. */
const ALARM_MS = 3_000;

/** Starts a chain, and kills one of its processes; without a name, that of the program. */
function killInChain(manners: readonly Manner[], signal: Signal, name?: string): Promise<Played<void>> {
  return play({
    modules: { chain: chainModule },
    program: (self) => growChain(self, { manners, graceMs: 5_000 }, 0, sleepForever),
    async script(stage) {
      await stage.at(KILL_MS);
      stage.signal(signal, name);
    },
  });
}

test("orphans: when the program is killed all that hear of it end at once, at whatever depth", async () => {
  const { goneMs, said } = await killInChain(["polite", "polite", "polite", "polite"], "SIGKILL");
  assert.equal(goneMs, KILL_MS);
  assert.equal(said.filter((one) => one.endsWith("ends")).length, 4);
});

for (let stuck = 1; stuck <= 4; stuck++) {
  test(`orphans: when the program is killed an actor that is stuck at depth ${stuck} is gone in 3 seconds`, async () => {
    const manners = Array.from({ length: 4 }, (_, index): Manner => index + 1 === stuck ? "stuck" : "polite");
    const { goneMs } = await killInChain(manners, "SIGKILL");
    assert.ok(goneMs <= KILL_MS + ALARM_MS, String(goneMs));
  });
}

test("orphans: when the program is killed whoever turns ends those below it before its own alarm", async () => {
  const { goneMs, said } = await killInChain(["polite", "stuck", "stuck", "stuck"], "SIGKILL");
  assert.ok(goneMs < KILL_MS + ALARM_MS, String(goneMs));
  assert.ok(said.includes(`${goneMs} level1 ends`), String(said));
});

test("orphans: when an actor is killed those below it end, and then its nursery says how it died", async () => {
  const { error, endMs, goneMs } = await killInChain(
    ["polite", { cleanupMs: 200 }, { cleanupMs: 200 }],
    "SIGKILL",
    "level1",
  );
  const died = (error instanceof ErrorGroup ? error.flatten() : [error]).find((one) =>
    one instanceof ActorDied
  );
  assert.deepEqual(died?.status, { how: "signalled", signal: "SIGKILL" });
  assert.ok(endMs >= KILL_MS + 200 && endMs <= KILL_MS + 400, String(endMs));
  assert.equal(goneMs, endMs);
});

test("orphans: what is stuck below an actor that was killed is killed when the grace time is over", async () => {
  const { error, endMs, goneMs } = await killInChain(["polite", "stuck", "stuck"], "SIGKILL", "level1");
  assert.ok(error instanceof Error);
  assert.equal(goneMs, endMs);
  assert.ok(endMs <= KILL_MS + 5_250, String(endMs));
});

test("orphans: an actor that is told to end by SIGTERM ends those below it first", async () => {
  const { error, endMs, goneMs, said } = await killInChain(
    ["polite", { cleanupMs: 100 }],
    "SIGTERM",
    "level1",
  );
  assert.ok(error instanceof Error);
  assert.deepEqual([endMs, goneMs], [KILL_MS + 100, KILL_MS + 100]);
  assert.deepEqual(said.slice(1), [
    "500 level1 cancelled",
    "500 level2 cancelled",
    "600 level2 ends",
    "600 level1 ends",
  ]);
});
