import assert from "node:assert/strict";
import { nameSome } from "../../lib/base/name_some.ts";
import { test } from "../harness/test.ts";

test("names in a message: some are told, and how many more there are", () => {
  const names = Array.from({ length: 2_354 }, (_, index) => `a${index}`);
  assert.equal(nameSome([]), "");
  assert.equal(nameSome(["a", "b"]), "a, b");
  assert.equal(nameSome(names.slice(0, 9)), "a0, a1, a2, a3, a4, a5, a6, a7, a8");
  assert.equal(nameSome(names.slice(0, 10)), "a0, a1, a2, a3, a4, a5, a6, a7 and 2 more");
  assert.equal(nameSome(names, 2), "a0, a1 and 2,352 more");
});
