import assert from "node:assert/strict";
import { sameSecret } from "../../lib/base/same_secret.ts";
import { test } from "../harness/test.ts";

test("secrets: texts are the same or not", () => {
  assert.ok(sameSecret("", "") && sameSecret("0f3", "0f3"));
  for (const other of ["", "0f", "0f31", "0f4", "1f3", "0F3"]) assert.ok(!sameSecret("0f3", other), other);
});
