/** An ecosystem file of PM2: each app is an actor. */
import { nearestName } from "../../base/nearest.ts";
import { baseName, folderOf } from "../../base/posix_path.ts";
import { didYouMean } from "../../config/wording.ts";
import { addActor, type DraftActor, type DraftTree, draftTree, fitShutdown, orderKeys } from "../draft.ts";
import { FindingList, type LineReport } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { fileOfCopies } from "../log_file.ts";
import { notReadable } from "../not_readable.ts";
import { valueText } from "../write_toml.ts";
import { COMMAND_KEYS, setCommand } from "./app_command.ts";
import { APP_RULES } from "./app_keys.ts";
import { BadValue, readText, shown } from "./app_values.ts";
import { type App, readEcosystem } from "./read_ecosystem.ts";
import { Opaque, type RecordValue, textOf } from "./values.ts";

/** See the module. */
export const importer: Importer = {
  name: "pm2",
  title: "an ecosystem file of PM2",
  recognizes: (baseName, text) =>
    /^(?:ecosystem|pm2|process(?:es)?)\b.*\.(?:[cm]?js|json5?|ya?ml|[cm]?ts)$/i.test(baseName) &&
      /\bscript\b|\bapps\b|\bcmd\b/.test(text) ||
    (/\.(?:[cm]?js|json5?|ya?ml)$|^-$/i.test(baseName) && /\bapps["']?\s*[:=]/.test(text) &&
      /\bscript["']?\s*:/.test(text)),
  read,
};

/** Keys on logs, which make one table: where there are several names for one, the first that is there counts. */
export const LOG_KEYS = [
  "out_file",
  "output",
  "out",
  "error_file",
  "err_file",
  "error",
  "err",
  "log_file",
  "log",
  "merge_logs",
  "combine_logs",
] as const;

/** Keys that are `env` of an environment of its own. */
const OTHER_ENVIRONMENT = /^env_(?!file$)(.+)$/;

function read(source: ImportSource): Imported {
  const { file } = source;
  const findings = new FindingList(file);
  const draft = draftTree();
  const { apps, others } = readEcosystem(source, findings);
  const logs = new Map<string, string>();
  for (const app of apps) importApp(app, { source, draft, findings, logs });
  for (const { name, line } of others) {
    findings.lost(
      line,
      name,
      name === "deploy" ? "supervise deploys nothing" : "it says nothing about apps",
      name === "deploy" ? "a step of the deployment runs `supervise apply`" : null,
    );
  }
  draft.defaults.keys.set("stop", { signal: "SIGINT", grace: "1.6s" });
  draft.defaults.comments.push("As PM2 has it.");
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: findings.all };
}

interface Surroundings {
  readonly source: ImportSource;
  readonly draft: DraftTree;
  readonly findings: FindingList;
  readonly logs: Map<string, string>;
}

function importApp({ record, line }: App, { source, draft, findings, logs }: Surroundings): void {
  const { file, disk } = source;
  const name = nameOf(record);
  const actor = addActor(draft, name);
  const path = `actors.${actor.name}`;
  const reportOf = (key: string) => findings.at(record.members.get(key)?.line ?? null, `${name} ${key}`);
  actor.keys.set("daemon", true);
  try {
    setCommand(record, actor, path, folderOf(file), disk, reportOf);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw notReadable(
      file,
      record.members.get("script")?.line ?? line,
      `what "${name}" runs is not known: ${error.message}`,
      "write the script and its arguments as texts",
    );
  }
  for (const [key, { value }] of record.members) {
    if (COMMAND_KEYS.some((known) => known === key) || LOG_KEYS.some((known) => known === key)) continue;
    const report = reportOf(key);
    if (value === undefined) continue;
    if (value instanceof Opaque && key !== "instances") {
      report.lost(
        `it is what ${value.origin} says, and nothing of the machine is looked at`,
        "write the value",
      );
    } else tellKey(key, record, actor, path, report);
  }
  setLog(record, actor, path, logs, reportOf);
}

function nameOf(record: RecordValue): string {
  const name = textOf(record.get("name"));
  if (typeof name === "string" && name !== "") return name;
  if (name !== null && typeof name !== "string" && name.now !== undefined) return name.now;
  const script = textOf(record.get("script") ?? record.get("cmd"));
  const text = typeof script === "string" ? script : script?.now ?? "app";
  return baseName(text.split(/\s/)[0]!).replace(/\.\w+$/, "");
}

function tellKey(key: string, app: RecordValue, actor: DraftActor, path: string, report: LineReport): void {
  const value = app.get(key);
  const rule = Object.hasOwn(APP_RULES, key) ? APP_RULES[key] : undefined;
  const [, environment] = OTHER_ENVIRONMENT.exec(key) ?? [];
  if (rule !== undefined) {
    try {
      rule({ app, actor, path }, value, report);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      report.lost(`${error.message}, and it is ${shown(value)}`);
    }
  } else if (environment !== undefined) {
    report.lost(
      `it is for \`--env ${environment}\`, and an actor has one env`,
      "write its variables into env, or into a file for env_file",
    );
  } else {report.lost(
      `PM2 knows no such key${
        didYouMean(nearestName(key, [...Object.keys(APP_RULES), ...COMMAND_KEYS, ...LOG_KEYS]))
      }`,
    );}
}

/** Both streams have one log here: the file of the standard output is taken, or that of both, or that of standard error. */
function setLog(
  app: RecordValue,
  actor: DraftActor,
  path: string,
  logs: Map<string, string>,
  reportOf: (key: string) => LineReport,
): void {
  const present = LOG_KEYS.filter((key) => app.members.has(key));
  const files = present.filter((key) => !/logs$/.test(key));
  const chosen = files[0];
  const value = chosen === undefined ? null : textOf(app.get(chosen));
  const written = value === null ? null : readText(app.get(chosen!));
  const holder = written === null ? undefined : logs.get(written);
  const copies = typeof actor.keys.get("replicas") === "number";
  const file = written !== null && copies ? fileOfCopies(written) : written;
  const isNull = written !== null && /^(?:\/dev\/null|NULL)$/i.test(written);
  const isOwn = written !== null && /^\/dev\/(?:stdout|stderr|fd\/[12])$/.test(written);
  if (isNull && files.every((key) => /^(?:\/dev\/null|NULL)$/i.test(String(textOf(app.get(key)))))) {
    actor.keys.set("log", "null");
  } else if (isOwn) actor.keys.set("log", "inherit");
  else if (file !== null && !isNull && holder === undefined) {
    logs.set(written!, path);
    actor.keys.set("log", { file });
  }
  for (const key of present) {
    const report = reportOf(key);
    const to = `${path} log${actor.keys.has("log") ? ` = ${valueText(actor.keys.get("log")!)}` : ""}`;
    if (/logs$/.test(key)) {
      report.changed(to, "each copy has a log of its own, and `supervise logs` shows them together");
    } else if (key === chosen && holder !== undefined) {
      report.lost(`${holder} logs to that file, and a file has one writer here`, "give it a file of its own");
    } else if (key === chosen && copies && file !== written) {
      report.changed(to, "each copy has a file of its own");
    } else if (key === chosen || String(textOf(app.get(key))) === written) report.kept(to);
    else {report.changed(
        to,
        "both streams are in one log",
        "`supervise logs --stream stderr` tells them apart",
      );}
  }
}
