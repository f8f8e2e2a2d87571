/** A client's number may be another's by the time that its children are looked at. */
import assert from "node:assert/strict";
import { Orphanage } from "../../lib/engine/containment/orphanage.ts";
import type { Processes, ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

const CLIENT = { pid: 50, startTime: 5 };

function rowOf(pid: number, parent: number, startTime = 5): ProcessRow {
  return { pid, parent, startTime, state: "S", group: pid, session: pid, name: "x", cpuMs: 0, rss: 1 };
}

/** A machine of some processes with their marks. */
function machineOf(rows: readonly ProcessRow[], marks: Readonly<Record<number, string>>) {
  const find = (pid: number) => rows.find((row) => row.pid === pid) ?? null;
  const childrenOf = (pid: number) => rows.filter(({ parent }) => parent === pid).map((row) => row.pid);
  const variableOf = (pid: number) => marks[pid] ?? null;
  const processes = { ownPid: 1, find, childrenOf, variableOf } as unknown as Processes;
  const orphanage = new Orphanage(processes);
  return { orphanage, guests: () => orphanage.rows(find, () => false).map(({ pid }) => pid) };
}

test("guests: the children of a client belong to a run if they bear its mark, and as long as it is a host", () => {
  const rows = [rowOf(50, 2), rowOf(60, 50), rowOf(61, 50), rowOf(62, 50)];
  const { orphanage, guests } = machineOf(rows, { 60: "mark", 62: "mark of another" });
  assert.ok(orphanage.isOursAlone);
  const forget = orphanage.addHost(CLIENT, "mark");
  assert.deepEqual(guests(), [60]);
  assert.equal(orphanage.isOursAlone, false, "its deaths are not heard of");
  forget();
  assert.deepEqual(guests(), []);
});

test("guests: a client whose number is a stranger's by now has none", () => {
  const rows = [rowOf(50, 2, 9), rowOf(60, 50)];
  const { orphanage, guests } = machineOf(rows, { 60: "mark" });
  orphanage.addHost(CLIENT, "mark");
  assert.deepEqual(guests(), []);
});
