/** A circus.ini with all that it includes: watchers are actors, and what circus itself is told by is reported. */
import { counted } from "../../base/counted.ts";
import { nearestName } from "../../base/nearest.ts";
import { formatSize } from "../../base/size.ts";
import { compileGlob } from "../../config/glob.ts";
import { didYouMean } from "../../config/wording.ts";
import {
  addActor,
  addTo,
  type DraftActor,
  type DraftTable,
  type DraftTree,
  draftTree,
  fitShutdown,
  orderKeys,
} from "../draft.ts";
import { FindingList } from "../finding.ts";
import { includedFiles, tellIncluded } from "../ini/include_ini.ts";
import {
  type IniDialect,
  type IniEntry,
  type IniSection,
  type MergedSection,
  mergeSections,
  parsePythonIni,
} from "../ini/python_ini.ts";
import { readBoolean, readInteger, readNumber } from "../ini/values.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { fileOfCopies } from "../log_file.ts";
import { notReadable } from "../not_readable.ts";
import { resolveProgram } from "../resolve_program.ts";
import { splitWords } from "../split_words.ts";
import { valueText } from "../write_toml.ts";
import { expand, expandShellVariables, socketsIn } from "./expand.ts";
import { setLimit, WATCHER_RULES } from "./watcher_keys.ts";

const DIALECT: IniDialect = { inlineComments: ";", lowerCase: false };

/** See the module. */
export const importer: Importer = {
  name: "circus",
  title: "a circus.ini",
  recognizes: (baseName, text) =>
    /\.(?:ini|conf|cfg)$|^-$/i.test(baseName) && /^\[watcher:[^\]]+\]|^\[circus\]/m.test(text),
  read,
};

/** Keys that are read for the watcher as a whole. */
export const COMMAND_KEYS = ["cmd", "args", "shell", "shell_args", "use_sockets"] as const;

