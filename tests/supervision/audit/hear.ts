/** What events, and the journal, say that has happened and is wanted: it is written into the ledger. */
import assert from "node:assert/strict";
import { after, earliest, type Instant, NEVER } from "../../../lib/base/instant.ts";
import { type ActorSpec, type NodeId, ROOT } from "../../../lib/config/plan.ts";
import type { Exit } from "../../../lib/supervision/exit.ts";
import type { Entry } from "../../../lib/supervision/journal_entry.ts";
import type { Scene } from "./auditor.ts";
import { mustRestart, ownCounter } from "./budgets.ts";
import { auditTold, beginChecks, hearAnswer, hearWord } from "./checks.ts";
import { auditConclusion, auditEscalated, auditGaveUp, auditRestarted } from "./ends.ts";
import { type Family, familyOf, isRemoved } from "./family.ts";
import { type End, outcomeOf, type Run, type Wish } from "./ledger.ts";
import { isReady, othersOf } from "./rolling.ts";
import { betweenRuns, hearDue, hearScheduled } from "./schedules.ts";
import { auditOverdue, auditReady, hearExtended } from "./stops.ts";
import { auditTeardown } from "./tree_ends.ts";
import { auditFiles, hearFiles } from "./watching.ts";

/** The event itself. */
export function hear(scene: Scene): void {
  const { ledger, event, now, known, family } = scene;
  postpone(scene);
  if (event.type === "plan_given" || event.type === "resumed") hearPlan(scene);
  for (const [id, { kind }] of ledger.specs) {
    const isOther = [known, family].some(({ specs }) =>
      !specs.has(id) || (specs.get(id)!.kind === "tree") !== (kind === "tree")
    );
    if (isOther && !ledger.openTrees.has(id) && !ledger.runs.has(id)) ledger.forget(id);
  }
  if ("run" in event) {
    const run = ledger.run(event.node, event.run);
    if (run !== undefined) hearRun(scene, run);
    return;
  }
  switch (event.type) {
    case "start_requested":
      if (isRefused(scene)) return;
      return hearStart(scene, event.nodes.filter((id) => known.specs.has(id)), {
        brings: event.deps,
        skips: !event.deps,
      });
    case "stop_requested":
      for (const id of event.nodes) if (known.specs.has(id)) want(scene, id, "hand");
      return;
    case "restart_requested":
      if (!isRefused(scene)) hearRestart(scene, event.nodes.filter((id) => known.specs.has(id)));
      return;
    case "reset_requested":
      if (!isRefused(scene)) hearReset(scene, event.nodes.filter((id) => known.specs.has(id)));
      return;
    case "down_requested":
      if (isRefused(scene)) return;
      if (event.withinMs === 0) { for (const run of ledger.runs.values()) free(run, now); }
      if (scene.was.at(ROOT) === "stopping" && event.withinMs !== null) {
        limit(scene, ROOT, after(scene.stopTime, event.withinMs));
      }
      want(scene, ROOT, "hand");
      return;
    case "grace_cut":
      return cutGrace(scene, event.toMs);
    case "files_changed":
      return hearFiles(scene, event.node);
    case "resumed":
      return hearChanged(scene, event.changed);
  }
}

/** Time for which a crash was held counts for no deadline, unless all are let go by force. */
function postpone({ ledger, before, after: { holding }, event, now }: Scene): void {
  const isForced = event.type === "down_requested" && event.withinMs === 0;
  if (before.holding === null || holding !== null || isForced) return;
  const heldMs = now - before.holding.since;
  for (const [tree, deadline] of ledger.deadlines) ledger.deadlines.set(tree, after(deadline, heldMs));
  for (const run of ledger.runs.values()) run.cutTo = after(run.cutTo, heldMs);
}

/** What is not so any more when a step has ended. */
export function lapse({ ledger, before, after: { revision }, event, family, is }: Scene): void {
  ledger.specs = family.specs;
  for (const [tree, { members }] of ledger.groups) {
    for (const id of members) {
      if (is.at(id) !== "regrouping" && !ledger.isLeavingGroup(id)) members.delete(id);
    }
    if (members.size === 0) ledger.groups.delete(tree);
  }
  if (revision !== before.revision || event.type === "resumed") {
    for (const id of before.topology.byId.keys()) if (!family.specs.has(id)) ledger.forget(id);
  }
  for (const id of ledger.stoppedByHand) if (is.hasEnded(id)) ledger.stoppedByHand.delete(id);
  for (const id of family.specs.keys()) {
    if (family.spec(id).kind !== "tree") continue;
    if (is.at(id) !== "up" && is.at(id) !== "stopping") ledger.treesReady.delete(id);
  }
}

