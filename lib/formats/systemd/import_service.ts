/** A `.service` as an actor. */
import { nearestName } from "../../base/nearest.ts";
import { didYouMean } from "../../config/wording.ts";
import { addActor, addTo, type DraftActor, type DraftTree } from "../draft.ts";
import type { FindingList, LineReport } from "../finding.ts";
import { notReadable } from "../not_readable.ts";
import { asWords, combined, type ExecCommand, parseExec } from "./exec_line.ts";
import { lostKey, sandboxKey } from "./lost_keys.ts";
import {
  addVariableFile,
  passVariables,
  SERVICE_RULES,
  type ServiceContext,
  type ServiceRule,
  setLimit,
  setVariables,
} from "./service_keys.ts";
import { expandSpecifiers, type SpecifierFacts } from "./specifiers.ts";
import { lastOf, listOf, type Unit, type UnitEntry } from "./unit.ts";

/** The surroundings that all services share. */
export interface ServiceSurroundings {
  readonly draft: DraftTree;
  readonly findings: FindingList;
  readonly isUser: boolean;
  readonly exists: (path: string) => boolean;
  readonly logs: Map<string, string>;
}

/** A service that has become an actor. */
export interface ImportedService {
  readonly unit: Unit;
  readonly actor: DraftActor;
}

/** Keys whose values add up, and what becomes of each. */
const LIST_RULES: Readonly<Record<string, ServiceRule>> = {
  "Service.Environment": setVariables,
  "Service.EnvironmentFile": addVariableFile,
  "Service.PassEnvironment": passVariables,
};

/** Commands by key, in the order in which they run. */
const COMMANDS = ["ExecStartPre", "ExecStart", "ExecStartPost", "ExecStop", "ExecStopPost"] as const;

/** Keys that name other units, which are seen to when all units are known. */
export const RELATIONS = [
  "Unit.After",
  "Unit.Before",
  "Unit.Requires",
  "Unit.Requisite",
  "Unit.Wants",
  "Unit.BindsTo",
  "Install.WantedBy",
  "Install.RequiredBy",
] as const;

const ALWAYS_A_LIST =
  /^(?:Unit\.(?:Documentation|Condition\w+|Assert\w+|On\w+|PartOf|Conflicts)|Install\.\w+|Service\.(?:SuccessExitStatus|Exec(?:Reload|Condition)|\w+Paths|SystemCall\w+|\w+Directory|Device\w+|Capability\w+|IPAddress\w+|LoadCredential\w*|SetCredential\w*|Log\w+|IO\w+|Bind\w+))$/;

/** Adds the actor of a service. @throws {UserError} `import/not-readable` */
export function importService(unit: Unit, surroundings: ServiceSurroundings): ImportedService {
  const { draft, findings, isUser, exists, logs } = surroundings;
  const actor = addActor(draft, unit.name.replace(/\.service$/, "").replace("@", "-"));
  const path = `actors.${actor.name}`;
  const reportOf = (entry: UnitEntry): LineReport =>
    findings.of(entry.file).at(entry.line, fromOf(unit, entry));
  let at: UnitEntry | null = null;
  const facts: SpecifierFacts = {
    isUser,
    onUnknown: (specifier) => {
      if (at !== null) {
        findings.of(at.file).lost(
          at.line,
          `${fromOf(unit, at)}: ${specifier}`,
          "it stands for nothing here",
          "write what it is to say",
        );
      }
    },
  };
  const context: ServiceContext = {
    unit,
    actor,
    path,
    textOf: (text) => expandSpecifiers(text, unit, facts),
    exists,
    logs,
  };
  const type = lastOf(unit, "Service.Type")?.value ?? "simple";
  if (type !== "oneshot") {
    actor.keys.set("daemon", true);
    actor.keys.set("restart", "never");
  }
  for (const entry of unit.entries) {
    at = entry;
    tellEntry(entry, context, reportOf(entry));
  }
  at = lastOf(unit, "Service.ExecStart");
  setCommands(context, facts, type, reportOf);
  if (actor.keys.get("restart") === "never" && type === "oneshot") actor.keys.delete("restart");
  addRestartRules(actor);
  return { unit, actor };
}

/** The key with the unit that it belongs to. */
export function fromOf({ name }: Pick<Unit, "name">, { key }: Pick<UnitEntry, "key">): string {
  return `${name} ${key.split(".").at(-1)}`;
}

