/** Files of process-compose: each process becomes an actor, with a shell where it has one. */
import { baseName, folderOf, resolvePath } from "../../base/posix_path.ts";
import { isTreeName } from "../../config/keys/tree_name.ts";
import { nearestName } from "../../base/nearest.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import { didYouMean, quote } from "../../config/wording.ts";
import { flagOf, mapOf, reject, textOf, valueOf } from "../document/access.ts";
import { KeyFindings } from "../document/key_findings.ts";
import { mergeMaps } from "../document/merge_maps.ts";
import { type Entry, isNothing, type MapNode, type Placed } from "../document/node.ts";
import { endsByName } from "../ends_by_name.ts";
import { addActor, type DraftTree, draftTree, type DraftValue, fitShutdown, orderKeys } from "../draft.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { isReservedVariable } from "../reserved_variables.ts";
import { Variables } from "../variables/variables.ts";
import { parseYaml } from "../yaml/parse_yaml.ts";
import { policyOf, setDefaultPolicy } from "./availability.ts";
import type { ProcessContext } from "./process_context.ts";
import { namesReplica, textIn, type Texts } from "./templates.ts";
import { setCommand, type Shell, translateKeys, variablesIn, waitingOf } from "./translate_keys.ts";

/** See the module. */
export const importer: Importer = {
  name: "process-compose",
  title: "a file of process-compose",
  recognizes: (baseName, text) =>
    /\.ya?ml$/i.test(baseName) &&
    (/^process-compose(?:[.-][\w.-]+)?\.ya?ml$/i.test(baseName) || /^["']?processes["']?[ \t]*:/m.test(text)),
  read,
};

function read({ file, text, disk, environment, hasEnvFiles }: ImportSource): Imported {
  const list = new FindingList(file);
  const findings = new KeyFindings(list, "");
  const document = wholeOf(parseFile(file, text), [file], disk, findings);
  const processes = processesIn(document);
  const dotenv = disk.read(`${folderOf(file)}/.env`);
  const isRead = "text" in dotenv && hasEnvFiles !== true;
  const variables = new Variables(environment, isRead ? dotenv.text : null);
  const texts = textsOf(document, variables, findings);
  const draft = draftTree();
  tellTop(document, draft, texts, findings);
  checkWaiting(processes);
  setDotenv(draft, processes, isRead, findings, document);
  const actors = new Map([...processes.keys()].map((name) => [name, addActor(draft, name)]));
  const names = new Map([...actors].map(([name, actor]) => [name, actor.name]));
  const waitedFor = waitedForIn(processes);
  const shell = shellOf(document, findings);
  for (const [name, keys] of processes) {
    const own = findings.of(name);
    const why = whyOneShot(name, keys, waitedFor);
    const context: ProcessContext = {
      name,
      keys,
      actor: actors.get(name)!,
      findings: own,
      texts: textsFor(keys, texts, own),
      actors: names,
      processes,
      waitedFor,
      isOneShot: why !== null,
    };
    if (why === "name") {
      own.changed(
        keys,
        "",
        `actors.${context.actor.name}`,
        "by its name it is taken for something that ends",
        "daemon = true if it serves",
      );
    }
    writeActor(context, shell);
  }
  variables.tell(findings);
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: list.all };
}

function writeActor(context: ProcessContext, shell: Shell | null): void {
  const { actor, keys } = context;
  setCommand(context, shell);
  if (!context.isOneShot) actor.keys.set("daemon", true);
  translateKeys(context);
  if (valueOf(keys, "schedule") === null) setDefaultPolicy(context);
  setReplicaVariables(context);
}

/** process-compose tells each process its name and number. */
function setReplicaVariables({ name, actor, findings, keys }: ProcessContext): void {
  const texts = JSON.stringify([...actor.keys.values()]);
  const env = { ...actor.keys.get("env") as Record<string, DraftValue> | undefined };
  if (namesReplica(texts)) {
    env["PC_REPLICA_NUM"] = "${replica}";
    findings.changed(
      keys,
      "PC_REPLICA_NUM",
      `actors.${actor.name} env`,
      "numbers of replicas begin with 1, not with 0",
    );
  }
  if (texts.includes("PC_PROC_NAME")) {
    env["PC_PROC_NAME"] = name;
    findings.kept(keys, "PC_PROC_NAME", `actors.${actor.name} env`);
  }
  if (Object.keys(env).length > 0) actor.keys.set("env", env);
}

/** A file with what it extends below it, and what overrides it above. */
function wholeOf(
  document: MapNode,
  trail: readonly string[],
  disk: IncludeDisk,
  findings: KeyFindings,
): MapNode {
  const link = valueOf(document, "extends");
  let whole = document;
  if (link !== null) {
    const path = resolvePath(folderOf(document.file), textOf(link, "`extends`"));
    const base = readFile(path, link, trail, disk);
    whole = mergeMaps(wholeOf(base, [...trail, base.file], disk, findings), document);
    findings.kept(link, `extends ${baseName(path)}`, "read below this file");
  }
  const override = document.file.replace(/\.(ya?ml)$/, ".override.$1");
  if (trail.length > 1 || !/\/process-compose\.ya?ml$/.test(document.file) || !disk.exists(override)) {
    return whole;
  }
  findings.kept(
    { file: document.file, line: 1 },
    baseName(override),
    "read over this file, as process-compose does",
  );
  return mergeMaps(whole, readFile(override, document, trail, disk));
}

function readFile(path: string, at: Placed, trail: readonly string[], disk: IncludeDisk): MapNode {
  const found = disk.read(path);
  if ("why" in found) return reject(at, `cannot read "${path}": ${found.why}`);
  const { file, text, problem } = found;
  if (trail.includes(file)) {
    return reject(
      at,
      `the file extends itself: ${[...trail.slice(trail.indexOf(file)), file].map(baseName).join(" -> ")}`,
    );
  }
  if (problem !== null) return reject({ file, line: problem.line }, problem.message, problem.hint);
  return parseFile(file, text);
}

function parseFile(file: string, text: string): MapNode {
  const document = parseYaml(text, file);
  if (document === null) return reject({ file, line: 1 }, "the file says nothing");
  return mapOf(document, "the file");
}

const LONGEST_CHAIN = 50;

function processesIn(document: MapNode): ReadonlyMap<string, MapNode> {
  const node = valueOf(document, "processes");
  if (node === null) return reject(document, "there are no `processes` in it");
  const all = mapOf(node, "`processes`");
  const entries = [...all.entries.values()];
  if (entries.length === 0) return reject(node, "there is no process in `processes`");
  return new Map(entries.map((entry) => [entry.key, extended(entry, all, [])]));
}

/** A process over the one that it extends. */
function extended({ key, value, file, line }: Entry, all: MapNode, trail: readonly string[]): MapNode {
  if (isNothing(value)) reject({ file, line }, `the process ${quote(key)} says nothing`);
  const own = mapOf(value, `the process ${quote(key)}`);
  const link = valueOf(own, "extends");
  if (link === null) return own;
  const names = [...trail, key];
  const base = all.entries.get(textOf(link, "`extends`"));
  if (base === undefined) return reject(link, `there is no process ${quote(textOf(link, "`extends`"))}`);
  if (names.includes(base.key)) {
    const chain = [...names.slice(names.indexOf(base.key)), base.key];
    reject(link, `the process ${quote(base.key)} extends itself: ${chain.join(" -> ")}`);
  }
  if (names.length > LONGEST_CHAIN) reject(link, `more than ${LONGEST_CHAIN} processes extend each other`);
  const whole = mergeMaps(extended(base, all, names), own);
  return { ...whole, entries: new Map([...whole.entries].filter(([name]) => name !== "extends")) };
}

function checkWaiting(processes: ReadonlyMap<string, MapNode>): void {
  for (const [name, keys] of processes) {
    for (const { on, at } of waitingOf(keys)) {
      if (processes.has(on)) continue;
      const near = didYouMean(nearestName(on, processes.keys()));
      reject(at, `${quote(name)} depends on ${quote(on)}, and there is no such process${near}`);
    }
  }
}

function waitedForIn(processes: ReadonlyMap<string, MapNode>): ReadonlySet<string> {
  return new Set(
    [...processes.values()].flatMap((keys) =>
      waitingOf(keys).filter(({ condition }) => condition.startsWith("process_completed")).map(({ on }) => on)
    ),
  );
}

/**
 * Why a process has an end of its own: something waits for its end, it is run by dates, or nothing asks whether it serves and
 * its name says so. Null for one that serves.
 */
function whyOneShot(
  name: string,
  keys: MapNode,
  waitedFor: ReadonlySet<string>,
): "waited-for" | "dates" | "name" | null {
  if (waitedFor.has(name)) return "waited-for";
  if (valueOf(keys, "schedule") !== null) return "dates";
  const daemon = valueOf(keys, "is_daemon");
  if (daemon !== null && flagOf(daemon, "`is_daemon`")) return null;
  const policy = policyOf(keys);
  const isAsked = ["readiness_probe", "liveness_probe", "ready_log_line"].some((key) =>
    valueOf(keys, key) !== null
  );
  const command = valueOf(keys, "command");
  if (isAsked || policy === "always") return null;
  return endsByName(name, command?.kind === "scalar" ? command.source : "") ? "name" : null;
}

function textsOf(document: MapNode, variables: Variables, findings: KeyFindings): Texts {
  const isPlain = valueOf(document, "disable_env_expansion");
  return {
    variables,
    isPlain: isPlain !== null && flagOf(isPlain, "`disable_env_expansion`"),
    vars: varsIn(document),
    isUntemplated: false,
    findings,
  };
}

function textsFor(keys: MapNode, texts: Texts, findings: KeyFindings): Texts {
  const untemplated = valueOf(keys, "is_template_disabled");
  return {
    ...texts,
    vars: new Map([...texts.vars, ...varsIn(keys)]),
    isUntemplated: untemplated !== null && flagOf(untemplated, "`is_template_disabled`"),
    findings,
  };
}

function varsIn(map: MapNode): ReadonlyMap<string, string> {
  const node = valueOf(map, "vars");
  if (node === null) return new Map();
  return new Map(
    [...mapOf(node, "`vars`").entries.values()].flatMap(({ key, value }): [string, string][] =>
      value.kind === "scalar" && value.value !== null ? [[key, textOf(value, `\`${key}\``)]] : []
    ),
  );
}

function shellOf(document: MapNode, findings: KeyFindings): Shell | null {
  const entry = document.entries.get("shell");
  if (entry === undefined || isNothing(entry.value)) return null;
  const map = mapOf(entry.value, "`shell`");
  const program = valueOf(map, "shell_command");
  const argument = valueOf(map, "shell_argument");
  if (program === null) return null;
  const shell = {
    program: textOf(program, "`shell_command`"),
    argument: argument === null ? "-c" : textOf(argument, "`shell_argument`"),
  };
  findings.kept(entry, "shell", "exec of each actor");
  return /^(?:\/bin\/)?(?:sh|bash)$/.test(shell.program) && shell.argument === "-c" ? null : shell;
}

/** The `.env` is of all processes but those that say otherwise. */
function setDotenv(
  draft: DraftTree,
  processes: ReadonlyMap<string, MapNode>,
  isThere: boolean,
  findings: KeyFindings,
  at: Placed,
): void {
  const without = [...processes].filter(([, keys]) => {
    const node = valueOf(keys, "is_dotenv_disabled");
    return node !== null && flagOf(node, "`is_dotenv_disabled`");
  });
  if (!isThere) return;
  draft.keys.set("env_file", [".env"]);
  findings.kept({ file: at.file, line: 1 }, ".env", 'env_file = [".env"]');
  for (const [name, keys] of without) {
    findings.of(name).lost(
      keys.entries.get("is_dotenv_disabled")!,
      "is_dotenv_disabled",
      "the .env is of all actors",
      "move env_file into the actors that are to have it",
    );
  }
}

type Loss = readonly [why: string, hint?: string];

const TOP: Readonly<Record<string, Loss>> = {
  log_location: ["each actor has a log of its own", "`supervise logs` shows all of them"],
  log_configuration: ["logs are rotated by themselves", "[defaults] log = { max_size = ... }"],
  log_level: ["it is about process-compose itself"],
  log_length: ["it is about process-compose itself"],
  log_format: ["it is about process-compose itself"],
  env_cmds: ["no commands are run for variables", "set them in the shell before `supervise up`"],
  is_tui_disabled: ["it is about process-compose itself"],
  mcp_server: ["actors are no tools of agents"],
  theme: ["it is about process-compose itself"],
};

const KEPT: Readonly<Record<string, string>> = {
  version: "nothing depends on it",
  is_strict: "unknown keys are errors here",
  ordered_shutdown: "actors are stopped in the order of their dependencies",
  disable_env_expansion: "variables stay in commands",
  vars: "their values are where templates had them",
};

const TOLD = ["processes", "shell", "extends"];

function tellTop(document: MapNode, draft: DraftTree, texts: Texts, findings: KeyFindings): void {
  for (const entry of document.entries.values()) {
    const { key } = entry;
    if (TOLD.includes(key)) continue;
    if (key === "name") setName(entry, draft, findings);
    else if (key === "environment") setEnvironment(entry, draft, texts, findings);
    else if (Object.hasOwn(KEPT, key)) findings.kept(entry, key, KEPT[key]!);
    else if (key.startsWith("x-")) findings.kept(entry, key, "what its anchors hold is where they are used");
    else {
      const [why, hint] = Object.hasOwn(TOP, key) ? TOP[key]! : ["it is no key that is known here"];
      findings.lost(entry, key, why, hint ?? null);
    }
  }
}

function setName(entry: Entry, draft: DraftTree, findings: KeyFindings): void {
  if (isNothing(entry.value)) return;
  const name = textOf(entry.value, "`name`");
  if (!isTreeName(name)) return findings.lost(entry, "name", "no tree can have this name");
  draft.keys.set("name", name);
  findings.kept(entry, "name", `name = ${JSON.stringify(name)}`);
}

function setEnvironment(entry: Entry, draft: DraftTree, texts: Texts, findings: KeyFindings): void {
  const map = variablesIn(entry);
  if (map === null) return;
  const env: Record<string, DraftValue> = {};
  for (const { key, value, file, line } of map.entries.values()) {
    if (isReservedVariable(key) || key === "") {
      findings.lost(
        { file, line },
        `environment.${key}`,
        "supervise sets it for every process",
        "use another name",
      );
    } else if (!isNothing(value)) {
      env[key] = textIn(value, `environment.${key}`, texts);
    }
  }
  if (Object.keys(env).length === 0) return;
  draft.keys.set("env", env);
  findings.kept(entry, "environment", "env");
}