/** A journal entry says what the core has decided; whether it may is for others to find out. */
export function hearRecord(scene: Scene, entry: Entry): void {
  const { ledger, family, now, event, meanwhile } = scene;
  const { node } = entry;
  switch (entry.event) {
    case "ready": {
      const run = ledger.runs.get(node);
      if (run === undefined) {
        ledger.treesReady.set(node, now);
        return;
      }
      auditReady(scene, run);
      run.readyAt = now;
      beginChecks(run, now);
      meanwhile.say(node, { at: "running", health: run.checks });
      return;
    }
    case "healthy":
    case "unhealthy": {
      const isHealthy = entry.event === "healthy";
      const run = ledger.runs.get(node);
      auditTold(run, isHealthy, now);
      meanwhile.say(node, { at: "running", health: { healthy: isHealthy } });
      if (!isHealthy && run!.spec.health!.onFailure === "restart") {
        // It is stopped whatever its turn, as what takes too long.
        Object.assign(run!, { isUnhealthy: true, isOverdue: true });
        endsByItself(scene, run!, { success: false, readyAt: run!.readyAt });
      }
      return;
    }
    case "files_changed":
      if (auditFiles(scene, entry)) hearRestartForFiles(scene, node);
      return;
    case "started":
      if (family.specs.get(node)?.kind !== "tree") return;
      ledger.granted.delete(node);
      ledger.judged.delete(node);
      ledger.treesReady.delete(node);
      meanwhile.say(node, { at: "up" });
      ledger.groups.delete(node);
      ledger.treeWishes.delete(node);
      ledger.results.delete(node);
      for (const child of family.children(node)) {
        ledger.granted.delete(ownCounter(child));
        ledger.notBefore.delete(child);
        if (ledger.stoppedByHand.has(child)) continue;
        ledger.streaks.set(child, 0);
        const isAsked = meanwhile.at(child) === "waiting";
        const spec = family.spec(child);
        const isDated = !isAsked && spec.kind !== "tree" && spec.schedule !== null;
        const isWanted = spec.autostart || isAsked;
        meanwhile.say(
          child,
          !isWanted ? { at: "inactive" } : isDated ? { at: "scheduled", last: null } : { at: "waiting" },
        );
      }
      return;
    case "cancelled":
      return hearCancelled(scene, node);
    case "planned":
      // What is down and starts for it has not failed yet.
      for (const id of entry.data.outdated) {
        if (ledger.runs.has(id)) continue;
        ledger.granted.delete(ownCounter(id));
        ledger.streaks.set(id, 0);
        ledger.unsureStreaks.delete(id);
      }
      for (const id of family.leaving) {
        if (!ledger.isLeaving(id) || !family.leaving.has(family.spec(id).parent!)) {
          ledger.runs.get(id)?.wishes.push("removed");
        }
        if (ledger.openTrees.has(id)) wishTree(scene, id, "removed");
      }
      for (const run of ledger.runs.values()) {
        const spec = family.specs.get(run.node);
        const isOther = spec !== undefined && spec.kind !== "tree" && !family.leaving.has(run.node) &&
          !isSame(spec, run.spec);
        const isRolled = event.type === "plan_given" && event.rolling &&
          othersOf(family, run.node).length > 0;
        if (isOther && !isRolled && !ledger.isLeaving(run.node)) run.wishes.push("anew");
      }
      for (const id of family.specs.keys()) {
        if (isRevived(scene, id)) {
          ledger.notBefore.delete(id);
          ledger.streaks.set(id, 0);
          ledger.revived.add(id);
        }
      }
      return;
    case "adopted": {
      // One whose turn in a rolling restart has yet to come is started anew then.
      const isToRoll = scene.before.rollouts.some(({ members }) =>
        members.some((member) => member.id === node && !member.isBegun)
      );
      const isOutdated = event.type === "resumed" && event.outdated.has(entry.data.run) && !isToRoll;
      if (isOutdated && !ledger.isLeaving(node)) ledger.runs.get(node)!.wishes.push("anew");
      return;
    }
    case "restarted":
      auditRestarted(scene, entry);
      return hearRestarted(scene, node, entry.data.delayMs);
    case "gave_up":
      return auditGaveUp(scene, entry);
    case "rolling":
      return hearTurn(scene, node);
    case "scheduled":
      return hearScheduled(scene, entry);
    case "due":
      return hearDue(scene, entry);
    case "escalated":
      return auditEscalated(scene, entry);
    case "completed":
    case "failed":
    case "stopped":
      meanwhile.say(
        node,
        betweenRuns(scene, entry) ??
          (entry.event === "completed"
            ? { at: "completed" }
            : entry.event === "failed"
            ? { at: "failed", reason: entry.data.why }
            : { at: "stopped", why: entry.data.why }),
      );
      auditConclusion(scene, entry);
      if (entry.event !== "stopped") ledger.stoppedByHand.delete(node);
      if (entry.event === "stopped" && isRemoved(scene, node)) ledger.forget(node);
      return;
    case "timed_out": {
      const run = ledger.runs.get(node)!;
      auditOverdue(scene, run);
      run.isOverdue = true;
      endsByItself(scene, run, { success: false, readyAt: run.readyAt });
    }
  }
}

