/** The keys of an app, but for those of its command and its logs, and what becomes of each. */
import { formatDuration } from "../../base/duration.ts";
import { formatSize } from "../../base/size.ts";
import { mistakeInCron, plainCron } from "../../config/text/cron.ts";
import { addTo, type DraftActor, type DraftValue } from "../draft.ts";
import type { LineReport } from "../finding.ts";
import { valueText } from "../write_toml.ts";
import { readBoolean, readBytes, readMs, readNumber, readText, readTexts } from "./app_values.ts";
import { EnvText, ListValue, Opaque, RecordValue, textOf, type Value } from "./values.ts";

/** The context that a rule works with. */
export interface AppContext {
  readonly app: RecordValue;
  readonly actor: DraftActor;
  readonly path: string;
}

export type AppRule = (context: AppContext, value: Value, report: LineReport) => void;

/** The values that PM2 has by default. */
const USUAL_UPTIME_MS = 1_000;
const USUAL_RESTARTS = 16;
const LONGEST_BACKOFF = "15s";
const MOST_COPIES = 1_000;
const LEAST_BYTES = 4_096;

const OWN_WAYS = "it is about PM2 itself";

/** By name. */
export const APP_RULES: Readonly<Record<string, AppRule>> = {
  name: ({ path }, _, report) => report.kept(path),
  cwd: (context, value, report) => report.kept(set(context, "cwd", readText(value))),
  env: variables,
  env_file: (context, value, report) => report.kept(set(context, "env_file", [...readTexts(value)])),
  exec_mode: ({ path }, value, report) => {
    if (!isCluster(value)) return report.kept(path);
    report.changed(path, "it is a process of its own, without PM2 between it and its port");
  },
  instances,
  autorestart: (context, value, report) => {
    if (readBoolean(value)) return report.kept(`${context.path} restart = "always"`);
    context.actor.keys.delete("daemon");
    report.changed(
      `${context.path}: a one-shot`,
      "ended with success it has completed, and a tree of one-shots alone ends with the last of them",
    );
  },
  stop_exit_codes: (context, value, report) => {
    const codes = (value instanceof ListValue ? value.items : [value]).map(readNumber).filter((code) =>
      code >= 0 && code <= 255
    );
    context.actor.keys.set("restart", "on-failure");
    report.changed(
      set(context, "success_exit_codes", codes),
      'with restart = "on-failure" such an end is final as there, and told as a failure, because a daemon has no end',
    );
  },
  max_restarts: restarts,
  min_uptime: restarts,
  restart_delay: ({ app, actor, path }, value, report) => {
    const ms = readMs(value);
    if (ms === 0) return report.kept(path);
    if (app.members.has("exp_backoff_restart_delay")) return report.lost("exp_backoff_restart_delay says it");
    const delay = formatDuration(ms);
    actor.keys.set("backoff", { initial: delay, max: delay, factor: 1, jitter: 0 });
    report.changed(
      `${path} backoff = { initial = "${delay}", max = "${delay}", factor = 1, jitter = 0 }`,
      "the first restart in a row does not wait",
    );
  },
  exp_backoff_restart_delay: ({ actor, path }, value, report) => {
    const ms = readMs(value);
    if (ms === 0) return report.kept(path);
    const backoff = {
      initial: formatDuration(ms),
      max: ms > 15_000 ? formatDuration(ms) : LONGEST_BACKOFF,
      factor: 1.5,
      jitter: 0,
      reset_after: "30s",
    };
    actor.keys.set("backoff", backoff);
    report.changed(`${path} backoff = ${valueText(backoff)}`, "the first restart in a row does not wait");
  },
  kill_timeout: ({ actor, path }, value, report) => {
    const grace = formatDuration(readMs(value));
    addTo(actor, "stop", { grace });
    report.kept(`${path} stop.grace = "${grace}"`);
  },
  treekill: ({ actor, path }, value, report) => {
    if (readBoolean(value)) return report.kept(`${path}: descendants are ended, too`);
    addTo(actor, "stop", { kill: "process" });
    report.kept(`${path} stop.kill = "process"`);
  },
  wait_ready: (_, value, report) => {
    if (!readBoolean(value)) return report.kept("ready as soon as it runs");
    report.lost(
      "there is no channel of Node's to say ready by",
      "write ready = { http = ... }, { tcp = ... } or { log = ... }; or { notify = true }, and have it speak to NOTIFY_SOCKET",
    );
  },
  listen_timeout: (context, value, report) => {
    const ms = readMs(value);
    report.changed(
      set(context, "start_timeout", formatDuration(Math.max(1, ms))),
      "a start that takes longer has failed, and there it counts as ready",
    );
  },
  shutdown_with_message: (_, value, report) => {
    if (!readBoolean(value)) return report.kept("it is stopped by a signal");
    report.lost("there is no channel of Node's to be stopped by", "have it listen to SIGINT");
  },
  cron_restart: (context, value, report) => {
    const cron = plainCron(readText(value));
    if (cron === "" || cron === "0") return report.kept(context.path);
    if (mistakeInCron(cron) !== null) {
      return report.lost("it is no cron expression that is known here", 'write schedule = "0 3 * * *"');
    }
    if (!isOneShot(context)) {
      return report.lost(
        "nothing restarts a daemon at a date",
        'an actor with a schedule can do it: exec = ["supervise", "restart", "NAME"]',
      );
    }
    report.changed(
      set(context, "schedule", cron),
      "it is run at these dates, and not at the start of the tree",
    );
  },
  max_memory_restart: ({ actor, path }, value, report) => {
    const most = formatSize(Math.max(LEAST_BYTES, readBytes(value)));
    addTo(actor, "cgroup", { memory_max: most });
    report.changed(
      `${path} cgroup.memory_max = "${most}"`,
      "the kernel ends it at that limit instead of PM2 asking it to stop, where control groups are delegated",
    );
  },
  watch,
  ignore_watch: watch,
  watch_delay: watch,
  watch_options: (_, __, report) =>
    report.lost(
      "files are watched in one way",
      "watch.debounce is how long no file may change before it acts",
    ),
  uid: (context, value, report) => report.kept(set(context, "user", accountOf(readText(value)))),
  user: (context, value, report) => report.kept(set(context, "user", accountOf(readText(value)))),
  gid: (context, value, report) => report.kept(set(context, "group", accountOf(readText(value)))),
  increment_var: (_, __, report) =>
    report.lost("no variable counts up", 'write ${replica} into its value, as in PORT = "300${replica}"'),
  instance_var: (_, __, report) =>
    report.lost(
      "SUPERVISE_REPLICA is the number of a copy, and counts from 1",
      'write env = { NODE_APP_INSTANCE = "${replica}" } where the program asks for that',
    ),
  namespace: (_, __, report) =>
    report.lost("actors are grouped by trees", "move them into [trees.NAME.actors]"),
  filter_env: (_, __, report) =>
    report.lost("single variables are not held back", "inherit_env = false lets none through"),
  log_date_format: (_, __, report) =>
    report.lost(
      "the logs of the tree have a time for each line",
      'log.format = "json" has one in a file of its own',
    ),
  time: (_, __, report) => report.kept("the logs of the tree have a time for each line"),
  log_type: ({ path }, value, report) => {
    if (String(textOf(value)) !== "json") return report.kept(path);
    report.lost(
      "a log of the tree has a format of its own",
      "`supervise logs --json` prints objects; log.format says it for a file",
    );
  },
  pid_file: ownFile,
  pid: ownFile,
  ...Object.fromEntries(
    [
      "force",
      "vizion",
      "pmx",
      "automation",
      "trace",
      "deep_monitoring",
      "disable_trace",
      "source_map_support",
      "disable_source_map_support",
      "post_update",
      "autostart",
      "kill_retry_time",
      "append_env_to_name",
      "appendEnvToName",
      "windowsHide",
      "version",
      "author",
      "description",
      "repo",
      "ref",
      "disable_logs",
      "auto_exit",
      "is_base64_encoded",
      "container",
      "dist_node",
      "image_name",
      "node_version",
      "fresh",
      "dockerdaemon",
      "km_link",
      "sort",
      "install_url",
    ].map((name) => [name, (_: AppContext, __: Value, report: LineReport) => report.lost(OWN_WAYS)]),
  ),
};

