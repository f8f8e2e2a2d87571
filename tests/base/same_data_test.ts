import assert from "node:assert/strict";
import { canonicalJson } from "../../lib/base/canonical_json.ts";
import { isSameData } from "../../lib/base/same_data.ts";
import { test } from "../harness/test.ts";

const DIFFERENT: readonly unknown[] = [
  null,
  0,
  "",
  false,
  {},
  [],
  [1, 2],
  [2, 1],
  { a: 1 },
  { a: 1, b: [{ c: 2, d: 3 }] },
  { a: 1, b: [{ c: 2 }] },
  { b: 1 },
  { 0: 1, 1: 2 },
  JSON.parse('{ "__proto__": 1 }'),
];

test("data: the same is the same in any order of members, and nothing else is", () => {
  for (const one of DIFFERENT) {
    for (const other of DIFFERENT) {
      assert.equal(isSameData(one, other), one === other, `${JSON.stringify(one)} ${JSON.stringify(other)}`);
      assert.equal(canonicalJson(one) === canonicalJson(other), one === other);
    }
  }
  const [one, other] = [{ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }];
  assert.ok(isSameData(one, other));
  assert.equal(canonicalJson(one), canonicalJson(other));
});