/** Whether what was asked for is not even tried. */
function isRefused({ effects, event }: Scene): boolean {
  const request = "request" in event ? event.request : null;
  return effects.some((effect) =>
    (effect.type === "reply" && effect.refusal !== null && effect.request === request) ||
    (effect.type === "record" && effect.entry.event === "refused")
  );
}

/** A run that ends before anybody wanted that. */
function endsByItself(scene: Scene, { node, wishes, askedAt }: Run, end: End): void {
  if (wishes.length > 0 || askedAt !== null) return;
  scene.ledger.ends.set(node, { ...end, mustRestart: mustRestart(scene, node, end) });
}

function hearRun(scene: Scene, run: Run): void {
  const { event, now } = scene;
  switch (event.type) {
    case "joined":
    case "parted":
      run.isJoined = event.type === "joined";
      return;
    case "made":
      make(run, now);
      return;
    case "spawned":
      make(run, now);
      run.hasProcess = true;
      if (run.askedAt !== null) setKill(run, now, run.graceFromMs, run.graceByMs);
      return;
    case "spawn_failed":
      run.spawnError = { isFinal: event.isFinal };
      if (!event.isFinal) endsByItself(scene, run, { success: false, readyAt: null });
      return;
    case "hook_ended":
      if (event.hook !== "pre_start" || event.end.how !== "exited" || event.end.code === 0) return;
      if (run.wishes.length > 0 || run.askedAt !== null) return;
      run.hasHookFailed = true;
      return endsByItself(scene, run, { success: false, readyAt: null });
    case "probed":
      if (run.readyAt === null) run.isProbed ||= event.answer.says === "ready";
      return hearAnswer(run, event.attempt, event.answer, now);
    case "told":
      if (event.told.is === "extend") hearExtended(run, event.told.ms, now);
      return hearWord(run, event.told, now);
    case "held":
      if (run.askedAt !== null || run.exit !== null) return;
      if (run.held.size === 0) run.heldSince = now;
      run.held.add(event.crash.id);
      return;
    case "released":
      if (run.held.delete(event.crash) && run.held.size === 0) run.heldMs += now - run.heldSince;
      return;
    case "exited":
      run.exit = {
        success: isSuccess(event.exit, run.spec),
        daemon: run.spec.daemon,
        isDoomed: run.wishes.length > 0 && run.askedAt === null,
        wishes: run.wishes.length,
      };
      run.held.clear();
      if (!run.isOverdue) endsByItself(scene, run, { success: run.exit.success, readyAt: run.readyAt });
      if (run.askedAt === null) {
        const leftMs = Math.min(run.spec.stop.graceMs, deadlineOf(scene, run) - scene.stopTime);
        setKill(run, now, leftMs, leftMs);
      }
  }
}

function isSuccess(exit: Exit, { successExitCodes, successSignals }: ActorSpec): boolean {
  if (exit.how === "exited") return successExitCodes.includes(exit.code);
  return exit.how === "signalled" && successSignals.includes(exit.signal);
}

function make(run: Run, now: Instant): void {
  if (!run.isMade) Object.assign(run, { isMade: true, startsAt: now, runsAt: now, heldMs: 0 });
}

function free(run: Run, now: Instant): void {
  if (run.held.size > 0) run.heldMs += now - run.heldSince;
  run.held.clear();
}

/** When a run is stopped whatever its turn. */
export function deadlineOf(scene: Scene, { node, cutTo }: Run): Instant {
  const above = familyOf(scene, node).above(node);
  return earliest(cutTo, ...above.map((tree) => scene.ledger.deadlines.get(tree) ?? NEVER));
}

