import assert from "node:assert/strict";
import { KINDS, placesOf } from "../../../lib/config/keys/kinds.ts";
import type { Shape } from "../../../lib/config/values/type.ts";
import { test } from "../../harness/test.ts";
import { problemsOf } from "../compiling.ts";

function namesIn(shape: Shape): readonly string[] {
  if (shape.kind === "table") return [shape.name];
  if (shape.kind === "any-of") return shape.shapes.flatMap(namesIn);
  return shape.kind === "list" || shape.kind === "record" ? namesIn(shape.of) : [];
}

test("kinds of table: each key is explained in one sentence", () => {
  for (const { name, keys } of KINDS) {
    for (const [key, { doc }] of Object.entries(keys)) assert.match(doc, /^[A-Z][^]*\.$/, `${name}.${key}`);
  }
});

test("kinds of table: shapes refer only to kinds that there are", () => {
  const names = new Set(KINDS.map(({ name }) => name));
  for (const { keys } of KINDS) {
    for (const key of Object.values(keys)) {
      if (key.kind === "value") {
        for (const name of namesIn(key.type.shape)) assert.ok(names.has(name), name);
      }
      if (key.kind === "section") assert.ok(names.has(key.holds), key.holds);
    }
  }
});

test("kinds of table: a key is found at all its places", () => {
  assert.deepEqual(placesOf("restart"), ["a nested tree", "an actor", "[defaults]"]);
  assert.deepEqual(placesOf("include"), ["the top level of the file", "an included file"]);
  assert.deepEqual(placesOf("constructor"), []);
});

test("kinds of table: what the reference has and this version lacks is refused by name", () => {
  const later: readonly (readonly [string, string])[] = [
    ["actors.a", "pty"],
    ["defaults", "pty"],
  ];
  for (const [table, keys] of later) {
    for (const key of keys.split(" ")) {
      const expected = `not-supported-yet 2:1 "${key}" is not supported yet`;
      assert.ok(problemsOf(`[${table}]\n${key} = 1`).includes(expected), key);
    }
  }
});
