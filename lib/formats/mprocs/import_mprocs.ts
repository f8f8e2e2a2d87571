/** Files of mprocs: each process becomes an actor. */
import { parseSignal } from "../../base/signals.ts";
import { quote } from "../../config/wording.ts";
import { setRun } from "../command_text.ts";
import { flagOf, listOf, mapOf, reject, textOf, textsOf, valueOf } from "../document/access.ts";
import { KeyFindings } from "../document/key_findings.ts";
import { asMap } from "../document/merge_maps.ts";
import { describeNode, type Entry, isNothing, type MapNode, type Node } from "../document/node.ts";
import { addActor, type DraftActor, draftTree, type DraftValue, orderKeys } from "../draft.ts";
import { endsByName } from "../ends_by_name.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { literal } from "../literal.ts";
import { isReservedVariable } from "../reserved_variables.ts";
import { parseYaml } from "../yaml/parse_yaml.ts";

/** See the module. */
export const importer: Importer = {
  name: "mprocs",
  title: "a file of mprocs",
  recognizes: (baseName, text) =>
    /^mprocs(?:[.-][\w.-]+)?\.(?:ya?ml|json)$/i.test(baseName) ||
    (/\.ya?ml$/i.test(baseName) && /^["']?procs["']?[ \t]*:/m.test(text)),
  read,
};

/** A process while it is turned into an actor. */
interface ProcContext {
  readonly keys: MapNode;
  readonly actor: DraftActor;
  readonly findings: KeyFindings;
  /** Names of actors by those of processes. */
  readonly actors: ReadonlyMap<string, string>;
}

function read({ file, text }: ImportSource): Imported {
  const list = new FindingList(file);
  const findings = new KeyFindings(list, "");
  const document = parseYaml(text, file);
  if (document === null) return reject({ file, line: 1 }, "the file says nothing");
  const top = mapOf(document, "the file");
  const procs = valueOf(top, "procs");
  if (procs === null) return reject(top, "there are no `procs` in it");
  const draft = draftTree();
  const entries = [...mapOf(procs, "`procs`").entries.values()];
  const there = entries.filter(({ value }) => !isNothing(value));
  if (there.length === 0) return reject(procs, "there is no process in `procs`");
  const actors = new Map(there.map(({ key }) => [key, addActor(draft, key)]));
  const names = new Map([...actors].map(([name, actor]) => [name, actor.name]));
  for (const entry of entries) {
    const own = findings.of(entry.key);
    const actor = actors.get(entry.key);
    if (actor === undefined) own.kept(entry, "", "nothing: null takes it away");
    else writeActor(entry, { keys: keysOf(entry), actor, findings: own, actors: names });
  }
  tellTop(top, findings);
  orderKeys(draft);
  return { draft, findings: list.all };
}

/** A text is a command for a shell, and a list is one without. */
function keysOf({ key, value, file, line }: Entry): MapNode {
  const chosen = selected(value);
  if (chosen.kind === "map") return chosen;
  const name = chosen.kind === "list" ? "cmd" : "shell";
  if (chosen.kind === "scalar" && typeof chosen.value !== "string") {
    reject(
      value,
      `the process ${quote(key)} is ${describeNode(chosen)}, and has to be a command or a map of keys`,
    );
  }
  return { kind: "map", file, line, entries: new Map([[name, { key: name, value: chosen, file, line }]]) };
}

/** `$select: os` chooses by the system, and supervise runs on Linux. */
function selected(node: Node): Node {
  if (node.kind !== "map" || !node.entries.has("$select")) return node;
  const by = textOf(valueOf(node, "$select") ?? node, "`$select`");
  if (by !== "os") reject(node, `\`$select\` chooses by ${quote(by)}, and only by \`os\` is known`);
  return valueOf(node, "linux") ?? valueOf(node, "$else") ??
    reject(node, "`$select` has nothing for linux, and no `$else`");
}

function valueIn(map: MapNode, key: string): Node | null {
  const node = valueOf(map, key);
  return node === null ? null : selected(node);
}

function writeActor(entry: Entry, context: ProcContext): void {
  const { actor, keys, findings } = context;
  const command = setCommand(entry, context);
  const autorestart = keys.entries.get("autorestart");
  const isRestarted = autorestart !== undefined && flagOf(selected(autorestart.value), "`autorestart`");
  if (isRestarted || !endsByName(entry.key, command)) actor.keys.set("daemon", true);
  else {
    findings.changed(
      entry,
      "",
      `actors.${actor.name}`,
      "by its name it is taken for something that ends",
      "daemon = true if it serves",
    );
  }
  if (isRestarted) {
    actor.keys.set("restart", "always");
    findings.changed(
      autorestart,
      "autorestart",
      `actors.${actor.name} restart = "always"`,
      "one that ends within a second is restarted too, but no more than five times in half a minute",
    );
  } else if (actor.keys.has("daemon")) {
    actor.keys.set("restart", "never");
  }
  for (const inner of keys.entries.values()) {
    const translate = Object.hasOwn(TRANSLATED, inner.key) ? TRANSLATED[inner.key] : undefined;
    if (translate !== undefined) translate(context, inner);
    else if (!DECIDED.has(inner.key)) {
      const hint = inner.key === "depends_on" ? "ours is called depends_on, too: write it by hand" : null;
      findings.lost(inner, inner.key, "it is no key of mprocs", hint);
    }
  }
}

const DECIDED: ReadonlySet<string> = new Set(["shell", "cmd", "autorestart"]);

/** Sets what the actor runs. @returns It as a text. */
function setCommand({ key, file, line }: Entry, { keys, actor, findings }: ProcContext): string {
  const shell = valueIn(keys, "shell");
  const cmd = valueIn(keys, "cmd");
  if (shell === null && cmd === null) {
    return reject({ file, line }, `the process ${quote(key)} has neither \`shell\` nor \`cmd\``);
  }
  if (shell !== null) {
    const text = literal(textOf(shell, "`shell`")).trim();
    if (text === "") reject(shell, "`shell` is empty");
    setRun(actor, { shell: text });
    findings.kept(shell, "shell", `actors.${actor.name} shell`);
    return text;
  }
  const words = textsOf(listOf(cmd!, "`cmd`"), "`cmd`").map(literal);
  if (words.length === 0) reject(cmd!, "`cmd` is empty");
  setRun(actor, { words });
  findings.kept(cmd!, "cmd", `actors.${actor.name} exec`);
  return words.join(" ");
}

const TRANSLATED: Readonly<Record<string, (context: ProcContext, entry: Entry) => void>> = {
  cwd: setFolder,
  env: setEnvironment,
  add_path: addPath,
  autostart: setAutostart,
  stop: setStop,
  deps: setDependencies,
  log: setLog,
};

/** `<CONFIG_DIR>` is the folder of the file, and that of ours is beside it. */
function pathIn(text: string): string {
  return literal(text).replace(/^<CONFIG_DIR>\/?/, "./").replace(/^~(?=\/|$)/, "${env:HOME}");
}

function setFolder({ actor, findings }: ProcContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const path = pathIn(textOf(selected(entry.value), "`cwd`"));
  if (path !== "." && path !== "./" && path !== "") actor.keys.set("cwd", path);
  findings.kept(entry, "cwd", `actors.${actor.name} cwd`);
}

function setEnvironment({ actor, findings }: ProcContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const value = selected(entry.value);
  const map = value.kind === "list" ? asMap("environment", value) : mapOf(value, "`env`");
  const env: Record<string, DraftValue> = {
    ...actor.keys.get("env") as Record<string, DraftValue> | undefined,
  };
  for (const { key, value: one, file, line } of map.entries.values()) {
    const at = { file, line };
    if (isNothing(one)) {
      findings.lost(
        at,
        `env.${key}`,
        "no variable of the shell is taken away",
        `shell = "unset ${key}; ..."`,
      );
    } else if (isReservedVariable(key) || key === "") {
      findings.lost(at, `env.${key}`, "supervise sets it for every process", "use another name");
    } else {
      env[key] = literal(textOf(selected(one), `the variable ${key}`));
    }
  }
  if (Object.keys(env).length === 0) return;
  actor.keys.set("env", env);
  findings.kept(entry, "env", `actors.${actor.name} env`);
}

function addPath({ actor, findings }: ProcContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const folders = textsOf(selected(entry.value), "`add_path`").map((text) => {
    const path = pathIn(text);
    return path.startsWith("/") || path.startsWith("$") ? path : `\${dir}/${path.replace(/^\.\//, "")}`;
  });
  const env = actor.keys.get("env") as Record<string, DraftValue> | undefined;
  actor.keys.set("env", { ...env, PATH: [...folders, "${env:PATH}"].join(":") });
  findings.kept(entry, "add_path", `actors.${actor.name} env.PATH`);
}

function setAutostart({ actor, findings }: ProcContext, entry: Entry): void {
  if (isNothing(entry.value) || flagOf(selected(entry.value), "`autostart`")) return;
  actor.keys.set("autostart", false);
  findings.kept(entry, "autostart", `actors.${actor.name} autostart = false`);
}

/** The signals that some keys of a terminal send. */
const KEYS: Readonly<Record<string, string>> = { "<C-c>": "SIGINT", "<C-\\>": "SIGQUIT", "<C-d>": "SIGHUP" };

function setStop({ actor, findings }: ProcContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const value = selected(entry.value);
  const to = `actors.${actor.name} stop`;
  if (value.kind === "map") {
    const command = valueOf(value, "cmd");
    if (command !== null) {
      actor.keys.set("stop", { command: ["/bin/sh", "-c", literal(textOf(command, "`cmd` of `stop`"))] });
      return findings.kept(entry, "stop.cmd", `${to}.command`);
    }
    const sent = valueOf(value, "send-keys");
    if (sent === null) return reject(value, "`stop` has neither `cmd` nor `send-keys`");
    const signal = textsOf(sent, "`send-keys`").map((key) => KEYS[key]).find((known) => known !== undefined);
    if (signal === undefined) {
      return findings.lost(entry, "stop.send-keys", "an actor has no terminal", "stop = { command = ... }");
    }
    actor.keys.set("stop", { signal });
    return findings.changed(
      entry,
      "stop.send-keys",
      `${to}.signal = "${signal}"`,
      "an actor has no terminal: it is sent what the key would send",
    );
  }
  const word = textOf(value, "`stop`");
  const signal = word === "hard-kill" ? "SIGKILL" : parseSignal(word);
  if (signal === null) {
    return reject(
      value,
      `${quote(word)} is no way to stop a process`,
      "it is a signal such as SIGINT, or hard-kill",
    );
  }
  if (signal !== "SIGTERM") actor.keys.set("stop", { signal });
  findings.kept(entry, "stop", `${to}.signal = "${signal}"`);
}

function setDependencies({ actor, findings, actors }: ProcContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const names = listOf(selected(entry.value), "`deps`").items.map((item) => {
    const name = textOf(item, "an item of `deps`");
    return actors.get(name) ?? reject(item, `there is no process ${quote(name)}`);
  });
  if (names.length === 0) return;
  actor.keys.set("depends_on", Object.fromEntries(names.map((name) => [name, "started"])));
  findings.kept(entry, "deps", `actors.${actor.name} depends_on`);
}

function setLog({ actor, findings }: ProcContext, entry: Entry): void {
  const { value } = entry;
  if (isNothing(value)) return;
  if (value.kind === "scalar" && typeof value.value === "boolean") {
    return findings.kept(entry, "log", "every actor has a log");
  }
  const read = (key: string) => {
    const node = value.kind === "map" ? valueOf(value, key) : null;
    return node === null ? null : textOf(node, `\`${key}\` of \`log\``);
  };
  const dir = value.kind === "scalar" ? textOf(value, "`log`") : read("dir");
  const file = (read("file") ?? "{name}.log").replaceAll("{name}", actor.name);
  if (/\{(?:id|pid|ts)\}/.test(file)) {
    return findings.lost(
      entry,
      "log",
      "names of logs have no number of a run in them",
      "log = { file = ... }",
    );
  }
  if (dir === null && read("file") === null) return findings.kept(entry, "log", "every actor has a log");
  const path = dir === null ? pathIn(file) : `${pathIn(dir).replace(/\/+$/, "")}/${file}`;
  actor.keys.set("log", { file: path });
  findings.kept(entry, "log", `actors.${actor.name} log.file`);
}

/** How all of it looks, and what its keys do, is of mprocs alone. */
function tellTop(top: MapNode, findings: KeyFindings): void {
  for (const entry of top.entries.values()) {
    const { key } = entry;
    if (key === "procs") continue;
    if (key === "on_all_finished") {
      const event = entry.value.kind === "map" ? valueOf(entry.value, "c") : null;
      const isQuit = event?.kind === "scalar" && /^(?:force-)?quit/.test(String(event.value));
      if (isQuit) findings.kept(entry, key, "a tree ends when all in it have ended");
      else findings.lost(entry, key, "nothing is done when all have ended");
    } else if (key === "server") {
      findings.lost(
        entry,
        key,
        "there is a socket for each tree already",
        "`supervise --json` is for programs",
      );
    } else if (key === "proc_log") {
      findings.lost(entry, key, "every actor has a log", "[defaults] log = { ... } is for all of them");
    } else if (/^(?:keymap_|hide_|mouse_|scrollback|proc_list_)/.test(key)) {
      findings.lost(entry, key, "it is about the screen of mprocs");
    } else {
      findings.lost(entry, key, "it is no key that is known here");
    }
  }
}