/** The time in which SIGKILL comes, from now on. */
export function setKill(run: Run, now: Instant, fromMs: number, byMs: number): void {
  if (!run.hasProcess) {
    run.graceFromMs = Math.min(run.graceFromMs, fromMs);
    run.graceByMs = Math.min(run.graceByMs, byMs);
    return;
  }
  run.killFrom = earliest(run.killFrom, after(now, fromMs));
  run.killBy = earliest(run.killBy, after(now, byMs));
}

/** Somebody wants a node stopped: a tree stops its children. */
function want(scene: Scene, id: NodeId, wish: "hand" | "anew"): void {
  const { ledger, known, was } = scene;
  const phase = was.phase(id);
  const isIdle = ["inactive", "completed", "failed"].includes(phase.at) ||
    (phase.at === "stopped" && phase.why !== "tree");
  const parent = known.spec(id).parent;
  if (wish === "hand" && !isIdle) ledger.stoppedByHand.add(id);
  if (wish === "hand") ledger.skipping.delete(id);
  ledger.notBefore.delete(id);
  if (wish === "anew") {
    ledger.stoppedByHand.delete(id);
  }
  if (parent !== null && (wish === "anew" || was.at(id) === "regrouping")) {
    ledger.groups.get(parent)?.members.delete(id);
  }
  if (known.spec(id).kind !== "tree") {
    ledger.runs.get(id)?.wishes.push(wish);
  } else if (was.at(id) === "up" || was.at(id) === "stopping") {
    wishTree(scene, id, wish);
    if (was.at(id) === "stopping") { for (const run of runsIn(scene, id)) run.wishes.push("tree"); }
  }
}

function wishTree(scene: Scene, id: NodeId, wish: Wish): void {
  const { ledger } = scene;
  ledger.treeWishes.set(id, [...ledger.treeWishes.get(id) ?? [], wish]);
  const result = ledger.results.get(id);
  if (ledger.judged.has(id)) return;
  // One that has ended well, and would be started again, is stopped by whoever wants that.
  const isStop = wish === "hand" || wish === "tree" || wish === "removed" || wish === "group_for_good";
  const comesBack = isStop && familyOf(scene, id).spec(id).restart === "always";
  if (result?.ok !== true || wish === "anew" || comesBack) ledger.results.set(id, null);
}

function runsIn({ ledger }: Scene, id: NodeId): readonly Run[] {
  return [...ledger.runs.values()].filter(({ node }) => id === ROOT || node.startsWith(`${id}/`));
}

function hearRestart(scene: Scene, nodes: readonly NodeId[]): void {
  const isAlive = (id: NodeId) => ["up", "starting", "running", "stopping"].includes(scene.was.at(id));
  for (const id of nodes) want(scene, id, "anew");
  hearStart(scene, nodes.filter((id) => !isAlive(id)), { brings: false, skips: false });
}

/** Somebody wants nodes up: a stop by hand is taken back, of theirs and of all that they need, where that is brought up. */
function hearStart(
  scene: Scene,
  nodes: readonly NodeId[],
  { brings, skips }: { readonly brings: boolean; readonly skips: boolean },
): void {
  const { ledger, known, was } = scene;
  const asked = new Set(nodes.flatMap((id) => startedWith(known, id)));
  const named = new Set<NodeId>();
  const needed = brings ? needsOf(known, asked, named) : new Set<NodeId>();
  const opened = new Set<NodeId>();
  for (const id of [...nodes, ...named]) openAbove(scene, id, opened);
  for (const id of new Set([...asked, ...needed])) {
    // Where a tree is put to work again, its children have not completed yet.
    const hasCompleted = was.at(id) === "completed" && !opened.has(known.spec(id).parent!);
    if (!nodes.includes(id) && hasCompleted) continue;
    start(scene, id);
    const run = ledger.runs.get(id);
    const goesOn = run !== undefined && run.askedAt === null && run.exit === null && run.wishes.length === 0;
    if (goesOn || known.spec(id).kind === "tree") continue;
    if (skips) ledger.skipping.add(id);
    else ledger.skipping.delete(id);
  }
}

