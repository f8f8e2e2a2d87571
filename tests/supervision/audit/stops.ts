/** Who may be stopped, in which order, how long a run has to end, and who should have been. */
import assert from "node:assert/strict";
import { after, earliest, type Instant, latest, NEVER } from "../../../lib/base/instant.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import type { RunId } from "../../../lib/supervision/state.ts";
import type { Scene } from "./auditor.ts";
import type { Family } from "./family.ts";
import { clockOf } from "./checks.ts";
import { deadlineOf, setKill } from "./hear.ts";
import type { Ledger, Run } from "./ledger.ts";

/** Times are rounded. */
const ROUNDING_MS = 1;

/** After SIGKILL, what is still there for so long is left as a survivor. */
export const SURVIVAL_MS = 5_000;

/** A run is asked to stop: for a reason, in its turn, and first by what its spec says. */
export function auditStop(scene: Scene, id: NodeId, number: RunId, how: string): void {
  const { ledger, now, stopTime } = scene;
  const run = ledger.run(id, number);
  assert.ok(run !== undefined, `a run of "${id}" is stopped that is over`);
  assert.equal(run.killedAt, null, `"${id}" is asked to stop after SIGKILL`);
  if (run.askedAt !== null || run.exit !== null) return;
  assert.ok(run.wishes.length > 0 || run.isOverdue, `"${id}" is stopped, and nobody wants that`);
  const deadline = deadlineOf(scene, run);
  if (!run.isOverdue && now < deadline) {
    // What has waited for others to leave may come at the end of the very step, and change the order.
    const firsts = [scene.known, scene.family].filter(({ specs }) => specs.has(id))
      .map((family) => whoComesFirst(scene.ledger, family, id));
    assert.ok(firsts.includes(null), `"${id}" is stopped before "${firsts[0]}"`);
  }
  const { command, graceMs } = run.spec.stop;
  const expected = !run.hasProcess
    ? "abort_spawn"
    : run.spec.hooks?.commands.pre_stop !== undefined
    ? "pre_stop"
    : command !== null
    ? "stop_command"
    : run.isJoined
    ? "cancel"
    : "signal";
  assert.equal(how, expected, `"${id}" is stopped`);
  run.askedAt = now;
  run.stopBy = earliest(run.stopBy, after(now, deadline - stopTime));
  // Those that come after it in the order of stopping share the time that is left.
  const leftMs = Math.max(0, deadline - stopTime);
  const most = scene.family.specs.size;
  setKill(run, now, Math.min(graceMs, leftMs / most), Math.min(graceMs, leftMs));
}

/** What comes before a spawn is ended with the start that is called off. */
export function auditCalledOff(scene: Scene, id: NodeId, number: RunId): void {
  const run = scene.ledger.run(id, number);
  // A hook that comes after all is ended because it takes too long.
  const isAfterwards = run !== undefined && run.afterBy !== NEVER;
  if (run !== undefined && !isAfterwards && !run.hasProcess && run.wishes.length > 0) {
    auditStop(scene, id, number, "abort_spawn");
  }
}

/** What comes after all comes when the process has ended, or if there never was one; it has its limit, and that of its tree. */
export function auditAfterwards(
  scene: Scene,
  { node, run: number, timeoutMs }: {
    readonly node: NodeId;
    readonly run: RunId;
    readonly timeoutMs: number;
  },
): void {
  const run = scene.ledger.run(node, number);
  assert.ok(run !== undefined, `a hook comes after a run of "${node}" that is over`);
  assert.ok(run.exit !== null || !run.hasProcess, `a hook comes after a run of "${node}" that goes on`);
  run.killBy = NEVER;
  run.afterBy = after(scene.now, timeoutMs);
}

/** SIGKILL comes at the end of the grace, or of what its tree has left. */
export function auditKill({ ledger, now }: Scene, id: NodeId, number: RunId): void {
  const run = ledger.run(id, number);
  assert.ok(run !== undefined, `a run of "${id}" is killed that is over`);
  assert.ok(run.askedAt !== null || run.exit !== null, `"${id}" is killed without being asked`);
  assert.ok(now >= run.killFrom - ROUNDING_MS, `"${id}" is killed at ${now}, not after ${run.killFrom}`);
  run.killedAt ??= now;
}

