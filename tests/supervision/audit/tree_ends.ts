/** When a tree is over. */
import assert from "node:assert/strict";
import type { NodeId } from "../../../lib/config/plan.ts";
import type { Scene } from "./auditor.ts";
import { familyOf, isRemoved } from "./family.ts";
import type { TreeResult } from "./ledger.ts";

/**
 * A tree goes down for a reason: it is over by its own rules, or somebody, or something around or beside it, wants it so.
 * Returns how it has ended by its own rules, or null.
 */
export function auditTeardown(scene: Scene, id: NodeId): TreeResult | null {
  const { ledger, meanwhile } = scene;
  const known = ledger.results.get(id) ?? null;
  if (known !== null) return known;
  const isWanted = (ledger.treeWishes.get(id) ?? []).length > 0 ||
    familyOf(scene, id).above(id).some((tree) => ledger.deadlines.has(tree));
  if (isWanted || scene.family.specs.get(id)?.kind !== "tree") return null;
  const decisive = meanwhile.decisive(id) ?? scene.is.decisive(id);
  if (decisive === null && isRemoved(scene, id)) return null;
  assert.ok(decisive !== null, `tree "${id}" goes down for no reason`);
  return { ok: decisive.every((child) => meanwhile.at(child) !== "failed"), hasGivenUp: false };
}

/** Trees that are over go down, and those of which nothing is left are closed. */
export function auditTrees(scene: Scene): void {
  const { ledger, family, is } = scene;
  for (const [id, spec] of family.specs) {
    if (spec.kind !== "tree") continue;
    if (is.at(id) === "up") {
      const decisive = is.decisive(id);
      assert.equal(decisive, null, `tree "${id}" goes on, and "${decisive?.[0]}" has ended for good`);
      assert.ok(ledger.openTrees.has(id) && !ledger.deadlines.has(id), `tree "${id}" is not at work`);
    } else if (is.at(id) === "stopping") {
      const isInside = (other: NodeId) => other !== id && (id === "" || other.startsWith(`${id}/`));
      const inside = [...ledger.openTrees, ...ledger.runs.keys()].filter(isInside);
      assert.notEqual(inside.length, 0, `tree "${id}" is not over, and nothing is left of it`);
      assert.ok(ledger.deadlines.has(id), `tree "${id}" goes down, and nothing says so`);
    } else assert.ok(!ledger.openTrees.has(id), `tree "${id}" is open, and said to be ${is.at(id)}`);
  }
}

/** The whole has ended as its root has. */
export function auditOutcome({ ledger, after: { outcome, nodes } }: Scene): void {
  const result = ledger.results.get("" as NodeId) ?? null;
  if (result?.ok === false && !result.hasGivenUp && outcome?.kind === "gave_up") {
    // A child that was left failed once its restarts were spent has failed it, or something that has failed with that.
    const gaveUp = [...nodes.values()].filter(({ id, phase }) =>
      id !== "" && phase.at === "failed" && phase.reason.kind === "gave_up"
    );
    return assert.ok(gaveUp.length > 0, "the tree has given up, and nothing in it");
  }
  const expected = result === null
    ? "cancelled"
    : result.ok
    ? "completed"
    : result.hasGivenUp
    ? "gave_up"
    : "failed";
  assert.equal(outcome?.kind, expected);
}