function set({ actor, path }: AppContext, key: string, value: DraftValue): string {
  actor.keys.set(key, value);
  return `${path} ${key} = ${valueText(value)}`;
}

/** Variables that are those of supervise under the same name are inherited. */
function variables({ actor, path }: AppContext, value: Value, report: LineReport): void {
  if (!(value instanceof RecordValue)) return report.lost("an object is expected");
  const inherited: string[] = [];
  const unknown: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, member] of value.members) {
    const text = textOf(member.value);
    if (text instanceof EnvText && text.text === `\${env:${name}}`) inherited.push(name);
    else if (text !== null) env[name] = readText(member.value);
    else if (member.value !== undefined && member.value !== null) unknown.push(name);
  }
  if (Object.keys(env).length > 0) addTo(actor, "env", env);
  const to = `${path} env: ${
    [...Object.keys(env), ...inherited.map((name) => `${name} (inherited)`)].join(", ") || "none"
  }`;
  if (unknown.length === 0) report.kept(to);
  else {report.changed(
      to,
      `the values of ${unknown.join(", ")} are not known here, because nothing of the machine is looked at`,
      "write them into env",
    );}
}

function isCluster(mode: Value | undefined): boolean {
  return mode !== undefined && /^cluster/.test(String(textOf(mode)));
}

