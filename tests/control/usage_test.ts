import assert from "node:assert/strict";
import { UsageMeter } from "../../lib/control/usage.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

function row(pid: number, parent: number, cpuMs: number, rss: number): ProcessRow {
  return { pid, parent, cpuMs, rss, startTime: 0, group: pid, session: pid, state: "S", name: "x" };
}

const WEB = "web" as NodeId;
const STARTED = new Map([[WEB, { pid: 10, startedMs: 1_000 }]]);

test("usage: a process counts with all that is below it, and with nothing else", () => {
  const table = [row(10, 1, 100, 5), row(11, 10, 50, 7), row(12, 11, 50, 1), row(20, 1, 999, 999)];
  assert.deepEqual(new UsageMeter().measure(table, STARTED, 2_000), new Map([[WEB, { cpu: 20, rss: 13 }]]));
});

test("usage: the first measure is over the life of a process, later ones since the one before", () => {
  const meter = new UsageMeter();
  const cpuAt = (cpuMs: number, now: number) =>
    meter.measure([row(10, 1, cpuMs, 0)], STARTED, now).get(WEB)!.cpu;
  assert.equal(cpuAt(500, 2_000), 50);
  assert.equal(cpuAt(500, 3_000), 0);
  assert.equal(cpuAt(1_500, 3_500), 200);
});

test("usage: measures that follow each other at once go back to the one before them", () => {
  const meter = new UsageMeter();
  const cpuAt = (cpuMs: number, now: number) =>
    meter.measure([row(10, 1, cpuMs, 0)], STARTED, now).get(WEB)!.cpu;
  assert.equal(cpuAt(0, 2_000), 0);
  assert.equal(cpuAt(10, 2_010), 100);
  assert.equal(cpuAt(10, 2_100), 10);
});

test("usage: what ended below never makes less than nothing, and who is gone has none", () => {
  const meter = new UsageMeter();
  meter.measure([row(10, 1, 0, 0), row(11, 10, 5_000, 0)], STARTED, 2_000);
  assert.equal(meter.measure([row(10, 1, 10, 0)], STARTED, 3_000).get(WEB)!.cpu, 0);
  assert.equal(meter.measure([], STARTED, 4_000).size, 0);
});

test("usage: who is not measured is not forgotten, and another process begins anew", () => {
  const meter = new UsageMeter();
  meter.measure([row(10, 1, 500, 0)], STARTED, 2_000);
  meter.measure([], new Map(), 2_500);
  assert.equal(meter.measure([row(10, 1, 500, 0)], STARTED, 3_000).get(WEB)!.cpu, 0);
  const next = new Map([[WEB, { pid: 11, startedMs: 3_000 }]]);
  assert.equal(meter.measure([row(11, 1, 500, 0)], next, 4_000).get(WEB)!.cpu, 50);
});
