/** What is ours is found, also where it forks and dies while it is looked at. */
import assert from "node:assert/strict";
import { instant } from "../../lib/base/instant.ts";
import { Containment } from "../../lib/engine/containment/containment.ts";
import { Ledger } from "../../lib/engine/containment/ledger.ts";
import { markedProcesses } from "../../lib/engine/containment/marked.ts";
import { Orphanage } from "../../lib/engine/containment/orphanage.ts";
import { SubreaperLayer } from "../../lib/engine/containment/descent_layers.ts";
import type { Processes } from "../../lib/host/ports/processes.ts";
import { Chain, DEATHS } from "../harness/chain.ts";
import { test } from "../harness/test.ts";

/** Time stands still, and a turn is over at once. */
function hostOf({ processes }: Chain) {
  return {
    processes,
    clock: { now: () => instant(0), schedule: () => () => {}, turn: (callback: () => void) => callback() },
  };
}

test("containment: a run is not clear while somebody lives whose parents have died under our eyes", () => {
  const chain = new Chain(3);
  const containment = new Containment(hostOf(chain), new Ledger(), new SubreaperLayer());
  const main = { pid: 7, startTime: 1 };
  containment.add({ run: 1, path: "web", marker: "mark.1", main, home: null }, "web");
  chain.begin();
  let isClear = false;
  containment.mainEnded(1);
  containment.mainReported(1);
  containment.end(1, "SIGTERM", () => isClear = true);
  assert.deepEqual([isClear, chain.living], [false, 103]);
  containment.end(1, "SIGKILL", () => isClear = true);
  assert.deepEqual([isClear, chain.living, [...new Set(chain.signalled)]], [true, null, [103]]);
});

test("containment: what is nobody's is found, too, when its parents have died under our eyes", () => {
  const chain = new Chain(3);
  const containment = new Containment(hostOf(chain), new Ledger(), new SubreaperLayer());
  chain.begin();
  assert.deepEqual(containment.unattributed().map(({ pid }) => pid), [103]);
});

test("marks: they are found, too, when those who bore them have died under our eyes", () => {
  for (const at of DEATHS) {
    for (const hops of [0, 1, 5]) {
      const chain = new Chain(hops, at);
      chain.begin();
      const marked = markedProcesses(chain.processes, (marker) => marker === "mark.1");
      assert.deepEqual(marked.map(({ row }) => row.pid), [100 + hops], `${hops} hops, ${at}`);
      assert.deepEqual(markedProcesses(chain.processes, (marker) => marker === "mark.2"), []);
    }
  }
});

test("marks: who shows an environment without one is looked at once, and who shows none again", () => {
  const asked: string[] = [];
  const row = (pid: number) => ({ pid, startTime: 1, parent: 1, group: pid, session: pid, cpuMs: 0, rss: 1 });
  const processes = {
    ownPid: 1,
    pids: () => [1, 2, 3],
    shownVariable: (pid: number) => {
      asked.push(`mark of ${pid}`);
      return pid === 2 ? null : undefined;
    },
    variableOf: () => null,
    find: (pid: number) => {
      asked.push(`line of ${pid}`);
      return { ...row(pid), state: "S", name: "any" };
    },
  } as unknown as Processes;
  assert.deepEqual(markedProcesses(processes, () => true), []);
  const again = ["mark of 3", "line of 3", "line of 3"];
  assert.deepEqual(asked, [...again, "mark of 2", ...again]);
});

test("orphanage: who shows no environment, because it becomes another program, is asked again", () => {
  const row = {
    pid: 5,
    startTime: 1,
    parent: 1,
    group: 5,
    session: 5,
    state: "S",
    name: "x",
    cpuMs: 0,
    rss: 0,
  };
  let environment: Record<string, string> = {};
  const table = {
    ownPid: 2,
    pids: () => [2, 5],
    childrenOf: () => [],
    find: () => row,
    environmentOf: () => environment,
  };
  const orphanage = new Orphanage(table as unknown as Processes, {
    lost: (mark) => mark.startsWith("tree."),
  });
  assert.deepEqual(orphanage.rows(() => row, () => false), []);
  environment = { SUPERVISE_RUN: "tree.1" };
  assert.deepEqual(orphanage.rows((pid) => pid === 5 ? row : null, () => false), [row]);
});
