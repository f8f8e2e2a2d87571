/** A change of every key of the language: none can be left out. */
import type { ACTOR_CHANGES } from "../../../lib/config/changes/actor_changes.ts";
import type { ROOT_CHANGES, TREE_CHANGES } from "../../../lib/config/changes/tree_changes.ts";
import type { ChangeAction } from "../../../lib/config/changes/diff_plans.ts";

/** One key, written three ways. */
export interface Sample {
  /** The key with a value, as lines of its table. */
  readonly before: string;
  /** The same, spelled in another way. */
  readonly alike: string;
  /** The key with another value. */
  readonly after: string;
  /** The keys by which the change is told, where they are others. */
  readonly told?: readonly string[];
  /** What becomes of which node, where it is not that which has the key. */
  readonly changes?: readonly string[];
  /** What the actor runs, where that is not `exec`. */
  readonly command?: string;
}

type SamplesOf<Changes> = {
  readonly [N in keyof Changes]: Changes[N] extends { readonly keys: infer Keys }
    ? { readonly [K in keyof Keys]: Sample }
    : Sample;
};

const sample = (before: string, alike: string, after: string, more: Partial<Sample> = {}): Sample => ({
  before,
  alike,
  after,
  ...more,
});

const MODULE = { command: `module = "./a.ts"` };

const CHILD = {
  restart: sample(`restart = "always"`, `restart = 'always'`, `restart = "never"`),
  backoff: {
    initial: sample(
      `backoff = { initial = "200ms" }`,
      `backoff.initial = "0.2s"`,
      `backoff.initial = "1s"`,
    ),
    max: sample(`backoff = { max = "20s" }`, `backoff.max = "20000ms"`, `backoff.max = "40s"`),
    factor: sample(`backoff.factor = 2.0`, `backoff = {}`, `backoff = { factor = 3.5 }`),
    jitter: sample(`backoff.jitter = 0.1`, `backoff = {}`, `backoff.jitter = 0.25`),
    reset_after: sample(
      `backoff.reset_after = "1m"`,
      `backoff.reset_after = "60s"`,
      `backoff.reset_after = "1s"`,
    ),
  },
  profiles: sample(`profiles = ["a", "b"]`, `profiles = ["b", "a"]`, `profiles = ["c"]`),
  significant: sample(`significant = false`, ``, `significant = true`),
  depends_on: sample(
    `depends_on = ["other", "third"]`,
    `depends_on = { third = "ready", other = "ready" }`,
    `depends_on = ["other"]`,
  ),
};

/** The keys that a daemon cannot have. */
const ONE_SHOTS: ReadonlySet<string> = new Set(["schedule", "timezone", "overlap", "catch_up"]);

/** A key of a health check. */
function health(...texts: readonly [string, string, string]): Sample {
  const [before, alike, after] = texts.map((text) =>
    `health = { ${text === "" ? "" : `${text}, `}tcp = "h:1" }`
  );
  return sample(before!, alike!, after!);
}

