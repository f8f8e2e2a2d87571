/** What becomes of what has ended. */
import assert from "node:assert/strict";
import { hasSchedule, type NodeId } from "../../../lib/config/plan.ts";
import type { Entry } from "../../../lib/supervision/journal_entry.ts";
import type { Scene } from "./auditor.ts";
import { familyOf, isRemoved } from "./family.ts";
import { auditDelayOf, isSpent, mustRestart, spend } from "./budgets.ts";
import { type End, outcomeOf } from "./ledger.ts";
import { SURVIVAL_MS } from "./stops.ts";

type EntryOn<Event extends Entry["event"]> = Entry & { readonly event: Event };

/** A child is started again: it has ended by itself, its policy says so, and there is budget left. */
export function auditRestarted(scene: Scene, { node, data }: EntryOn<"restarted">): void {
  const end = takeEnd(scene, node);
  assert.ok(end !== null, `"${node}" is restarted, and has not ended by itself`);
  assert.ok(mustRestart(scene, node, end), `"${node}" is restarted against its policy`);
  assert.ok(!isSpent(scene, node), `"${node}" is restarted beyond the budget`);
  auditDelayOf(scene, node, end, data.delayMs);
  spend(scene, node);
  const run = scene.ledger.runs.get(node);
  if (run !== undefined) run.comesBack = true;
}

/** A child that is counted by itself gives up: it would be restarted once too often. */
export function auditGaveUp(scene: Scene, { node }: EntryOn<"gave_up">): void {
  const { ledger, family } = scene;
  const end = takeEnd(scene, node);
  assert.ok(end !== null, `"${node}" gives up, and has not ended`);
  const tree = family.tree(family.spec(node).parent!);
  assert.equal(tree.onFailure, "fail_child", `"${node}" gives up alone`);
  assert.ok(mustRestart(scene, node, end), `"${node}" gives up, and needs no restart`);
  assert.ok(isSpent(scene, node), `"${node}" gives up with restarts left`);
  const ended = ledger.results.get(node) ?? null;
  if (ended !== null) ledger.results.set(node, { ok: false, hasGivenUp: true });
  const run = ledger.runs.get(node);
  if (run !== undefined) run.isTooOften = true;
}

/** A supervisor gives up: a child of it would be restarted once too often. */
export function auditEscalated(scene: Scene, { node, data: { by } }: EntryOn<"escalated">): void {
  const end = takeEnd(scene, by);
  assert.ok(
    end !== null && scene.family.spec(by).parent === node,
    `"${node}" gives up, and "${by}" has not ended`,
  );
  assert.ok(mustRestart(scene, by, end), `"${node}" gives up for "${by}", which needs no restart`);
  assert.ok(isSpent(scene, by), `"${node}" gives up with restarts left`);
  assert.notEqual(scene.family.tree(node).onFailure, "fail_child", `"${node}" gives up for "${by}"`);
  const { ledger } = scene;
  ledger.results.set(node, { ok: false, hasGivenUp: true });
  const ended = ledger.results.get(by) ?? null;
  if (ended !== null) ledger.results.set(by, { ...ended, ok: false });
  const run = ledger.runs.get(by);
  if (run !== undefined) run.isTooOften = true;
}

/** The end of a child about which nothing was said yet. */
function takeEnd({ ledger }: Scene, id: NodeId): End | null {
  const end = ledger.ends.get(id);
  if (end !== undefined) {
    ledger.ends.delete(id);
    return end;
  }
  const result = ledger.deadlines.has(id) ? ledger.results.get(id) ?? null : null;
  if (result === null || ledger.judged.has(id)) return null;
  ledger.judged.add(id);
  return { success: result.ok, readyAt: ledger.treesReady.get(id) ?? null };
}

/** A supervisor is closed: if it was over by its own rules, it should have been restarted before. */
export function auditClosed(scene: Scene, id: NodeId): void {
  const { ledger, family } = scene;
  const result = ledger.results.get(id) ?? null;
  const isLeft = result?.hasGivenUp === true && family.tree(id).onFailure === "stop";
  if (id === "" || result === null || isLeft) return;
  const end = takeEnd(scene, id);
  if (end !== null) assert.ok(!mustRestart(scene, id, end), `"${id}" is not restarted`);
}

