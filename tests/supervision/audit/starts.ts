/** Who may start, and who waits for nothing. */
import assert from "node:assert/strict";
import type { NodeId } from "../../../lib/config/plan.ts";
import type { Scene } from "./auditor.ts";
import { isRemoved } from "./family.ts";
import type { Status } from "./status.ts";

/** A node starts: everything that the reference makes it wait for must be there. */
export function auditStart(scene: Scene, id: NodeId): void {
  const { ledger, family, now, was, meanwhile, is } = scene;
  const { parent } = family.spec(id);
  assert.ok(ledger.openTrees.has(parent!), `"${id}" starts in a tree that is closed`);
  assert.ok(!ledger.deadlines.has(parent!), `"${id}" starts in a tree that goes down`);
  for (const one of [id, ...family.above(id)]) {
    assert.ok(!ledger.stoppedByHand.has(one), `"${id}" starts, and "${one}" was stopped by hand`);
  }
  assert.ok(!family.leaving.has(id), `"${id}" starts, which the plan has no more`);
  const notBefore = ledger.notBefore.get(id);
  assert.ok(notBefore === undefined || now >= notBefore, `"${id}" starts at ${now}, not after ${notBefore}`);
  ledger.notBefore.delete(id);
  auditGroup(scene, id);
  assert.ok(ledger.skipping.has(id) || !family.lacks(id), `"${id}" starts before what it needs can come`);
  for (const { on, condition } of ledger.skipping.has(id) ? [] : family.needs(id)) {
    // What another plan has put in the place of another kind of node comes when that has left.
    if (scene.known !== family && (!scene.known.specs.has(on) || isRemoved(scene, on))) continue;
    const isMet = [was, meanwhile, is].some((status) => status.isMet(on, condition));
    assert.ok(isMet, `"${id}" starts before "${on}" is ${condition}`);
  }
  auditTurn(scene, id);
}

/** Nothing of a group starts before all of it has stopped, and the delay is over. */
function auditGroup({ ledger, family, now }: Scene, id: NodeId): void {
  const group = ledger.groups.get(family.spec(id).parent!);
  if (!group?.members.delete(id)) return;
  assert.ok(now >= group.from, `"${id}" starts at ${now}, its group not before ${group.from}`);
  const late = [...group.members].find((member) => ledger.isLeavingGroup(member));
  assert.equal(late, undefined, `"${id}" starts before "${late}" of its group has stopped`);
}

function auditTurn({ event, family, was, meanwhile, is, effects }: Scene, id: NodeId): void {
  const parent = family.spec(id).parent!;
  const { start, concurrency } = family.tree(parent);
  const children = family.children(parent);
  if (start === "sequential") {
    for (const earlier of children.slice(0, children.indexOf(id))) {
      const isSettled = [was, meanwhile, is].some((status) => status.isSettled(earlier));
      assert.ok(isSettled, `"${id}" starts before "${earlier}", which its sequence has first`);
    }
  } else if (concurrency !== null) {
    // What a new supervisor takes over does not start.
    const isGoingOn = (child: NodeId) => event.type === "resumed" && was.at(child) === "up";
    const started = children.filter((child) =>
      effects.some((one) =>
        one.type === "spawn" || (one.type === "hook" && one.hook === "pre_start")
          ? one.node === child && was.at(child) !== "starting"
          : one.type === "open_tree" && one.node === child && !isGoingOn(child)
      )
    );
    const starting = (status: Status) => children.filter((child) => status.isStarting(child));
    const most = starting(was).filter((child) =>
      meanwhile.isStarting(child) && is.isStarting(child) && !started.includes(child)
    );
    // A tree may be ready for a moment, until something that nobody starts by itself is needed in it.
    const hasBeenReady = (child: NodeId) =>
      effects.some((one) => one.type === "record" && one.entry.event === "ready" && one.entry.node === child);
    const still = started.filter((child) => is.isStarting(child) && !hasBeenReady(child));
    assert.ok(
      still.length === 0 || most.length + still.length <= concurrency,
      `"${id}" starts as one of ${most.length + still.length}, and ${concurrency} may`,
    );
  }
}

/** Whoever waits has something to wait for. */
export function auditWaiting(scene: Scene): void {
  const { after, family, is } = scene;
  for (const id of family.specs.keys()) {
    const phase = is.phase(id);
    switch (phase.at) {
      case "waiting":
        auditWait(scene, id);
        break;
      case "failed":
        if (phase.reason?.kind === "dependency") auditFailedDependency(scene, id);
        break;
      case "backing_off":
        auditDelay(scene, id);
        break;
      case "regrouping":
        auditRegrouping(scene, id);
    }
  }
  assert.equal(after.outcome, null);
}

function auditWait({ ledger, family, is }: Scene, id: NodeId): void {
  const parent = family.spec(id).parent!;
  if (is.at(parent) !== "up") return;
  const needs = ledger.skipping.has(id) ? [] : family.needs(id);
  const impossible = needs.find(({ on, condition }) => is.isImpossible(on, condition));
  assert.equal(impossible, undefined, `"${id}" waits for "${impossible?.on}", which has failed`);
  for (const { on } of family.needs(id)) {
    const isUnasked = family.spec(on).kind !== "tree" && is.at(on) === "inactive";
    const isGone = family.above(on).some((tree) => ["stopped", "completed", "failed"].includes(is.at(tree)));
    assert.ok(!isUnasked || isGone, `"${id}" waits for "${on}", and nobody starts that`);
  }
  if (needs.some(({ on, condition }) => !is.isMet(on, condition))) return;
  if (!ledger.skipping.has(id) && family.lacks(id)) return;
  const { start, concurrency } = family.tree(parent);
  const children = family.children(parent);
  const hasItsTurn = start === "sequential"
    ? !family.isBehindOne(id) && children.slice(0, children.indexOf(id)).every((child) => is.isSettled(child))
    : concurrency === null || children.filter((child) => is.isStarting(child)).length < concurrency;
  assert.ok(!hasItsTurn, `"${id}" waits for nothing`);
}

/** It failed because of a dependency: as soon as that is not so any more, it starts. */
function auditFailedDependency({ ledger, family, is }: Scene, id: NodeId): void {
  const needs = ledger.skipping.has(id) ? [] : family.needs(id);
  const isBlocked = needs.some(({ on, condition }) => is.isImpossible(on, condition));
  assert.ok(
    isBlocked || is.at(family.spec(id).parent!) !== "up",
    `"${id}" stays failed, and its dependencies are there again`,
  );
}

function auditDelay({ ledger, now }: Scene, id: NodeId): void {
  const until = ledger.notBefore.get(id);
  assert.ok(until === undefined || now <= until, `"${id}" backs off beyond ${until}`);
}

function auditRegrouping({ ledger, family, is, now }: Scene, id: NodeId): void {
  const parent = family.spec(id).parent!;
  const group = ledger.groups.get(parent);
  assert.ok(group !== undefined && is.at(parent) === "up", `"${id}" waits for a group, and there is none`);
  const isHeldUp = [...family.specs.values()].some((spec) =>
    spec.parent === parent && ledger.isLeavingGroup(spec.path)
  );
  assert.ok(isHeldUp || now <= group.from, `"${id}" waits for a group that has stopped`);
}
