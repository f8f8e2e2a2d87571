/** Runs that come by a schedule: none begins before its date, none is left out for no reason, and none is late. */
import assert from "node:assert/strict";
import { hasSchedule, type NodeId } from "../../../lib/config/plan.ts";
import type { Entry } from "../../../lib/supervision/journal_entry.ts";
import type { Scene } from "./auditor.ts";
import { ownCounter } from "./budgets.ts";
import { familyOf } from "./family.ts";
import type { Seen } from "./status.ts";

type EntryOn<Event extends Entry["event"]> = Entry & { readonly event: Event };

/** A jump of the date is noticed after this time. */
const NOTICED_MS = 30_000;

/** A date that was there for longer, as dates go, was missed. */
const MISSED_MS = 60_000;

/** What is said of the end of a run is not that of an actor whose schedule has it run again; null if it is. */
export function betweenRuns(scene: Scene, entry: EntryOn<"completed" | "failed" | "stopped">): Seen | null {
  const seen = afterRun(scene, entry);
  if (seen === null || !scene.ledger.owed.delete(entry.node)) return seen;
  beginAnew(scene, entry.node);
  return { at: "waiting" };
}

function afterRun(
  scene: Scene,
  { node, event, data }: EntryOn<"completed" | "failed" | "stopped">,
): Seen | null {
  const family = familyOf(scene, node);
  if (!hasSchedule(family.spec(node)) || family.leaving.has(node)) return null;
  if (scene.ledger.deadlines.has(family.spec(node).parent!)) return null;
  if (event === "completed") return { at: "scheduled", last: { ok: true } };
  const { why } = data as EntryOn<"failed" | "stopped">["data"];
  if (typeof why === "string") return why === "strategy" ? { at: "scheduled", last: null } : null;
  const isLeft = why.kind === "survivors" || why.kind === "unseen";
  return isLeft ? null : { at: "scheduled", last: { ok: false, reason: why } };
}

export function hearScheduled({ ledger, family }: Scene, { node, data }: EntryOn<"scheduled">): void {
  assert.ok(hasSchedule(family.spec(node)), `"${node}" has no schedule`);
  ledger.dates.set(node, { next: data.next, since: null });
}

/** A date has come, as the clock on the wall has it, or the time of an interval. */
export function hearDue(scene: Scene, { node, data: { date, does, next } }: EntryOn<"due">): void {
  const { ledger, family, calendar, was, meanwhile } = scene;
  const spec = family.spec(node);
  assert.ok(spec.kind !== "tree" && spec.schedule !== null, `"${node}" has no schedule`);
  const { timing, overlap, catchUp } = spec.schedule;
  assert.ok(Date.parse(date) <= calendar.date, `"${node}" is due before ${date}`);
  assert.ok(next === null || Date.parse(next) > calendar.date, `"${node}" is due again at ${next}`);
  if ("cron" in timing) {
    const isNamed = calendar.next(timing, Date.parse(date) - 1) === Date.parse(date);
    assert.ok(isNamed, `"${node}" is due at ${date}, which its schedule does not name`);
  }
  const isMissed = calendar.date - Date.parse(date) > MISSED_MS;
  assert.equal(does === "miss", isMissed && !catchUp, `"${node}" is due at ${date}: ${does}`);
  const isFree = was.at(node) === "scheduled" || meanwhile.at(node) === "scheduled";
  if (does === "run") assert.ok(isFree && !ledger.runs.has(node), `"${node}" is run while it runs`);
  else if (does !== "miss") assert.ok(does === "skip" || does === overlap, `"${node}" overlaps by ${does}`);
  if (does === "skip") assert.ok(!isFree || ledger.runs.has(node), `"${node}" is free, and left out`);
  if (does === "queue") ledger.owed.add(node);
  if (does === "replace") ledger.runs.get(node)?.wishes.push("anew");
  if (does === "run" || does === "replace") {
    beginAnew(scene, node);
    meanwhile.say(node, { at: "waiting" });
  }
  ledger.dates.set(node, { next, since: null });
}

/** What begins for its date has not failed yet, and waits for no group. */
function beginAnew({ ledger }: Scene, id: NodeId): void {
  ledger.streaks.set(id, 0);
  ledger.granted.delete(ownCounter(id));
  ledger.notBefore.delete(id);
  for (const { members } of ledger.groups.values()) members.delete(id);
}

/** To be asked when a step is over. */
export function auditSchedules(scene: Scene): void {
  const { ledger, family, is, was, event, effects } = scene;
  for (const [id, spec] of family.specs) {
    if (!hasSchedule(spec) || family.leaving.has(id)) continue;
    const isAtWork = is.at(spec.parent!) === "up";
    if (!isAtWork) {
      assert.notEqual(is.at(id), "scheduled", `"${id}" waits for its date in a tree that is down`);
      ledger.dates.delete(id);
      ledger.owed.delete(id);
      continue;
    }
    if (is.at(id) === "stopped" || is.at(id) === "inactive") ledger.owed.delete(id);
    const isByEvent = "request" in event || event.type === "resumed";
    const isDue = effects.some((one) =>
      one.type === "record" && one.entry.node === id && one.entry.event === "due" &&
      one.entry.data.does === "run"
    );
    if (was.at(id) === "scheduled" && is.at(id) !== "scheduled" && is.at(id) !== "stopped") {
      assert.ok(isByEvent || isDue, `"${id}" runs before its date`);
    }
    if (is.at(id) === "scheduled") auditDate(scene, id);
  }
}

/** What waits for its date has one, and its run begins soon after that is there. */
function auditDate({ ledger, now, calendar }: Scene, id: NodeId): void {
  assert.ok(!ledger.owed.has(id), `"${id}" is to run again, and waits for its date`);
  const waiting = ledger.dates.get(id);
  assert.ok(waiting !== undefined, `"${id}" waits for no date`);
  const isThere = waiting.next !== null && Date.parse(waiting.next) <= calendar.date;
  waiting.since = isThere ? waiting.since ?? now : null;
  const isLate = waiting.since !== null && now - waiting.since > NOTICED_MS;
  assert.ok(!isLate, `"${id}" was to run at ${waiting.next}`);
}
