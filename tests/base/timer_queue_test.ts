import assert from "node:assert/strict";
import { type Instant, instant, NEVER } from "../../lib/base/instant.ts";
import { type Timer, TimerQueue } from "../../lib/base/timer_queue.ts";
import { seeded } from "../../lib/base/chance.ts";
import { test } from "../harness/test.ts";

test("timer queue: under random adds and timers, what is due comes out in order", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    const queue = new TimerQueue();
    let model: { at: Instant; id: number }[] = [];
    const fired: number[] = [];
    const timers = new Map<number, Timer>();
    let now = instant(0);
    for (let id = 0; id < 300; id++) {
      const at = instant(Math.floor(now + random() * 50));
      timers.set(id, queue.add(at, () => fired.push(id)));
      model.push({ at, id });
      if (random() < 0.6) {
        const victim = Math.floor(random() * (id + 1));
        queue.revoke(timers.get(victim)!);
        model = model.filter((timer) => timer.id !== victim);
      }
      if (random() < 0.1) {
        now = instant(now + Math.floor(random() * 20));
        const due = model.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at || a.id - b.id);
        model = model.filter((timer) => timer.at > now);
        fired.length = 0;
        for (let callback = queue.takeDue(now); callback !== null; callback = queue.takeDue(now)) callback();
        assert.deepEqual(fired, due.map((timer) => timer.id), `seed ${seed}`);
      }
      assert.equal(queue.next(), Math.min(NEVER, ...model.map((timer) => timer.at)), `seed ${seed}`);
    }
  }
});
