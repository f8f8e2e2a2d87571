import assert from "node:assert/strict";
import { deepFreeze } from "../../lib/base/deep_freeze.ts";
import { test } from "../harness/test.ts";

test("deep freeze: everything that is held is frozen, shared and circular parts included", () => {
  const shared = { list: [{ n: 1 }] };
  const value: Record<string, unknown> = { a: shared, b: [shared], c: null, d: "text" };
  value.self = value;
  assert.equal(deepFreeze(value), value);
  assert.ok(Object.isFrozen(value));
  assert.ok(Object.isFrozen(shared.list[0]));
});

test("deep freeze: depth does not exhaust the stack", () => {
  let value: { inner: unknown } = { inner: null };
  for (let depth = 0; depth < 200_000; depth++) value = { inner: value };
  assert.ok(Object.isFrozen(deepFreeze(value)));
});
