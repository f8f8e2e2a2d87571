import assert from "node:assert/strict";
import { diffPlans } from "../../../lib/config/changes/diff_plans.ts";
import { ACTOR_SPEC_KEYS, TREE_SPEC_KEYS } from "../../../lib/config/changes/spec_keys.ts";
import { test } from "../../harness/test.ts";
import { actorOf, planOf, treeOf } from "../compiling.ts";
import { CASES } from "./cases.ts";
import { SAMPLE_FILES } from "./samples.ts";

function changesBetween(before: string, after: string): readonly string[] {
  return diffPlans(planOf(before, SAMPLE_FILES), planOf(after, SAMPLE_FILES)).map(
    ({ path, action, keys }) => `${action} ${path} ${keys.join(",")}`,
  );
}

for (const { name, before, alike, after, changes } of CASES) {
  test(`changes: ${changes[0]!.split(" ")[1] || "the file"}: ${name} is told as what it is, also when it is taken back`, () => {
    assert.deepEqual(changesBetween(before, after), changes);
    assert.equal(changesBetween(after, before).length, changes.length);
  });

  test(`changes: ${changes[0]!.split(" ")[1] || "the file"}: ${name} written in another way is no change`, () => {
    assert.deepEqual(changesBetween(before, alike), []);
  });
}

/** The fields of a spec that `keys` look at. */
function fieldsSeen<S extends object>(
  spec: S,
  keys: readonly { of(spec: S): unknown }[],
): ReadonlySet<string> {
  const seen = new Set<string>();
  const watched = new Proxy(spec, {
    get(target, name, receiver) {
      seen.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  for (const { of } of keys) of(watched);
  return seen;
}

test("changes: every field of a spec is that of a key, but for what says which node it is", () => {
  const file = `[trees.pool.actors.a]\nmodule = "./a.ts"`;
  const left = (spec: object, keys: readonly { of(spec: never): unknown }[]) => {
    const seen = fieldsSeen(spec, keys as readonly { of(spec: object): unknown }[]);
    return Object.keys(spec).filter((field) => !seen.has(field)).sort();
  };
  assert.deepEqual(left(actorOf(file, "pool/a"), ACTOR_SPEC_KEYS), [
    "at",
    "name",
    "parent",
    "path",
    "replica",
  ]);
  // Whether a tree serves for ever follows from what is in it, and what is in it is told there.
  assert.deepEqual(left(treeOf(file, "pool"), TREE_SPEC_KEYS), [
    "at",
    "autostart",
    "children",
    "daemon",
    "kind",
    "name",
    "parent",
    "path",
  ]);
});

test("changes: what comes and goes is told by its address, a tree with all that is in it", () => {
  const one = `[actors.a]\nexec = "a"\n[trees.pool.actors.b]\nexec = "b"`;
  const other = `[actors.c]\nexec = "c"\n[actors.a]\nexec = "a"`;
  assert.deepEqual(changesBetween(one, other), ["add c ", "remove pool ", "remove pool/b "]);
  assert.deepEqual(changesBetween(`[actors.a]\nexec = "a"`, `[trees.a.actors.b]\nexec = "b"`), [
    "add a ",
    "add a/b ",
    "remove a ",
  ]);
});

test("changes: copies come and go by their numbers, and one is not the same as no copies", () => {
  const file = (lines: string) => `[actors.a]\nexec = "a \${replica}"\n${lines}`;
  assert.deepEqual(changesBetween(file("replicas = 3"), file("replicas = 1")), [
    "remove a.2 replicas",
    "remove a.3 replicas",
  ]);
  assert.deepEqual(changesBetween(file(""), file("replicas = 1")), ["add a.1 ", "remove a "]);
});

test("changes: the order of children is a rule of their tree", () => {
  const file = (...names: readonly string[]) =>
    names.map((name) => `[actors.${name}]\nexec = "${name}"`).join("\n");
  assert.deepEqual(changesBetween(file("a", "b", "c"), file("c", "a", "b")), ["change  order"]);
  assert.deepEqual(changesBetween(file("a", "b", "c"), file("a", "new", "c")), ["add new ", "remove b "]);
});

test("changes: what survives its supervisor cannot come to a tree that has nothing of the kind", () => {
  const die = `[actors.a]\nexec = "a"`;
  const survive = `${die}\n[trees.pool]\non_supervisor_death = "survive"\n[trees.pool.actors.b]\nexec = "b"`;
  assert.deepEqual(changesBetween(die, survive), ["refuse pool on_supervisor_death", "add pool/b "]);
  const both = `${survive}\n[trees.more]\non_supervisor_death = "survive"\n[trees.more.actors.c]\nexec = "c"`;
  assert.deepEqual(changesBetween(survive, both), ["add more ", "add more/c "]);
});

test("changes: text that stands for the same is the same", () => {
  const environment = { LEVEL: "info" };
  const before = planOf(`[actors.a]\nexec = "a"\nenv = { L = "\${env:LEVEL}" }`, { environment });
  const after = planOf(`[actors.a]\nexec = "a"\nenv = { L = "\${env:OTHER:-info}" }`, { environment });
  assert.deepEqual(diffPlans(before, after), []);
});

test("changes: what a table says of itself is told where both have it", () => {
  const file = (ready: string) => `[actors.a]\nexec = "a"\ndaemon = true\n${ready}`;
  const probed = file(`ready = { file = "f" }`);
  assert.deepEqual(changesBetween(probed, file("")), ["change a ready.file"]);
  assert.deepEqual(changesBetween(file(""), probed), ["change a ready.file"]);
  assert.deepEqual(changesBetween(probed, file(`ready = { file = "f", interval = "3s" }`)), [
    "change a ready.interval",
  ]);
});
