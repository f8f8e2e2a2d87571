import assert from "node:assert/strict";
import { needsOf } from "../../lib/config/needs.ts";
import { ancestorsOf, type NodeId, specAt, subtreeOf } from "../../lib/config/plan.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const PLAN = planOf({
  children: {
    disk: {},
    db: { needs: { disk: "ready" } },
    pool: {
      needs: { db: "ready" },
      children: { a: {}, b: { needs: { "pool/a": "ready", cache: "ready" } } },
    },
    cache: { children: { c: {}, d: { needs: { disk: "ready" } } } },
    loner: {},
  },
});

function needs(...paths: readonly string[]): string[] {
  const { named, all } = needsOf(paths as readonly NodeId[], {
    specOf: (id) => specAt(PLAN, id),
    ancestorsOf: (id) => ancestorsOf(PLAN, id),
    startedWith: (id) => subtreeOf(PLAN, id),
  });
  return [[...named].sort().join(" "), [...all].sort().join(" ")];
}

test("needs: what something and the trees around it depend on, however far, with what is below", () => {
  const cases: [string[], string, string][] = [
    [["loner"], "", ""],
    [[], "", ""],
    [["db"], "disk", "disk"],
    [["pool/a"], "db disk", "db disk"],
    [["pool/b"], "cache db disk pool/a", "cache cache/c cache/d db disk pool/a"],
    [["pool"], "db disk", "db disk"],
    [["cache/c", "db"], "disk", "disk"],
  ];
  for (const [paths, named, all] of cases) assert.deepEqual(needs(...paths), [named, all], paths.join());
});