/** The advice for the keys of `[circus]` that are lost. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  check_delay: "ends are noticed at once",
  endpoint: "commands find the tree by its file, at a socket of the user's alone",
  pubsub_endpoint: "`supervise events -f --json` follows what happens",
  stats_endpoint: "`supervise ps` shows processor and memory",
  statsd: "`supervise ps --json` has processor and memory",
  statsd_close_outputs: "`supervise ps --json` has processor and memory",
  httpd: "supervise does not listen on the network unless it is asked to",
  httpd_host: "supervise does not listen on the network unless it is asked to",
  httpd_port: "supervise does not listen on the network unless it is asked to",
  httpd_close_outputs: "supervise does not listen on the network unless it is asked to",
  pidfile: "no file is needed: a lock makes it the only one",
  debug: "`supervise events` shows everything",
  loglevel: "`supervise events` shows everything",
  logoutput: "`supervise events` shows what was decided",
  loggerconfig: "`supervise events` shows what was decided",
  stream_backend: "output is read in one way",
  warmup_delay: 'write start = "sequential", and ready.delay, to have one after the other',
  proc_name: "processes of supervise are named after it",
  ssh_server: "use ssh to that machine, and `supervise` there",
};

interface Socket {
  readonly section: MergedSection;
  readonly address: string | null;
}

function read({ file, text, disk }: ImportSource): Imported {
  const findings = new FindingList(file);
  const main = parsePythonIni(file, text, DIALECT);
  const { sections, replaced } = mergeSections([...main, ...includes(main, disk, file, findings)]);
  for (const { section, entry, by } of replaced) {
    findings.of(entry.file).lost(
      entry.line,
      `${section} ${entry.name}`,
      `${by.file}:${by.line} says it again, and counts`,
    );
  }
  const draft = draftTree();
  const all = [...sections.values()];
  const watchers = all.filter(({ name }) => name.startsWith("watcher:"));
  if (watchers.length === 0) {
    throw notReadable(
      file,
      null,
      "there is no [watcher:...] in it",
      "name the file that has the watchers, or that includes it",
    );
  }
  for (const section of all) tellOwn(section, draft, findings);
  const sockets = readSockets(all, findings);
  const taken = { sockets: new Map<string, string>(), logs: new Map<string, string>() };
  const actors = new Map<string, DraftActor>();
  for (const section of watchers.toSorted((one, other) => priorityOf(other) - priorityOf(one))) {
    actors.set(
      section.name.slice("watcher:".length).trim(),
      addWatcher(section, sockets, draft, taken, findings),
    );
  }
  setVariables(all, draft, actors, findings);
  if (watchers.some(({ entries }) => !entries.has("copy_env"))) {
    findings.changed(
      null,
      "copy_env",
      "inherit_env = true",
      "circus gives a watcher without copy_env nothing of its own environment",
      "write inherit_env = false in [defaults] to do the same; PATH is to be set in env then",
    );
  }
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: findings.all };
}

function includes(
  main: readonly IniSection[],
  disk: ImportSource["disk"],
  file: string,
  findings: FindingList,
): readonly IniSection[] {
  const read = new Set([file]);
  const entries = main.filter(({ name }) => name === "circus").flatMap(({ entries }) => entries);
  return entries.flatMap((entry) => {
    if (entry.name !== "include" && entry.name !== "include_dir") return [];
    const patterns = entry.value.split(/\s+/).filter((pattern) => pattern !== "");
    const sources = patterns.flatMap((pattern) =>
      includedFiles(entry.name === "include" ? pattern : `${pattern}/*.ini`, entry, disk, read)
    );
    const report = findings.at(entry.line, `circus ${entry.name}`);
    tellIncluded(report, "watchers", sources);
    return sources.flatMap((source) => parsePythonIni(source.file, source.text, DIALECT));
  });
}

function tellOwn(
  { name, file, line, entries }: MergedSection,
  draft: DraftTree,
  findings: FindingList,
): void {
  if (name === "circus") {
    for (const entry of entries.values()) {
      if (entry.name === "include" || entry.name === "include_dir") continue;
      const report = findings.of(entry.file).at(entry.line, `circus ${entry.name}`);
      if (entry.name === "umask" && /^[0-7]{1,4}$/.test(entry.value)) {
        draft.defaults.keys.set("umask", entry.value.padStart(4, "0"));
        report.kept("defaults umask");
      } else {report.lost(
          "it is about circus itself",
          Object.hasOwn(OWN_KEYS, entry.name) ? OWN_KEYS[entry.name]! : null,
        );}
    }
  } else if (name.startsWith("plugin:")) {
    const use = entries.get("use")?.value ?? "";
    const hint = /flapping/i.test(use)
      ? "intensity = { restarts, within } and backoff say when an actor that flaps is given up"
      : /watchdog/i.test(use)
      ? "health says how to find out that an actor still works"
      : "an [[alerts]] table runs a command when something happens";
    findings.of(file).lost(line, name, "there are no plugins", hint);
  } else if (!/^(?:watcher|socket|env):|^env$/.test(name)) {
    findings.of(file).lost(line, name, "circus knows no such section, or it is about circus itself");
  }
}

function readSockets(all: readonly MergedSection[], findings: FindingList): ReadonlyMap<string, Socket> {
  const sockets = new Map<string, Socket>();
  for (const section of all.filter(({ name }) => name.startsWith("socket:"))) {
    const { entries, file, line, name } = section;
    const path = entries.get("path")?.value;
    const host = entries.get("host")?.value ?? "localhost";
    const port = entries.get("port")?.value;
    const isStream = !/DGRAM/i.test(entries.get("type")?.value ?? "");
    const address = !isStream
      ? null
      : path !== undefined
      ? `unix://${path}`
      : port === undefined || !isAddress(host)
      ? null
      : `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
    sockets.set(name.slice("socket:".length).trim().toLowerCase(), { section, address });
    if (address === null) {
      findings.of(file).lost(
        line,
        name,
        "supervise listens at IP addresses and files, for streams alone",
        'write sockets = ["tcp://127.0.0.1:8080"]',
      );
    }
    for (const entry of entries.values()) {
      if (["host", "port", "path", "family", "type"].includes(entry.name)) continue;
      findings.of(entry.file).lost(entry.line, `${name} ${entry.name}`, "a socket has no such option here");
    }
  }
  return sockets;
}

function isAddress(host: string): boolean {
  return host === "localhost" || /^\d+(?:\.\d+){3}$/.test(host) || host.includes(":");
}

interface Taken {
  readonly sockets: Map<string, string>;
  readonly logs: Map<string, string>;
}

function addWatcher(
  section: MergedSection,
  sockets: ReadonlyMap<string, Socket>,
  draft: DraftTree,
  taken: Taken,
  findings: FindingList,
): DraftActor {
  const { entries, name: label } = section;
  const cmd = entries.get("cmd");
  if (cmd === undefined) {
    throw notReadable(section.file, section.line, `[${label}] has no cmd`, "write cmd = the program to run");
  }
  const actor = addActor(draft, label.slice("watcher:".length));
  const path = `actors.${actor.name}`;
  const args = entries.get("args");
  const used = useSockets(section, sockets, actor, path, taken, findings);
  const textOf = (entry: IniEntry, text = entry.value) => expand(text, used, entry, findings.of(entry.file));
  actor.keys.set("daemon", true);
  actor.keys.set("stop", { grace: "30s" });
  setCommand(entries, actor, path, textOf, label, findings);
  if (args !== undefined) {
    findings.of(args.file).kept(
      args.line,
      `${label} args`,
      `${path} ${actor.keys.has("shell") ? "shell" : "exec"}`,
    );
  }
  for (const entry of entries.values()) {
    if (COMMAND_KEYS.some((key) => key === entry.name) || /^std(?:out|err)_stream\b/.test(entry.name)) {
      continue;
    }
    const report = findings.of(entry.file).at(entry.line, `${label} ${entry.name}`);
    const rule = Object.hasOwn(WATCHER_RULES, entry.name) ? WATCHER_RULES[entry.name] : undefined;
    if (rule !== undefined) rule({ actor, path, textOf }, entry, report);
    else if (entry.name.startsWith("rlimit_")) setLimit({ actor, path, textOf }, entry, report);
    else if (entry.name.startsWith("hooks.")) {
      report.lost(
        "hooks of circus are functions in Python",
        "hooks = { pre_start, post_start, pre_stop, post_stop } are commands",
      );
    } else {report.lost(
        `circus knows no such key${
          didYouMean(nearestName(entry.name, [...Object.keys(WATCHER_RULES), ...COMMAND_KEYS]))
        }`,
      );}
  }
  setLog(section, actor, path, taken, findings);
  return actor;
}

function setCommand(
  entries: ReadonlyMap<string, IniEntry>,
  actor: DraftActor,
  path: string,
  textOf: (entry: IniEntry, text?: string) => string,
  label: string,
  findings: FindingList,
): void {
  const cmd = entries.get("cmd")!;
  const args = entries.get("args");
  const shell = entries.get("shell");
  const report = findings.of(cmd.file).at(cmd.line, `${label} cmd`);
  const words = args === undefined ? "" : args.value.replaceAll("\n", " ");
  if (shell !== undefined && readBoolean(shell)) {
    actor.keys.set("shell", [textOf(cmd), ...(words === "" ? [] : [textOf(args!, words)])].join(" "));
    findings.of(shell.file).kept(shell.line, `${label} shell`, `${path} shell`);
    const shellArgs = entries.get("shell_args");
    if (shellArgs !== undefined) tellShellArgs(shellArgs, label, findings);
    return report.kept(`${path} shell`);
  }
  if (shell !== undefined) findings.of(shell.file).kept(shell.line, `${label} shell`, `${path} exec`);
  const line = `${cmd.value.replaceAll("\n", " ")} ${words}`;
  const [program, ...rest] = splitWords(line, cmd.file, cmd.line).map((word) => textOf(cmd, word));
  const folder = entries.get("working_dir");
  actor.keys.set("exec", [resolveProgram(program!, folder === undefined ? null : textOf(folder)), ...rest]);
  if (/\bwid\b/i.test(line)) {
    report.changed(`${path} exec`, "${replica} counts from 1, and a copy that is restarted keeps its number");
  } else report.kept(`${path} exec`);
}

function tellShellArgs({ file, line }: IniEntry, label: string, findings: FindingList): void {
  findings.of(file).lost(
    line,
    `${label} shell_args`,
    "the shell is /bin/sh -c",
    "write exec with another shell and its arguments",
  );
}

/** The sockets that a watcher gets, by name: those that its command names, or all of them. */
function useSockets(
  { entries, name: label }: MergedSection,
  sockets: ReadonlyMap<string, Socket>,
  actor: DraftActor,
  path: string,
  taken: Taken,
  findings: FindingList,
): readonly string[] {
  const use = entries.get("use_sockets");
  if (use === undefined) return [];
  const report = findings.of(use.file).at(use.line, `${label} use_sockets`);
  if (!readBoolean(use)) {
    report.kept(path);
    return [];
  }
  const named = socketsIn(`${entries.get("cmd")?.value ?? ""} ${entries.get("args")?.value ?? ""}`);
  const usable = (named.length === 0 ? [...sockets.keys()] : named).flatMap((name) => {
    const address = sockets.get(name)?.address ?? null;
    if (address === null || taken.sockets.has(name)) return [];
    taken.sockets.set(name, path);
    return [{ name, address }];
  });
  const missing = named.filter((name) => !usable.some((socket) => socket.name === name));
  const addresses = usable.map(({ address }) => address);
  if (addresses.length > 0) actor.keys.set("sockets", addresses);
  const to = `${path} sockets = ${valueText(addresses)}`;
  if (missing.length > 0) {
    const holders = missing.map((name) => taken.sockets.get(name) ?? "nobody").join(", ");
    report.lost(
      `${counted(missing.length, "socket")} of it cannot be handed over; listening: ${holders}`,
      "give each actor an address of its own",
    );
  } else report.changed(to, "they are the descriptors from 3 on, as from systemd (LISTEN_FDS)");
  return usable.map(({ name }) => name);
}

