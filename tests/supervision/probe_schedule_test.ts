import assert from "node:assert/strict";
import { instant } from "../../lib/base/instant.ts";
import type { Probe, Ready } from "../../lib/config/plan.ts";
import {
  attemptTimeout,
  beginAttempt,
  endAttempt,
  NOT_PROBED,
  type Probing,
  whyNotReady,
} from "../../lib/supervision/probe_schedule.ts";
import { test } from "../harness/test.ts";

const HTTP: Ready = { probe: { type: "http", url: "http://h/" }, intervalMs: 100 };
const EXEC: Ready = { probe: { type: "exec", argv: ["ask"] }, intervalMs: 100 };

/** What happens: an attempt begins, or one has been answered. */
type Happening = readonly [ms: number, what: "ask" | readonly [attempt: number, error: string | null]];

function after(ready: Ready, happenings: readonly Happening[]): Probing {
  return happenings.reduce<Probing>((probing, [ms, what]) => {
    if (what === "ask") return beginAttempt(probing, ready, instant(ms));
    const [attempt, error] = what;
    return endAttempt(probing, ready, { attempt, error }, instant(ms));
  }, NOT_PROBED);
}

const REASONS: readonly (readonly [string, Ready, readonly Happening[], number, string | null])[] = [
  ["nothing has been asked", HTTP, [], 500, null],
  ["one attempt hangs", HTTP, [[0, "ask"]], 4_000, "http http://h/: no answer for 4.0s"],
  ["one has been answered", HTTP, [[0, "ask"], [5, [1, "refused"]]], 90, "refused"],
  ["the next has just begun", HTTP, [[0, "ask"], [5, [1, "refused"]], [100, "ask"]], 150, "refused"],
  [
    "all since then hang",
    HTTP,
    [[0, "ask"], [5, [1, "refused"]], [100, "ask"], [250, "ask"], [475, "ask"]],
    4_000,
    "http http://h/: no answer for 3.9s",
  ],
  [
    "one before hangs, and a later one was answered",
    HTTP,
    [[0, "ask"], [100, "ask"], [110, [2, "status 503"]]],
    4_000,
    "status 503",
  ],
  [
    "an earlier one is answered after a later one",
    HTTP,
    [[0, "ask"], [100, "ask"], [110, [2, "status 503"]], [4_000, [1, "status 500"]]],
    4_010,
    "status 503",
  ],
  [
    "all are given up",
    HTTP,
    [[0, "ask"], [100, "ask"], [5_000, [1, null]], [5_100, [2, null]], [6_000, "ask"]],
    6_000,
    "http http://h/: no answer for 6.0s",
  ],
  ["a command takes its time", EXEC, [[0, "ask"]], 300, "exec ask: no answer for 300ms"],
  [
    "a line is waited for",
    { probe: { type: "log", pattern: "up" }, intervalMs: 100 },
    [[0, "ask"]],
    300,
    "log /up/: no such line",
  ],
];

for (const [when, ready, happenings, now, reason] of REASONS) {
  test(`probe schedule: the reason is that of the attempt that counts: ${when}`, () => {
    assert.equal(whyNotReady(after(ready, happenings), ready, instant(now)), reason);
  });
}

test("probe schedule: a question over the network waits for no answer to the one before, a command does", () => {
  for (
    const [probe, dueAt] of [
      [{ type: "tcp", host: "h", port: 1 }, 100],
      [{ type: "http", url: "http://h/" }, 100],
      [{ type: "exec", argv: ["ask"] }, Infinity],
      [{ type: "file", path: "/x" }, Infinity],
      [{ type: "log", pattern: "up" }, Infinity],
      [{ type: "module" }, Infinity],
    ] as readonly (readonly [Probe, number])[]
  ) {
    const ready = { probe, intervalMs: 100 };
    assert.equal(after(ready, [[0, "ask"]]).probeAt, dueAt, probe.type);
    assert.equal(after(ready, [[0, "ask"], [40, [1, "no"]]]).probeAt, dueAt === 100 ? 100 : 140, probe.type);
  }
});

test("probe schedule: what is asked is bounded, what is waited for has the whole start", () => {
  assert.equal(attemptTimeout(HTTP.probe, 30_000), 5_000);
  assert.equal(attemptTimeout(HTTP.probe, 2_000), 2_000);
  assert.equal(attemptTimeout({ type: "log", pattern: "up" }, 30_000), 30_000);
});
