import assert from "node:assert/strict";
import { createLocate } from "../../../lib/config/toml/source.ts";
import { test } from "../../harness/test.ts";

test("places: lines and columns count characters from 1, and stay within the text", () => {
  const text = "ab\n\u{1f980}cd\r\n\ne\n";
  const locate = createLocate(text);
  const cases: [number, number, string][] = [
    [0, 2, "1:1+2"],
    [1, 1, "1:2+1"],
    [2, 3, "1:3+1"],
    [3, 5, "2:1+1"],
    [5, 7, "2:2+2"],
    [0, 99, "1:1+2"],
    [9, 9, "3:1+1"],
    [10, 11, "4:1+1"],
    [12, 13, "4:2+1"],
    [99, 100, "4:2+1"],
    [-5, 1, "1:1+1"],
  ];
  for (const [start, end, expected] of cases) {
    const { line, column, length } = locate({ start, end });
    assert.equal(`${line}:${column}+${length}`, expected, `${start}-${end}`);
  }
});

test("places: an empty text has one", () => {
  assert.deepEqual(createLocate("")({ start: 0, end: 1 }), { line: 1, column: 1, length: 1 });
});
