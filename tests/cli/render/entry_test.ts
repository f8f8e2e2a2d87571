import assert from "node:assert/strict";
import { describeEntry, entryDetails, isNews } from "../../../lib/cli/render/entry.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import type { JournalEntry } from "../../../lib/engine/journal/journal.ts";
import type { EntryEvent } from "../../../lib/supervision/journal_entry.ts";
import { test } from "../../harness/test.ts";

const ERROR = {
  type: "RangeError",
  message: "too far\nby 3",
  stack: "RangeError: too far\nby 3\n    at walk (/srv/api.ts:3:9)\n    at main (/srv/api.ts:1:1)",
  path: ["api"],
  cause: {
    type: "Error",
    message: "",
    stack: "    at map (/srv/map.ts:1:1)",
    path: ["api"],
    cause: null,
    errors: null,
  },
  errors: null,
};

const REACHED = { oomKills: 1, killedMain: true, memoryMax: "64MiB", forksRefused: 0, pidsMax: null };

const HELD = {
  pid: 7,
  function: "find",
  report: "RangeError: too far\n    at walk (/srv/api.ts:3:9)",
  inspector: "ws://127.0.0.1:9/x",
};

/** Every event with its data, the sentence, its colour, and whether people are told of it unasked. */
const CASES: readonly (readonly [EntryEvent, Record<string, unknown>, string, number, boolean])[] = [
  ["requested", { verb: "start", paths: ["a", "b"] }, "start was asked for: a, b", 2, false],
  ["requested", { verb: "down", by: "interrupt" }, "down was asked for (interrupt)", 2, false],
  ["started", { pid: 7 }, "started (pid 7)", 2, false],
  ["started", {}, "started", 2, false],
  ["ready", { afterMs: 1_250 }, "ready after 1.2s", 32, true],
  ["exited", { code: 3, signal: null }, "exited with code 3", 2, true],
  ["exited", { code: 0, signal: null }, "exited with code 0", 2, false],
  ["exited", { code: 1, signal: null, error: ERROR }, "exited with code 1: RangeError: too far", 2, true],
  ["exited", { code: null, signal: "SIGKILL" }, "ended by SIGKILL", 2, true],
  [
    "exited",
    { code: null, signal: "SIGKILL", reached: REACHED },
    "ended by SIGKILL: killed by the kernel: memory_max 64MiB reached",
    2,
    true,
  ],
  [
    "exited",
    { code: 0, signal: null, reached: { ...REACHED, killedMain: false } },
    "exited with code 0: the kernel killed 1 process of it: memory_max 64MiB reached",
    2,
    true,
  ],
  [
    "unlimited",
    { limits: ["pids_max = 5"], reason: "pids_max = 5: why" },
    "runs without pids_max = 5: why",
    33,
    false,
  ],
  ["start_failed", { reason: "no such program" }, "could not be started: no such program", 31, true],
  ["timed_out", { why: { kind: "run_timeout", afterMs: 30_000 } }, "still running after 30s", 31, true],
  ["restarted", { delayMs: 0, left: 4 }, "restarts now (4 more allowed)", 33, true],
  ["restarted", { delayMs: 200, left: 3 }, "restarts in 200ms (3 more allowed)", 33, true],
  [
    "requested",
    { verb: "restart", paths: ["a.1", "a.2"], rolling: true },
    "rolling restart was asked for: a.1, a.2",
    2,
    false,
  ],
  ["rolling", {}, "is restarted in its turn", 2, false],
  ["rolled", {}, "the rolling restart is done", 32, true],
  [
    "roll_halted",
    {
      why: { kind: "failed", at: "api.2", why: { kind: "start", message: "no such file" } },
      left: ["api.3", "api.4"],
    },
    'the rolling restart has stopped: "api.2" did not become ready (no such file); api.3, api.4 are as before',
    31,
    true,
  ],
  [
    "roll_halted",
    { why: { kind: "alone", at: "api.2" }, left: ["api.2"] },
    'the rolling restart has stopped: no other replica than "api.2" is ready; api.2 is as before',
    31,
    true,
  ],
  [
    "roll_halted",
    { why: { kind: "called_off" }, left: [] },
    "the rolling restart has stopped: somebody has called it off",
    31,
    true,
  ],
  [
    "requested",
    { verb: "halt", paths: ["a.1"] },
    "the end of rolling restarts was asked for: a.1",
    2,
    false,
  ],
  ["restarted", { delayMs: 200, left: null }, "restarts in 200ms", 33, true],
  [
    "gave_up",
    { restarts: 5, withinMs: 30_000 },
    "gives up: it needs more than 5 restarts in 30s",
    31,
    true,
  ],
  [
    "escalated",
    { by: "pool/x", restarts: 5, withinMs: 30_000 },
    'gives up: "pool/x" needs more than 5 restarts in 30s',
    31,
    true,
  ],
  ["cancelled", {}, "is being taken down", 2, true],
  ["stopping", { signal: "SIGTERM", graceMs: 10_000 }, "is asked to stop (SIGTERM, 10s)", 2, false],
  [
    "stopping",
    { signal: "SIGTERM", graceMs: 10_000, cancel: true },
    "is asked to stop (cancel, then SIGTERM, 10s)",
    2,
    false,
  ],
  ["killed", {}, "did not stop in time and is killed", 31, true],
  ["stopped", {}, "stopped", 2, true],
  ["completed", {}, "completed", 32, true],
  ["failed", { why: { kind: "survivors" } }, "failed: processes of it survived SIGKILL", 31, true],
  ["ended", { outcome: "gave_up" }, "gave up", 2, true],
  ["ended", { outcome: "cancelled" }, "was taken down", 2, true],
  [
    "held",
    { ...HELD, actor: "api" },
    '"find" has failed (pid 7), held for inspection: RangeError: too far',
    33,
    true,
  ],
  [
    "held",
    { ...HELD, actor: "api/worker", report: "Error" },
    '"find" has failed (actor "api/worker", pid 7), held for inspection: Error',
    33,
    true,
  ],
  ["released", { actor: "api", pid: 7 }, "is held no longer and goes on", 2, true],
  [
    "refused",
    { verb: "down", by: "terminate", why: { kind: "crash_held", actor: "api", pid: 7, report: "Error" } },
    'down was refused (terminate): actor "api" (pid 7) is held for inspection: Error',
    33,
    true,
  ],
  ["orphan_reaped", { name: "sh", pid: 9 }, "orphan sh (9) ended and was reaped", 2, false],
  [
    "not_looked_up",
    { why: "EMFILE" },
    "processes cannot be looked up, which is tried again: EMFILE",
    31,
    true,
  ],
  ["lines_dropped", { why: "disk full" }, "lines of its log are lost: disk full", 31, true],
];

