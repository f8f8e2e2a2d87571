import type { ACTOR } from "../keys/actor.ts";
import type { BACKOFF } from "../keys/backoff.ts";
import type { CGROUP } from "../keys/cgroup.ts";
import type { CHILD_KEYS } from "../keys/child.ts";
import type { HEALTH } from "../keys/health.ts";
import type { HOOKS } from "../keys/hooks.ts";
import type { INTENSITY } from "../keys/intensity.ts";
import type { LOG } from "../keys/log.ts";
import type { READY } from "../keys/ready.ts";
import type { STOP } from "../keys/stop.ts";
import type { WATCH } from "../keys/watch.ts";
import type { ActorSpec, GroupLimits, HookName, NodeSpec, PrivilegesSpec, Probe } from "../plan.ts";
import { type ChangesOf, type FlatChangesOf, inPlace, restart, withAnother } from "./key_change.ts";

const BACKOFF_CHANGES: FlatChangesOf<typeof BACKOFF.keys, NodeSpec> = {
  initial: inPlace(({ backoff }) => backoff.initialMs),
  max: inPlace(({ backoff }) => backoff.maxMs),
  factor: inPlace(({ backoff }) => backoff.factor),
  jitter: inPlace(({ backoff }) => backoff.jitter),
  reset_after: inPlace(({ backoff }) => backoff.resetAfterMs),
};

/** The compiled `intensity`: none, or no limit, is another value of both keys. */
export const INTENSITY_CHANGES: FlatChangesOf<typeof INTENSITY.keys, Pick<NodeSpec, "intensity">> = {
  restarts: inPlace(({ intensity }) =>
    typeof intensity === "object" ? intensity?.restarts ?? null : intensity
  ),
  within: inPlace(({ intensity }) => typeof intensity === "object" ? intensity?.withinMs ?? null : intensity),
};

/** The keys that actors and trees have in common. */
export const CHILD_CHANGES = {
  restart: inPlace(({ restart }) => restart),
  backoff: { keys: BACKOFF_CHANGES },
  significant: inPlace(({ significant }) => significant),
  profiles: inPlace(({ profiles }) => asSet(profiles)),
  depends_on: inPlace(({ dependsOn }) => asSet(dependsOn.map(({ on, condition }) => `${on} ${condition}`))),
} satisfies ChangesOf<typeof CHILD_KEYS, NodeSpec>;

const READY_CHANGES: FlatChangesOf<typeof READY.keys, ActorSpec> = {
  tcp: inPlace((spec) => probeOf(spec, "tcp")),
  http: inPlace((spec) => probeOf(spec, "http")),
  exec: inPlace((spec) => probeOf(spec, "exec")),
  log: inPlace((spec) => probeOf(spec, "log")),
  file: inPlace((spec) => probeOf(spec, "file")),
  delay: inPlace((spec) => probeOf(spec, "delay")),
  notify: inPlace((spec) => probeOf(spec, "notify")),
  timeout: withAnother("in_place"),
  interval: inPlace(({ ready }) => ready?.intervalMs),
};

const HEALTH_CHANGES: FlatChangesOf<typeof HEALTH.keys, ActorSpec> = {
  tcp: inPlace((spec) => checkOf(spec, "tcp")),
  http: inPlace((spec) => checkOf(spec, "http")),
  exec: inPlace((spec) => checkOf(spec, "exec")),
  // The process knows it from its environment.
  watchdog: restart(({ health }) => health?.watchdogMs ?? null),
  interval: inPlace(({ health }) => health?.intervalMs),
  timeout: inPlace(({ health }) => health?.timeoutMs),
  retries: inPlace(({ health }) => health?.retries),
  start_period: inPlace(({ health }) => health?.startPeriodMs),
  on_failure: inPlace(({ health }) => health?.onFailure),
};

const STOP_CHANGES: FlatChangesOf<typeof STOP.keys, ActorSpec> = {
  command: inPlace(({ stop }) => stop.command),
  signal: inPlace(({ stop }) => stop.signal),
  to: inPlace(({ stop }) => stop.to),
  grace: inPlace(({ stop }) => stop.graceMs),
  kill: inPlace(({ stop }) => stop.kill),
};

const WATCH_CHANGES: FlatChangesOf<typeof WATCH.keys, ActorSpec> = {
  paths: inPlace(({ watch }) => asSet(watch?.paths ?? [])),
  ignore: inPlace(({ watch }) => asSet(watch?.ignore ?? [])),
  debounce: inPlace(({ watch }) => watch?.debounceMs),
  signal: inPlace(({ watch }) => watch === null ? undefined : watch.signal),
};

