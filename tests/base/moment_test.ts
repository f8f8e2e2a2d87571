import assert from "node:assert/strict";
import { parseMoment } from "../../lib/base/moment.ts";
import { test } from "../harness/test.ts";

const NOW = new Date(2026, 10, 30, 17, 30, 5, 250).getTime();
const local = (...parts: readonly number[]) => new Date(...parts as [number, number]).getTime() * 1_000;

test("moment: every written form is read exactly", () => {
  const cases: [string, number | null][] = [
    ["10m", (NOW - 600_000) * 1_000],
    ["1h30m", (NOW - 5_400_000) * 1_000],
    ["now", NOW * 1_000],
    ["today", local(2026, 10, 30)],
    ["yesterday", local(2026, 10, 29)],
    ["17:00", local(2026, 10, 30, 17)],
    ["7:05:09.5", local(2026, 10, 30, 7, 5, 9) + 500_000],
    ["2026-11-01", local(2026, 10, 1)],
    ["2026-11-30 17:00", local(2026, 10, 30, 17)],
    [" 2026-11-30T17:00:01.123456 ", local(2026, 10, 30, 17, 0, 1) + 123_456],
    ["2026-11-30T17:00:01.123456Z", Date.UTC(2026, 10, 30, 17, 0, 1) * 1_000 + 123_456],
    ["2026-11-30 17:00:01Z", Date.UTC(2026, 10, 30, 17, 0, 1) * 1_000],
    ["2026-11-30T17:00+01:00", Date.UTC(2026, 10, 30, 16) * 1_000],
    ["2026-11-30T17:00:00-0530", Date.UTC(2026, 10, 30, 22, 30) * 1_000],
    ["2024-02-29", local(2024, 1, 29)],
    ["2026-02-29", null],
    ["2026-13-01", null],
    ["2026-00-01", null],
    ["2026-11-31", null],
    ["2026-11-30 24:00", null],
    ["2026-11-30 17:60", null],
    ["2026-11-30 17", null],
    ["2026-11-30x17:00", null],
    ["2026-11-30T17:00 CET", null],
    ["17:00Z", null],
    ["10", null],
    ["tomorrow", null],
    ["constructor", null],
    ["", null],
  ];
  for (const [text, expected] of cases) assert.equal(parseMoment(text, NOW), expected, text);
});
