import assert from "node:assert/strict";
import { countsSince, describeCommand, Ledger } from "../../lib/engine/containment/ledger.ts";
import { test } from "../harness/test.ts";

const A = { pid: 10, startTime: 1 };
const A_LATER = { pid: 10, startTime: 2 };
const EXITED = { how: "exited", code: 0 } as const;
const KILLED = { how: "signalled", signal: "SIGKILL" } as const;

const shown = (ledger: Ledger) =>
  ledger.lines().map((
    { pid, path, ended, code, signal, orphan },
  ) => [pid, path, ended, code, signal, orphan]);

test("ledger: a process is one line, with its end, and is not taken for a later one with its number", () => {
  const ledger = new Ledger();
  ledger.see(A, "web", "web --fast", false);
  ledger.see(A, "other", "other", true);
  ledger.ended(A_LATER, EXITED);
  assert.deepEqual(shown(ledger), []);
  ledger.ended(A, EXITED);
  ledger.ended(A, KILLED);
  assert.deepEqual(shown(ledger), [[10, "web", "exit", 0, null, true]]);
  assert.equal(ledger.count, 1);
  assert.equal(ledger.pathOf(A), undefined);
});

test("ledger: what has ended since a moment, also when much of before is forgotten", () => {
  const ledger = new Ledger();
  const end = (from: number, count: number) => {
    for (let pid = from; pid < from + count; pid++) {
      ledger.see({ pid, startTime: 1 }, "web", "x", false);
      ledger.ended({ pid, startTime: 1 }, EXITED);
    }
  };
  end(1, 998);
  const before = ledger.endedCount;
  assert.deepEqual(ledger.linesSince(before), []);
  end(2_001, 5);
  assert.deepEqual(ledger.linesSince(before).map(({ pid }) => pid), [2_001, 2_002, 2_003, 2_004, 2_005]);
  end(3_001, 1_000);
  assert.deepEqual(
    [ledger.linesSince(before).length, ledger.linesSince(before)[0]!.pid, ledger.endedCount],
    [1_000, 3_001, 2_003],
  );
});

test("ledger: all are counted, by actor and by end, also those that are forgotten", () => {
  const ledger = new Ledger();
  const end = (from: number, path: string | null, isOrphan: boolean) => {
    for (let pid = from; pid < from + 700; pid++) {
      ledger.see({ pid, startTime: 1 }, path, "x", isOrphan);
      ledger.ended({ pid, startTime: 1 }, EXITED);
    }
  };
  end(1, "web", false);
  const before = ledger.counts(new Set(["web"]));
  end(1_001, "web", true);
  end(2_001, null, true);
  ledger.see(A_LATER, "web", "x", false);
  ledger.prune(() => false);
  const none = { signal: 0, killed: 0 };
  assert.deepEqual(ledger.counts(), { total: 2_101, exit: 2_100, ...none, gone: 1, orphans: 1_400 });
  const now = ledger.counts(new Set(["web", "db"]));
  assert.deepEqual(now, { total: 1_401, exit: 1_400, ...none, gone: 1, orphans: 700 });
  assert.deepEqual(countsSince(before, now), { total: 701, exit: 700, ...none, gone: 1, orphans: 700 });
  assert.equal(ledger.lines().length, 1_000);
});

test("ledger: SIGKILL is ours only if we sent it", () => {
  const ledger = new Ledger();
  const [ours, theirs, quicker] = [11, 12, 13].map((pid) => ({ pid, startTime: 1 })) as [
    typeof A,
    typeof A,
    typeof A,
  ];
  for (const process of [ours, theirs, quicker]) ledger.see(process, null, "x", false);
  ledger.killed(ours);
  ledger.killed(quicker);
  ledger.ended(ours, KILLED);
  ledger.ended(theirs, KILLED);
  ledger.ended(quicker, EXITED);
  assert.deepEqual(ledger.lines().map(({ ended }) => ended), ["killed", "signal", "exit"]);
});

test("ledger: what ended unseen is gone, or killed if SIGKILL was sent to it", () => {
  const ledger = new Ledger();
  const [gone, killed, alive] = [11, 12, 13].map((pid) => ({ pid, startTime: 1 })) as [
    typeof A,
    typeof A,
    typeof A,
  ];
  for (const process of [gone, killed, alive]) ledger.see(process, null, "x", false);
  ledger.killed(killed);
  ledger.prune(({ pid }) => pid === alive.pid);
  assert.deepEqual(ledger.lines().map(({ pid, ended }) => [pid, ended]), [[11, "gone"], [12, "killed"]]);
  assert.equal(ledger.count, 3);
});

test("ledger: of many that have ended the latest are kept, and all are counted", () => {
  const ledger = new Ledger();
  for (let pid = 1; pid <= 1_500; pid++) {
    ledger.see({ pid, startTime: 1 }, "web", "web", false);
    ledger.ended({ pid, startTime: 1 }, EXITED);
  }
  assert.equal(ledger.count, 1_500);
  assert.deepEqual([ledger.lines().length, ledger.lines()[0]!.pid], [1_000, 501]);
});

test("ledger: secrets are taken out of command lines before they are kept", () => {
  const ledger = new Ledger((text) => text.replaceAll("s3cret", "***"));
  ledger.see(A, "web", "web --password s3cret", false);
  ledger.ended(A, EXITED);
  assert.equal(ledger.lines()[0]!.command, "web --password ***");
  assert.equal(describeCommand([], null), "?");
});
