import assert from "node:assert/strict";
import { instant } from "../../lib/base/instant.ts";
import { Stamps } from "../../lib/engine/logs/stamps.ts";
import { seeded } from "../../lib/base/chance.ts";
import { test } from "../harness/test.ts";

/** Stamps of a machine whose date and whose time a test sets. */
function machine(wallMs: number) {
  const clocks = { wallMs, ms: 0 };
  const stamps = new Stamps({ wallClock: () => clocks.wallMs, now: () => instant(clocks.ms) });
  return { clocks, stamps };
}

test("stamps: each is later than the one before, whatever the date does", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed);
    const { clocks, stamps } = machine(1_000_000);
    let last = 0;
    for (let i = 0; i < 500; i++) {
      const stamp = stamps.next();
      assert.ok(stamp > last, `seed ${seed}: ${stamp} after ${last}`);
      assert.equal(stamps.last, stamp);
      last = stamp;
      const passed = Math.floor(random() * 4);
      clocks.ms += passed;
      clocks.wallMs += passed + (random() < 0.05 ? Math.floor((random() - 0.5) * 100_000) : 0);
    }
  }
});

test("stamps: a burst within a millisecond is told apart by microseconds", () => {
  const { stamps } = machine(5_000);
  assert.deepEqual([stamps.next(), stamps.next(), stamps.next()], [5_000_000, 5_000_001, 5_000_002]);
});

test("stamps: when somebody sets the clock back they pass at half the pace until the date has caught up", () => {
  const { clocks, stamps } = machine(60_000);
  stamps.next();
  clocks.wallMs = 50_000;
  const after = (ms: number) => {
    clocks.ms += ms;
    clocks.wallMs += ms;
    return stamps.next() / 1_000;
  };
  assert.deepEqual([after(4_000), after(6_000), after(6_000), after(6_000)], [
    62_000,
    65_000,
    66_000,
    72_000,
  ]);
});

test("stamps: when somebody sets the clock forward they follow it", () => {
  const { clocks, stamps } = machine(60_000);
  stamps.next();
  clocks.wallMs = 90_000;
  assert.equal(stamps.next(), 90_000_000);
});
