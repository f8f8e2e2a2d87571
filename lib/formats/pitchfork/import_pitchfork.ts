/** Files of pitchfork: each daemon becomes an actor of a shell. */
import { baseName as baseOf, folderOf } from "../../base/posix_path.ts";
import { isTreeName } from "../../config/keys/tree_name.ts";
import { mapOf, reject, textOf, valueOf } from "../document/access.ts";
import { KeyFindings } from "../document/key_findings.ts";
import { type Entry, isNothing, type MapNode } from "../document/node.ts";
import { addActor, type DraftTree, draftTree, type DraftValue, fitShutdown, orderKeys } from "../draft.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { mergeMaps } from "../document/merge_maps.ts";
import { isReservedVariable } from "../reserved_variables.ts";
import { quote } from "../../config/wording.ts";
import { parseToml } from "./parse_toml.ts";
import { filledIn, type Templates } from "./templates.ts";
import { type DaemonContext, portsOf, writeDaemon } from "./write_daemon.ts";

/** See the module. */
export const importer: Importer = {
  name: "pitchfork",
  title: "a file of pitchfork",
  recognizes: (baseName, text) =>
    /^pitchfork(?:\.[\w-]+)?\.toml$/i.test(baseName) ||
    (/\.toml$/i.test(baseName) && /^\[daemons\./m.test(text)),
  read,
};

const LOCAL = "pitchfork.local.toml";

function read({ file, text, disk }: ImportSource): Imported {
  const list = new FindingList(file);
  const findings = new KeyFindings(list, "");
  let document = parseToml(text, file);
  const local = `${folderOf(file)}/${LOCAL}`;
  const found = baseOf(file) === "pitchfork.toml" && disk.exists(local) ? disk.read(local) : null;
  if (found !== null && "text" in found) {
    document = mergeMaps(document, parseToml(found.text, found.file));
    findings.kept({ file, line: 1 }, LOCAL, "read over this file, as pitchfork does");
  }
  const node = valueOf(document, "daemons");
  if (node === null) return reject(document, "there are no `daemons` in it");
  const daemons = [...mapOf(node, "`daemons`").entries.values()];
  if (daemons.length === 0) return reject(node, "there is no daemon in `daemons`");
  const draft = draftTree();
  const actors = new Map(daemons.map(({ key }) => [key, addActor(draft, key)]));
  const namespace = namespaceOf(document);
  const templates: Templates = {
    ports: new Map(daemons.map(({ key, value }) => [key, value.kind === "map" ? portsOf(value) : []])),
    namespace,
  };
  tellTop(document, draft, templates, findings);
  const mise = settingOf(document, "general", "mise");
  const user = settingOf(document, "supervisor", "user");
  const alerts: DraftValue[] = [];
  for (const { key, value, file: from, line } of daemons) {
    const place = { file: from, line };
    const context: DaemonContext = {
      name: key,
      keys: value.kind === "map" ? value : reject(place, `the daemon ${quote(key)} has to be a table`),
      actor: actors.get(key)!,
      findings: findings.of(key),
      names: new Map([...actors].map(([name, actor]) => [name, actor.name])),
      templates,
      usesMise: mise?.kind === "scalar" && mise.value === true,
      user: user?.kind === "scalar" ? String(user.value) : null,
      alerts,
    };
    writeDaemon(context);
  }
  if (alerts.length > 0) draft.keys.set("alerts", alerts);
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: list.all };
}

function namespaceOf(document: MapNode): string | null {
  const node = valueOf(document, "namespace");
  return node === null ? null : textOf(node, "`namespace`");
}

function settingOf(document: MapNode, group: string, key: string) {
  const settings = valueOf(document, "settings");
  const map = settings?.kind === "map" ? valueOf(settings, group) : null;
  return map?.kind === "map" ? valueOf(map, key) : null;
}

type Loss = readonly [why: string, hint?: string];

const TOP: Readonly<Record<string, Loss>> = {
  groups: [
    "actors have no groups by name",
    "[trees.NAME] holds actors that are started and stopped together",
  ],
  slugs: ["there is no proxy"],
  namespaces: ["each tree is known by its file"],
  worktree_label: ["there is no proxy"],
};

function tellTop(document: MapNode, draft: DraftTree, templates: Templates, findings: KeyFindings): void {
  for (const entry of document.entries.values()) {
    const { key, value } = entry;
    if (key === "daemons") continue;
    if (key === "namespace") {
      const name = textOf(value, "`namespace`");
      if (isTreeName(name)) draft.keys.set("name", name);
      findings.kept(entry, key, `name = ${JSON.stringify(name)}`);
    } else if (key === "env") {
      setEnvironment(entry, draft, templates, findings);
    } else if (key === "settings") {
      tellSettings(entry, findings);
    } else {
      const [why, hint] = Object.hasOwn(TOP, key) ? TOP[key]! : ["it is no key that is known here"];
      findings.lost(entry, key, why, hint ?? null);
    }
  }
}

function setEnvironment(entry: Entry, draft: DraftTree, templates: Templates, findings: KeyFindings): void {
  if (isNothing(entry.value)) return;
  const env: Record<string, DraftValue> = {};
  for (const { key, value, file, line } of mapOf(entry.value, "`env`").entries.values()) {
    if (isReservedVariable(key) || key === "") {
      findings.lost({ file, line }, `env.${key}`, "supervise sets it for every process", "use another name");
    } else {
      env[key] = filledIn(value, `env.${key}`, templates, findings);
    }
  }
  if (Object.keys(env).length === 0) return;
  draft.keys.set("env", env);
  findings.kept(entry, "env", "env");
}

function tellSettings(entry: Entry, findings: KeyFindings): void {
  if (entry.value.kind !== "map") return;
  for (const group of entry.value.entries.values()) {
    for (const inner of group.value.kind === "map" ? group.value.entries.values() : []) {
      const name = `settings.${group.key}.${inner.key}`;
      if (name === "settings.general.mise") findings.kept(inner, name, "mise x -- before each command");
      else if (name === "settings.supervisor.user") findings.kept(inner, name, "user of each actor");
      else findings.lost(inner, name, "it is about pitchfork itself");
    }
  }
}