/** Nothing is late of what is due for a run. */
export function auditRuns(scene: Scene): void {
  const { ledger, now, after: { holding } } = scene;
  for (const run of ledger.runs.values()) {
    const { node, killBy, killedAt, wishes } = run;
    assert.ok(
      killedAt !== null || now <= killBy + ROUNDING_MS,
      `"${node}" should have been killed at ${killBy}`,
    );
    assert.ok(now <= run.afterBy + ROUNDING_MS, `what comes after "${node}" takes too long`);
    const isAsked = run.askedAt !== null || run.exit !== null || run.spawnError !== null || run.hasHookFailed;
    if (isAsked || run.held.size > 0) continue;
    if (wishes.length > 0) {
      const first = whoComesFirst(ledger, scene.family, node);
      assert.ok(first !== null, `"${node}" is not stopped, and its turn has come`);
      const isLate = holding === null && now > deadlineOf(scene, run);
      assert.ok(!isLate, `"${node}" is not stopped, and its time is over`);
    }
    auditTimes(run, now);
  }
}

/** A start, and a run, are over when they take too long; time for which a crash is held does not count. */
function auditTimes(run: Run, now: Instant): void {
  const { node, spec, specifiedAt, readyAt } = run;
  if (readyAt === null) {
    assert.ok(now <= latest(startBy(run), specifiedAt), `"${node}" takes too long to start`);
  }
  assert.ok(now <= latest(runBy(run), specifiedAt), `"${node}" takes too long`);
  const isReady = run.hasProcess && spec.ready === null;
  assert.ok(
    !isReady || readyAt !== null,
    `"${node}" has started and nothing is to be waited for, yet it is not ready`,
  );
}

/** It is said to have taken too long, or to be ready. */
export function auditOverdue({ now }: Scene, run: Run): void {
  const isOverdue = now >= runBy(run) || (run.readyAt === null && now >= startBy(run));
  assert.ok(isOverdue, `"${run.node}" has not taken too long`);
}

export function auditReady({ event }: Scene, run: Run): void {
  const isKnown = run.spec.ready === null || run.spec.ready.probe.type === "delay" || run.isProbed;
  assert.ok(isKnown && run.hasProcess, `"${run.node}" is not ready on ${event.type}`);
}

function startBy(run: Run): Instant {
  return limitOf(run, after(run.startsAt, run.spec.startTimeoutMs));
}

function runBy(run: Run): Instant {
  const { runTimeoutMs } = run.spec;
  return runTimeoutMs === null ? NEVER : limitOf(run, after(run.runsAt, runTimeoutMs));
}

/** A limit of a run, or the time for which it has asked. */
function limitOf({ isMade, held, heldMs, extendedTo }: Run, limit: Instant): Instant {
  return !isMade || held.size > 0 ? NEVER : after(latest(limit, extendedTo), heldMs);
}

/** A run asks for more time: it has it, and while it is stopped as far as its tree has. */
export function hearExtended(run: Run, ms: number, now: Instant): void {
  if (run.exit !== null || run.killedAt !== null || !run.hasProcess) return;
  if (run.askedAt === null) {
    run.extendedTo = after(clockOf(run, now), ms);
    return;
  }
  const until = earliest(after(now, ms), run.stopBy);
  run.killFrom = latest(run.killFrom, until);
  run.killBy = latest(run.killBy, until);
}

/**
 * The actor that has to stop before another one does: it depends on that, or on a tree around it, or it is a one-shot that
 * goes down with the same tree before the daemons. Null if there is none.
 */
function whoComesFirst(ledger: Ledger, family: Family, id: NodeId): NodeId | null {
  for (const needed of [id, ...family.above(id)]) {
    for (const dependent of family.dependents(needed)) {
      const first = family.within(dependent).find((one) => ledger.isLeaving(one));
      if (first !== undefined) return first;
    }
  }
  if (family.isEarly(id)) return null;
  const teardown = family.above(id).findLast((tree) => ledger.deadlines.has(tree));
  if (teardown === undefined) return null;
  return family.within(teardown).find((one) => ledger.isLeaving(one) && family.isEarly(one)) ?? null;
}
