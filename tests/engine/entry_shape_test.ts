/** Entries that are written can be read, and one that lacks what is made of it is not taken for one. */
import assert from "node:assert/strict";
import { decodeJsonOrNull } from "../../lib/base/shape.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { entryShape } from "../../lib/engine/journal/entry_shape.ts";
import type { EntryData, EntryEvent } from "../../lib/supervision/journal_entry.ts";
import type { RunId } from "../../lib/supervision/state.ts";
import { test } from "../harness/test.ts";

const id = (path: string) => path as NodeId;
const run = 7 as RunId;
const asker = { uid: 0, user: null, pid: 0 };
const why = { kind: "unhealthy", why: "no answer" } as const;

/** One or two of each kind. The types see to it that each is as it is written. */
const WRITTEN: { readonly [Event in EntryEvent]: readonly EntryData[Event][] } = {
  requested: [
    { verb: "restart", paths: [id("a")], asker },
    { verb: "signal", paths: [], signal: "SIGHUP", toAll: true },
    { verb: "exec", paths: [id("a")], command: "sh" },
    { verb: "down", by: "down" },
  ],
  started: [{ starts: 1 }, { pid: 1, run, starts: 1 }],
  ready: [{ afterMs: 0.5 }],
  healthy: [{}],
  unhealthy: [{ why: "", failures: 3 }],
  exited: [{ code: 1, signal: null }, { code: null, signal: "SIG34" as never }, {
    code: null,
    signal: null,
  }],
  start_failed: [{ reason: "" }],
  hook_started: [{ hook: "pre_start" }],
  hook_ended: [{ hook: "pre_start", end: { how: "timed_out", afterMs: 1 } }],
  timed_out: [{ why: { kind: "start_timeout", afterMs: 1, lastError: null } }],
  restarted: [{ delayMs: 0, left: null }, { delayMs: 0.25, left: 2 }],
  scheduled: [{ next: null }, { next: "2026-01-01T00:00:00.000Z" }],
  due: [{ date: "2026-01-01T00:00:00.000Z", does: "run", next: null }],
  gave_up: [{ restarts: 5, withinMs: Infinity }],
  escalated: [{ by: id(""), restarts: 5, withinMs: 10_000 }],
  cancelled: [{ withinMs: 1 }],
  hurried: [{ withinMs: 1 }, { withinMs: 1, asker }],
  stopping: [{ signal: "SIGTERM", graceMs: Infinity, cancel: false }],
  killed: [{}],
  unseen: [{ why: "" }],
  stopped: [{ why: "request" }],
  completed: [{}],
  failed: [{ why }, { why: { kind: "gave_up", by: id(""), last: why } }],
  ended: [{ outcome: "gave_up" }],
  planned: [{ added: [], removed: [id("a")], outdated: [], changed: [], verb: "apply", asker }],
  rolling: [{}],
  rolled: [{}],
  roll_halted: [{ why: { kind: "called_off" }, left: [id("a")] }],
  resumed: [{ runs: 0 }],
  adopted: [{ pid: 1, run }],
  held: [{ actor: "a", pid: 1, function: "f", report: "", inspector: "" }],
  released: [{ actor: "a", pid: 1 }],
  refused: [{ verb: "down", by: "down", why: { kind: "tree_ended" } }],
  orphan_reaped: [{ pid: 1, name: "" }],
  not_looked_up: [{ why: "" }],
  isolated: [{ pid: 1 }],
  state_unwritten: [{ why: "" }],
  remade: [{ file: "" }],
  unmade: [{ file: "", why: "" }],
  short: [{ reason: "", hint: null }],
  unlimited: [{ limits: ["cpu_max"], reason: "" }],
  files_changed: [{ files: [], count: 100, signal: null }, { files: ["a"], count: 1, signal: "SIGHUP" }],
  alert_failed: [{ command: "", why: "" }],
  unwatched: [{ folder: "", why: "", hint: null }],
  lines_dropped: [{ why: "" }],
};

const entriesOf = (event: string, all: readonly object[]) =>
  all.map((data) => ({ at: "2026-01-01T00:00:00.000Z", seq: 1, path: "a", event, cause: null, ...data }));
const read = (entry: unknown) => decodeJsonOrNull(entryShape, JSON.stringify(entry));

test("journal: each kind of entry is read as it was written", () => {
  for (const [event, all] of Object.entries(WRITTEN)) {
    for (const entry of entriesOf(event, all)) {
      assert.deepEqual(read(entry), JSON.parse(JSON.stringify(entry)), event);
    }
  }
});

test("journal: an entry without its date, or without what is told of it, is none", () => {
  const none = (event: EntryEvent, fields: object) => {
    for (const entry of entriesOf(event, WRITTEN[event])) {
      assert.equal(read({ ...entry, ...fields }), null, event);
    }
  };
  none("healthy", { at: "never" });
  none("healthy", { seq: -1 });
  none("exited", { code: undefined });
  none("exited", { signal: {} });
  none("ready", { afterMs: "0" });
  none("requested", { verb: undefined });
  none("failed", { why: "exit code 1" });
  assert.equal(read(entriesOf("requested", [{ verb: "stop" }])[0]), null);
});

test("journal: events and fields of another version are let pass", () => {
  const [entry] = entriesOf("blessed", [{ by: "a later version" }]);
  assert.deepEqual(read(entry), entry);
  const [more] = entriesOf("ready", [{ afterMs: 1, more: [1] }]);
  assert.deepEqual(read(more), more);
});
