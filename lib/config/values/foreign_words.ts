/** The names that other tools give our keys, with the values that they have there. */
import type { Item } from "../toml/item.ts";
import {
  commandLine,
  count,
  everySeconds,
  firstPause,
  listed,
  milliseconds,
  processors,
  restartPolicy,
  same,
  seconds,
  size,
  text,
  type Translate,
} from "./foreign_values.ts";

/** A key of ours that another tool's word may stand for. */
export interface Meaning {
  readonly key: string;
  /** The text to write for a value: `backoff = { initial = "5s" }`. */
  readonly write: (item: Item) => string;
}

/** A word of another tool. */
export interface ForeignWord {
  /** As that tool spells it. */
  readonly word: string;
  /** The tools that have the word; null for a word of no tool in particular. */
  readonly of: string | null;
  /** The meanings that it may have: the first counts whose key a table has. */
  readonly meanings: readonly Meaning[];
  /** The advice where we have no such key; null if we have one. */
  readonly advice: string | null;
}

/** The word of another tool that is spelt so, whatever the case, dashes and underscores; null if there is none. */
export function foreignWord(typed: string): ForeignWord | null {
  return BY_SPELLING.get(spelling(typed)) ?? null;
}

/** All of them, as their tools spell them. */
export function foreignWords(): readonly ForeignWord[] {
  return WORDS;
}

function spelling(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, "");
}

/** `template` with the value in the place of `$`, or with dots if it cannot be told; our key is the first word in it. */
function as(template: string, value: Translate = same): Meaning {
  return {
    key: /\w+/.exec(template)![0],
    write: (item) => template.replace("$", () => value(item) ?? "..."),
  };
}

/** A key of a table that is the value of another key, or is what the word stands in. */
function within(table: string, key: string, value: Translate = same): readonly Meaning[] {
  return [as(`${table} = { ${key} = $ }`, value), as(`${key} = $`, value)];
}

const EXEC: Meaning = { key: "exec", write: (item) => commandLine(item) };
const SHELL: Meaning = { key: "exec", write: (item) => commandLine(item, true) };
const RESTART = as("restart = $", restartPolicy);
/** Variables whose values no message may repeat: they may be secrets. */
const ENV = as('env = { NAME = "..." }');

type Row = readonly [words: string, of: string | null, meanings: readonly Meaning[] | string];

const NO_IMAGES = "write exec with the program that runs in it: supervise runs programs, no images";
const OWN_PORTS =
  "write nothing: a program listens at its own ports, and ready = { tcp = ... } waits for one";
const OWN_FILES = "write nothing: programs see the files of this machine";
const NO_LABELS = "write nothing: the name of an actor is that in [actors.NAME]";
const AT_BOOT = "write nothing: a tree runs what it has, and its own start at boot is that of `supervise up`";