const HOOK_CHANGES: FlatChangesOf<typeof HOOKS.keys, ActorSpec> = {
  pre_start: hook("pre_start"),
  post_start: hook("post_start"),
  pre_stop: hook("pre_stop"),
  post_stop: hook("post_stop"),
  timeout: inPlace(({ hooks }) => hooks?.timeoutMs),
};

const LOG_CHANGES: FlatChangesOf<typeof LOG.keys, ActorSpec> = {
  // Another destination is another value of all that says what a file is like.
  file: inPlace(({ log }) => log.to === "file" ? log.file : log.to),
  max_size: inPlace(({ log }) => log.to === "file" ? log.maxBytes : undefined),
  keep: inPlace(({ log }) => log.to === "file" ? log.keep : undefined),
  max_age: inPlace(({ log }) => log.to === "file" ? log.maxAgeMs : undefined),
  format: inPlace(({ log }) => log.file === null ? undefined : log.format),
  compress: inPlace(({ log }) => log.to === "file" ? log.compress : undefined),
};

const CGROUP_CHANGES: FlatChangesOf<typeof CGROUP.keys, ActorSpec> = {
  memory_max: groupLimit("memoryMaxBytes"),
  cpu_max: groupLimit("cpuMaxPercent"),
  pids_max: groupLimit("pidsMax"),
  required: groupLimit("required"),
};

/** The effect of changed keys on a running actor: all keys of the language that an actor has. */
export const ACTOR_CHANGES = {
  exec: command("exec"),
  shell: command("shell"),
  script: command("script"),
  module: restart(({ kind, argv, module }) => kind === "module" ? [argv, module?.file] : null),
  export: restart(({ module }) => module?.export ?? null),
  params: restart(({ module }) => module?.params ?? null),
  debug: restart(({ module }) => module?.debug ?? false),
  args: withAnother("restart"),
  cwd: restart(({ cwd }) => cwd),
  env: { ...restart(({ env }: ActorSpec) => env), isByName: true },
  env_file: withAnother("restart"),
  inherit_env: restart(({ inheritEnv }) => inheritEnv),
  daemon: inPlace(({ daemon }) => daemon),
  autostart: inPlace(({ autostart }) => autostart),
  ...CHILD_CHANGES,
  intensity: { keys: INTENSITY_CHANGES },
  success_exit_codes: inPlace(({ successExitCodes }) => asSet(successExitCodes)),
  success_signals: inPlace(({ successSignals }) => asSet(successSignals)),
  ready: { keys: READY_CHANGES },
  health: { keys: HEALTH_CHANGES },
  start_timeout: inPlace(({ startTimeoutMs }) => startTimeoutMs),
  run_timeout: inPlace(({ runTimeoutMs }) => runTimeoutMs),
  stop: { keys: STOP_CHANGES },
  watch: { keys: WATCH_CHANGES },
  log: { keys: LOG_CHANGES },
  stdin: restart(({ stdin }) => stdin),
  hooks: { keys: HOOK_CHANGES },
  schedule: inPlace(({ schedule }) => schedule?.timing ?? null),
  timezone: withAnother("in_place"),
  overlap: inPlace(({ schedule }) => schedule?.overlap),
  catch_up: inPlace(({ schedule }) => schedule?.catchUp),
  replicas: withAnother("below"),
  sockets: restart(({ sockets }) => sockets),
  user: privilege("user"),
  group: privilege("group"),
  umask: privilege("umask"),
  nice: privilege("nice"),
  limits: restart(({ privileges }) => privileges?.limits ?? {}),
  no_new_privs: restart(({ privileges }) => privileges?.noNewPrivs ?? false),
  oom_score_adj: privilege("oomScoreAdj"),
  supervisor_death_signal: privilege("deathSignal"),
  cgroup: { keys: CGROUP_CHANGES },
} satisfies ChangesOf<typeof ACTOR.keys, ActorSpec>;

function command(kind: ActorSpec["kind"]) {
  return restart((spec: ActorSpec) => spec.kind === kind ? spec.argv : null);
}

function privilege(name: keyof PrivilegesSpec) {
  return restart(({ privileges }: ActorSpec) => privileges?.[name] ?? null);
}

function hook(name: HookName) {
  return inPlace(({ hooks }: ActorSpec) => hooks?.commands[name] ?? null);
}

function groupLimit(name: keyof GroupLimits) {
  return restart(({ cgroup }: ActorSpec) => cgroup?.[name] ?? null);
}

function probeOf({ ready }: ActorSpec, type: Probe["type"]): Probe | null {
  return ready?.probe.type === type ? ready.probe : null;
}

function checkOf({ health }: ActorSpec, type: Probe["type"]): Probe | null {
  return health?.probe?.type === type ? health.probe : null;
}

/** Values that mean the same in any order. */
function asSet(values: readonly (string | number)[]): readonly (string | number)[] {
  return [...new Set(values)].sort();
}