function entryOf(event: EntryEvent, data: Record<string, unknown>, path = "api"): JournalEntry {
  return { at: "2026-01-01T00:00:00.000Z", seq: 1, path, event, cause: null, ...data } as JournalEntry;
}

test("entries: every event is a sentence, in the colour of how bad it is", () => {
  for (const [event, data, sentence, colour] of CASES) {
    const entry = entryOf(event, data);
    assert.equal(describeEntry(entry, painter(false)), `api: ${sentence}`);
    assert.equal(describeEntry(entry, painter(true)), `api: \x1b[${colour}m${sentence}\x1b[0m`);
  }
});

test("entries: below an error stand its frames and what led to it", () => {
  assert.deepEqual(entryDetails(entryOf("exited", { code: 1, signal: null, error: ERROR })), [
    "    RangeError: too far",
    "    by 3",
    "        at walk (/srv/api.ts:3:9)",
    "        at main (/srv/api.ts:1:1)",
    "    caused by: Error",
    "          at map (/srv/map.ts:1:1)",
  ]);
  assert.deepEqual(entryDetails(entryOf("exited", { code: 1, signal: null })), []);
});

test("entries: below a crash that is held stand its error, where to inspect it, and how to let it go", () => {
  assert.deepEqual(entryDetails(entryOf("held", { ...HELD, actor: "api" })), [
    "    RangeError: too far",
    "        at walk (/srv/api.ts:3:9)",
    "    inspect it at ws://127.0.0.1:9/x",
    "    let it go on with: kill -CONT 7",
  ]);
});

test("entries: people are told unasked only of what they did not expect", () => {
  for (const [event, data, sentence, , expected] of CASES) {
    assert.equal(isNews(entryOf(event, data)), expected, sentence);
  }
});

test("entries: of the tree as a whole only its end is news", () => {
  assert.equal(
    describeEntry(entryOf("ready", { afterMs: 5 }, ""), painter(false)),
    "the tree: ready after 5ms",
  );
  assert.equal(isNews(entryOf("ready", { afterMs: 5 }, "")), false);
  assert.equal(isNews(entryOf("ended", { outcome: "completed" }, "")), true);
});

test("entries: what a process calls itself cannot act upon the terminal", () => {
  const entry = entryOf("orphan_reaped", { name: "\x1b[2J", pid: 9 });
  assert.equal(describeEntry(entry, painter(false)), "api: orphan \ufffd[2J (9) ended and was reaped");
});