/** Both streams have one log here: that of the standard output is taken, or that of standard error where only it has one. */
function setLog(
  { entries, name: label }: MergedSection,
  actor: DraftActor,
  path: string,
  taken: Taken,
  findings: FindingList,
): void {
  const all = [...entries.values()].filter(({ name }) => /^std(?:out|err)_stream\b/.test(name));
  const chosen = all.some(({ name }) => name.startsWith("stdout_stream")) ? "stdout_stream" : "stderr_stream";
  const file = entries.get(`${chosen}.filename`);
  const kind = entries.get(`${chosen}.class`)?.value ?? "";
  const holder = file === undefined ? undefined : taken.logs.get(file.value);
  if (file !== undefined && holder === undefined) {
    taken.logs.set(file.value, path);
    const bytes = entries.get(`${chosen}.max_bytes`);
    const written = expand(file.value, [], file, findings);
    const backups = entries.get(`${chosen}.backup_count`);
    actor.keys.set("log", {
      file: actor.keys.has("replicas") ? fileOfCopies(written) : written,
      ...(bytes === undefined || readNumber(bytes) === 0
        ? {}
        : { max_size: formatSize(Math.max(1_024, readNumber(bytes))) }),
      ...(backups === undefined ? {} : { keep: Math.min(1_000, readNumber(backups)) }),
    });
  } else if (/StdoutStream$/.test(kind)) actor.keys.set("log", "inherit");
  for (const entry of all) {
    const report = findings.of(entry.file).at(entry.line, `${label} ${entry.name}`);
    const option = entry.name.replace(/^std(?:out|err)_stream\.?/, "");
    const other = entries.get(`${chosen}.${option}`);
    if (entry.name === `${chosen}.filename` && holder !== undefined) {
      report.lost(`${holder} logs to that file, and a file has one writer here`, "give it a file of its own");
    } else if (entry.name === `${chosen}.filename` && actor.keys.has("replicas")) {
      report.changed(`${path} log`, "each copy has a file of its own");
    } else if (!entry.name.startsWith(chosen)) {
      if (other?.value === entry.value) report.kept(`${path}: both streams are in one log`);
      else {report.changed(
          `${path}: both streams are in one log`,
          "standard error has no file of its own",
          "`supervise logs --stream stderr` tells them apart",
        );}
    } else if (
      option === "class" &&
      !/(?:^|\.)(?:FileStream|StdoutStream|FancyStdoutStream|WatchedFileStream)$/.test(entry.value)
    ) {
      report.changed(`${path} log`, "a log is rotated by its size", "log.max_age rotates it by its age, too");
    } else if (["class", "filename", "max_bytes", "backup_count"].includes(option)) {
      report.kept(`${path} log`);
    } else {report.lost(
        "lines are written as they come",
        option === "time_format" ? 'log.format = "json" has a time for each line' : null,
      );}
  }
}