/** Those of actors. All other actors are daemons. */
export const ACTOR_SAMPLES: SamplesOf<typeof ACTOR_CHANGES> = {
  exec: sample(`exec = ["a", "b"]`, `exec = "a   'b'"`, `exec = ["a", "c"]`, { command: "" }),
  shell: sample(`shell = "a | b"`, `shell = 'a | b'`, `shell = "a"`, { command: "" }),
  script: sample(`script = "./a.ts"`, `script = "/srv/shop/a.ts"`, `script = "./b.ts"`, { command: "" }),
  module: sample(`module = "./a.ts"`, `module = "\${dir}/a.ts"`, `module = "./b.ts"`, { command: "" }),
  export: sample(`export = "default"`, ``, `export = "other"`, MODULE),
  params: sample(
    `params = { a = 1, b = [1, { c = 2, d = 3 }] }`,
    `params = { b = [1, { d = 3, c = 2 }], a = 1 }`,
    `params = { a = 1, b = [2] }`,
    MODULE,
  ),
  debug: sample(`debug = false`, ``, `debug = true`, MODULE),
  args: sample(`args = ["x", "y"]`, `args = ['x', 'y']`, `args = ["y", "x"]`, { told: ["exec"] }),
  cwd: sample(`cwd = "sub"`, `cwd = "./sub"`, `cwd = "other"`),
  env: sample(`env = { A = "1", B = "2" }`, `env = { B = "2", A = "1" }`, `env = { A = "1", B = "3" }`, {
    told: ["env.B"],
  }),
  env_file: sample(`env_file = ["a.env"]`, `env_file = "a.env"`, `env_file = "b.env"`, {
    told: ["env.FROM", "env.MORE"],
  }),
  inherit_env: sample(`inherit_env = true`, ``, `inherit_env = false`),
  // A daemon is started again by another rule than what has an end.
  daemon: sample(`daemon = true`, `daemon  =  true`, `daemon = false`, { told: ["daemon", "restart"] }),
  autostart: sample(`autostart = true`, ``, `autostart = false`),
  ...CHILD,
  intensity: {
    restarts: sample(
      `intensity = { restarts = 4 }`,
      `intensity = { restarts = 4, within = "30s" }`,
      `intensity.restarts = 6`,
    ),
    within: sample(`intensity = { within = "1m" }`, `intensity.within = "60s"`, `intensity.within = "10s"`),
  },
  success_exit_codes: sample(
    `success_exit_codes = [0, 3]`,
    `success_exit_codes = [3, 0, 3]`,
    `success_exit_codes = [3]`,
  ),
  success_signals: sample(
    `success_signals = ["SIGINT", "SIGHUP"]`,
    `success_signals = ["HUP", "INT"]`,
    `success_signals = ["HUP"]`,
  ),
  ready: {
    tcp: sample(`ready = { tcp = "127.0.0.1:1" }`, `ready.tcp = "127.0.0.1:1"`, `ready.tcp = "127.0.0.1:2"`),
    http: sample(`ready = { http = "http://h/" }`, `ready.http = 'http://h/'`, `ready.http = "http://h/b"`),
    exec: sample(`ready = { exec = ["a", "b"] }`, `ready.exec = "a b"`, `ready.exec = "a c"`),
    log: sample(`ready = { log = "up" }`, `ready.log = 'up'`, `ready.log = "there"`),
    file: sample(`ready = { file = "f" }`, `ready.file = "./f"`, `ready.file = "g"`),
    delay: sample(`ready = { delay = "2s" }`, `ready.delay = "2000ms"`, `ready.delay = "1s"`),
    notify: sample(`ready = { notify = true }`, `ready.notify = true`, ``),
    timeout: sample(
      `ready = { file = "f", timeout = "20s" }`,
      `ready = { timeout = "20000ms", file = "f" }`,
      `ready = { file = "f", timeout = "10s" }`,
      { told: ["start_timeout"] },
    ),
    interval: sample(
      `ready = { file = "f", interval = "1s" }`,
      `ready = { interval = "1000ms", file = "f" }`,
      `ready = { file = "f", interval = "2s" }`,
    ),
  },
  health: {
    tcp: sample(
      `health = { tcp = "127.0.0.1:1" }`,
      `health.tcp = "127.0.0.1:1"`,
      `health.tcp = "127.0.0.1:2"`,
    ),
    http: sample(
      `health = { http = "http://h/" }`,
      `health.http = 'http://h/'`,
      `health.http = "http://h/b"`,
    ),
    exec: sample(`health = { exec = ["a", "b"] }`, `health.exec = "a b"`, `health.exec = "a c"`),
    watchdog: sample(`health.watchdog = "2h"`, `health.watchdog = "120m"`, `health.watchdog = "1h"`),
    interval: health(`interval = "10s"`, `interval = "10000ms"`, `interval = "1s"`),
    timeout: health(`timeout = "5s"`, ``, `timeout = "1s"`),
    retries: health(`retries = 3`, `retries = 0x3`, `retries = 4`),
    start_period: health(`start_period = "0s"`, `start_period = "0ms"`, `start_period = "1m"`),
    on_failure: health(`on_failure = "restart"`, ``, `on_failure = "ignore"`),
  },
  start_timeout: sample(`start_timeout = "30s"`, ``, `start_timeout = "1m"`),
  run_timeout: sample(`run_timeout = "1h"`, `run_timeout = "60m"`, `run_timeout = "2h"`),
  stop: {
    command: sample(`stop = { command = ["a", "b"] }`, `stop.command = "a b"`, `stop.command = "a"`),
    signal: sample(`stop = { signal = "SIGINT" }`, `stop.signal = "INT"`, `stop.signal = "HUP"`),
    to: sample(`stop = { to = "process" }`, `stop = {}`, `stop.to = "group"`),
    grace: sample(`stop = { grace = "10s" }`, `stop.grace = "10000ms"`, `stop.grace = "5s"`),
    kill: sample(`stop = { kill = "tree" }`, ``, `stop.kill = "process"`),
  },
  watch: {
    paths: sample(`watch = ["src", "b"]`, `watch = { paths = ["./b", "src"] }`, `watch = ["src"]`),
    ignore: sample(
      `watch = { paths = ["src"], ignore = ["*.log"] }`,
      `watch = { ignore = ['*.log', "*.log"], paths = ["src"] }`,
      `watch = { paths = ["src"], ignore = ["a/b"] }`,
    ),
    debounce: sample(
      `watch = { paths = ["src"], debounce = "1s" }`,
      `watch = { paths = ["src"], debounce = "1000ms" }`,
      `watch = { paths = ["src"], debounce = "2s" }`,
    ),
    signal: sample(
      `watch = { paths = ["src"], signal = "SIGHUP" }`,
      `watch = { paths = ["src"], signal = "HUP" }`,
      `watch = { paths = ["src"], signal = "USR1" }`,
    ),
  },
  hooks: {
    pre_start: sample(
      `hooks = { pre_start = ["a", "b"] }`,
      `hooks.pre_start = "a b"`,
      `hooks.pre_start = "c"`,
    ),
    post_start: sample(`hooks.post_start = "a"`, `hooks = { post_start = ["a"] }`, `hooks.post_start = "c"`),
    pre_stop: sample(`hooks.pre_stop = "a"`, `hooks = { pre_stop = ["a"] }`, `hooks.pre_stop = "c"`),
    post_stop: sample(`hooks.post_stop = "a"`, `hooks = { post_stop = ["a"] }`, `hooks.post_stop = "c"`),
    timeout: sample(
      `hooks = { pre_stop = "a", timeout = "1m" }`,
      `hooks = { timeout = "60s", pre_stop = "a" }`,
      `hooks = { pre_stop = "a", timeout = "2m" }`,
    ),
  },
  schedule: sample(`schedule = "0 3 * * *"`, `schedule = "0  3 * * * "`, `schedule = "@every 5m"`),
  timezone: sample(
    `schedule = "0 3 * * *"\ntimezone = "UTC"`,
    `timezone = 'UTC'\nschedule = "0 3 * * *"`,
    `schedule = "0 3 * * *"\ntimezone = "Europe/Berlin"`,
    { told: ["schedule"] },
  ),
  overlap: sample(
    `schedule = "0 3 * * *"\noverlap = "skip"`,
    `schedule = "0 3 * * *"`,
    `schedule = "0 3 * * *"\noverlap = "queue"`,
  ),
  catch_up: sample(
    `schedule = "0 3 * * *"\ncatch_up = false`,
    `schedule = "0 3 * * *"`,
    `schedule = "0 3 * * *"\ncatch_up = true`,
  ),
  log: {
    file: sample(`log = { file = "a.log" }`, `log.file = "./a.log"`, `log = { file = "b.log" }`),
    max_size: sample(`log = { max_size = "1MiB" }`, `log.max_size = "1024KiB"`, `log.max_size = "2MiB"`),
    keep: sample(`log = { keep = 5 }`, `log = {}`, `log = { keep = 0 }`),
    max_age: sample(`log = { max_age = "1d" }`, `log.max_age = "24h"`, `log.max_age = "1h"`),
    format: sample(
      `log = { file = "a.log", format = "raw" }`,
      `log = { file = "a.log" }`,
      `log = { file = "a.log", format = "json" }`,
    ),
    compress: sample(`log = { compress = false }`, ``, `log = { compress = true }`),
  },
  stdin: sample(`stdin = "in.txt"`, `stdin = "./in.txt"`, `stdin = "null"`),
  replicas: sample(`replicas = 2`, `replicas = 0x2`, `replicas = 3`, {
    changes: ["add a.3 replicas"],
  }),
  sockets: sample(
    `sockets = ["tcp://127.0.0.1:80"]`,
    `sockets = ['tcp://127.0.0.1:80']`,
    `sockets = ["tcp://127.0.0.1:81"]`,
  ),
  user: sample(`user = "nobody"`, `user = 'nobody'`, `user = "root"`),
  group: sample(`group = "nobody"`, `group = 'nobody'`, `group = "root"`),
  umask: sample(`umask = "022"`, `umask = "0022"`, `umask = "077"`),
  nice: sample(`nice = 5`, `nice = +5`, `nice = 6`),
  limits: sample(
    `limits = { core = "1MiB", nofile = 100 }`,
    `limits = { nofile = 100, core = "1024KiB" }`,
    `limits = { nofile = 100, core = "2MiB" }`,
  ),
  no_new_privs: sample(`no_new_privs = false`, ``, `no_new_privs = true`),
  oom_score_adj: sample(`oom_score_adj = 5`, `oom_score_adj = +5`, `oom_score_adj = 6`),
  supervisor_death_signal: sample(
    `supervisor_death_signal = "SIGTERM"`,
    `supervisor_death_signal = "TERM"`,
    `supervisor_death_signal = "KILL"`,
  ),
  cgroup: {
    memory_max: sample(
      `cgroup = { memory_max = "1MiB" }`,
      `cgroup.memory_max = "1024KiB"`,
      `cgroup.memory_max = "2MiB"`,
    ),
    cpu_max: sample(`cgroup = { cpu_max = "50%" }`, `cgroup.cpu_max = '50%'`, `cgroup.cpu_max = "60%"`),
    pids_max: sample(`cgroup = { pids_max = 16 }`, `cgroup.pids_max = 0x10`, `cgroup.pids_max = 17`),
    required: sample(
      `cgroup = { pids_max = 16, required = false }`,
      `cgroup = { pids_max = 16 }`,
      `cgroup = { pids_max = 16, required = true }`,
    ),
  },
};

