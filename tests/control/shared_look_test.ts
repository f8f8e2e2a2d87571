import assert from "node:assert/strict";
import { SharedLook } from "../../lib/control/shared_look.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

/** A machine of processes, by number and parent, that counts what is read of it. */
function machine(parents: Readonly<Record<number, number>>) {
  const read = { tables: 0, rows: 0 };
  const rows = Object.entries(parents).map(([pid, parent]) => ({ pid: Number(pid), parent }) as ProcessRow);
  const look = new SharedLook({
    table() {
      read.tables += 1;
      return rows;
    },
    find(pid) {
      read.rows += 1;
      return rows.find((row) => row.pid === pid) ?? null;
    },
    childrenOf: (pid) => rows.filter(({ parent }) => parent === pid).map(({ pid }) => pid),
  });
  return { look, read };
}

test("shared look: of a few processes they are read alone, with all below them, whatever else there is", () => {
  const { look, read } = machine({ 1: 0, 2: 1, 3: 2, 4: 3, 5: 1, 6: 5 });
  const found = look.since(look.count, [2, 9]).map(({ pid }) => pid);
  assert.deepEqual([found.sort(), read], [[2, 3, 4], { tables: 0, rows: 4 }]);
});

test("shared look: of many the table is read, and serves all who had asked before", () => {
  const { look, read } = machine({ 1: 0, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1 });
  const { count } = look;
  look.since(count, [2]);
  look.since(count, [2, 3, 4, 5, 6]);
  look.since(count, [2, 3, 4, 5, 6]);
  look.since(count, [3]);
  assert.deepEqual(read, { tables: 1, rows: 1 });
  look.since(look.count, [2, 3, 4, 5, 6]);
  assert.deepEqual(read, { tables: 2, rows: 1 });
});

test("shared look: what was read of one process does not serve who asks for another", () => {
  const { look, read } = machine({ 2: 1, 3: 1 });
  const { count } = look;
  assert.deepEqual([2, 3, 3].map((pid) => look.since(count, [pid]).map((row) => row.pid)), [[2], [3], [3]]);
  assert.deepEqual(read, { tables: 0, rows: 2 });
});
