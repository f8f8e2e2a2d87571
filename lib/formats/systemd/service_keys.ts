/** The keys of a service, but for those of its commands and of other units, and what becomes of each. */
import { formatDuration } from "../../base/duration.ts";
import { formatSize } from "../../base/size.ts";
import { parseSignal } from "../../base/signals.ts";
import { type Resource, RESOURCES } from "../../base/resource_limits.ts";
import { addTo, type DraftActor, type DraftValue } from "../draft.ts";
import type { LineReport } from "../finding.ts";
import { valueText } from "../write_toml.ts";
import { lastOf, type Unit, type UnitEntry } from "./unit.ts";
import { readBoolean, readInteger, readSize, readSpan, sizeOf, wordsOf, wrong } from "./values.ts";

/** The context that a rule works with. */
export interface ServiceContext {
  readonly unit: Unit;
  readonly actor: DraftActor;
  readonly path: string;
  /** A text with its specifiers as a value of ours. */
  readonly textOf: (text: string) => string;
  /** Whether there is a file, by its absolute path. */
  readonly exists: (path: string) => boolean;
  /** Log files by the actor that has them. */
  readonly logs: Map<string, string>;
}

export type ServiceRule = (context: ServiceContext, entry: UnitEntry, report: LineReport) => void;

/** The value that `infinity` is written as: the longest time that there is here. */
const ENDLESS = "365d";
/** The size of a page: the kernel rounds limits of memory to pages. */
const LEAST_BYTES = 4_096;

