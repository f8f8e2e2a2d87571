/** The keys of a process, each as what it is of an actor. */
import { formatDuration } from "../../base/duration.ts";
import { parseSignal } from "../../base/signals.ts";
import { mistakeInCron, plainCron } from "../../config/text/cron.ts";
import { quote } from "../../config/wording.ts";
import { needsBash } from "../command_text.ts";
import { flagOf, integerOf, listOf, mapOf, reject, textOf, textsOf, valueOf } from "../document/access.ts";
import { asMap } from "../document/merge_maps.ts";
import { type Entry, isNothing, type MapNode } from "../document/node.ts";
import type { DraftValue } from "../draft.ts";
import { isReservedVariable } from "../reserved_variables.ts";
import { goDurationMs } from "../units.ts";
import { setAvailability } from "./availability.ts";
import { setLiveness, setReadiness, setReadyLine } from "./probes.ts";
import { addTo, bashOrSh, type ProcessContext, toKey } from "./process_context.ts";
import { scriptIn, textIn, textNow } from "./templates.ts";

type Translate = (context: ProcessContext, entry: Entry) => void;

const TRANSLATED: Readonly<Record<string, Translate>> = {
  working_dir: setFolder,
  environment: setEnvironment,
  availability: setAvailability,
  depends_on: setDependencies,
  readiness_probe: setReadiness,
  liveness_probe: setLiveness,
  ready_log_line: setReadyLine,
  shutdown: setShutdown,
  replicas: setReplicas,
  schedule: setSchedule,
  disabled: setDisabled,
  is_disabled: setDisabled,
  is_foreground: setForeground,
  log_location: setLogFile,
  log_configuration: setRotation,
  description: setDescription,
  success_exit_codes: setSuccess,
  launch_timeout_seconds: setLaunchTimeout,
  watch: setWatch,
};

/** Keys that are told elsewhere: what is run, and what its templates hold. */
const DECIDED: ReadonlySet<string> = new Set([
  "command",
  "entrypoint",
  "is_daemon",
  "is_template_disabled",
  "is_dotenv_disabled",
  "vars",
]);

type Loss = readonly [why: string, hint?: string];

const LOST: Readonly<Record<string, Loss>> = {
  namespace: ["nothing is started by groups", "put actors into [trees.NAME] to start and stop them together"],
  is_elevated: ["no password is asked for", 'user = "root" where supervise runs as root'],
  is_tty: ["an actor has no terminal"],
  interactive: ["an actor has no terminal"],
  is_interactive: ["an actor has no terminal"],
  disable_ansi_colors: ["colours are shown as they come", "--no-color"],
  mcp: ["actors are no tools of agents"],
  env_cmds: ["no commands are run for variables", "set them in the shell"],
};

/** Translates all keys of a process but those that say what is run. */
export function translateKeys(context: ProcessContext): void {
  for (const entry of context.keys.entries.values()) {
    const { key } = entry;
    if (DECIDED.has(key)) continue;
    const translate = Object.hasOwn(TRANSLATED, key) ? TRANSLATED[key] : undefined;
    if (translate !== undefined) {
      translate(context, entry);
    } else if (key.startsWith("x-")) {
      context.findings.kept(entry, key, "a name of your own, which says nothing");
    } else {
      const [why, hint] = Object.hasOwn(LOST, key) ? LOST[key]! : ["it is no key that is known here"];
      context.findings.lost(entry, key, why, hint ?? null);
    }
  }
}

function setFolder(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const written = textIn(entry.value, "working_dir", context.texts);
  if (written === "") return;
  context.actor.keys.set("cwd", homeOf(written));
  context.findings.kept(entry, "working_dir", toKey(context, "cwd"));
}

/** No shell replaces a `~` in a path of ours. */
function homeOf(path: string): string {
  return path.replace(/^~(?=\/|$)/, "${env:HOME}");
}