function tellEntry(entry: UnitEntry, context: ServiceContext, report: LineReport): void {
  const { key } = entry;
  const { unit } = context;
  if (isCommand(key) || RELATIONS.some((relation) => relation === key)) return;
  const list = Object.hasOwn(LIST_RULES, key) ? LIST_RULES[key] : undefined;
  const isList = list !== undefined || ALWAYS_A_LIST.test(key);
  const sandbox = sandboxKey(key);
  if (sandbox !== null) return report.lost(sandbox.why, sandbox.hint);
  if (entry.value === "") return report.kept("what was said of it before counts no more");
  const counts = isList ? listOf(unit, key).includes(entry) : lastOf(unit, key) === entry;
  if (!counts) return report.lost("a later line says it again, or takes it back");
  if (list !== undefined) return list(context, entry, report);
  const rule = Object.hasOwn(SERVICE_RULES, key) ? SERVICE_RULES[key] : undefined;
  if (rule !== undefined) return rule(context, entry, report);
  if (/^Service\.Limit[A-Z]+$/.test(key)) return setLimit(context, entry, report);
  if (key === "Unit.Documentation") {
    context.actor.comments.push(entry.value);
    return report.kept("a comment");
  }
  const lost = lostKey(key);
  if (lost !== null) return report.lost(lost.why, lost.hint);
  const near = nearestName(key, [
    ...Object.keys(SERVICE_RULES),
    ...Object.keys(LIST_RULES),
    ...COMMANDS.map((name) => `Service.${name}`),
  ]);
  report.lost(`it is not known what this says${didYouMean(near?.split(".").at(-1) ?? null)}`);
}

function isCommand(key: string): boolean {
  return COMMANDS.some((name) => key === `Service.${name}`);
}

/** Writes the commands of each key into the actor, and tells of them. */
function setCommands(
  context: ServiceContext,
  facts: SpecifierFacts,
  type: string,
  reportOf: (entry: UnitEntry) => LineReport,
): void {
  const { unit, actor, path } = context;
  const commandsOf = (key: string) =>
    listOf(unit, `Service.${key}`).flatMap((entry) => parseExec(entry, unit, facts));
  for (const name of COMMANDS) {
    for (const entry of unit.entries) {
      if (entry.key !== `Service.${name}` || listOf(unit, entry.key).includes(entry)) continue;
      if (entry.value === "") reportOf(entry).kept("what was said of it before counts no more");
      else reportOf(entry).lost("a later line takes it back");
    }
  }
  const start = commandsOf("ExecStart");
  if (start.length === 0) {
    throw notReadable(
      unit.file,
      null,
      "the service has no ExecStart",
      "name the file that has it; drop-ins are found beside the unit",
    );
  }
  setStart(start, type, context, reportOf);
  const hooks = [["ExecStartPre", "pre_start"], ["ExecStartPost", "post_start"], [
    "ExecStopPost",
    "post_stop",
  ]] as const;
  for (const [key, hook] of hooks) {
    const commands = commandsOf(key);
    if (commands.length === 0) continue;
    addTo(actor, "hooks", { [hook]: asWords(commands) });
    tellCommands(commands, `${path} hooks.${hook}`, reportOf);
  }
  const stop = commandsOf("ExecStop");
  if (stop.length === 0) return;
  addTo(actor, "stop", { command: asWords(stop) });
  tellCommands(stop, `${path} stop.command`, reportOf);
}

function setStart(
  commands: readonly ExecCommand[],
  type: string,
  { actor, path }: ServiceContext,
  reportOf: (entry: UnitEntry) => LineReport,
): void {
  const matters = type !== "oneshot" && commands.some(({ mayFail }) => mayFail)
    ? "how it ends matters"
    : null;
  const all = type === "oneshot" ? combined(commands) : combined([{ ...commands.at(-1)!, mayFail: false }]);
  if ("argv" in all) {
    actor.keys.set("exec", all.argv);
    tellCommands(commands, `${path} exec`, reportOf, matters);
    return;
  }
  const isOne = commands.length === 1 && !commands[0]!.mayFail || type !== "oneshot";
  actor.keys.set("shell", isOne ? `exec ${all.line}` : all.line);
  const why = isOne
    ? "a shell replaces the variables, those of env and env_file included"
    : "a shell runs one after the other";
  tellCommands(commands, `${path} shell`, reportOf, matters === null ? why : `${why}; ${matters}`);
}

/** Tells of each line once, also if several commands stand in it. */
function tellCommands(
  commands: readonly ExecCommand[],
  to: string,
  reportOf: (entry: UnitEntry) => LineReport,
  why: string | null = null,
): void {
  const perLine = new Map(commands.map((command) => [command.entry, command]));
  for (const command of perLine.values()) tellCommand(command, to, reportOf, why);
}

function tellCommand(
  command: ExecCommand,
  to: string,
  reportOf: (entry: UnitEntry) => LineReport,
  why: string | null,
): void {
  const reasons = [
    ...(command.isPrivileged ? ["it has the user and the privileges of the actor, and no more"] : []),
    ...(command.hasOwnName ? ["the program has its own name for its first argument"] : []),
    ...(why === null ? [] : [why]),
  ];
  const report = reportOf(command.entry);
  if (reasons.length === 0) report.kept(to);
  else report.changed(to, reasons.join("; "));
}

/** Adds the pause and the limit that systemd has by default for a service that is restarted. */
function addRestartRules({ keys }: DraftActor): void {
  const restart = keys.get("restart");
  if (restart !== "always" && restart !== "on-failure") {
    keys.delete("backoff");
    keys.delete("intensity");
    return;
  }
  if (!keys.has("backoff")) keys.set("backoff", { initial: "100ms", max: "100ms", factor: 1, jitter: 0 });
  if (!keys.has("intensity")) keys.set("intensity", { restarts: 5, within: "10s" });
}
