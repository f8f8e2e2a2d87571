import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { KnownTexts } from "../../lib/config/known_texts.ts";
import { test } from "../harness/test.ts";

test("known texts: those that stand in a text are those that a search for each finds, the longest first", () => {
  const random = seeded(3);
  const word = (most: number) =>
    Array.from({ length: 2 + Math.floor(random() * most) }, () => "ab"[Math.floor(random() * 2)]).join("");
  for (let round = 0; round < 300; round++) {
    const words = [...new Set(Array.from({ length: 20 }, () => word(6)))];
    const known = new KnownTexts(words, 2);
    assert.deepEqual(known.all().toSorted(), words.toSorted());
    const text = word(12);
    const found = known.in(text);
    assert.deepEqual(found.toSorted(), words.filter((one) => text.includes(one)).toSorted(), text);
    assert.deepEqual(
      found.map(({ length }) => length),
      found.map(({ length }) => length).toSorted((a, b) => b - a),
    );
  }
  assert.deepEqual(new KnownTexts([], 4).in("anything"), []);
});
