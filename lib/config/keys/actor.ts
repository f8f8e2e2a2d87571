import { choice } from "../values/choice.ts";
import { argumentList, command } from "../values/command.ts";
import { list } from "../values/compound.ts";
import { data } from "../values/data.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, later, type TableKind } from "../values/key.ts";
import { boolean, integer } from "../values/scalar.ts";
import { signal } from "../values/signal.ts";
import { socketAddress } from "../values/socket_address.ts";
import { path, string } from "../values/text.ts";
import { group, user } from "./account.ts";
import { cgroup } from "./cgroup.ts";
import { CHILD_KEYS } from "./child.ts";
import { env, envFiles } from "./env.ts";
import { health } from "./health.ts";
import { hooks } from "./hooks.ts";
import { intensity } from "./intensity.ts";
import { limits } from "./limits.ts";
import { log } from "./log.ts";
import { MOST_REPLICAS } from "./most_replicas.ts";
import { ready } from "./ready.ts";
import { schedule, timezone } from "./schedule.ts";
import { shellText } from "./shell_text.ts";
import { stdin } from "./stdin.ts";
import { stop } from "./stop.ts";
import { umask } from "./umask.ts";
import { watch } from "./watch.ts";

/** The keys that say what runs; an actor has exactly one. */
export const COMMANDS = ["exec", "shell", "script", "module"] as const;

const ACTOR_KEYS = {
  exec: key(
    command('shell = "..."'),
    null,
    "The program to run and its arguments, without a shell.",
    '["postgres", "-D", "data"]',
  ),
  shell: key(
    shellText,
    null,
    "A command for `/bin/sh -c`; it is stopped as a group.",
    '"./web 2>&1 | tee web.out"',
  ),
  script: key(
    path,
    null,
    "A program in TypeScript, run by the runtime inside of supervise.",
    '"./migrate.ts"',
  ),
  module: key(path, null, "A TypeScript module that is run as an actor.", '"./api.ts"'),
  export: key(string, "default", "The export of the module that is run.", '"main"'),
  params: key(data, null, "The value that the module is given; any that TOML has.", "{ port = 8080 }"),
  debug: key(boolean, false, "Whether the inspector is on for this module, and a crash holds it.", "true"),
  args: key(argumentList, [], "More arguments.", '["--port", "8080"]'),
  cwd: key(path, null, "The folder to run in; without it, the folder of the file.", '"./web"'),
  env: key(
    env,
    null,
    "Variables of the environment, over those of `env_file`, of the trees around it and of supervise.",
    '{ PORT = "8080", LOG_LEVEL = "${env:LOG_LEVEL:-info}" }',
  ),
  env_file: key(
    envFiles,
    null,
    "Files with variables of the environment, below `env`.",
    '[".env", ".env.local"]',
  ),
  inherit_env: key(boolean, true, "Whether it also gets the environment of supervise.", "false"),
  daemon: key(boolean, false, "Whether it serves until it is cancelled, rather than having an end.", "true"),
  autostart: key(boolean, true, "Whether it is started with its tree, rather than by hand.", "false"),
  ...CHILD_KEYS,
  intensity: key(
    intensity,
    null,
    "How many restarts it is granted, where each child has its own.",
    '{ restarts = 3, within = "10s" }',
  ),
  success_exit_codes: key(
    list(integer(0, 255), "[0, 3]"),
    [0],
    "The exit codes that count as success.",
    "[0, 3]",
  ),
  success_signals: key(list(signal, '["SIGTERM"]'), [], "The signals that count as success.", '["SIGTERM"]'),
  ready: key(
    ready,
    null,
    "How to find out that it is ready; without it, it is ready as soon as it runs.",
    '{ tcp = "127.0.0.1:5432" }',
  ),
  start_timeout: key(duration(1), 30_000, "A start that takes longer has failed.", '"1m"'),
  run_timeout: key(duration(1), null, "A run that takes longer has failed.", '"1h30m"'),
  stop: key(stop, null, "How it is stopped.", '{ signal = "SIGINT", grace = "30s" }'),
  stdin: key(stdin, null, "The file that it reads standard input from; `null` for none.", '"./input.txt"'),
  health: key(
    health,
    null,
    "How to find out that it still works.",
    '{ http = "http://127.0.0.1:8080/health", interval = "5s" }',
  ),
  replicas: key(
    integer(1, MOST_REPLICAS),
    null,
    "How many copies of it run, addressed `NAME.1` to `NAME.N`.",
    "2",
  ),
  schedule: key(
    schedule,
    null,
    "When it is run: a cron expression, or a time from one run to the next.",
    '"0 3 * * *"',
  ),
  timezone: key(
    timezone,
    null,
    "The time zone of its schedule; without it, that of the machine.",
    '"Europe/Berlin"',
  ),
  overlap: key(
    choice("overlap", ["skip", "queue", "replace"]),
    "skip",
    "How a run is treated that is due while another one goes on: left out, run afterwards, or run in its place.",
    '"queue"',
  ),
  catch_up: key(boolean, false, "Whether a date that was missed is made up for, once.", "true"),
  watch: key(watch, null, "Files whose change restarts it, or signals it.", '["src/**/*.ts"]'),
  sockets: key(
    list(socketAddress, '["tcp://127.0.0.1:8080"]'),
    [],
    "Where supervise listens for it, also while it restarts; handed over as systemd does (LISTEN_FDS).",
    '["tcp://127.0.0.1:8080"]',
  ),
  user: key(user, null, "The user to run as, by name or number, with the groups of that user.", '"postgres"'),
  group: key(
    group,
    null,
    "The group to run as, by name or number; without it, that of the user.",
    '"www-data"',
  ),
  umask: key(umask, null, "The permissions that new files do not get, in octal digits.", '"0027"'),
  nice: key(integer(-20, 19), null, "The priority, from -20 for the highest to 19.", "10"),
  limits: key(
    limits,
    null,
    "Limits of resources by name: one for both, or a soft and a hard one.",
    '{ nofile = 1024, core = "unlimited" }',
  ),
  no_new_privs: key(boolean, false, "Whether no program that it starts may gain privileges.", "true"),
  oom_score_adj: key(
    integer(-1_000, 1_000),
    null,
    "How readily the kernel kills it when memory runs out, from -1000 for never.",
    "500",
  ),
  supervisor_death_signal: key(
    signal,
    null,
    "The signal that the kernel sends it when the supervisor dies.",
    '"SIGTERM"',
  ),
  cgroup: key(
    cgroup,
    null,
    "Limits of memory, processor and processes for all that runs of it together.",
    '{ memory_max = "256MiB", cpu_max = "50%" }',
  ),
  pty: later("Whether it runs on a pseudo-terminal."),
  log: key(
    log,
    null,
    "Where its output goes: into files of its tree, another file, or nowhere.",
    '{ max_size = "50MiB", keep = 3 }',
  ),
  hooks: key(hooks, null, "Commands around start and stop.", '{ pre_start = "./prepare.sh" }'),
} satisfies Keys;

/** `[actors.NAME]`. */
export const ACTOR: TableKind<typeof ACTOR_KEYS> = {
  name: "actor",
  title: "an actor",
  keys: ACTOR_KEYS,
  exactlyOne: COMMANDS,
};
