import assert from "node:assert/strict";
import { piecesOf, widthOf } from "../../../lib/cli/render/width.ts";
import { test } from "../../harness/test.ts";

test("width: a text takes as many columns as a terminal gives it", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["", 0],
    ["plain text", 10],
    ["h\u00e9llo", 5],
    ["he\u0301llo", 5],
    ["\u6570\u636e", 4],
    ["\ud55c\uae00", 4],
    ["\ud55c\uae00".normalize("NFD"), 4],
    ["\uff61\uff71", 2],
    ["\uff01", 2],
    ["\u3000", 2],
    ["\u{17000}", 2],
    ["\u{20000}", 2],
    ["\u{1f600}", 2],
    ["\u{1f1e9}\u{1f1ea}", 2],
    ["\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}", 4],
    ["\u{1f1e9}", 1],
    ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}", 2],
    ["\u{1f44d}\u{1f3fd}", 2],
    ["\u{1f9d1}\u{1f3fb}\u200d\u{1f91d}\u200d\u{1f9d1}\u{1f3ff}", 2],
    ["\u{1f3f3}\ufe0f\u200d\u{1f308}", 2],
    ["\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", 2],
    ["\u2764\ufe0f", 2],
    ["\u2764", 1],
    ["1\ufe0f\u20e3", 2],
    ["12#*", 4],
    ["\u0928\u093f", 2],
    ["\u0e01\u0e33", 2],
    ["\u0e17\u0e35\u0e48", 1],
    ["a\u200bb\u200db\ufeff", 3],
    ["\u0301", 0],
    ["\u2026\u00b1\u2500", 3],
    ["\ud83d", 1],
  ];
  for (const [text, width] of cases) assert.equal(widthOf(text), width, JSON.stringify(text));
});

test("width: the pieces of a text are the text", () => {
  const text = "a\u0301 \u{1f468}\u200d\u{1f469} \u1112\u1161\u11ab\u{1f1e9}\u{1f1ea}x\n\u200d";
  assert.equal(piecesOf(text).map((piece) => piece.text).join(""), text);
  assert.deepEqual(piecesOf("\u1112\u1161\u11abx"), [{ text: "\u1112\u1161\u11ab", width: 2 }, {
    text: "x",
    width: 1,
  }]);
});

test("width: all runtimes count every character alike", () => {
  const counts = [0, 0, 0];
  for (let point = 0x20; point < 0x110000; point++) {
    if (point < 0xd800 || point > 0xdfff) counts[widthOf(String.fromCodePoint(point))]! += 1;
  }
  assert.deepEqual(counts, [6_255, 921_920, 183_857]);
});