/** Those of nested trees. The tree has an actor "in". */
export const TREE_SAMPLES: SamplesOf<typeof TREE_CHANGES> = {
  // What follows when restarts are spent goes by it.
  strategy: sample(`strategy = "one_for_one"`, ``, `strategy = "one_for_all"`, {
    told: ["strategy", "on_failure"],
  }),
  intensity: {
    restarts: sample(`intensity = { restarts = 5 }`, `intensity = {}`, `intensity.restarts = 6`),
    within: sample(`intensity = { within = "1m" }`, `intensity.within = "60s"`, `intensity.within = "10s"`),
  },
  on_failure: sample(`on_failure = "escalate"`, `on_failure = 'escalate'`, `on_failure = "stop"`),
  auto_shutdown: sample(`auto_shutdown = "any_significant"`, ``, `auto_shutdown = "never"`),
  shutdown: sample(`shutdown = "30s"`, `shutdown = "30000ms"`, `shutdown = "20s"`),
  start: sample(`start = "parallel"`, ``, `start = "sequential"`),
  concurrency: sample(`concurrency = 2`, `concurrency = 0b10`, `concurrency = 3`),
  isolate: sample(`isolate = false`, ``, `isolate = true`),
  on_supervisor_death: sample(
    `on_supervisor_death = "die"`,
    ``,
    `on_supervisor_death = "survive"`,
  ),
  env: sample(`env = { A = "1", B = "2" }`, `env = { B = "2", A = "1" }`, `env = { A = "2", B = "2" }`, {
    changes: ["restart pool/in env.A"],
  }),
  env_file: sample(`env_file = ["a.env"]`, `env_file = "a.env"`, `env_file = "b.env"`, {
    changes: ["restart pool/in env.FROM,env.MORE"],
  }),
  defaults: sample(
    `defaults = { stop = { grace = "5s" } }`,
    `defaults.stop.grace = "5000ms"`,
    `defaults = { stop = { grace = "6s" }, cwd = "/" }`,
    { changes: ["restart pool/in cwd,stop.grace"] },
  ),
  actors: sample(``, ``, `actors.new = { exec = "new" }`, { changes: ["add pool/new "] }),
  trees: sample(``, ``, `trees.new = { actors = { one = { exec = "new" } } }`, {
    changes: ["add pool/new ", "add pool/new/one "],
  }),
  ...CHILD,
};

