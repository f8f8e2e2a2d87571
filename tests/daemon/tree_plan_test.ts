import assert from "node:assert/strict";
import { decodeTreePlan, encodeTreePlan } from "../../lib/daemon/tree_plan.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";
import { FakeTrees } from "./fake_trees.ts";

const CONFIG = `
intensity = { restarts = 3, within = "1m" }
[actors.a]
exec = ["/bin/a", "\u00e4"]
replicas = 2
env = { PASSWORD = "secret-of-a" }
env_file = ".env"
stop = { signal = "SIGINT", grace = "1s" }
[actors.m]
module = "m.ts"
params = { list = [1, 2.5, "x", true], deep = { none = [] } }
depends_on = ["a"]
`;

function compiled() {
  const trees = new FakeTrees(new VirtualClock(), { config: CONFIG, programs: {} });
  trees.machine.disk.write("/srv/shop/.env", "A=1\nB=\u00e4\n");
  return trees.compile();
}

test("tree plan: what is handed on is what was compiled, with all that was found for it", () => {
  const tree = compiled();
  const again = decodeTreePlan(encodeTreePlan(tree))!;
  assert.deepEqual(again, tree);
  assert.ok([...again.found.values()].some((seen) => seen instanceof Uint8Array));
  assert.ok(Object.isFrozen(again.plan.nodes));
});

test("tree plan: a part of one is none", () => {
  const text = encodeTreePlan(compiled());
  assert.equal(decodeTreePlan(""), null);
  assert.equal(decodeTreePlan(text.slice(0, -1)), null);
});