/** By `Section.Key`, for the last value of each. */
export const SERVICE_RULES: Readonly<Record<string, ServiceRule>> = {
  "Unit.Description": ({ actor, textOf }, entry, report) => {
    actor.comments.push(textOf(entry.value).replaceAll("$$", "$"));
    report.kept("a comment");
  },
  "Install.DefaultInstance": ({ path }, _, report) => report.kept(`${path}: its instance`),
  "Service.Type": type,
  "Service.RemainAfterExit": ({ path }, entry, report) => {
    if (!readBoolean(entry)) return report.kept(path);
    report.kept(`${path}: one that has completed stays so, and others may depend on that`);
  },
  "Service.Restart": restart,
  "Service.RestartSec": ({ actor, path }, entry, report) => {
    const span = readSpan(entry);
    const delay = span === "infinity" ? ENDLESS : formatDuration(Math.max(1, span));
    addTo(actor, "backoff", { initial: delay, max: delay, factor: 1, jitter: 0 });
    report.changed(
      `${path} backoff = { initial = "${delay}", max = "${delay}", factor = 1, jitter = 0 }`,
      "the first restart in a row does not wait",
    );
  },
  "Unit.StartLimitBurst": startLimit,
  "Unit.StartLimitIntervalSec": startLimit,
  "Unit.StartLimitInterval": startLimit,
  "Service.StartLimitBurst": startLimit,
  "Service.StartLimitInterval": startLimit,
  "Service.TimeoutStartSec": startTimeout,
  "Service.TimeoutStopSec": stopTimeout,
  "Service.TimeoutSec": (context, entry, report) => {
    const both: string[] = [];
    const collect = {
      ...report,
      kept: (to: string) => void both.push(to),
      changed: (to: string) => void both.push(to),
    };
    startTimeout(context, entry, collect);
    stopTimeout(context, entry, collect);
    report.kept(both.join(", "));
  },
  "Service.RuntimeMaxSec": (context, entry, report) => {
    const span = readSpan(entry);
    if (span === "infinity") return report.kept(`${context.path}: a run may last`);
    report.kept(set(context, "run_timeout", formatDuration(Math.max(1, span))));
  },
  "Service.WatchdogSec": ({ actor, path }, entry, report) => {
    const span = readSpan(entry);
    if (span === "infinity" || span === 0) return report.kept(`${path}: no watchdog`);
    actor.keys.set("health", { watchdog: formatDuration(span) });
    report.kept(`${path} health.watchdog = "${formatDuration(span)}"`);
  },
  "Service.KillMode": killMode,
  "Service.KillSignal": ({ actor, path }, entry, report) => {
    const signal = parseSignal(entry.value);
    if (signal === null) throw wrong(entry, "a signal such as SIGTERM");
    addTo(actor, "stop", { signal });
    report.kept(`${path} stop.signal = "${signal}"`);
  },
  "Service.SuccessExitStatus": successStatus,
  "Service.User": (context, entry, report) =>
    report.kept(set(context, "user", accountOf(context.textOf(entry.value)))),
  "Service.Group": (context, entry, report) =>
    report.kept(set(context, "group", accountOf(context.textOf(entry.value)))),
  "Service.WorkingDirectory": (context, entry, report) => {
    const written = entry.value.replace(/^-/, "");
    const folder = context.textOf(written === "~" ? "%h" : written);
    const user = lastOf(context.unit, "Service.User");
    const to = set(
      context,
      "cwd",
      written === "~" && user !== null ? `/home/${context.textOf(user.value)}` : folder,
    );
    if (written === "~" && user !== null) {
      report.changed(to, "the home folder of the user is a guess", "write the folder that it is");
    } else if (entry.value.startsWith("-")) report.changed(to, "a start fails if the folder is not there");
    else report.kept(to);
  },
  "Service.UMask": (context, entry, report) => {
    if (!/^[0-7]{1,4}$/.test(entry.value)) throw wrong(entry, "octal digits, such as 0027");
    report.kept(set(context, "umask", entry.value.padStart(4, "0")));
  },
  "Service.Nice": (context, entry, report) =>
    report.kept(set(context, "nice", Math.max(-20, Math.min(19, readInteger(entry))))),
  "Service.OOMScoreAdjust": (context, entry, report) =>
    report.kept(set(context, "oom_score_adj", Math.max(-1_000, Math.min(1_000, readInteger(entry))))),
  "Service.NoNewPrivileges": (context, entry, report) => {
    if (readBoolean(entry)) report.kept(set(context, "no_new_privs", true));
    else report.kept(context.path);
  },
  "Service.MemoryMax": memoryMax,
  "Service.MemoryLimit": memoryMax,
  "Service.TasksMax": ({ actor, path }, entry, report) => {
    if (entry.value.endsWith("%")) {
      return report.lost(
        "a share of what the machine allows cannot be said",
        "write cgroup.pids_max as a number",
      );
    }
    const most = entry.value === "infinity" ? "max" : readInteger(entry);
    addTo(actor, "cgroup", { pids_max: most });
    report.kept(`${path} cgroup.pids_max = ${valueText(most)}`);
  },
  "Service.CPUQuota": ({ actor, path }, entry, report) => {
    if (!/^\d+(?:\.\d+)?%$/.test(entry.value)) throw wrong(entry, "a share such as 50%");
    addTo(actor, "cgroup", { cpu_max: entry.value });
    report.kept(`${path} cgroup.cpu_max = "${entry.value}"`);
  },
  "Service.StandardOutput": standardOutput,
  "Service.StandardError": (context, entry, report) => {
    const out = lastOf(context.unit, "Service.StandardOutput")?.value ?? "journal";
    if (entry.value === out || entry.value === "inherit" || /^(?:journal|syslog|kmsg)/.test(entry.value)) {
      return report.kept(`${context.path}: both streams are in one log`);
    }
    report.changed(
      `${context.path}: both streams are in one log`,
      "standard error has no place of its own",
      "`supervise logs --stream stderr` tells them apart",
    );
  },
  "Service.StandardInput": (context, entry, report) => {
    if (entry.value === "null") return report.kept(`${context.path}: standard input is empty`);
    const [, file] = /^file:(.+)$/.exec(entry.value) ?? [];
    if (file === undefined) return report.lost("standard input is a file or empty", 'write stdin = "FILE"');
    report.kept(set(context, "stdin", context.textOf(file)));
  },
};

