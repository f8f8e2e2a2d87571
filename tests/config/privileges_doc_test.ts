/** The page on privileges says what the keys are, and its example is one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { RESOURCES } from "../../lib/base/resource_limits.ts";
import { ACTOR } from "../../lib/config/keys/actor.ts";
import { test } from "../harness/test.ts";
import { planOf } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/privileges.md", import.meta.url), "utf8");

test("privileges page: its example compiles, and uses every key of its table", () => {
  const [, example] = /```toml\n([^]*?)```/.exec(PAGE)!;
  const { nodes } = planOf(example!);
  assert.ok(nodes.slice(1).every((node) => node.kind !== "tree" && node.privileges !== null));
  const keys = [...PAGE.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key!);
  assert.equal(keys.length, 8);
  for (const key of keys) {
    assert.ok(Object.hasOwn(ACTOR.keys, key), key);
    assert.match(example!, new RegExp(`^${key} = `, "m"));
  }
});

test("privileges page: it names every resource, in the order of the kernel", () => {
  const [, list] = /The resources are ([^.]*)\./.exec(PAGE)!;
  assert.deepEqual([...list!.matchAll(/`(\w+)`/g)].map(([, name]) => name), RESOURCES);
});