/** Variables as `NAME=value` or by their names. */
export function variablesIn(entry: Entry): MapNode | null {
  if (isNothing(entry.value)) return null;
  return entry.value.kind === "list"
    ? asMap("environment", entry.value)
    : mapOf(entry.value, "`environment`");
}

function setEnvironment(context: ProcessContext, entry: Entry): void {
  const map = variablesIn(entry);
  if (map === null) return;
  const env: Record<string, DraftValue> = {};
  for (const { key, value, file, line } of map.entries.values()) {
    if (isReservedVariable(key) || key === "") {
      context.findings.lost(
        { file, line },
        `environment.${key}`,
        "supervise sets it for every process",
        "use another name",
      );
    } else if (!isNothing(value)) {
      env[key] = textIn(value, `environment.${key}`, context.texts);
    }
  }
  const count = Object.keys(env).length;
  if (count === 0) return;
  context.actor.keys.set("env", env);
  context.findings.kept(
    entry,
    "environment",
    `${toKey(context, "env")} (${count === 1 ? "1 variable" : `${count} variables`})`,
  );
}

const CONDITIONS = [
  "process_completed",
  "process_completed_successfully",
  "process_healthy",
  "process_started",
  "process_log_ready",
];

/** One thing that a process waits for. */
export interface Waiting {
  readonly on: string;
  readonly condition: string;
  readonly at: Entry;
}

/** The dependencies that a process waits for. @throws {UserError} `import/not-readable` */
export function waitingOf(keys: MapNode): readonly Waiting[] {
  const node = valueOf(keys, "depends_on");
  if (node === null) return [];
  const map = node.kind === "list" ? asMap("depends_on", node) : mapOf(node, "`depends_on`");
  return [...map.entries.values()].map((at) => {
    const written = at.value.kind === "map"
      ? valueOf(at.value, "condition")
      : isNothing(at.value)
      ? null
      : at.value;
    const text = written === null
      ? "process_started"
      : textOf(written, "`condition`").replace(/^service_/, "process_");
    const condition = /^\d$/.test(text) ? CONDITIONS[Number(text)] ?? text : text;
    return { on: at.key, condition, at };
  });
}

function setDependencies(context: ProcessContext, entry: Entry): void {
  const conditions: Record<string, string> = {};
  const changes: string[] = [];
  for (const { on, condition, at } of waitingOf(context.keys)) {
    const name = context.actors.get(on);
    const other = context.processes.get(on);
    if (name === undefined || other === undefined) continue;
    const ours = conditionFor(condition);
    if (ours === null) {
      reject(at, `${quote(condition)} is no condition`, `it is ${CONDITIONS.join(", ")}`);
    }
    conditions[name] = ours;
    if (
      ours === "ready" && ["readiness_probe", "ready_log_line"].every((key) => valueOf(other, key) === null)
    ) {
      changes.push(`${on} has no probe, and is ready once it runs`);
    }
  }
  if (Object.keys(conditions).length === 0) return;
  context.actor.keys.set("depends_on", conditions);
  const to = toKey(context, "depends_on");
  if (changes.length === 0) context.findings.kept(entry, "depends_on", to);
  else context.findings.changed(entry, "depends_on", to, changes.join("; "));
}

function conditionFor(condition: string): string | null {
  switch (condition) {
    case "process_started":
      return "started";
    case "process_healthy":
    case "process_log_ready":
      return "ready";
    case "process_completed":
      return "exited";
    // Its documentation has the word misspelt in an example, which people have copied.
    case "process_completed_successfully":
    case "process_completed_successfuly":
      return "completed";
    default:
      return null;
  }
}