function instances(context: AppContext, value: Value, report: LineReport): void {
  const text = value instanceof Opaque ? "max" : String(value instanceof EnvText ? value.now : textOf(value));
  const copies = Number(text);
  if (text === "max" || copies <= 0) {
    return report.lost(
      "it is a number of processors, of which nothing is known here",
      "write replicas = N, for as many as you want",
    );
  }
  if (!Number.isInteger(copies)) return report.lost("a number is expected", "write replicas = N");
  if (copies === 1) return report.kept(`${context.path}: one process`);
  if (isCluster(context.app.get("exec_mode"))) {
    return report.changed(
      `${context.path}: one process`,
      "copies cannot share a port as in a cluster of PM2",
      `write replicas = ${copies} and PORT = "300\${replica}", or sockets for a program that takes them from systemd`,
    );
  }
  const to = set(context, "replicas", Math.min(copies, MOST_COPIES));
  if (value instanceof EnvText && value.names.length > 0) {
    report.changed(to, `it is what ${value.names.join(", ")} says now`);
  } else report.kept(to);
}

/** Both keys make one table. */
function restarts(context: AppContext, _: Value, report: LineReport): void {
  const { app } = context;
  const most = app.get("max_restarts") === undefined ? USUAL_RESTARTS : readNumber(app.get("max_restarts"));
  const uptime = app.get("min_uptime") === undefined ? USUAL_UPTIME_MS : readMs(app.get("min_uptime"));
  const delay = app.get("restart_delay") === undefined ? 0 : readMs(app.get("restart_delay"));
  const withinMs = Math.min(365 * 86_400_000, Math.max(1_000, (most + 1) * (uptime + delay)));
  const intensity = {
    restarts: Math.min(1_000_000, Math.max(0, Math.round(most))),
    within: formatDuration(withinMs),
  };
  report.changed(
    set(context, "intensity", intensity),
    "PM2 counts restarts in a row of runs that were shorter than min_uptime; here all restarts within the time count",
  );
}

/** All keys on watching make one value. */
function watch({ app, actor, path }: AppContext, _: Value, report: LineReport): void {
  const watched = app.get("watch");
  const isWatched = watched instanceof ListValue ||
    (watched !== undefined && watched !== null && readText(watched) !== "false");
  if (!isWatched) return report.kept(`${path}: no files are watched`);
  const paths = watched instanceof ListValue
    ? readTexts(watched)
    : readText(watched) === "true"
    ? ["."]
    : [readText(watched)];
  const ignored = app.get("ignore_watch");
  const delay = app.get("watch_delay");
  actor.keys.set("watch", {
    paths,
    ignore: ignored === undefined ? ["node_modules"] : [...readTexts(ignored)],
    ...(delay === undefined ? {} : { debounce: formatDuration(Math.max(1, readMs(delay))) }),
  });
  report.changed(
    `${path} watch`,
    "paths are globs from the folder of the file, and names without a slash are ignored wherever they are",
  );
}

function isOneShot({ app }: AppContext): boolean {
  const autorestart = app.get("autorestart");
  return autorestart !== undefined && !readBoolean(autorestart);
}

function accountOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function ownFile(_: AppContext, __: Value, report: LineReport): void {
  report.lost("no file has the number of a process", "`supervise ps --json` has it");
}