/** Those of the top level alone. */
export const ROOT_SAMPLES: SamplesOf<typeof ROOT_CHANGES> = {
  name: sample(`name = "one"`, `name = 'one'`, `name = "two"`),
  include: sample(``, ``, ``, { changes: [] }),
  alerts: sample(
    `alerts = [{ events = ["failed"], exec = "./tell x" }]`,
    `alerts = [{ exec = ["./tell", "x"], events = ["failed"], timeout = "30s" }]`,
    `alerts = [{ events = ["failed"], exec = "./tell y" }]`,
  ),
};

/** A file before the change of a key, written in another way, and after it, and what is to become of which node. */
export interface Case {
  readonly name: string;
  readonly before: string;
  readonly alike: string;
  readonly after: string;
  /** As `restart a exec`. */
  readonly changes: readonly string[];
}

/** What a change of each effect is told as. */
const ACTIONS: Readonly<Record<string, ChangeAction>> = {
  restart: "restart",
  in_place: "change",
  refused: "refuse",
};

/** The files of all samples of a table of changes. */
export function casesOf(
  changes: Readonly<Record<string, object>>,
  samples: Readonly<Record<string, object>>,
  path: string,
  file: (lines: string, sample: Sample, key: string) => string,
  prefix = "",
): readonly Case[] {
  return Object.entries(changes).flatMap(([key, change]) => {
    const name = `${prefix}${key}`;
    const found = samples[key]!;
    if ("keys" in change) {
      const within = change.keys as Readonly<Record<string, object>>;
      return casesOf(within, found as typeof samples, path, file, `${name}.`);
    }
    const one = found as Sample;
    const action = ACTIONS[(change as { effect: string }).effect];
    const told = `${action} ${path} ${(one.told ?? [name]).join(",")}`;
    return [{
      name,
      before: file(one.before, one, name),
      alike: reordered(file(one.alike, one, name)),
      after: file(one.after, one, name),
      changes: one.changes ?? [told],
    }];
  });
}