function setShutdown(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  for (const inner of mapOf(entry.value, "`shutdown`").entries.values()) {
    if (isNothing(inner.value)) continue;
    const name = `shutdown.${inner.key}`;
    switch (inner.key) {
      case "command":
        addTo(context, "stop", "command", bashOrSh(scriptIn(inner.value, name, context.texts)));
        context.findings.kept(inner, name, toKey(context, "stop.command"));
        break;
      case "signal": {
        const text = textNow(inner.value, name, context.texts);
        const signal = parseSignal(text) ?? reject(inner, `${quote(text)} is no signal`);
        addTo(context, "stop", "signal", signal);
        context.findings.kept(inner, name, toKey(context, `stop.signal = "${signal}"`));
        break;
      }
      case "timeout_seconds": {
        const grace = formatDuration(integerOf(inner.value, `\`${name}\``) * 1_000);
        addTo(context, "stop", "grace", grace);
        context.findings.kept(inner, name, toKey(context, `stop.grace = "${grace}"`));
        break;
      }
      case "parent_only":
        if (!flagOf(inner.value, `\`${name}\``)) break;
        addTo(context, "stop", "to", "process");
        context.findings.kept(inner, name, toKey(context, 'stop.to = "process"'));
        break;
      default:
        context.findings.lost(inner, name, "it is no key that is known here");
    }
  }
}

function setReplicas(context: ProcessContext, entry: Entry): void {
  const count = Number(textNow(entry.value, "replicas", context.texts));
  if (!Number.isInteger(count) || count < 0) reject(entry, "`replicas` has to be a whole number");
  if (count > 1) context.actor.keys.set("replicas", count);
  if (count === 0) context.actor.keys.set("autostart", false);
  context.findings.kept(
    entry,
    "replicas",
    toKey(context, count === 0 ? "autostart = false" : `replicas = ${count}`),
  );
}

function setSchedule(context: ProcessContext, entry: Entry): void {
  const { actor, findings } = context;
  if (isNothing(entry.value)) return;
  const map = mapOf(entry.value, "`schedule`");
  const read = (key: string) => {
    const node = valueOf(map, key);
    return node === null ? null : textNow(node, `schedule.${key}`, context.texts);
  };
  const [cron, interval, timezone] = [read("cron"), read("interval"), read("timezone")];
  if (cron !== null) {
    const mistake = mistakeInCron(plainCron(cron));
    if (mistake !== null) reject(map.entries.get("cron")!, mistake.message, mistake.hint);
    actor.keys.set("schedule", cron);
  } else if (interval !== null) {
    const ms = goDurationMs(interval) ??
      reject(map.entries.get("interval")!, `${quote(interval)} is no duration`);
    actor.keys.set("schedule", `@every ${formatDuration(ms)}`);
  } else {
    reject(entry, "`schedule` has neither `cron` nor `interval`");
  }
  if (timezone !== null && timezone !== "" && timezone !== "Local") actor.keys.set("timezone", timezone);
  findings.kept(entry, "schedule", toKey(context, "schedule"));
  const onStart = map.entries.get("run_on_start");
  if (onStart !== undefined && flagOf(onStart.value, "`run_on_start`")) {
    findings.lost(
      onStart,
      "schedule.run_on_start",
      "it waits for its first date",
      `\`supervise start ${actor.name}\` runs it at once`,
    );
  }
  const most = map.entries.get("max_concurrent");
  if (most !== undefined && integerOf(most.value, "`max_concurrent`") > 1) {
    findings.lost(
      most,
      "schedule.max_concurrent",
      "one run goes on at a time",
      'overlap = "queue" runs it after the other',
    );
  }
}

function setDisabled(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  // The other spelling wins over this one.
  if (entry.key === "disabled" && valueOf(context.keys, "is_disabled") !== null) return;
  if (!flagOf(entry.value, `\`${entry.key}\``)) return;
  context.actor.keys.set("autostart", false);
  context.findings.kept(entry, entry.key, toKey(context, "autostart = false"));
}

function setForeground(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value) || !flagOf(entry.value, "`is_foreground`")) return;
  context.actor.keys.set("autostart", false);
  context.findings.changed(
    entry,
    "is_foreground",
    toKey(context, "autostart = false"),
    "an actor has no terminal",
    "run it in a terminal of its own",
  );
}