/** Failures are forgotten, and what is down for them may start. */
function hearReset(scene: Scene, nodes: readonly NodeId[]): void {
  const { ledger, known, was, now } = scene;
  for (const id of new Set(nodes.flatMap((node) => known.within(node)))) {
    if (known.leaving.has(id)) continue;
    for (const counter of [id, ownCounter(id)]) ledger.granted.delete(counter);
    ledger.streaks.set(id, 0);
    ledger.unsureStreaks.delete(id);
    const parent = known.spec(id).parent;
    if (parent === null || was.at(parent) !== "up") continue;
    if (was.at(id) === "backing_off") ledger.notBefore.delete(id);
    if (was.at(id) === "backing_off" || was.at(id) === "failed") ledger.revived.add(id);
    const group = was.at(id) === "regrouping" ? ledger.groups.get(parent) : undefined;
    if (group !== undefined && group.from > now) group.from = now;
    const run = ledger.runs.get(id);
    if (run === undefined || run.exit === null && !run.isOverdue) continue;
    // Nothing but a reset outranks that it had failed for good.
    const hasFailed = run.exit?.wishes === 0 && !run.comesBack && (run.exit.daemon || !run.exit.success);
    if (hasFailed && outcomeOf(run.wishes) !== "anew") run.wishes.length = 0;
    if (run.wishes.length > 0) continue;
    // Whatever it has ended with, unless that is a completion.
    const hasCompleted = run.exit !== null && run.exit.success && !run.exit.daemon && !run.isOverdue;
    run.comesBack ||= run.isTooOften || !hasCompleted;
    ledger.notBefore.delete(id);
  }
}

/** A replica has its turn in a rolling restart: if it is ready, another one of its actor is, and is not to stop. */
function hearTurn(scene: Scene, id: NodeId): void {
  const { ledger, known, was, effects, event } = scene;
  if (event.type === "plan_given") {
    const run = ledger.runs.get(id);
    // A run that had ended by itself before has ended so.
    const isByItself = run === undefined || run.exit !== null || run.isOverdue || run.spawnError !== null;
    const outcome = isByItself ? null : outcomeOf(run.wishes);
    assert.ok(outcome !== "hand", `"${id}" was stopped by hand, and has its turn`);
  }
  const hasOther = othersOf(known, id).some((one) => isReady(scene, one));
  assert.ok(!isReady(scene, id) || hasOther, `"${id}" is the last that is ready, and has its turn`);
  ledger.streaks.set(id, 0);
  ledger.granted.delete(ownCounter(id));
  want(scene, id, "anew");
  // It may have its turn in the step in which its last run is over.
  ledger.closed.get(id)?.wishes.push("anew");
  // Those that are down have their turn at once, and trees around them are put to work for all of them together.
  const turns = effects.flatMap((effect) =>
    effect.type === "record" && effect.entry.event === "rolling" ? [effect.entry.node] : []
  );
  if (id !== turns[0]) return;
  const isAlive = (one: NodeId) => ["starting", "running", "stopping"].includes(was.at(one));
  hearStart(scene, turns.filter((one) => !isAlive(one)), { brings: false, skips: false });
}

/** Somebody has changed files: a new try, for which failures before it count for nothing. */
function hearRestartForFiles(scene: Scene, id: NodeId): void {
  const { ledger, was } = scene;
  ledger.streaks.set(id, 0);
  ledger.granted.delete(ownCounter(id));
  const at = was.at(id);
  if (["backing_off", "failed", "completed"].includes(at)) ledger.revived.add(id);
  if (at === "failed" || at === "completed") return hearStart(scene, [id], { brings: false, skips: false });
  want(scene, id, "anew");
  ledger.closed.get(id)?.wishes.push("anew");
}

/**
 * A later supervisor finds that actors are others by now: what has ended, or is delayed, starts at once, and so does the topmost
 * tree around it that is. What somebody has stopped, or nobody has started, starts nothing.
 */
function hearChanged({ ledger, family, was }: Scene, changed: ReadonlySet<NodeId>): void {
  const hasEnded = (id: NodeId) => ["failed", "backing_off", "completed"].includes(was.at(id));
  for (const id of changed) {
    const phase = was.phase(id);
    if (phase.at === "inactive" && !family.spec(id).autostart) continue;
    if (phase.at === "stopped" && phase.why === "request") continue;
    const ended = [id, ...family.above(id)].findLast((one) => one !== ROOT && hasEnded(one));
    if (ended === undefined || was.at(family.spec(ended).parent!) !== "up") continue;
    // A schedule runs its actor at its date, and a tree that has completed starts for nothing that stays down in it.
    const spec = family.spec(id);
    const comesAtDate = spec.kind !== "tree" && spec.schedule !== null && was.at(id) !== "backing_off";
    const between = family.above(id).slice(0, Math.max(0, family.above(id).indexOf(ended)));
    const isOff = between.some((tree) =>
      was.at(tree) === "inactive" ? !family.spec(tree).autostart : was.phase(tree).why === "request"
    );
    if (comesAtDate && (ended === id || was.at(ended) === "completed")) continue;
    if (isOff && was.at(ended) === "completed") continue;
    ledger.notBefore.delete(ended);
    ledger.streaks.set(ended, 0);
    ledger.granted.delete(ownCounter(ended));
    ledger.unsureStreaks.delete(ended);
    ledger.revived.add(ended);
  }
}