/** Limits have a key for each resource: `LimitNOFILE`. */
export function setLimit({ actor, path }: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const name = entry.key.slice("Service.Limit".length).toLowerCase();
  if (!RESOURCES.some((resource) => resource === name)) return report.lost("Linux has no limit of that name");
  const bounds = entry.value.split(":").map((text) => boundOf(name as Resource, text, entry));
  const [soft, hard = soft] = bounds;
  const limit = bounds.length === 1 ? soft! : { soft: soft!, hard: hard! };
  addTo(actor, "limits", { [name]: limit });
  report.kept(`${path} limits.${name} = ${valueText(limit)}`);
}

const IN_BYTES = new Set<Resource>(["fsize", "data", "stack", "core", "rss", "memlock", "as", "msgqueue"]);

function boundOf(name: Resource, text: string, entry: UnitEntry): number | string {
  if (text === "infinity") return "unlimited";
  if (name === "nice" && /^[+-]/.test(text)) return Math.max(0, 20 - Number(text));
  if (IN_BYTES.has(name)) {
    const bytes = sizeOf(text);
    if (typeof bytes === "number") return bytes;
  } else if (name === "cpu" || name === "rttime") {
    const span = readSpan({ ...entry, value: text });
    if (span !== "infinity") {
      return name === "rttime" && /^\d+$/.test(text) ? Number(text) : formatDuration(Math.max(1, span));
    }
  } else if (/^\d{1,15}$/.test(text)) return Number(text);
  throw wrong(entry, "a limit such as 65536");
}

/** Sets a key, and gives the words for that. */
export function set(
  { actor, path }: Pick<ServiceContext, "actor" | "path">,
  key: string,
  value: DraftValue,
): string {
  actor.keys.set(key, value);
  return `${path} ${key} = ${valueText(value)}`;
}

function accountOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function type({ actor, path }: ServiceContext, entry: UnitEntry, report: LineReport): void {
  switch (entry.value) {
    case "oneshot":
      return report.kept(`${path}: a one-shot, which others wait for until it has completed`);
    case "notify":
    case "notify-reload":
      actor.keys.set("ready", { notify: true });
      return report.kept(`${path} ready = { notify = true }`);
    case "forking":
      return report.changed(
        `${path} daemon = true`,
        "the process that is started has to stay: one that goes to the background seems to have ended, and what it left is ended",
        "have the program stay in the foreground; most have an option for that",
      );
    case "dbus":
      return report.changed(
        `${path} daemon = true`,
        "it is ready as soon as it runs",
        'write a probe: ready = { exec = ["busctl", "status", "NAME"] }',
      );
    case "idle":
      return report.changed(`${path} daemon = true`, "nothing is waited for");
    default:
      return report.kept(`${path} daemon = true`);
  }
}

/** The policies of systemd between never and always, and how ours differs. */
const POLICIES: Readonly<Record<string, readonly [string, string | null]>> = {
  no: ["never", null],
  always: ["always", null],
  "on-failure": ["on-failure", null],
  "on-success": ["always", "it is restarted after a failure, too"],
  "on-abnormal": ["on-failure", "an exit code that is not 0 is a failure, too"],
  "on-abort": ["on-failure", "every failure counts, not only a signal"],
  "on-watchdog": ["on-failure", "every failure counts, not only the watchdog"],
};

function restart(context: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const policy = Object.hasOwn(POLICIES, entry.value) ? POLICIES[entry.value] : undefined;
  if (policy === undefined) throw wrong(entry, `one of ${Object.keys(POLICIES).join(", ")}`);
  const to = set(context, "restart", policy[0]);
  if (policy[1] !== null) report.changed(to, policy[1]);
  else if (policy[0] === "on-failure" && context.actor.keys.has("daemon")) {
    report.changed(
      to,
      "an end with success is final as there, and told as a failure, because a daemon has no end",
    );
  } else report.kept(to);
}