/** The same with comments, other spaces, and the keys of each table the other way round. */
function reordered(text: string): string {
  return text.split(/\n(?=\[)/).map((table) => {
    const [head, ...lines] = table.trim().split("\n");
    const isTable = head!.startsWith("[");
    const keys = (isTable ? lines : [head!, ...lines]).toReversed().map((line) => `  ${line}  # a comment\n`);
    return `# more\n${isTable ? `${head}\n` : ""}${keys.join("\n")}`;
  }).join("\n\n");
}

const REST = `
[actors.other]
exec = "other"
daemon = true
[actors.third]
exec = "third"
daemon = true`;

/** All keys of actors. */
export function actorFile(lines: string, { command = `exec = "a"` }: Sample, key: string): string {
  const daemon = key === "daemon" || ONE_SHOTS.has(key) ? "" : "daemon = true\n";
  return `name = "shop"\n${REST}\n[actors.a]\n${daemon}${command}\n${lines}`;
}

/** All keys of nested trees. */
export function treeFile(lines: string): string {
  return `name = "shop"\n${REST}\n[trees.pool]\n${lines}\nactors.in = { exec = "in", daemon = true }`;
}

/** Keys of the top level. */
export function rootFile(lines: string, _: Sample, key: string): string {
  return `${key === "name" ? "" : `name = "shop"`}\n${lines}\n${REST}`;
}

/** Files that the samples name. */
export const SAMPLE_FILES = {
  files: { "/srv/shop/a.env": "FROM=a\nMORE=1\n", "/srv/shop/b.env": "FROM=b\n" },
};
