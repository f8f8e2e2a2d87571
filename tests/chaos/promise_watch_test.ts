/** The watch over promises sees each of them broken, and none that is kept. */
import assert from "node:assert/strict";
import { PromiseWatch } from "../../lib/chaos/promise_watch.ts";
import type { Seen } from "../../lib/chaos/sighting.ts";
import type { NodeId, Plan } from "../../lib/config/plan.ts";
import type { StatusRow } from "../../lib/control/protocol.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { statusRow as row } from "../harness/status_row.ts";

const PLAN = planOf({
  intensity: { restarts: 2, withinMs: 10_000 },
  children: {
    a: {
      daemon: true,
      backoff: { initialMs: 1_000, maxMs: 8_000, factor: 2, jitter: 0, resetAfterMs: 10_000 },
    },
    left: { daemon: true, stop: { kill: "process" } },
  },
});

/** A process of a run. Its start is its number, in milliseconds since chaos began. */
function seen(pid: number, run: number, path = "a", differences: Partial<Seen> = {}): Seen {
  return { pid, startTime: pid, path: path as NodeId, run, isGuest: false, ...differences };
}

class Watching {
  readonly watch: PromiseWatch;

  constructor(plan: Plan = PLAN) {
    this.watch = new PromiseWatch(plan, ({ startTime }) => startTime);
  }

  /** The main process of a run is told of. */
  run(run: number, pid: number, path = "a"): this {
    this.watch.announce({ run, pid, path: path as NodeId });
    return this;
  }

  /** @param gone Those of the table that had ended when all of it had been seen. */
  look(
    atMs: number,
    rows: readonly StatusRow[],
    table: readonly Seen[],
    gone: readonly number[] = [],
  ): readonly string[] {
    const lasting = ({ pid }: { readonly pid: number }) =>
      table.some((one) => one.pid === pid) && !gone.includes(pid);
    return this.watch.observe({ atMs, rows, sighting: { seen: table, lasting } }).map(({ promise, path }) =>
      `${promise} ${path}`
    );
  }
}

test("promises: two main processes at once are seen, once", () => {
  const watching = new Watching().run(1, 100).run(2, 5_000);
  assert.deepEqual(watching.look(200, [row("a", { pid: 100 })], [seen(100, 1)]), []);
  const both = [seen(100, 1), seen(5_000, 2)];
  assert.deepEqual(watching.look(5_100, [row("a", { pid: 5_000 })], both), ["two-mains a"]);
  assert.deepEqual(watching.look(5_200, [row("a", { pid: 5_000 })], both), []);
});

test("promises: a main process that had ended before the next was seen is none at once", () => {
  const watching = new Watching().run(1, 100).run(2, 5_000);
  watching.look(200, [row("a", { pid: 100 })], [seen(100, 1)]);
  assert.deepEqual(
    watching.look(5_100, [row("a", { pid: 5_000 })], [seen(100, 1), seen(5_000, 2)], [100]),
    [],
  );
});

test("promises: an orphan of an earlier run is seen beside the next one", () => {
  const watching = new Watching().run(1, 100).run(2, 5_000);
  watching.look(200, [row("a", { pid: 100 })], [seen(100, 1), seen(101, 1)]);
  assert.deepEqual(
    watching.look(5_100, [row("a", { pid: 5_000 })], [seen(101, 1), seen(5_000, 2)]),
    ["left-behind a"],
  );
});

test("promises: an orphan is seen while nothing runs, if it was there before", () => {
  for (const state of ["stopped", "backing_off", "failed"] as const) {
    const watching = new Watching().run(1, 100);
    watching.look(200, [row("a", { pid: 100 })], [seen(100, 1), seen(101, 1)]);
    assert.deepEqual(watching.look(300, [row("a", { pid: null, state })], [seen(101, 1)]), ["left-behind a"]);
  }
});

test("promises: what is being ended, a guest, a hook, the next run and what is left on purpose are no orphans", () => {
  const stopping = new Watching().run(1, 100);
  stopping.look(200, [row("a", { pid: 100 })], [seen(100, 1), seen(101, 1)]);
  assert.deepEqual(stopping.look(300, [row("a", { pid: null, state: "stopping" })], [seen(101, 1)]), []);

  const stopped = [row("a", { pid: null, state: "stopped" })];
  const guest = seen(101, 1, "a", { isGuest: true });
  const hook = seen(102, 7);
  const watching = new Watching().run(1, 100);
  watching.look(200, [row("a", { pid: 100 })], [seen(100, 1), guest, hook]);
  assert.deepEqual(watching.look(300, stopped, [guest, hook]), []);

  const next = new Watching().run(1, 100).run(2, 5_000);
  next.look(200, [row("a", { pid: 100 })], [seen(100, 1)]);
  assert.deepEqual(next.look(5_100, [row("a", { pid: null, state: "backing_off" })], [seen(5_000, 2)]), []);

  const left = new Watching().run(1, 100, "left");
  left.look(200, [row("left", { pid: 100 })], [seen(100, 1, "left"), seen(101, 1, "left")]);
  assert.deepEqual(
    left.look(300, [row("left", { pid: null, state: "stopped" })], [seen(101, 1, "left")]),
    [],
  );
});

/** Runs of `a` that start at these times; each was seen until shortly before the next one. */
function restarts(...starts: readonly number[]): readonly string[] {
  const watching = new Watching();
  const broken: string[] = [];
  starts.forEach((start, index) => {
    watching.run(index + 1, start);
    broken.push(...watching.look(start, [row("a", { pid: start })], [seen(start, index + 1)]));
    const last = (starts[index + 1] ?? start + 200) - 100;
    const lived = Math.min(last, start + 100);
    broken.push(...watching.look(lived, [row("a", { pid: start })], [seen(start, index + 1)]));
  });
  return broken;
}

test("promises: restarts that come after their pauses keep them", () => {
  // At once, then after 1 s, within the bounds of what was seen.
  assert.deepEqual(restarts(100, 300, 1_500), []);
});

test("promises: a restart that comes too soon is seen", () => {
  assert.deepEqual(restarts(100, 300, 600), ["backoff a"]);
});

test("promises: more restarts than the budget grants are seen", () => {
  assert.deepEqual(restarts(100, 300, 1_500, 4_000), ["budget a"]);
});

test("promises: a run that somebody asked for is held to no pause, and begins the count anew", () => {
  const watching = new Watching().run(1, 100).run(2, 300).run(3, 500);
  watching.look(200, [row("a", { pid: 100 })], [seen(100, 1)]);
  watching.look(400, [row("a", { pid: 300 })], [seen(300, 2)]);
  watching.watch.excuse("" as NodeId);
  assert.deepEqual(watching.look(600, [row("a", { pid: 500 })], [seen(500, 3)]), []);
});

test("promises: a status that goes on telling of a process that has ended is seen, and not one that is late", () => {
  const watching = new Watching().run(1, 100);
  const stale = [row("a", { pid: 100 })];
  const looks = [1, 2, 3, 4, 5].map((at) => watching.look(at, stale, []));
  assert.deepEqual(looks, [[], [], [], ["status a"], []]);
  const late = new Watching().run(1, 100).run(2, 300);
  const told = [
    late.look(1, stale, []),
    late.look(2, stale, []),
    late.look(3, [row("a", { pid: 300 })], [seen(300, 2)]),
    late.look(4, [row("a", { pid: 300 })], [seen(300, 2)]),
  ];
  assert.deepEqual(told.flat(), []);
});