function setLogFile(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const written = textIn(entry.value, "log_location", context.texts).replaceAll(
    "{PC_REPLICA_NUM}",
    "${replica}",
  );
  if (written === "") return;
  const replicas = valueOf(context.keys, "replicas");
  const isShared = replicas !== null && Number(textNow(replicas, "replicas", context.texts)) > 1 &&
    !written.includes("${replica}");
  addTo(context, "log", "file", homeOf(isShared ? ofReplica(written) : written));
  const to = toKey(context, "log.file");
  if (isShared) context.findings.changed(entry, "log_location", to, "each replica has a file of its own");
  else context.findings.kept(entry, "log_location", to);
}

/** `logs/api.log` as `logs/api.${replica}.log`. */
function ofReplica(path: string): string {
  return path.replace(/(\.\w+)?$/, ".${replica}$1");
}

const MEBIBYTE = "MiB";

function setRotation(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const map = mapOf(entry.value, "`log_configuration`");
  for (const inner of map.entries.values()) {
    const name = `log_configuration.${inner.key}`;
    if (inner.key !== "rotation" || inner.value.kind !== "map") {
      context.findings.lost(
        inner,
        name,
        "lines are written as they come",
        '`format = "json"` of `log` has an object a line',
      );
      continue;
    }
    for (const rule of inner.value.entries.values()) setRotationRule(context, rule, `${name}.${rule.key}`);
  }
}

function setRotationRule(context: ProcessContext, rule: Entry, name: string): void {
  const to = (key: string) => context.findings.kept(rule, name, toKey(context, `log.${key}`));
  switch (rule.key) {
    case "max_size_mb":
      addTo(context, "log", "max_size", `${integerOf(rule.value, `\`${name}\``, 1)}${MEBIBYTE}`);
      return to("max_size");
    case "max_backups":
      addTo(context, "log", "keep", Math.min(1_000, integerOf(rule.value, `\`${name}\``)));
      return to("keep");
    case "compress":
      addTo(context, "log", "compress", flagOf(rule.value, `\`${name}\``));
      return to("compress");
    default:
      context.findings.lost(rule, name, "rotated files are kept by their number");
  }
}

function setDescription({ actor, findings }: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  actor.comments.unshift(textOf(entry.value, "`description`").trim());
  findings.kept(entry, "description", `a comment above actors.${actor.name}`);
}

function setSuccess(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const codes = listOf(entry.value, "`success_exit_codes`").items.map((item) =>
    integerOf(item, "an exit code")
  );
  const ours = [...new Set([0, ...codes])].filter((code) => code <= 255);
  context.actor.keys.set("success_exit_codes", ours);
  context.findings.kept(entry, "success_exit_codes", toKey(context, "success_exit_codes"));
}

function setLaunchTimeout(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  context.findings.lost(
    entry,
    entry.key,
    "a command that puts itself into the background is not told from one that does not",
  );
}