/** What is said of an end must be true. */
export function auditConclusion(scene: Scene, entry: EntryOn<"completed" | "failed" | "stopped">): void {
  const { ledger, now, was, meanwhile, is } = scene;
  const { node } = entry;
  const family = familyOf(scene, node);
  const run = ledger.closed.get(node);
  const result = ledger.results.get(node);
  switch (entry.event) {
    case "completed":
      assert.ok(
        run !== undefined ? run.exit?.success && !run.exit.daemon : result?.ok,
        `"${node}" has not completed`,
      );
      return;
    case "failed": {
      const { why } = entry.data;
      const heard = scene.event;
      const isLate = run !== undefined && run.killedAt !== null && now >= run.killedAt + SURVIVAL_MS;
      const isTrue = {
        exit: () => run?.exit?.success === false || run?.isTooOften,
        daemon_ended: () => run?.exit?.success && run.exit.daemon,
        hook: () => run?.hasHookFailed,
        start: () => run?.spawnError !== null,
        start_timeout: () => run?.isOverdue,
        run_timeout: () => run?.isOverdue,
        unhealthy: () => run?.isUnhealthy,
        survivors: () => isLate && heard.type === "looked" && heard.rest.found === "survivors",
        unseen: () => isLate && heard.type === "looked" && heard.rest.found === "unknown",
        dependency: () =>
          family.needs(node).some(({ on, condition }) =>
            [was, meanwhile, is].some((status) => status.isImpossible(on, condition))
          ),
        gave_up: () => run?.isTooOften || (result?.ok === false && result.hasGivenUp),
        child: () => result?.ok === false && !result.hasGivenUp,
      }[why.kind]();
      assert.ok(isTrue, `"${node}" has not failed by ${why.kind}`);
      return;
    }
    case "stopped": {
      const { why } = entry.data;
      const wish = run === undefined ? null : outcomeOf(run.wishes);
      const above = family.above(node);
      const isTrue = {
        request: () => node === "" || ledger.stoppedByHand.has(node) || wish === "hand",
        tree: () => above.some((tree) => ledger.deadlines.has(tree) || !ledger.openTrees.has(tree)),
        strategy: () => wish === "group_for_good" || ledger.treeWishes.get(node)?.includes("group_for_good"),
        removed: () => isRemoved(scene, node),
      }[why]();
      assert.ok(isTrue, `"${node}" is not stopped for ${why}`);
    }
  }
}

/** All that has ended in a step was judged, and is where it should be. */
export function auditEnds(scene: Scene): void {
  const { ledger, family, is, was, effects } = scene;
  // Its dependency has come back.
  const isBack = (id: NodeId) => was.phase(id).reason?.kind === "dependency";
  const reopened = new Set(effects.flatMap((effect) => effect.type === "open_tree" ? [effect.node] : []));
  for (const [id, end] of ledger.ends) {
    assert.ok(!family.specs.has(id) || !end.mustRestart, `"${id}" is not restarted`);
  }
  for (const id of ledger.revived) {
    const { at, reason } = is.phase(id);
    const isStill = ["inactive", "completed", "backing_off"].includes(at) ||
      (at === "failed" && reason!.kind !== "dependency");
    const isStarted = effects.some((effect) =>
      (effect.type === "spawn" || effect.type === "open_tree") && effect.node === id
    );
    assert.ok(!isStill || isStarted, `"${id}" is ${at}, and is to start again`);
  }
  if (scene.event.type === "resumed") {
    for (const id of reopened) {
      const isNews = ["failed", "completed"].includes(was.at(id)) && !isBack(id);
      assert.ok(!isNews || ledger.revived.has(id), `"${id}" starts, and nothing in it is another`);
    }
  }
  ledger.revived.clear();
  ledger.ends.clear();
  ledger.judged.clear();
  for (const [id, { wishes, comesBack, exit }] of ledger.closed) {
    // Another plan may have a tree in its place by now.
    if (!family.specs.has(id) || family.spec(id).kind === "tree") continue;
    const at = is.at(id);
    const phase = is.phase(id);
    // The dependency of one that runs by its schedule may have failed meanwhile, which ends the new run before it begins.
    const isMissed = phase.last?.ok === false && phase.last.reason.kind === "dependency";
    const isOver = at === "stopped" || at === "completed" || at === "inactive" ||
      (at === "scheduled" && !isMissed) ||
      (phase.at === "failed" && !["dependency", "survivors", "start"].includes(phase.reason!.kind));
    const isFree = family.above(id).every((tree) => is.at(tree) === "up" && !reopened.has(tree));
    const outcome = outcomeOf(wishes);
    if (outcome === "hand" && ledger.stoppedByHand.has(id)) {
      assert.ok(
        !["waiting", "backing_off", "regrouping", "starting"].includes(at),
        `"${id}" was stopped by hand and is ${at}`,
      );
    }
    if (outcome === "anew" && isFree) assert.ok(!isOver, `"${id}" is to be started anew and is ${at}`);
    if (outcome === "group" && isFree && exit?.success !== true) {
      assert.ok(!isOver, `"${id}" is to start again with its group and is ${at}`);
    }
    if (outcome === "group_for_good" && isFree && !hasSchedule(family.spec(id))) {
      assert.ok(isOver || at === "failed", `"${id}" was stopped for good with its group and is ${at}`);
    }
    if (outcome === null && comesBack && isFree) {
      assert.ok(!isOver, `"${id}" is to be restarted and is ${at}`);
    }
    // Nobody has interrupted a one-shot that finished before its turn to stop had come.
    const isFinished = exit?.success && !exit.daemon && exit.isDoomed &&
      !wishes.slice(exit.wishes).includes("anew");
    if (hasSchedule(family.spec(id))) continue;
    if (isFinished && outcome !== "anew" && !family.above(id).some((tree) => reopened.has(tree))) {
      assert.ok(at === "completed" || at === "failed", `"${id}" has finished and is ${at}`);
    }
    const isDone = exit !== null && !comesBack && outcome === null && isFree && !family.leaving.has(id);
    if (isDone) {
      assert.ok(
        at === "completed" || at === "failed" || is.at(id) === "starting",
        `"${id}" has ended and is ${at}`,
      );
    }
  }
  ledger.closed.clear();
}