/** Both keys make one table; the one that stands later sets it. */
function startLimit(context: ServiceContext, _: UnitEntry, report: LineReport): void {
  const find = (names: readonly string[]) =>
    names.map((name) => lastOf(context.unit, name)).find((found) => found !== null) ?? null;
  const burst = find(["Unit.StartLimitBurst", "Service.StartLimitBurst"]);
  const interval = find([
    "Unit.StartLimitIntervalSec",
    "Unit.StartLimitInterval",
    "Service.StartLimitInterval",
  ]);
  const span = interval === null ? 10_000 : readSpan(interval);
  const restarts = burst === null ? 5 : readInteger(burst);
  const intensity = span === 0 || restarts <= 0
    ? "unlimited"
    : { restarts, within: span === "infinity" ? ENDLESS : formatDuration(span) };
  const to = set(context, "intensity", intensity);
  if (intensity === "unlimited") report.kept(to);
  else report.changed(to, "restarts are counted and not starts, and those by hand do not count");
}

function startTimeout(context: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const span = readSpan(entry);
  const to = set(
    context,
    "start_timeout",
    span === "infinity" || span === 0 ? ENDLESS : formatDuration(span),
  );
  if (lastOf(context.unit, "Service.Type")?.value !== "oneshot") return report.kept(to);
  context.actor.keys.delete("start_timeout");
  if (span === "infinity" || span === 0) return report.kept(`${context.path}: a run may last`);
  report.kept(set(context, "run_timeout", formatDuration(span)));
}

function stopTimeout({ actor, path }: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const span = readSpan(entry);
  const isEndless = span === "infinity" || span === 0;
  const grace = isEndless ? "1h" : formatDuration(span);
  addTo(actor, "stop", { grace });
  if (isEndless) report.changed(`${path} stop.grace = "1h"`, "a stop has an end");
  else report.kept(`${path} stop.grace = "${grace}"`);
}

function killMode({ actor, path }: ServiceContext, entry: UnitEntry, report: LineReport): void {
  switch (entry.value) {
    case "control-group":
      return report.changed(
        `${path} stop.to = "group"`,
        "its process group is asked at once, and what has left that group when the main process has ended",
      );
    case "mixed":
      addTo(actor, "stop", { to: "process" });
      return report.changed(
        `${path} stop.to = "process"`,
        "what is left when the main process has ended gets SIGTERM, and SIGKILL only at the end of stop.grace",
      );
    case "process":
    case "none":
      addTo(actor, "stop", { to: "process", kill: "process" });
      return entry.value === "process"
        ? report.kept(`${path} stop.kill = "process"`)
        : report.changed(`${path} stop.kill = "process"`, "the process itself is stopped");
    default:
      throw wrong(entry, "control-group, mixed, process or none");
  }
}

/** Codes that sysexits.h names. */
const EXIT_NAMES = [
  "USAGE",
  "DATAERR",
  "NOINPUT",
  "NOUSER",
  "NOHOST",
  "UNAVAILABLE",
  "SOFTWARE",
  "OSERR",
  "OSFILE",
  "CANTCREAT",
  "IOERR",
  "TEMPFAIL",
  "PROTOCOL",
  "NOPERM",
  "CONFIG",
];
const FIRST_EXIT_NAME = 64;

/** Lines of it add to each other. */
function successStatus({ actor, path }: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const words = wordsOf(entry);
  const codes = words.map(exitCodeOf).filter((code) => code !== null);
  const signals = words.filter((word) => exitCodeOf(word) === null).map(parseSignal).filter((signal) =>
    signal !== null
  );
  const said: string[] = [];
  const add = (key: string, first: readonly number[], more: readonly (number | string)[]) => {
    const present = actor.keys.get(key);
    const before = Array.isArray(present) ? present as readonly (number | string)[] : first;
    if (more.length > 0) said.push(set({ actor, path }, key, [...new Set([...before, ...more])]));
  };
  add("success_exit_codes", [0], codes);
  add("success_signals", [], signals);
  if (words.length === codes.length + signals.length) return report.kept(said.join(", "));
  const why = "names of exit codes are known here as far as sysexits.h has them";
  const hint = "write success_exit_codes = [0, ...] in numbers";
  if (said.length === 0) report.lost(why, hint);
  else report.changed(said.join(", "), why, hint);
}

