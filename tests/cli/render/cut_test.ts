import assert from "node:assert/strict";
import { cutTo } from "../../../lib/cli/render/cut.ts";
import { widthOf } from "../../../lib/cli/render/width.ts";
import { test } from "../../harness/test.ts";

test("cut: what fits stays, what does not ends in a mark and fits then", () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["", 0, ""],
    ["abc", 3, "abc"],
    ["abcd", 3, "ab~"],
    ["ab cd", 4, "ab~"],
    ["abc", 1, "~"],
    ["abc", 0, "~"],
    ["abc", Infinity, "abc"],
    ["\u6570\u636e\u5e93", 5, "\u6570\u636e~"],
    ["\u6570\u636e\u5e93", 4, "\u6570~"],
    ["\u{1f600}\u{1f600}", 3, "\u{1f600}~"],
    // No flag, family or syllable is cut in two.
    ["\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}", 3, "\u{1f1e9}\u{1f1ea}~"],
    ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}ab", 3, "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}~"],
    ["\u1112\u1161\u11ab\u1100\u1173\u11af", 3, "\u1112\u1161\u11ab~"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301~"],
  ];
  for (const [text, columns, expected] of cases) {
    assert.equal(cutTo(text, columns), expected);
    assert.ok(widthOf(expected) <= Math.max(1, columns));
  }
});
