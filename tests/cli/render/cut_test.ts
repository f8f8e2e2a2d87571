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
  ];
  for (const [text, columns, expected] of cases) {
    assert.equal(cutTo(text, columns), expected);
    assert.ok(widthOf(expected) <= Math.max(1, columns));
  }
});
