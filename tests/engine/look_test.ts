/** Processes that fork and die while they are looked at. */
import assert from "node:assert/strict";
import { Containment } from "../../lib/engine/containment/containment.ts";
import { Ledger } from "../../lib/engine/containment/ledger.ts";
import { findAll, Look } from "../../lib/engine/containment/look.ts";
import { markedProcesses } from "../../lib/engine/containment/marked.ts";
import { Orphanage } from "../../lib/engine/containment/orphanage.ts";
import { BareLayer } from "../../lib/engine/containment/session_layer.ts";
import type { Processes, ProcessId, ProcessRow } from "../../lib/host/ports/processes.ts";
import type { Signal } from "../../lib/base/signals.ts";
import { test } from "../harness/test.ts";

const OWN = 1;

/**
 * Orphans of ours. Whoever is looked at has just forked, and is dead, as often as `hops` says; then the last one lives until
 * it is signalled. Be it that they die when they are found, and that nobody reaps them; or when their environment is read, and
 * that they are reaped at once.
 */
class Chain {
  readonly signalled: number[] = [];
  readonly processes: Processes;
  #hops: number;
  readonly #pids: number[] = [];
  #forks = 0;
  #living: number | null = null;

  constructor(hops: number, at: "found" | "read" = "found") {
    this.#hops = hops;
    const table = {
      ownPid: OWN,
      childrenOf: (pid: number) => pid === OWN ? [...this.#pids] : [],
      pids: () => [OWN, ...this.#pids],
      find: (pid: number) => {
        if (at === "found") this.#hop(pid);
        return this.#row(pid);
      },
      variableOf: (pid: number) => {
        if (at === "read" && this.#hop(pid)) this.#pids.shift();
        return pid === this.#living ? "mark.1" : null;
      },
      commandOf: () => ["hop"],
      isStarted: () => false,
      signal: (target: ProcessId, signal: Signal) => {
        this.signalled.push(target.pid);
        if (signal === "SIGKILL" && target.pid === this.#living) this.#living = null;
        return "sent";
      },
    };
    this.processes = table as unknown as Processes;
  }

  begin(): void {
    this.#living = this.#fork();
  }

  get living(): number | null {
    return this.#living;
  }

  #fork(): number {
    const pid = 100 + this.#forks++;
    this.#pids.push(pid);
    return pid;
  }

  /** Goes on as a child, if that is the time for it. */
  #hop(pid: number): boolean {
    if (pid !== this.#living || this.#hops === 0) return false;
    this.#hops -= 1;
    this.#living = this.#fork();
    return true;
  }

  #row(pid: number): ProcessRow | null {
    if (!this.#pids.includes(pid)) return null;
    const state = pid === this.#living ? "S" : "Z";
    return { pid, startTime: 1, parent: OWN, group: 7, session: 7, state, name: "hop", cpuMs: 0, rss: 0 };
  }
}

test("look: it is repeated for as long as it finds nobody but those who have died meanwhile", () => {
  for (const hops of [0, 1, 2, 50]) {
    const chain = new Chain(hops);
    const take = () =>
      new Look(chain.processes).take((find) => findAll(find, chain.processes.childrenOf(OWN)));
    assert.deepEqual(take(), []);
    chain.begin();
    assert.deepEqual(take().map(({ pid }) => pid), [100 + hops], `${hops} hops`);
  }
});

test("look: the dead that nobody has reaped do not make it endless", () => {
  const chain = new Chain(0);
  chain.begin();
  chain.processes.signal({ pid: 100, startTime: 1 }, "SIGKILL");
  let looks = 0;
  const look = new Look(chain.processes);
  const take = () =>
    look.take((find) => {
      looks += 1;
      return findAll(find, chain.processes.childrenOf(OWN));
    });
  assert.deepEqual([take(), looks], [[], 2]);
  assert.deepEqual([take(), looks], [[], 3]);
});

test("containment: a run is not clear while somebody lives whose parents have died under our eyes", () => {
  const chain = new Chain(3);
  const containment = new Containment(chain.processes, new Ledger(), new BareLayer());
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
  const containment = new Containment(chain.processes, new Ledger(), new BareLayer());
  chain.begin();
  assert.deepEqual(containment.unattributed().map(({ pid }) => pid), [103]);
});

test("marks: they are found, too, when those who bore them have died under our eyes", () => {
  for (const at of ["found", "read"] as const) {
    for (const hops of [0, 1, 5]) {
      const chain = new Chain(hops, at);
      chain.begin();
      const marked = markedProcesses(chain.processes, (marker) => marker === "mark.1");
      assert.deepEqual(marked.map(({ row }) => row.pid), [100 + hops], `${hops} hops, ${at}`);
      assert.deepEqual(markedProcesses(chain.processes, (marker) => marker === "mark.2"), []);
    }
  }
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
  const orphanage = new Orphanage(table as unknown as Processes, { lost: "tree" });
  assert.deepEqual(orphanage.rows(() => row), []);
  environment = { SUPERVISE_RUN: "tree.1" };
  assert.deepEqual(orphanage.rows((pid) => pid === 5 ? row : null), [row]);
});

test("look: where somebody dies during each it ends all the same", () => {
  const chain = new Chain(Infinity, "read");
  chain.begin();
  assert.deepEqual(markedProcesses(chain.processes, () => true), []);
});
