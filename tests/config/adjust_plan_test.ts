import assert from "node:assert/strict";
import { endWith, startOnly } from "../../lib/config/adjust_plan.ts";
import type { Plan } from "../../lib/config/plan.ts";
import { selectOrThrow } from "../../lib/config/select.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const PLAN = planOf({
  children: {
    db: { daemon: true },
    net: { children: { proxy: { daemon: true }, check: { needs: { "net/proxy": "ready" } } } },
    api: { daemon: true, needs: { db: "ready", net: "ready" } },
    pool: {
      needs: { db: "ready" },
      children: { worker: { daemon: true }, job: {}, debug: { autostart: false } },
    },
    shell: { autostart: false },
  },
});

const only = (...selectors: readonly string[]) => startOnly(PLAN, selectOrThrow(PLAN, selectors));

/** Paths of the nodes for which `is` holds. */
function those(plan: Plan, is: (node: Plan["nodes"][number]) => boolean): readonly string[] {
  return plan.nodes.slice(1).filter(is).map((node) => node.path);
}

test("only: what is selected starts, with all that it depends on and the trees around it", () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["db"], ["db"]],
    [["api"], ["db", "net", "net/proxy", "net/check", "api"]],
    [["net/check"], ["net", "net/proxy", "net/check"]],
    [["pool/job"], ["db", "pool", "pool/job"]],
    [["pool"], ["db", "pool", "pool/worker", "pool/job"]],
    [["shell"], ["shell"]],
    [["pool/debug"], ["db", "pool", "pool/debug"]],
    [["db", "shell"], ["db", "shell"]],
  ];
  for (const [selectors, expected] of cases) {
    assert.deepEqual(those(only(...selectors), (node) => node.autostart), expected, selectors.join(" "));
  }
});

test("only: a tree in which no daemon starts any more ends with what does start, and does not start again", () => {
  assert.deepEqual(those(PLAN, (node) => node.kind === "tree" && node.daemon), ["net", "pool"]);
  const plan = only("pool/job");
  const pool = plan.nodes.find((node) => node.path === "pool")!;
  assert.deepEqual([pool.daemon, pool.restart, plan.nodes[0]!.daemon], [false, "never", true]);
  const world = new World(only("pool/job")).begin();
  world.exits("pool/job", 0);
  world.exhaust();
  assert.deepEqual([world.phase("pool/job"), world.phase("pool"), world.phase("db")], [
    "completed",
    "completed",
    "running",
  ]);
});

test("only: the rest of the plan is as it was, and all of it is frozen", () => {
  const plan = only("api");
  const without = (node: object) => ({ ...node, autostart: null, daemon: null, restart: null });
  assert.deepEqual(plan.nodes.map(without), PLAN.nodes.map(without));
  assert.ok(Object.isFrozen(plan) && plan.nodes.every((node) => Object.isFrozen(node)));
  assert.equal(PLAN.nodes[1]!.autostart, true);
});

test("exit code from: what is selected and the trees above it become significant, and such trees end", () => {
  const plan = endWith(PLAN, selectOrThrow(PLAN, ["pool/job"]));
  assert.deepEqual(those(plan, (node) => node.significant), ["pool", "pool/job"]);
  const pool = plan.nodes.find((node) => node.path === "pool")!;
  assert.deepEqual([pool.daemon, pool.restart], [false, "never"]);
  assert.deepEqual(plan.nodes[0], PLAN.nodes[0]);
});

test("exit code from: the end of what is selected ends the whole tree", () => {
  const world = new World(endWith(PLAN, selectOrThrow(PLAN, ["pool/job"]))).begin();
  world.exits("net/check", 0);
  assert.equal(world.outcome, null);
  world.exits("pool/job", 0);
  world.exhaust();
  assert.deepEqual(world.outcome, { kind: "completed" });
});