function start(scene: Scene, id: NodeId): void {
  const { ledger, was, known, event } = scene;
  const isOver = ["inactive", "scheduled", "stopped", "completed", "failed"].includes(was.at(id));
  // A restart ends the pause, and counts on.
  const isPaused = was.at(id) === "backing_off" && event.type !== "restart_requested";
  if (isOver || isPaused) ledger.granted.delete(ownCounter(id));
  const run = ledger.runs.get(id);
  ledger.stoppedByHand.delete(id);
  if (was.at(id) === "backing_off") ledger.notBefore.delete(id);
  if (run === undefined) {
    ledger.unsureStreaks.add(id);
    if (was.at(id) !== "stopping") return;
    wishTree(scene, id, "anew");
    ledger.notBefore.delete(id);
    leaveGroups(scene, id);
  } else if (run.askedAt !== null || run.exit !== null) {
    run.wishes.push("anew");
    ledger.notBefore.delete(id);
    leaveGroups(scene, id);
  } else if (outcomeOf(run.wishes) === "hand") {
    // Its tree goes down, or its plan has another process in its place, all the same.
    const spec = known.spec(id);
    const mustEnd = ledger.deadlines.has(spec.parent!) || (spec.kind !== "tree" && !isSame(spec, run.spec));
    if (mustEnd) run.wishes.push("anew");
    else run.wishes.length = 0;
  }
}

/** Who is started anew by hand waits for nobody of its group. */
function leaveGroups({ ledger }: Scene, id: NodeId): void {
  for (const { members } of ledger.groups.values()) members.delete(id);
}

/** The trees above are put to work, without those in them that nobody has asked for. */
function openAbove(scene: Scene, id: NodeId, opened: Set<NodeId>): void {
  const { ledger, known, was } = scene;
  for (const tree of known.above(id).toReversed()) {
    const isKeptDown = ledger.stoppedByHand.has(tree) && was.at(tree) !== "inactive" &&
      !ledger.openTrees.has(tree);
    const isByHand = was.at(tree) === "inactive" && tree !== ROOT && !known.spec(tree).autostart;
    const isAlongside = tree !== ROOT && opened.has(known.spec(tree).parent!);
    const isDown = isKeptDown || isByHand || isAlongside ||
      ["stopped", "completed", "failed"].includes(was.at(tree));
    if (!isDown || opened.has(tree)) continue;
    opened.add(tree);
    start(scene, tree);
    for (const child of known.children(tree)) {
      if (was.at(child) !== "inactive" || known.spec(child).autostart) ledger.stoppedByHand.add(child);
    }
  }
}

/** A node, and all below it that needs no hand to start, nor is below what does. */
function startedWith(known: Family, id: NodeId): readonly NodeId[] {
  const startsWith = (one: NodeId) =>
    [one, ...known.above(one)].every((each) =>
      each === id || known.above(id).includes(each) || known.spec(each).autostart
    );
  return known.within(id).filter((one) => !known.leaving.has(one) && startsWith(one));
}

/** @param named Gets those that a dependency names. */
function needsOf(known: Family, asked: ReadonlySet<NodeId>, named: Set<NodeId>): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    for (const one of [id, ...known.above(id)]) {
      for (const { on } of known.needs(one)) named.add(on);
      for (const needed of known.needs(one).flatMap(({ on }) => startedWith(known, on))) {
        if (found.has(needed)) continue;
        found.add(needed);
        visit(needed);
      }
    }
  };
  for (const id of asked) visit(id);
  return found;
}

