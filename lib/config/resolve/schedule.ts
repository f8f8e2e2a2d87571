import { ACTOR } from "../keys/actor.ts";
import type { Schedule } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import type { Lifetime } from "./lifetime.ts";
import type { ActorNode } from "./nodes.ts";

/** The keys that say more of a schedule. */
const DETAILS = ["timezone", "overlap", "catch_up"] as const;

/** When an actor is run; null if nothing but its tree, or a hand, starts it. */
export function scheduleOf(node: ActorNode, lifetime: Lifetime, report: Report): Schedule | null {
  const { fields, present } = node.declared;
  const { schedule, timezone, overlap, catch_up: catchUp } = fields;
  if (schedule === undefined) {
    if (!present.has("schedule")) refuseDetails(node, report);
    return null;
  }
  refuseEndless(node, lifetime, report);
  const at = present.get("timezone");
  const isInterval = "everyMs" in schedule.value;
  if (isInterval && at !== undefined) {
    report.add("config/schedule-conflict", at, "an interval goes by no time zone", {
      hint: "remove it, or write a cron expression",
    });
  }
  return {
    timing: "cron" in schedule.value
      ? { cron: schedule.value.cron, timezone: valueOf(timezone, ACTOR.keys.timezone) }
      : schedule.value,
    overlap: valueOf(overlap, ACTOR.keys.overlap),
    catchUp: valueOf(catchUp, ACTOR.keys.catch_up),
  };
}

/** An inherited detail is meant for those that have a schedule. */
function refuseDetails({ declared: { present } }: ActorNode, report: Report): void {
  for (const key of DETAILS) {
    const at = present.get(key);
    if (at === undefined) continue;
    report.add("config/schedule-conflict", at, `${quote(key)} says nothing without a schedule`, {
      hint: 'write schedule = "0 3 * * *" beside it, or remove it',
    });
  }
}

/** A run of a schedule has an end, and the actor has none. */
function refuseEndless({ declared }: ActorNode, { isDaemon, restart }: Lifetime, report: Report): void {
  const { name, fields } = declared;
  const at = fields.schedule!.keyAt;
  if (isDaemon) {
    report.add(
      "config/schedule-conflict",
      fields.daemon?.at ?? at,
      `${quote(name)} has a schedule and is a daemon`,
      {
        expected: "a one-shot, whose runs have an end",
        hint: "remove daemon, or the schedule",
      },
    );
  } else if (restart === "always") {
    const message = `${quote(name)} has a schedule and is always restarted, so that no run of it ever ends`;
    report.add("config/schedule-conflict", fields.restart?.at ?? at, message, {
      expected: 'restart = "never" or "on-failure"',
      hint: 'write restart = "on-failure"',
    });
  }
  if (fields.significant?.value === true) {
    const message = `${quote(name)} is significant, and one that has a schedule never ends for good`;
    report.add("config/schedule-conflict", fields.significant.at, message, {
      hint: "remove significant, or the schedule",
    });
  }
}
