import assert from "node:assert/strict";
import { FairQueue } from "../../lib/engine/spawning/fair_queue.ts";
import { test } from "../harness/test.ts";

/** What is done to a queue: `+a1` adds 1 to lane a, `-a1` removes it, `.a` ends one of lane a, `?` takes all that can be. */
type Script = string;

/** Two of each lane may be under way. */
const CASES: readonly (readonly [name: string, script: Script, taken: string])[] = [
  ["one lane is taken in order", "+a1 +a2 ?", "a1 a2"],
  ["of a lane only two are under way", "+a1 +a2 +a3 +a4 ? .a ?", "a1 a2 a3"],
  ["lanes take turns", "+a1 +a2 +b1 +b2 +c1 ?", "a1 b1 c1 a2 b2"],
  ["a short lane does not wait behind a long one", "+a1 +a2 +a3 +a4 ? +b1 ?", "a1 a2 b1"],
  ["a lane that has just had its turn is behind all others", "+a1 +a2 ? +b1 +c1 .a +a3 ?", "a1 a2 b1 c1 a3"],
  ["one in which nothing moves on holds up no other", "+a1 +a2 +a3 ? +b1 +b2 ? .b +b3 ?", "a1 a2 b1 b2 b3"],
  ["what is removed is never taken", "+a1 +a2 -a1 ?", "a2"],
  ["the last one of a lane is removed", "+a1 +b1 -a1 ?", "b1"],
  ["what is removed leaves its place to the next", "+a1 +a2 +a3 ? -a3 +a4 .a ?", "a1 a2 a4"],
  ["what does not wait is not removed", "+a1 ? -a1 +a2 +a3 ?", "a1 a2"],
  ["a lane that was empty begins anew", "+a1 ? .a +a1 ?", "a1 a1"],
  ["nothing is taken of nothing", "?", ""],
];

for (const [name, script, expected] of CASES) {
  test(`fair queue: ${name}`, () => {
    const queue = new FairQueue<string>(2);
    const taken: string[] = [];
    for (const word of script.split(" ")) {
      const [act, lane = "", item = ""] = word;
      if (act === "+") queue.add(lane, item);
      else if (act === "-") queue.remove(lane, item);
      else if (act === ".") queue.done(lane);
      else {for (let next = queue.take(); next !== null; next = queue.take()) {
          taken.push(next.lane + next.item);
        }}
    }
    assert.equal(taken.join(" "), expected);
  });
}