/** `[env]` is for all, `[env:a,b*]` for the watchers that it names. */
function setVariables(
  all: readonly MergedSection[],
  draft: DraftTree,
  actors: ReadonlyMap<string, DraftActor>,
  findings: FindingList,
): void {
  for (const { name, entries } of all) {
    if (name !== "env" && !name.startsWith("env:")) continue;
    const patterns = name === "env"
      ? []
      : name.slice("env:".length).split(",").map((pattern) => compileGlob(pattern.trim()));
    const targets: readonly DraftTable[] = name === "env"
      ? [draft]
      : [...actors].filter(([watcher]) => patterns.some((isMatch) => isMatch(watcher))).map(([, actor]) =>
        actor
      );
    const to = name === "env"
      ? "env"
      : targets.length === 0
      ? null
      : [...actors].filter(([, actor]) => targets.some((target) => target === actor)).map(([, actor]) =>
        `actors.${actor.name} env`
      ).join(", ");
    for (const entry of entries.values()) {
      for (const target of targets) addTo(target, "env", { [entry.name]: expandShellVariables(entry.value) });
      const report = findings.of(entry.file).at(entry.line, `${name} ${entry.name}`);
      if (to === null) report.lost("no watcher has that name");
      else report.kept(to);
    }
  }
}

function priorityOf({ entries }: MergedSection): number {
  const entry = entries.get("priority");
  return entry === undefined ? 0 : readInteger(entry);
}
