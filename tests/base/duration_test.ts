import assert from "node:assert/strict";
import { describeDuration, formatDuration, parseDuration } from "../../lib/base/duration.ts";
import { test } from "../harness/test.ts";

test("duration: every written form is read exactly", () => {
  const cases: [string, number | null][] = [
    ["250ms", 250],
    ["10s", 10_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1_500],
    ["0s", 0],
    ["2d", 172_800_000],
    ["", null],
    ["5", null],
    ["5 s", null],
    ["s", null],
    ["-5s", null],
    ["5sec", null],
    ["1e3s", null],
    ["10s!", null],
  ];
  for (const [text, expected] of cases) assert.equal(parseDuration(text), expected, text);
});

test("duration: formatting and parsing are inverse", () => {
  for (const ms of [0, 1, 999, 1_000, 1_500, 59_999, 60_000, 90_000, 5_400_000, 86_400_000, 90_061_001]) {
    assert.equal(parseDuration(formatDuration(ms)), ms, formatDuration(ms));
  }
});

test("duration: people read at most two units", () => {
  const cases: [number, string][] = [
    [0, "0ms"],
    [999, "999ms"],
    [3_249, "3.2s"],
    [42_900, "42s"],
    [125_000, "2m05s"],
    [15_120_000, "4h12m"],
    [273_600_000, "3d04h"],
  ];
  for (const [ms, text] of cases) assert.equal(describeDuration(ms), text);
});