/** A tree goes down: within its own bound, and within what those above it have left. */
function hearCancelled(scene: Scene, id: NodeId): void {
  const { ledger, stopTime, event } = scene;
  const family = familyOf(scene, id);
  const own = after(stopTime, family.tree(id).shutdownMs);
  const bound = id === ROOT && event.type === "down_requested" && event.withinMs !== null
    ? earliest(own, after(stopTime, event.withinMs))
    : own;
  ledger.results.set(id, auditTeardown(scene, id));
  for (const tree of family.within(id)) {
    if (tree !== id && ledger.deadlines.has(tree)) wishTree(scene, tree, "tree");
  }
  limit(scene, id, bound);
  for (const run of runsIn(scene, id)) {
    // Who is named after a tree around it has its own wish after that of the tree.
    if (isNamedBelow(scene, run.node)) run.wishes.splice(-1, 0, "tree");
    else run.wishes.push("tree");
  }
}

/** Whether somebody wants a node itself stopped, or anew, in the same breath as a tree around it. */
function isNamedBelow({ event, known }: Scene, id: NodeId): boolean {
  if (event.type !== "stop_requested" && event.type !== "restart_requested") return false;
  const at = event.nodes.indexOf(id);
  return at >= 0 && known.above(id).some((tree) => event.nodes.slice(0, at).includes(tree));
}

function limit(scene: Scene, id: NodeId, bound: Instant): void {
  const { ledger, now, stopTime } = scene;
  const above = familyOf(scene, id).above(id).map((tree) => ledger.deadlines.get(tree) ?? NEVER);
  ledger.deadlines.set(id, earliest(bound, ledger.deadlines.get(id) ?? NEVER, ...above));
  const leftMs = ledger.deadlines.get(id)! - stopTime;
  for (const run of runsIn(scene, id)) {
    if (run.askedAt === null && run.exit === null) continue;
    run.stopBy = earliest(run.stopBy, after(now, leftMs));
    setKill(run, now, leftMs, leftMs);
  }
}

function cutGrace({ ledger, stopTime, now }: Scene, toMs: number): void {
  const at = after(stopTime, toMs);
  for (const [tree, deadline] of ledger.deadlines) ledger.deadlines.set(tree, earliest(deadline, at));
  for (const run of ledger.runs.values()) {
    if (run.askedAt !== null || run.exit !== null) {
      run.stopBy = earliest(run.stopBy, after(now, toMs));
      setKill(run, now, toMs, toMs);
    } else if (run.wishes.length > 0) run.cutTo = earliest(run.cutTo, at);
  }
}

/** Runs go on by the new spec where that makes the same process, and a new supervisor knows no other. */
function hearPlan({ ledger, event, family, now }: Scene): void {
  if (event.type === "resumed") ledger.openTrees.clear();
  for (const run of ledger.runs.values()) {
    const spec = family.specs.get(run.node);
    if (event.type === "resumed") {
      const isAfterwards = run.afterBy !== NEVER;
      if (spec === undefined || (!event.adopted.has(run.run) && !isAfterwards)) {
        ledger.runs.delete(run.node);
        if (spec === undefined) ledger.forget(run.node);
        continue;
      }
      Object.assign(run, { spec, specifiedAt: now });
      free(run, now);
      run.isJoined = false;
      if (run.readyAt === null && run.askedAt === null && run.exit === null) {
        // It has its whole time again, and that for which it has asked.
        const extendedTo = after(now, run.extendedTo - run.startsAt);
        Object.assign(run, { startsAt: now, runsAt: now, heldMs: 0, extendedTo, questions: 0 });
      }
      beginChecks(run, now);
    } else if (spec !== undefined && spec.kind !== "tree" && !family.leaving.has(run.node)) {
      if (!isSame(spec, run.spec)) continue;
      const isCheckedAnew = JSON.stringify(spec.health) !== JSON.stringify(run.spec.health);
      Object.assign(run, { spec, specifiedAt: now });
      if (isCheckedAnew) beginChecks(run, now);
    }
  }
}

/** Whether an actor starts by another plan although it has ended, or is delayed: it is another by now, or wanted otherwise. */
function isRevived(scene: Scene, id: NodeId): boolean {
  const { known, family, was } = scene;
  const after = family.spec(id);
  const before = known.specs.get(id);
  if (before === undefined || (before.kind === "tree") !== (after.kind === "tree")) return false;
  if (id === ROOT || family.leaving.has(id) || known.leaving.has(id) || was.at(after.parent!) !== "up") {
    return false;
  }
  if (after.kind === "tree") return isTreeRevived(scene, id);
  if (before.kind === "tree") return false;
  if (was.at(id) === "scheduled" && after.schedule === null) {
    return was.phase(id).last === null || !isSame(before, after) || after.daemon;
  }
  return isEndedRevived(before, after, was.at(id));
}

