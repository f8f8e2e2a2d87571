import assert from "node:assert/strict";
import { Stamps } from "../../lib/engine/stamps.ts";
import { seeded } from "../../lib/base/chance.ts";
import { test } from "../harness/test.ts";

test("stamps: each is later than the one before, whatever the clock does within a second", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed);
    let now = 1_000_000;
    const stamps = new Stamps(() => now);
    let last = 0;
    for (let i = 0; i < 500; i++) {
      const stamp = stamps.next();
      assert.ok(stamp > last, `seed ${seed}: ${stamp} after ${last}`);
      assert.equal(stamps.last, stamp);
      last = stamp;
      now += Math.floor(random() * 4) - (random() < 0.01 ? 900 : 0);
      now = Math.max(now, Math.ceil(last / 1_000) - 900);
    }
  }
});

test("stamps: a burst within a millisecond is told apart by microseconds", () => {
  const stamps = new Stamps(() => 5_000);
  assert.deepEqual([stamps.next(), stamps.next(), stamps.next()], [5_000_000, 5_000_001, 5_000_002]);
});

test("stamps: when somebody sets the clock back they follow it", () => {
  let now = 60_000;
  const stamps = new Stamps(() => now);
  stamps.next();
  now = 30_000;
  assert.equal(stamps.next(), 30_000_000);
});