/** Words are in the order of their tools, and of what is written most. */
const ROWS: readonly Row[] = [
  // Commands.
  ["command", "compose, supervisord", [EXEC]],
  ["cmd", "mprocs, circus", [EXEC]],
  ["run", "pitchfork", [SHELL]],
  ["ExecStart", "systemd", [EXEC]],
  ["ProgramArguments Program", "launchd", [EXEC]],
  ["entrypoint", "compose", [EXEC]],
  ["argv commandline executable", null, [EXEC]],
  ["arguments", null, [as("args = $", listed)]],
  ["interpreter", "PM2", "write exec with the interpreter before the program"],
  ["node_args interpreter_args", "PM2", "write them in exec, before the program"],
  // Where and with what.
  ["working_dir workdir", "compose, Kubernetes", [as("cwd = $")]],
  ["WorkingDirectory", "systemd, launchd", [as("cwd = $")]],
  ["directory", "supervisord", [as("cwd = $")]],
  ["dir chdir folder", null, [as("cwd = $")]],
  ["environment", "compose, supervisord, systemd", [ENV]],
  ["EnvironmentVariables", "launchd", [ENV]],
  ["env_vars variables", null, [ENV]],
  ["EnvironmentFile", "systemd", [as("env_file = $", listed)]],
  ["dotenv env_files envfile", null, [as("env_file = $", listed)]],
  ["copy_env pass_environment", "circus", [as("inherit_env = $")]],
  ["uid UserName run_as", null, [as("user = $", text)]],
  ["gid GroupName", null, [as("group = $", text)]],
  ["stdin_file StandardInput", null, [as("stdin = $")]],
  // Restarts.
  ["autorestart", "supervisord, PM2", [RESTART]],
  ["restartPolicy", "Kubernetes", [RESTART]],
  ["restart_mode respawn", null, [RESTART]],
  ["availability", "process-compose", [as('restart = "always"')]],
  ["KeepAlive", "launchd", [as("daemon = $"), RESTART]],
  ["is_daemon", "process-compose", "write exec with what keeps the program in the foreground"],
  ["RestartSec", "systemd", within("backoff", "initial", firstPause(seconds))],
  ["ThrottleInterval", "launchd", within("backoff", "initial", firstPause(seconds))],
  ["backoff_seconds", "process-compose", within("backoff", "initial", firstPause(seconds))],
  ["restart_delay exp_backoff_restart_delay", "PM2", within("backoff", "initial", firstPause(milliseconds))],
  ["min_uptime", "PM2", within("backoff", "reset_after", milliseconds)],
  ["startretries", "supervisord", within("intensity", "restarts", count)],
  ["max_restarts", "PM2, process-compose", within("intensity", "restarts", count)],
  ["StartLimitBurst", "systemd", within("intensity", "restarts", count)],
  ["retry max_retry max_retries", "pitchfork, circus", within("intensity", "restarts", count)],
  ["StartLimitIntervalSec StartLimitInterval", "systemd", within("intensity", "within", seconds)],
  ["period", null, [as("within = $")]],
  ["exitcodes success_codes", "supervisord", [as("success_exit_codes = $", listed)]],
  ["SuccessExitStatus", "systemd", [as("success_exit_codes = $", listed)]],
  ["stop_exit_codes", "PM2", [as("success_exit_codes = $", listed)]],
  // Stops.
  ["stop_signal", "compose, supervisord", within("stop", "signal")],
  ["KillSignal", "systemd, Nomad", within("stop", "signal")],
  ["stopwaitsecs", "supervisord", within("stop", "grace", seconds)],
  ["kill_timeout", "PM2", within("stop", "grace", milliseconds)],
  ["stop_grace_period", "compose", within("stop", "grace", seconds)],
  ["stop_timeout timeout_seconds", null, within("stop", "grace", seconds)],
  ["graceful_timeout", "circus", within("stop", "grace", seconds)],
  ["TimeoutStopSec TimeoutSec", "systemd", within("stop", "grace", seconds)],
  ["ExitTimeOut", "launchd", within("stop", "grace", seconds)],
  ["terminationGracePeriodSeconds", "Kubernetes", within("stop", "grace", seconds)],
  ["timeout", null, [as("grace = $", seconds)]],
  ["ExecStop stop_command", "systemd", within("stop", "command")],
  ["stopasgroup", "supervisord", [as('stop = { to = "group" }'), as('to = "group"')]],
  [
    "killasgroup treekill",
    "supervisord, PM2",
    "write nothing: all that an actor has started is ended with it",
  ],
  ["KillMode", "systemd", [as('stop = { kill = "process" }'), as('kill = "process"')]],
  // Starts.
  ["depends needs requires wait_for", null, [as("depends_on = $", listed)]],
  ["After", "systemd", [as("depends_on = $", listed)]],
  ["Wants BindsTo PartOf Before", "systemd", "write depends_on = [...] for what must be ready before"],
  ["priority", "supervisord, circus", "write depends_on = [...] for what must be ready before"],
  ["healthcheck", "compose", [as('health = { exec = [...], interval = "30s" }')]],
  ["liveness_probe", "Kubernetes, process-compose", [as("health = { http = ... }")]],
  ["readiness_probe startupProbe", "Kubernetes, process-compose", [
    as("ready = { http = ... }"),
  ]],
  ["readiness", null, [as("ready = { http = ... }")]],
  ["startsecs", "supervisord", within("ready", "delay", seconds)],
  ["ready_delay", "pitchfork", within("ready", "delay", seconds)],
  ["ready_output ready_log_line", "pitchfork, process-compose", within("ready", "log")],
  ["ready_http", "pitchfork", within("ready", "http")],
  ["ready_port", "pitchfork", 'write ready = { tcp = "127.0.0.1:PORT" }'],
  ["wait_ready", "PM2", [as("ready = { log = ... }")]],
  ["listen_timeout", "PM2", [as("start_timeout = $", milliseconds)]],
  ["TimeoutStartSec", "systemd", [as("start_timeout = $", seconds)]],
  ["RuntimeMaxSec", "systemd", [as("run_timeout = $", seconds)]],
  ["WatchdogSec", "systemd", within("health", "watchdog", seconds)],
  ["Type", "systemd", "write ready = { notify = true } for notify; daemon = true for all but oneshot"],
  ["RemainAfterExit", "systemd", "write nothing: what depends on a one-shot waits until it has completed"],
  ["RunAtLoad boot_start", "launchd", [as("autostart = $")]],
  ["disabled", "process-compose", [as("autostart = false")]],
  ["ExecStartPre", "systemd", within("hooks", "pre_start")],
  ["ExecStartPost", "systemd", within("hooks", "post_start")],
  ["ExecStopPost", "systemd", within("hooks", "post_stop")],
  ["ExecReload", "systemd", "write nothing: `supervise signal HUP NAME` sends a signal"],
  ["lifecycle", "Kubernetes", [as("hooks = { pre_stop = [...] }")]],
  // How many, and when.
  ["instances", "PM2", [as("replicas = $", count)]],
  ["numprocs numprocesses", "supervisord, circus", [as("replicas = $", count)]],
  ["scale", "compose", [as("replicas = $", count)]],
  ["cron cron_restart OnCalendar", "pitchfork, PM2", [as("schedule = $")]],
  ["StartInterval", "launchd", [as("schedule = $", everySeconds)]],
  ["StartCalendarInterval", "launchd", [as('schedule = "0 3 * * *"')]],
  ["ignore_watch", "PM2", [as("watch = { paths = [...], ignore = $ }", listed), as("ignore = $", listed)]],
  // Logs.
  ["stdout_logfile stderr_logfile", "supervisord", within("log", "file")],
  ["out_file error_file", "PM2", within("log", "file")],
  ["log_location log_file", "process-compose", within("log", "file")],
  ["StandardOutPath StandardErrorPath", "launchd", within("log", "file")],
  ["StandardOutput StandardError", "systemd", [as("log = ...")]],
  ["logging", "compose", [as('log = { max_size = "10MiB", keep = 5 }')]],
  ["stdout_logfile_maxbytes stderr_logfile_maxbytes", "supervisord", within("log", "max_size", size)],
  ["stdout_logfile_backups stderr_logfile_backups", "supervisord", within("log", "keep", count)],
  ["redirect_stderr merge_logs combine_logs", "supervisord, PM2", "write nothing: one log has both streams"],
  // Limits and rights.
  ["mem_limit memory memory_limit", "compose", within("cgroup", "memory_max", size)],
  ["max_memory_restart", "PM2", within("cgroup", "memory_max", size)],
  ["MemoryMax", "systemd", within("cgroup", "memory_max", size)],
  ["cpus cpu_limit", "compose", within("cgroup", "cpu_max", processors)],
  ["CPUQuota", "systemd", within("cgroup", "cpu_max")],
  ["pids_limit", "compose", within("cgroup", "pids_max", count)],
  ["TasksMax", "systemd", within("cgroup", "pids_max", count)],
  ["cgroups", null, [as("cgroup = { memory_max = ... }")]],
  ["resources deploy", "Kubernetes, compose", [as('cgroup = { memory_max = "256MiB", cpu_max = "50%" }')]],
  ["LimitNOFILE nofile", "systemd", [as("limits = { nofile = $ }", count)]],
  ["ulimits", "compose", [as("limits = { nofile = 1024 }")]],
  ["NoNewPrivileges", "systemd", [as("no_new_privs = $")]],
  ["OOMScoreAdjust", "systemd", [as("oom_score_adj = $")]],
  ["ListenStream", "systemd", [as("sockets = [...]")]],
  ["use_sockets", "circus", [as("sockets = [...]")]],
  ["tty", "compose", [as("pty = true")]],
  // Tables.
  ["services", "compose", [as("[actors.NAME]")]],
  ["programs", "supervisord", [as("[actors.NAME]")]],
  ["processes procs", "process-compose, mprocs", [as("[actors.NAME]")]],
  ["daemons", "pitchfork", [as("[actors.NAME]")]],
  ["apps", "PM2", [as("[actors.NAME]")]],
  ["watchers", "circus", [as("[actors.NAME]")]],
  ["containers", "Kubernetes", [as("[actors.NAME]")]],
  ["units tasks", null, [as("[actors.NAME]")]],
  ["supervisors groups", null, [as("[trees.NAME]")]],
  ["Service Unit", "systemd", "write [actors.NAME], or have `supervise import` make it of the unit"],
  // Words that have no place here.
  ["image build", "compose, Kubernetes", NO_IMAGES],
  ["ports expose", "compose", OWN_PORTS],
  ["volumes volumeMounts networks tmpfs", "compose, Kubernetes", OWN_FILES],
  ["container_name hostname Label process_name", "compose, launchd, supervisord", NO_LABELS],
  ["labels annotations Description Documentation", "compose, systemd", "write a comment: # ..."],
  ["Install WantedBy", "systemd", AT_BOOT],
  ["exec_mode", "PM2", "write replicas = N, and sockets where all listen at one address"],
];

const WORDS: readonly ForeignWord[] = ROWS.flatMap(([words, of, meant]) =>
  words.split(" ").map((word): ForeignWord => ({
    word,
    of,
    ...(typeof meant === "string" ? { meanings: [], advice: meant } : { meanings: meant, advice: null }),
  }))
);

const BY_SPELLING: ReadonlyMap<string, ForeignWord> = new Map(
  WORDS.map((known) => [spelling(known.word), known]),
);
