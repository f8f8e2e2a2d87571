/**
 * Units of systemd: a service, or a folder of services with their drop-ins, sockets and timers. Each service is an actor.
 * Nothing of the machine is asked, so that what a unit says is all that is known of it.
 */
import { baseName, folderOf, resolvePath } from "../../base/posix_path.ts";
import { type DraftTree, draftTree, fitShutdown, orderKeys } from "../draft.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource, SourceText } from "../importer.ts";
import { notReadable } from "../not_readable.ts";
import { fromOf, type ImportedService, importService } from "./import_service.ts";
import { importSocket } from "./import_socket.ts";
import { importTimer } from "./import_timer.ts";
import { setRelations } from "./relations.ts";
import { parseUnitFile, type Unit, UNIT_NAME, type UnitEntry, unitOf } from "./unit.ts";

const SECTION = /^\[(?:Unit|Service|Install|Timer|Socket)\]\s*$/m;
const DROP_IN_FOLDER = /\.(?:service|socket|timer)\.d$/;

/** The instance that a template without one stands for. */
const SOME_INSTANCE = "1";

/** See the module. */
export const importer: Importer = {
  name: "systemd",
  title: "a unit of systemd",
  recognizes: (baseName, text) =>
    (UNIT_NAME.test(baseName) || /\.conf$|^-$/.test(baseName)) && SECTION.test(text),
  isOneOfMany: (baseName) => UNIT_NAME.test(baseName),
  read,
};

function read({ file, text, others = [], disk }: ImportSource): Imported {
  const findings = new FindingList(file);
  const draft = draftTree();
  const isUser = /\/systemd\/user(?:\/|$)/.test(folderOf(file));
  const units = [{ file, text }, ...others].map((source) => readUnit(source, disk, findings));
  const services = importServices(units, draft, isUser, disk.exists, findings);
  for (const unit of units) {
    if (unit.type === "timer") importTimer(unit, services, findings);
    else if (unit.type === "socket") importSocket(unit, services, isUser, findings);
    else if (unit.type !== "service") tellOtherUnit(unit, findings);
    if (unit.type === "timer" || unit.type === "socket") tellCommonKeys(unit, findings);
  }
  setRelations(services, units, findings);
  setUsualValues(draft, isUser, findings);
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: findings.all };
}

/** A unit with its drop-ins, which lie beside it in a folder of its name. */
function readUnit({ file, text }: SourceText, disk: ImportSource["disk"], findings: FindingList): Unit {
  const folder = folderOf(file);
  const isDropIn = DROP_IN_FOLDER.test(folder);
  const name = isDropIn
    ? baseName(folder).replace(/\.d$/, "")
    : UNIT_NAME.test(baseName(file))
    ? baseName(file)
    : "actor.service";
  const own = parseUnitFile(file, text);
  const main = isDropIn ? mainOf(folder, name, disk) : [];
  const entries = [...main, ...own, ...(isDropIn ? [] : dropInsOf(folder, name, disk))];
  if (!SECTION.test(text)) {
    throw notReadable(
      file,
      null,
      "there is no [Service] in it, nor another section of a unit",
      "name a unit, such as shop.service",
    );
  }
  const isTemplate = /@\.[a-z]+$/.test(name);
  const byDefault = entries.findLast(({ key }) => key === "Install.DefaultInstance")?.value ?? SOME_INSTANCE;
  if (isTemplate) {
    findings.of(file).changed(
      null,
      name,
      `the instance ${byDefault}`,
      "it is a template, of which one instance is imported",
      "copy the actor for others, or name a link such as worker@2.service",
    );
  }
  return unitOf(name, file, entries, byDefault);
}

function mainOf(folder: string, name: string, disk: ImportSource["disk"]): readonly UnitEntry[] {
  const path = resolvePath(folderOf(folder), name);
  const found = disk.read(path);
  return "text" in found && found.problem === null ? parseUnitFile(path, found.text) : [];
}

/** `web@1.service` has those of `web@.service`, too. */
function dropInsOf(folder: string, name: string, disk: ImportSource["disk"]): readonly UnitEntry[] {
  const template = name.replace(/@.+(\.[a-z]+)$/, "@$1");
  const folders = [...new Set([template, name])].map((unit) => resolvePath(folder, `${unit}.d`));
  const files = folders.flatMap((path) => {
    const entries = disk.list(path);
    return "why" in entries
      ? []
      : entries.filter(({ name, isFolder }) => !isFolder && name.endsWith(".conf")).map(({ name }) =>
        `${path}/${name}`
      );
  });
  return files.sort((one, other) => baseName(one) < baseName(other) ? -1 : 1).flatMap((path) => {
    const found = disk.read(path);
    if ("why" in found) throw notReadable(path, null, found.why, "mend it, or take it away");
    if (found.problem !== null) {
      throw notReadable(path, null, found.problem.message, found.problem.hint ?? "mend the file");
    }
    return parseUnitFile(path, found.text.replace(/^\uFEFF/, ""));
  });
}

function importServices(
  units: readonly Unit[],
  draft: DraftTree,
  isUser: boolean,
  exists: (path: string) => boolean,
  findings: FindingList,
): ReadonlyMap<string, ImportedService> {
  const services = new Map<string, ImportedService>();
  const logs = new Map<string, string>();
  for (const unit of units) {
    if (unit.type !== "service") continue;
    services.set(unit.name, importService(unit, { draft, findings, isUser, exists, logs }));
  }
  if (services.size > 0) return services;
  const [first] = units;
  throw notReadable(
    first!.file,
    null,
    "there is no service among the units",
    "name the service, too: a timer or a socket is about one",
  );
}

function tellOtherUnit(unit: Unit, findings: FindingList): void {
  const hint = unit.type === "path"
    ? "watch restarts an actor when files change"
    : unit.type === "target"
    ? "profiles say which actors are started together"
    : null;
  findings.of(unit.file).lost(null, unit.name, `supervise has nothing like a ${unit.type}`, hint);
}

/** Tells of the keys that a timer or a socket has in common with all units: those of `[Unit]` and `[Install]`. */
function tellCommonKeys(unit: Unit, findings: FindingList): void {
  for (const entry of unit.entries) {
    if (!/^(?:Unit|Install)\./.test(entry.key) || entry.value === "") continue;
    const report = findings.of(entry.file).at(entry.line, fromOf(unit, entry));
    if (/WantedBy$|Description$|Documentation$/.test(entry.key)) {
      report.kept("the tree has it from its start on");
    } else report.lost(`a ${unit.type} is part of an actor, and has no order of its own`);
  }
}

/** Sets the defaults of systemd that differ from those of supervise. */
function setUsualValues({ defaults }: DraftTree, isUser: boolean, findings: FindingList): void {
  defaults.keys.set("cwd", isUser ? "${env:HOME}" : "/");
  defaults.keys.set("stop", { to: "group", grace: "90s" });
  defaults.comments.push("As systemd has it.");
  findings.changed(
    null,
    "the environment",
    "inherit_env = true",
    "a service of systemd gets few variables, and an actor those of supervise",
    "write inherit_env = false in [defaults], and PATH into env",
  );
}
