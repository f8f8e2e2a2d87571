/** The relations of units: the order of starts, as far as both units are imported. */
import { addTo } from "../draft.ts";
import type { FindingList } from "../finding.ts";
import { fromOf, type ImportedService, RELATIONS } from "./import_service.ts";
import { lastOf, listOf, namesOf, type Unit, type UnitEntry } from "./unit.ts";

/** Targets that say when a service is started at boot. */
const AT_BOOT = /^(?:multi-user|default|graphical|basic|network-online|remote-fs)\.target$/;
/** Units of the machine that are there before a tree can be started. */
const THERE_BEFORE =
  /^(?:network(?:-online|-pre)?|remote-fs|local-fs|nss-lookup|nss-user-lookup|time-sync|syslog|sysinit|basic|sockets|timers|paths|multi-user|graphical|default|system|dbus|systemd-[\w-]+)\.(?:target|service|socket|slice)$/;

/** Sets `depends_on`, and tells what became of each line that names other units. */
export function setRelations(
  services: ReadonlyMap<string, ImportedService>,
  units: readonly Unit[],
  findings: FindingList,
): void {
  const parts = new Set(
    units.filter(({ type }) => type === "socket" || type === "timer").map(({ name }) => name),
  );
  for (const { unit } of services.values()) {
    for (const entry of unit.entries) {
      if (!RELATIONS.some((key) => key === entry.key) || entry.value === "") continue;
      const report = findings.of(entry.file).at(entry.line, fromOf(unit, entry));
      if (!listOf(unit, entry.key).includes(entry)) report.lost("a later line takes it back");
      else tellRelation(unit, entry, services, parts, report);
    }
  }
}

function tellRelation(
  unit: Unit,
  entry: UnitEntry,
  services: ReadonlyMap<string, ImportedService>,
  parts: ReadonlySet<string>,
  report: ReturnType<FindingList["at"]>,
): void {
  const { actor } = services.get(unit.name)!;
  const path = `actors.${actor.name}`;
  const names = entry.value.split(/\s+/);
  if (entry.key.startsWith("Install.")) {
    if (names.some((name) => AT_BOOT.test(name) || name === "default.target")) {
      return report.kept(`${path}: started with its tree`);
    }
    return report.changed(
      `${path}: started with its tree`,
      "it does not wait for another unit to be started",
    );
  }
  const known = names.filter((name) => services.has(name) && name !== unit.name);
  const others = names.filter((name) => !services.has(name));
  const isOrder = entry.key === "Unit.After" || entry.key === "Unit.Before";
  for (const name of known) {
    const [later, earlier] = entry.key === "Unit.Before"
      ? [services.get(name)!, services.get(unit.name)!]
      : [services.get(unit.name)!, services.get(name)!];
    if (isScheduled(earlier)) continue;
    const isOrdered = isOrder || namesOf(unit, "Unit.After").includes(name) ||
      namesOf(services.get(name)!.unit, "Unit.Before").includes(unit.name);
    if (!isOrder && isOrdered) continue;
    if (!isOrder && entry.key === "Unit.Wants") continue;
    addTo(later.actor, "depends_on", { [earlier.actor.name]: isOrder ? conditionOf(earlier) : "started" });
  }
  if (known.length > 0) {
    const to = `${
      entry.key === "Unit.Before"
        ? known.map((name) => `actors.${services.get(name)!.actor.name}`).join(", ")
        : path
    } depends_on`;
    if (entry.key === "Unit.Requires" || entry.key === "Unit.Requisite") report.kept(to);
    else if (entry.key === "Unit.BindsTo") {
      report.changed(
        to,
        "it goes on when the other ends by itself",
        'put both into a [trees.NAME] with strategy = "one_for_all"',
      );
    } else if (entry.key === "Unit.Wants") {
      report.changed(to, "one that fails for good fails those that depend on it");
    } else report.changed(to, "it waits for the other to be ready, or to have completed, and fails with it");
    return;
  }
  if (others.every((name) => parts.has(name))) return report.kept("it is part of its actor");
  const unknown = others.filter((name) => !THERE_BEFORE.test(name) && !parts.has(name));
  if (unknown.length === 0) return report.kept("what is there before a tree is started");
  report.lost(
    `${unknown.map((name) => `"${name}"`).join(", ")} ${
      unknown.length === 1 ? "is" : "are"
    } not among the units that are imported`,
    "name the units that belong together, or write a probe of it into hooks.pre_start",
  );
}

function conditionOf({ unit }: ImportedService): string {
  return lastOf(unit, "Service.Type")?.value === "oneshot" ? "completed" : "ready";
}

/** Between its dates it has not run, and nothing is to wait for that. */
function isScheduled({ actor }: ImportedService): boolean {
  return actor.keys.has("schedule") || actor.keys.get("autostart") === false;
}
