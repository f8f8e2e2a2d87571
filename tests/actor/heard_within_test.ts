/** How long word of an end is waited for, where the loop is late: on a machine whose loop is as late as the test says. */
import assert from "node:assert/strict";
import { after, type Instant, instant } from "../../lib/base/instant.ts";
import { HEARD_MS, heardWithin } from "../../lib/actor/link/heard_within.ts";
import type { Clock } from "../../lib/scope/clock.ts";
import { run } from "../../lib/scope/run.ts";
import { TimerQueue } from "../../lib/base/timer_queue.ts";
import { Event } from "../../lib/sync/event.ts";
import { test } from "../harness/test.ts";

/** A loop of which each turn is timers, then what has come, then what waits for the next turn. */
class Loop implements Clock {
  #at = instant(0);
  readonly #timers = new TimerQueue();
  #turns: (() => void)[] = [];

  now(): Instant {
    return this.#at;
  }

  schedule(at: Instant, callback: () => void): () => void {
    const timer = this.#timers.add(at, callback);
    return () => this.#timers.revoke(timer);
  }

  turn(callback: () => void): void {
    this.#turns.push(callback);
  }

  /** A turn that begins `ms` later, in which `input` is read. */
  async wake(ms: number, input: () => void = () => {}): Promise<void> {
    this.#at = after(this.#at, ms);
    for (let call = this.#timers.takeDue(this.#at); call !== null; call = this.#timers.takeDue(this.#at)) {
      call();
    }
    await settled();
    input();
    await settled();
    for (const call of this.#turns.splice(0)) call();
    await settled();
  }
}

/** Resolves when all that is ready has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What has become of a wait whose loop does what `live` has it do. */
async function outcome(live: (loop: Loop, word: Event) => Promise<void>): Promise<string | undefined> {
  const loop = new Loop();
  const word = new Event();
  const heard: (string | undefined)[] = [];
  const over = run(async () => {
    const wait = async () => {
      await word.wait();
      return "heard";
    };
    heard.push(await heardWithin(wait));
  }, { clock: loop });
  await settled();
  await loop.wake(0);
  await live(loop, word);
  await loop.wake(0);
  assert.equal(heard.length, 1, "the wait goes on");
  await over;
  return heard[0];
}

for (const lateMs of [1, 50, 99, 101, 400, 5_000]) {
  test(`heard within: what waits to be read is read, although the loop is ${lateMs} ms late`, async () => {
    const heard = await outcome((loop, word) => loop.wake(HEARD_MS + lateMs, () => word.set()));
    assert.equal(heard, "heard");
  });
}

test("heard within: the time of a late loop does not count, also where it takes turns to read", async () => {
  const heard = await outcome(async (loop, word) => {
    await loop.wake(HEARD_MS + 400);
    for (let turn = 0; turn < 5; turn++) await loop.wake(10);
    await loop.wake(10, () => word.set());
  });
  assert.equal(heard, "heard");
});

test("heard within: word that does not come is given up in time", async () => {
  let atEnd = "";
  const heard = await outcome(async (loop) => {
    await loop.wake(HEARD_MS - 1);
    atEnd = String(loop.now());
    await loop.wake(1);
  });
  assert.deepEqual([heard, atEnd], [undefined, String(HEARD_MS - 1)]);
});
