/** The words in which people are told of a wait. */
import assert from "node:assert/strict";
import { describePending, isUnderWay } from "../../lib/cli/progress.ts";
import type { StatusRow } from "../../lib/control/protocol.ts";
import { test } from "../harness/test.ts";

const ROW: StatusRow = {
  path: "x",
  kind: "exec",
  daemon: true,
  state: "running",
  ready: null,
  healthy: null,
  pid: null,
  restarts: 0,
  nextRun: null,
  startedAt: null,
  uptimeMs: null,
  cpu: null,
  rss: null,
  exit: null,
  error: null,
  reason: null,
  says: null,
  cgroup: null,
};

const row = (path: string, state: StatusRow["state"], more: Partial<StatusRow> = {}): StatusRow => ({
  ...ROW,
  path,
  state,
  ...more,
});

const told = (...rows: readonly StatusRow[]) => describePending(rows, isUnderWay, 1_500);

test("progress: what has come to where it is to be is not waited for", () => {
  const rows = [row("a", "completed"), row("b", "inactive"), row("c", "failed"), row("d", "starting")];
  assert.equal(told(...rows), "1.5s: waiting for d (starting)");
  assert.equal(told(row("a", "running")), "1.5s: waiting for the supervisor");
});

test("progress: those that are at something are named, and those that wait for others are counted", () => {
  assert.equal(
    told(
      row("a", "waiting", { reason: "waits for b" }),
      row("b", "starting", { reason: "tcp: refused" }),
      row("c", "waiting"),
    ),
    "1.5s: waiting for b (starting: tcp: refused); 2 more wait",
  );
});

test("progress: a one-shot at its work is named while others wait", () => {
  const oneShot = row("a", "running", { daemon: false });
  assert.equal(told(oneShot, row("b", "waiting")), "1.5s: waiting for a (running); 1 more wait");
  assert.equal(told(oneShot, row("b", "starting")), "1.5s: waiting for b (starting)");
});

test("progress: where all wait for each other, they are named with their reasons", () => {
  assert.equal(
    told(row("a", "waiting", { reason: "waits for b" })),
    "1.5s: waiting for a (waiting: waits for b)",
  );
});
