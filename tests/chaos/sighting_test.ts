/** The processes of a tree are known by marks and by descent, and stay known. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { TableWatch, type ToldMain } from "../../lib/chaos/sighting.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { Marks } from "../../lib/engine/containment/marks.ts";
import type { Processes, ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const MARKS = new Marks({ digest }, "0".repeat(32));
const OWN = { pid: 2, startTime: 20 };

interface Sketch {
  readonly parent?: number;
  readonly startTime?: number;
  readonly state?: string;
  /** Run and actor. */
  readonly mark?: readonly [number, string];
  readonly instance?: string;
  readonly guest?: boolean;
}

/** A table of processes by their numbers. */
class Table {
  rows: Readonly<Record<number, Sketch>> = {};

  readonly watch = new TableWatch({
    processes: {
      ownPid: 1_000,
      pids: () => [1, OWN.pid, ...Object.keys(this.rows).map(Number)].toSorted((a, b) => a - b),
      find: (pid: number) => this.#row(pid),
      variableOf: (pid: number, name: string) => this.#variable(pid, name),
      shownVariable: (pid: number, name: string) => this.#variable(pid, name),
    } as unknown as Processes,
    marks: MARKS,
    instance: "life",
  });

  look(rows: Readonly<Record<number, Sketch>>, told: readonly ToldMain[] = []): readonly string[] {
    this.rows = rows;
    return this.watch.look([OWN], told).seen.map(({ pid, path, run, isGuest }) =>
      `${pid} ${path} ${run}${isGuest ? " guest" : ""}`
    );
  }

  #row(pid: number): ProcessRow | null {
    const sketch = pid === OWN.pid ? { parent: 1 } : pid === 1 ? { parent: 0 } : this.rows[pid];
    if (sketch === undefined) return null;
    const { parent = OWN.pid, startTime = pid * 10, state = "S" } = sketch;
    return { pid, startTime, parent, group: pid, session: pid, state, name: "x", cpuMs: 0, rss: 1 };
  }

  #variable(pid: number, name: string): string | null {
    const { mark, instance = "life", guest = false } = this.rows[pid] ?? {};
    if (name === "SUPERVISE_EXEC") return guest ? "id" : null;
    if (mark === undefined) return null;
    return name === "SUPERVISE_RUN" ? MARKS.of({ instance, run: mark[0] }) : mark[1];
  }
}

test("sighting: marks and descent tell whose a process is", () => {
  const table = new Table();
  const rows = {
    10: { mark: [1, "a"] as const },
    11: { parent: 10 },
    12: { parent: 11 },
    13: { mark: [1, "a"] as const, guest: true, parent: 50 },
    14: { parent: 10, state: "Z" },
    50: { parent: 1 },
    60: { parent: 1, mark: [1, "a"] as const, instance: "another" },
  };
  assert.deepEqual(table.look(rows), ["10 a 1", "11 a 1", "12 a 1", "13 a 1 guest"]);
});

test("sighting: an orphan without a mark stays what it was seen as", () => {
  const table = new Table();
  table.look({ 10: { mark: [1, "a"] }, 11: { parent: 10 } });
  assert.deepEqual(table.look({ 11: { parent: 1 } }), ["11 a 1"]);
});

test("sighting: a child that becomes a program is known once it has its mark", () => {
  const table = new Table();
  assert.deepEqual(table.look({ 10: {} }), []);
  assert.deepEqual(table.look({ 10: { mark: [3, "a"] } }), ["10 a 3"]);
});

test("sighting: a main process that has written over its environment is known by what the supervisor tells", () => {
  const table = new Table();
  const told = [{ pid: 10, path: "a" as NodeId, run: 4 }];
  assert.deepEqual(table.look({ 10: {}, 11: { parent: 10 } }, told), ["10 a 4", "11 a 4"]);
  // Only below a process of supervise, and not by a number alone.
  assert.deepEqual(new Table().look({ 10: { parent: 1 } }, told), []);
});

test("sighting: another process with the number of one that has ended is not it", () => {
  const table = new Table();
  table.look({ 10: { mark: [1, "a"] } });
  assert.deepEqual(table.look({ 10: { startTime: 999, parent: 1 } }), []);
});
