/** A clock that is moved by hand. */
import assert from "node:assert/strict";
import { instant } from "../../lib/base/instant.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";

test("virtual clock: timers of one instant can be fired one at a time, in the order in which they were set", () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const set = (name: string, at: number) =>
    clock.schedule(instant(at), () => fired.push(`${name}@${clock.now()}`));
  set("late", 20);
  set("first", 10);
  set("second", 10);
  clock.fireNext();
  assert.deepEqual([fired, clock.next()], [["first@10"], 10]);
  clock.fireNext();
  clock.fireNext();
  clock.fireNext();
  assert.deepEqual([fired, clock.now()], [["first@10", "second@10", "late@20"], 20]);
});
