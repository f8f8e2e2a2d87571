/** A `.timer` as the schedule of an actor. */
import { formatDuration } from "../../base/duration.ts";
import type { FindingList, LineReport } from "../finding.ts";
import { calendarToCron } from "./calendar.ts";
import { fromOf, type ImportedService } from "./import_service.ts";
import { lastOf, listOf, type Unit, type UnitEntry } from "./unit.ts";
import { readBoolean, readSpan } from "./values.ts";

const LEAST_MS = 100;

/** Keys of `[Timer]` that say when. */
export const TIMES = [
  "OnCalendar",
  "OnUnitActiveSec",
  "OnUnitInactiveSec",
  "OnActiveSec",
  "OnBootSec",
  "OnStartupSec",
] as const;

/** Gives the service of a timer its schedule. */
export function importTimer(
  timer: Unit,
  services: ReadonlyMap<string, ImportedService>,
  findings: FindingList,
): void {
  const reportOf = (entry: UnitEntry) => findings.of(entry.file).at(entry.line, fromOf(timer, entry));
  const name = lastOf(timer, "Timer.Unit")?.value ?? timer.name.replace(/\.timer$/, ".service");
  const service = services.get(name);
  const entries = timer.entries.filter(({ key, value }) => key.startsWith("Timer.") && value !== "");
  if (service === undefined) {
    for (const entry of entries) {
      reportOf(entry).lost(
        `"${name}" is not among the units that are imported`,
        "name it, too, or the folder of both",
      );
    }
    return;
  }
  const { actor } = service;
  const path = `actors.${actor.name}`;
  const times = TIMES.flatMap((key) => listOf(timer, `Timer.${key}`));
  let chosen: UnitEntry | null = null;
  for (const entry of times) {
    if (chosen === null && setSchedule(entry, service, path, reportOf(entry))) chosen = entry;
    else if (chosen !== null) {
      reportOf(entry).lost(
        "an actor has one schedule",
        chosen.key === entry.key ? "write both in one cron expression, or a second actor" : null,
      );
    }
  }
  if (chosen === null) {
    actor.keys.set("autostart", false);
    findings.of(timer.file).lost(
      null,
      timer.name,
      "no schedule could be made of it",
      `start it by hand, or write schedule for ${path}`,
    );
  } else makeOneShot(service, path, findings, timer);
  for (const entry of entries) {
    if (!times.includes(entry)) tellOther(entry, service, path, reportOf(entry), chosen !== null);
  }
}

function setSchedule(
  entry: UnitEntry,
  { actor }: ImportedService,
  path: string,
  report: LineReport,
): boolean {
  if (entry.key === "Timer.OnCalendar") {
    const found = calendarToCron(entry.value);
    if ("why" in found) {
      report.lost(found.why, 'write a cron expression that comes near: schedule = "0 3 * * *"');
      return false;
    }
    actor.keys.set("schedule", found.cron);
    if (found.timezone !== null) actor.keys.set("timezone", found.timezone);
    report.kept(`${path} schedule = "${found.cron}"`);
    return true;
  }
  if (!/Unit(?:Active|Inactive)Sec$/.test(entry.key)) {
    report.lost(
      "nothing is run once at a time after the start",
      "an actor without a schedule starts with its tree",
    );
    return false;
  }
  const span = readSpan(entry);
  if (span === "infinity") {
    report.lost("it never comes");
    return false;
  }
  actor.keys.set("schedule", `@every ${formatDuration(Math.max(LEAST_MS, span))}`);
  const isAfterEnd = entry.key === "Timer.OnUnitInactiveSec";
  report.changed(
    `${path} schedule = "@every ${formatDuration(span)}"`,
    `it counts from the start of the tree, and from one date to the next${
      isAfterEnd ? ", however long a run takes" : ""
    }`,
  );
  return true;
}

/** An actor that has a schedule has an end. */
function makeOneShot(
  { actor, unit }: ImportedService,
  path: string,
  findings: FindingList,
  timer: Unit,
): void {
  actor.keys.delete("ready");
  if (actor.keys.get("daemon") === true && lastOf(unit, "Service.Type")?.value !== undefined) {
    findings.of(timer.file).changed(
      null,
      timer.name,
      `${path}: a one-shot`,
      "what has a schedule has an end",
    );
  }
  actor.keys.delete("daemon");
  if (actor.keys.get("restart") === "always") actor.keys.set("restart", "on-failure");
  if (actor.keys.get("restart") === "never") actor.keys.delete("restart");
}

function tellOther(
  entry: UnitEntry,
  { actor }: ImportedService,
  path: string,
  report: LineReport,
  hasSchedule: boolean,
): void {
  switch (entry.key) {
    case "Timer.Unit":
      return report.kept(path);
    case "Timer.Persistent": {
      const isCron = hasSchedule && actor.keys.get("schedule")?.toString().startsWith("@") === false;
      if (!readBoolean(entry)) return report.kept(path);
      if (!isCron) return report.lost("an interval has no date that could be missed");
      actor.keys.set("catch_up", true);
      return report.changed(
        `${path} catch_up = true`,
        "a date is made up for that was missed while the tree was there, asleep for example",
      );
    }
    default:
      return report.lost("a run begins at its date", null);
  }
}
