import assert from "node:assert/strict";
import { stronglyConnected } from "../../../lib/config/resolve/connected.ts";
import { test } from "../../harness/test.ts";

test("connected groups: vertices that reach each other are one group", () => {
  const cases: [number[][], number[][]][] = [
    [[], []],
    [[[]], [[0]]],
    [[[0]], [[0]]],
    [[[1], [0]], [[0, 1]]],
    [[[1], [2], [0], [0], [5], [4], [1, 4]], [[0, 1, 2], [3], [4, 5], [6]]],
    [[[1, 3], [2], [], [2]], [[0], [1], [2], [3]]],
    [[[1], [2], [1, 3], [0]], [[0, 1, 2, 3]]],
  ];
  for (const [next, groups] of cases) {
    const found = stronglyConnected(next).map((group) => group.toSorted((a, b) => a - b));
    assert.deepEqual(found.toSorted((a, b) => a[0]! - b[0]!), groups, JSON.stringify(next));
  }
});

test("connected groups: a group comes after all that it points to", () => {
  assert.deepEqual(stronglyConnected([[1], [2], []]), [[2], [1], [0]]);
});