/** A tree that is down starts if something in it may do better, or, if it has completed, if there is more to do. */
function isTreeRevived({ known, family, was, ledger }: Scene, tree: NodeId): boolean {
  const at = was.at(tree);
  if (at !== "failed" && at !== "backing_off" && at !== "completed") return false;
  const below = new Set([...known.within(tree), ...family.within(tree)]);
  below.delete(tree);
  return [...below].some((id) => {
    const [before, after] = [known.planned(id), family.planned(id)];
    if (after === undefined) return at !== "completed";
    const isNew = before === undefined || (before.kind === "tree") !== (after.kind === "tree");
    const isOther = !isNew && before.kind !== "tree" && after.kind !== "tree" && !isSame(before, after);
    if (at !== "completed") return isNew || isOther;
    const inner = family.above(id).slice(0, family.above(id).indexOf(tree));
    const isOff = inner.some((one) =>
      known.specs.has(one)
        ? was.at(one) === "inactive" || ledger.stoppedByHand.has(one)
        : !family.spec(one).autostart
    );
    if (isOff) return false;
    if (isNew) return after.autostart;
    if (before.kind === "tree" || after.kind === "tree" || ledger.stoppedByHand.has(id)) return false;
    return was.at(id) === "stopped" ? isOther : isEndedRevived(before, after, was.at(id));
  });
}

function isEndedRevived(before: ActorSpec, after: ActorSpec, at: string): boolean {
  if (after.schedule !== null && at !== "backing_off") return false;
  switch (at) {
    case "failed":
    case "backing_off":
      return !isSame(before, after);
    case "completed":
      return !isSame(before, after) || (after.daemon && !before.daemon);
    case "inactive":
      return after.autostart && !before.autostart;
    default:
      return false;
  }
}

/** Whether two specs make the same process: those of these trees differ in their command, and their watchdog, alone. */
function isSame(one: ActorSpec, other: ActorSpec): boolean {
  const madeOf = ({ argv, health }: ActorSpec) => JSON.stringify([argv, health?.watchdogMs ?? null]);
  return madeOf(one) === madeOf(other);
}

/** A child is started again, and takes its siblings along as the strategy of its tree says. */
function hearRestarted(scene: Scene, id: NodeId, delayMs: number): void {
  const { ledger, family, now, meanwhile, is } = scene;
  const parent = family.spec(id).parent!;
  const until = after(now, delayMs);
  const { strategy, children } = family.tree(parent);
  if (strategy === "one_for_one") {
    ledger.notBefore.set(id, until);
    return;
  }
  const all = [...children, ...[...family.leaving].filter((left) => family.spec(left).parent === parent)]
    .filter((child) => family.specs.has(child));
  const group = ledger.groups.get(parent) ?? { members: new Set<NodeId>(), from: until };
  ledger.groups.set(parent, group);
  // Of one that nobody is to come back of any more, the delay is that of nobody.
  const isGivenUp = [...group.members].every((member) => {
    const run = ledger.runs.get(member);
    const outcome = run === undefined ? null : outcomeOf(run.wishes);
    const isForGood = outcome === "hand" || outcome === "removed" || outcome === "group_for_good";
    return member === id || isForGood;
  });
  group.from = isGivenUp || until > group.from ? until : group.from;
  group.members.add(id);
  for (const other of new Set(all)) {
    const isAfter = all.indexOf(other) > all.indexOf(id);
    if (other === id || (strategy === "rest_for_one" && !isAfter)) continue;
    const at = meanwhile.at(other);
    // It may have been started again in this very step.
    const isDown = ["inactive", "scheduled", "stopped", "completed", "failed"].includes(at);
    // What had failed by a dependency that is back may be taken along in this very step.
    if (isDown && !ledger.runs.has(other) && is.at(other) !== "regrouping") continue;
    const isAlive = ledger.runs.has(other) || at === "up" || at === "stopping";
    const wish = family.spec(other).restart === "never" && isAlive ? "group_for_good" : "group";
    const run = ledger.runs.get(other);
    const hasEnded = run !== undefined && (run.exit !== null || run.isOverdue) && !run.comesBack;
    // It ends for good anyway, for a reason of its own, but is waited for.
    if (run !== undefined && !(hasEnded && run.wishes.length === 0)) run.wishes.push(wish);
    if (ledger.openTrees.has(other)) wishTree(scene, other, wish);
    group.members.add(other);
  }
}