function exitCodeOf(word: string): number | null {
  if (/^\d{1,3}$/.test(word) && Number(word) <= 255) return Number(word);
  return EXIT_NAMES.includes(word) ? FIRST_EXIT_NAME + EXIT_NAMES.indexOf(word) : null;
}

function memoryMax({ actor, path }: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const bytes = readSize(entry);
  if (bytes === null) {
    return report.lost(
      "a share of the memory of the machine cannot be said",
      "write cgroup.memory_max as a size",
    );
  }
  const most = bytes === "infinity" ? "max" : formatSize(Math.max(LEAST_BYTES, bytes));
  addTo(actor, "cgroup", { memory_max: most });
  report.kept(`${path} cgroup.memory_max = "${most}"`);
}

function standardOutput(context: ServiceContext, entry: UnitEntry, report: LineReport): void {
  const [, file] = /^(?:file|append|truncate):(.+)$/.exec(entry.value) ?? [];
  if (file !== undefined) {
    const written = context.textOf(file);
    const holder = context.logs.get(written);
    if (holder !== undefined) {
      return report.lost(
        `${holder} logs to that file, and a file has one writer here`,
        "give it a file of its own",
      );
    }
    context.logs.set(written, context.path);
    return report.changed(
      set(context, "log", { file: written }),
      "lines are added to it, and it is rotated when it is full",
    );
  }
  if (entry.value === "null") return report.kept(set(context, "log", "null"));
  if (/^(?:inherit|tty)$/.test(entry.value)) return report.kept(set(context, "log", "inherit"));
  report.changed(
    `${context.path}: a log of the tree`,
    "lines go to the logs of the tree, which `supervise logs` shows",
  );
}

/** `Environment=`: pairs, whose values a later line may replace. */
export function setVariables(
  { actor, path, textOf }: ServiceContext,
  entry: UnitEntry,
  report: LineReport,
): void {
  const pairs = wordsOf(entry).map((word) => {
    const at = word.indexOf("=");
    if (at <= 0) throw wrong(entry, 'pairs such as NAME=value "OTHER=two words"');
    return [word.slice(0, at), textOf(word.slice(at + 1))] as const;
  });
  addTo(actor, "env", Object.fromEntries(pairs));
  report.kept(`${path} env: ${pairs.map(([name]) => name).join(", ")}`);
}

/** `EnvironmentFile=`: with a `-`, one that need not be there; here each must. */
export function addVariableFile(
  { actor, path, textOf, exists }: ServiceContext,
  entry: UnitEntry,
  report: LineReport,
): void {
  const isOptional = entry.value.startsWith("-");
  const file = textOf(entry.value.replace(/^-/, ""));
  if (/[*?[]/.test(file)) return report.lost("env_file takes no wildcards", "name the files");
  if (isOptional && !exists(file)) {
    return report.lost(
      "it may be missing, and is missing now",
      `write env_file = ["${file}"] once it is there`,
    );
  }
  const before = actor.keys.get("env_file");
  actor.keys.set("env_file", [...(Array.isArray(before) ? before as readonly string[] : []), file]);
  if (isOptional) report.changed(`${path} env_file`, "a start fails if the file is not there");
  else {report.changed(
      `${path} env_file`,
      "variables of env go over those of env_file, and it is read when the tree starts",
    );}
}

/** `PassEnvironment=`: what supervise has, an actor inherits. */
export function passVariables({ path }: ServiceContext, _: UnitEntry, report: LineReport): void {
  report.kept(`${path}: inherits the environment of supervise`);
}
