import assert from "node:assert/strict";
import { formatSize, parseSize } from "../../lib/base/size.ts";
import { test } from "../harness/test.ts";

test("sizes: units of ten and of two are told apart, and a bare number is none", () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ["10MB", 10_000_000],
    ["10MiB", 10_485_760],
    ["1.5KiB", 1_536],
    ["7B", 7],
    ["2 GB", 2_000_000_000],
    ["1TiB", 2 ** 40],
    ["10", null],
    ["10mb", null],
    ["-1MB", null],
    ["MB", null],
    ["9999999999TiB", null],
  ];
  for (const [text, bytes] of cases) assert.equal(parseSize(text), bytes, text);
});

test("sizes: the text of one is short, exact, and can be read again", () => {
  const cases: readonly (readonly [number, string])[] = [
    [67_108_864, "64MiB"],
    [65_536, "64KiB"],
    [1_500, "1500B"],
    [10_000_000, "10MB"],
    [2 ** 40, "1TiB"],
    [0, "0B"],
    [1_025, "1025B"],
  ];
  for (const [bytes, text] of cases) {
    assert.equal(formatSize(bytes), text);
    assert.equal(parseSize(text), bytes);
  }
});