function setWatch(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const map = mapOf(entry.value, "`watch`");
  const folder = valueOf(context.keys, "working_dir");
  const base = folder === null ? "" : `${textNow(folder, "working_dir", context.texts).replace(/\/+$/, "")}/`;
  const paths: string[] = [];
  const ignore: string[] = [];
  const list = valueOf(map, "paths");
  for (const item of list === null ? [] : listOf(list, "`paths`").items) {
    const rule = mapOf(item, "an item of `paths`");
    const path = valueOf(rule, "path");
    if (path === null) return reject(item, "an item of `paths` has no `path`");
    const written = textOf(path, "`path`");
    const at = written.startsWith("/") ? written : `${base}${written.replace(/^\.\//, "")}`;
    const included = valueOf(rule, "include");
    paths.push(...included === null ? [at] : textsOf(included, "`include`").map((glob) => globIn(at, glob)));
    const excluded = valueOf(rule, "exclude");
    if (excluded !== null) {
      ignore.push(
        ...textsOf(excluded, "`exclude`").map((glob) => glob.includes("/") ? globIn(at, glob) : glob),
      );
    }
  }
  if (paths.length === 0) return reject(entry, "`watch` has no `paths`");
  const debounce = valueOf(map, "debounce");
  const ms = debounce === null
    ? 300
    : goDurationMs(textOf(debounce, "`debounce`")) ?? reject(debounce, "`debounce` is no duration");
  const watch: Record<string, DraftValue> = { paths, debounce: formatDuration(ms) };
  if (ignore.length > 0) watch["ignore"] = [...new Set(ignore)];
  context.actor.keys.set("watch", watch);
  context.findings.changed(
    entry,
    "watch",
    toKey(context, "watch"),
    "only .git, .hg, .svn and node_modules are left out by themselves",
  );
  const cascade = map.entries.get("cascade");
  if (cascade !== undefined && flagOf(cascade.value, "`cascade`")) {
    context.findings.lost(
      cascade,
      "watch.cascade",
      "what depends on an actor is not restarted with it",
      'strategy = "rest_for_one" of a tree restarts what comes after',
    );
  }
}

/** A pattern without a slash counts at any depth. */
function globIn(folder: string, glob: string): string {
  const path = glob.includes("/") ? glob : `**/${glob}`;
  return folder === "." || folder === "" ? path : `${folder}/${path}`;
}

/** How a shell that is not the usual one is given a script; null for that one. */
export interface Shell {
  readonly program: string;
  readonly argument: string;
}

/** Sets what the actor runs. */
export function setCommand(context: ProcessContext, shell: Shell | null): void {
  const { keys, actor, findings, texts } = context;
  const entrypoint = valueOf(keys, "entrypoint");
  if (entrypoint !== null) {
    const words = listOf(entrypoint, "`entrypoint`").items.map((item) => textIn(item, "entrypoint", texts));
    if (words.length > 0) {
      actor.keys.set("exec", words);
      addTo(context, "stop", "to", "group");
      return findings.kept(keys.entries.get("entrypoint")!, "entrypoint", toKey(context, "exec"));
    }
  }
  const command = keys.entries.get("command");
  if (command === undefined || isNothing(command.value)) {
    return reject(keys, `the process ${quote(context.name)} has no \`command\``);
  }
  const script = scriptIn(command.value, "command", texts);
  if (script === "") return reject(command, `the process ${quote(context.name)} has no \`command\``);
  const daemon = valueOf(keys, "is_daemon");
  if (daemon !== null && flagOf(daemon, "`is_daemon`")) return keepBeside(context, command, script);
  if (shell !== null) {
    actor.keys.set("exec", [shell.program, shell.argument, script]);
    addTo(context, "stop", "to", "group");
    return findings.kept(command, "command", toKey(context, "exec"));
  }
  if (needsBash(script)) {
    actor.keys.set("exec", ["bash", "-c", script]);
    addTo(context, "stop", "to", "group");
    return findings.kept(command, "command", toKey(context, "exec"));
  }
  actor.keys.set("shell", script);
  findings.kept(command, "command", toKey(context, "shell"));
}

/** A program that goes to the background is kept by a shell that waits beside it. */
function keepBeside(context: ProcessContext, command: Entry, script: string): void {
  const waiting = `{ ${script}\n} && exec sleep infinity`;
  context.actor.keys.set("shell", script.includes("\n") ? waiting : `${script} && exec sleep infinity`);
  context.findings.changed(
    context.keys.entries.get("is_daemon") ?? command,
    "is_daemon",
    toKey(context, "shell"),
    "a shell waits beside what the command leaves in the background, and does not see how that ends",
    "run the program in the foreground: without -d, or postgres itself instead of pg_ctl",
  );
  context.findings.kept(command, "command", toKey(context, "shell"));
}
