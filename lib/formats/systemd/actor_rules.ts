/** The rules for the keys of an actor that becomes a unit of its own. */
import { shellLine } from "../../base/shell_word.ts";
import type { Bound, ResourceLimit } from "../../base/resource_limits.ts";
import type { ActorSpec, Dependency, NodeId, Plan, Probe, Schedule } from "../../config/plan.ts";
import { baseActorRules, KEEP_TREE } from "../rules/base_rules.ts";
import { checkOf } from "../rules/checks.ts";
import { commandOf, toldCommand, toldLookup } from "../rules/commands.ts";
import { actorsBelow } from "../rules/names.ts";
import { type ActorRules, AS_THERE, changed, eachOr, kept, lost, type Verdict } from "../rules/rules.ts";
import { variablesOf } from "../rules/variables.ts";
import { calendarOf } from "./calendar_of_cron.ts";
import { commandLine, plainValue, quotedWord, timeSpan, type Unit } from "./unit_text.ts";

/** The units that are written for one actor. */
export interface ActorUnits {
  readonly plan: Plan;
  /** Names of units without what they end with, by address. */
  readonly names: ReadonlyMap<NodeId, string>;
  readonly service: Unit;
  /** Without sections if there is none. */
  readonly socket: Unit;
  readonly timer: Unit;
}

/** The pause before a restart that systemd has by default. */
const DEFAULT_RESTART_MS = 100;

/** How often a shell looks for what an actor is to be ready by. */
const LOOK_SECONDS = "0.2";

/** See the module. */
export const ACTOR_RULES: ActorRules<ActorUnits> = {
  ...baseActorRules({ name: "systemd", each: "a unit" }),
  exec: execStart,
  shell: execStart,
  script: execStart,
  args: execStart,
  cwd: ({ cwd }, { service }) => kept(service.add("Service", "WorkingDirectory", plainValue(cwd))),
  env: (spec, { plan, names, service }) => {
    const { plain, secret } = variablesOf(plan, spec);
    for (const [name, value] of Object.entries(plain)) {
      service.add("Service", "Environment", quotedWord(`${name}=${value}`));
    }
    const file = `${plan.dir}/${names.get(spec.path)}.secrets.env`;
    const line = secret.length === 0 ? "" : service.add("Service", "EnvironmentFile", plainValue(file));
    return eachOr([
      ...Object.keys(plain).map((part) => ({ ...kept("Environment="), part })),
      ...secret.map((part) => ({
        ...changed(
          line,
          "it looks secret, and units can be read by all",
          `write ${part}=... into that file, and \`chmod 600\` it`,
        ),
        part,
      })),
    ]);
  },
  daemon: (spec, { service }) => {
    if (spec.ready?.probe.type === "notify" || (spec.health?.watchdogMs ?? null) !== null) {
      service.add("Service", "NotifyAccess", "all");
    }
    const line = service.add("Service", "Type", typeOf(spec));
    if (!spec.daemon && spec.schedule === null) service.add("Service", "RemainAfterExit", "yes");
    return kept(line);
  },
  autostart: ({ autostart }) =>
    autostart ? AS_THERE : kept("no line of it in the target: `systemctl start` starts it"),
  restart: ({ restart, daemon }, { service }) => {
    if (restart === "never") return AS_THERE;
    if (restart === "always" && !daemon) {
      return changed(
        service.add("Service", "Restart", "on-failure"),
        "what has an end is not started again after a success",
      );
    }
    return kept(service.add("Service", "Restart", restart));
  },
  backoff: {
    initial: ({ backoff, restart }, { service }) => {
      if (backoff.initialMs === DEFAULT_RESTART_MS || restart === "never") return AS_THERE;
      const line = service.add("Service", "RestartSec", timeSpan(backoff.initialMs));
      return changed(line, "the first restart waits, too, and later ones do not wait longer");
    },
    max: () => lost("the pause does not grow", KEEP_TREE),
    factor: () => lost("the pause does not grow", KEEP_TREE),
    jitter: () => lost("the pause does not vary", KEEP_TREE),
    reset_after: () => lost("restarts are counted by intensity alone", null),
  },
  profiles: () =>
    changed(
      "a unit like the others",
      "units have no profiles",
      "`systemctl disable` those that you do not want",
    ),
  depends_on: (spec, out) =>
    eachOr(spec.dependsOn.map((dependency) => ({ ...dependOn(dependency, out), part: dependency.on }))),
  intensity: {
    restarts: (spec, { plan, service }) => {
      if (spec.restart === "never") return AS_THERE;
      const parent = plan.nodes.find(({ path }) => path === spec.parent);
      const intensity = spec.intensity ?? (parent?.kind === "tree" ? parent.intensity : "unlimited");
      if (intensity === "unlimited") return kept(service.add("Unit", "StartLimitIntervalSec", "0"));
      service.add("Unit", "StartLimitIntervalSec", timeSpan(intensity.withinMs));
      // systemd counts the first start as well.
      return kept(service.add("Unit", "StartLimitBurst", String(intensity.restarts + 1)));
    },
    within: () => kept("StartLimitIntervalSec="),
  },
  success_exit_codes: ({ successExitCodes }, { service }) => {
    const more = successExitCodes.filter((code) => code !== 0);
    const line = more.length === 0 ? null : service.add("Service", "SuccessExitStatus", more.join(" "));
    if (!successExitCodes.includes(0)) {
      return changed(line ?? "nothing", "the exit code 0 is always a success there");
    }
    return line === null ? AS_THERE : kept(line);
  },
  success_signals: ({ successSignals }, { service }) =>
    successSignals.length === 0
      ? AS_THERE
      : kept(service.add("Service", "SuccessExitStatus", successSignals.join(" "))),
  ready: (spec, out) => readyBy(spec, out),
  start_timeout: ({ startTimeoutMs, daemon }, { service }) =>
    daemon ? kept(service.add("Service", "TimeoutStartSec", timeSpan(startTimeoutMs))) : lost(
      "the start of a oneshot unit is its whole run",
      "run_timeout bounds it",
    ),
  run_timeout: ({ runTimeoutMs, daemon }, { service }) => {
    if (runTimeoutMs === null) return AS_THERE;
    return kept(service.add("Service", daemon ? "RuntimeMaxSec" : "TimeoutStartSec", timeSpan(runTimeoutMs)));
  },
  health: (spec, out) => healthOf(spec, out),
  hooks: {
    pre_start: ({ hooks, cwd }, { service }) => hook("ExecStartPre", hooks?.commands.pre_start, cwd, service),
    post_start: ({ hooks, cwd }, { service }) =>
      hook("ExecStartPost", hooks?.commands.post_start, cwd, service),
    pre_stop: ({ hooks, cwd }, { service }) => hook("ExecStop", hooks?.commands.pre_stop, cwd, service),
    post_stop: ({ hooks, cwd }, { service }) => hook("ExecStopPost", hooks?.commands.post_stop, cwd, service),
    timeout: () =>
      changed("TimeoutStartSec= and TimeoutStopSec=", "hooks are a part of the start and of the stop"),
  },
  stop: {
    command: ({ stop, cwd }, { service }) =>
      stop.command === null ? AS_THERE : changed(
        service.add("Service", "ExecStop", commandLine(commandOf({ argv: stop.command, cwd }))),
        "it runs before the signal there, too, but only if the start had succeeded",
      ),
    signal: ({ stop }, { service }) =>
      stop.signal === "SIGTERM" ? AS_THERE : kept(service.add("Service", "KillSignal", stop.signal)),
    to: ({ stop }, { service }) => {
      if (stop.kill === "process") return kept("KillMode=process");
      if (stop.to === "group") {
        return changed("KillMode=control-group", "the signal goes to every process of the unit");
      }
      return changed(
        service.add("Service", "KillMode", "mixed"),
        "what the main process leaves is killed without a SIGTERM",
      );
    },
    grace: ({ stop }, { service }) => kept(service.add("Service", "TimeoutStopSec", timeSpan(stop.graceMs))),
    kill: ({ stop }, { service }) =>
      stop.kill === "tree" ? AS_THERE : kept(service.add("Service", "KillMode", "process")),
  },
  watch: () => lost("a service watches no files", "write a path unit that restarts it"),
  log: {
    file: ({ log }, { service }) => logTo(log, service),
    max_size: ({ log }) => rotation(log.file),
    keep: ({ log }) => rotation(log.file),
    max_age: ({ log }) => rotation(log.file),
    format: ({ log }) =>
      log.format === "raw"
        ? AS_THERE
        : changed("plain lines", "systemd writes what is printed", "`journalctl -o json` has objects"),
    compress: ({ log }) => rotation(log.file),
  },
  stdin: ({ stdin }, { service }) =>
    stdin === null ? AS_THERE : kept(service.add("Service", "StandardInput", `file:${plainValue(stdin)}`)),
  schedule: (spec, out) => schedule(spec, out),
  timezone: ({ schedule }) => schedule !== null && "cron" in schedule.timing ? kept("OnCalendar=") : AS_THERE,
  overlap: ({ schedule }) =>
    schedule === null || schedule.overlap === "skip"
      ? AS_THERE
      : lost("a date that comes while the unit runs is passed over", KEEP_TREE),
  catch_up: ({ schedule }, { timer }) =>
    schedule?.catchUp === true ? kept(timer.add("Timer", "Persistent", "yes")) : AS_THERE,
  sockets: ({ sockets }, { socket }) => {
    for (const address of sockets) {
      const { type } = address;
      if (type === "unix") socket.add("Socket", "ListenStream", plainValue(address.path));
      else {
        const { host, port } = address;
        socket.add("Socket", "ListenStream", `${host.includes(":") ? `[${host}]` : host}:${port}`);
      }
    }
    if (sockets.some(({ type }) => type === "unix")) socket.add("Socket", "SocketMode", "0600");
    return sockets.length === 0 ? AS_THERE : kept("ListenStream= of a socket unit");
  },
  user: ({ privileges }, { service }) => account("User", privileges?.user ?? null, service),
  group: ({ privileges }, { service }) => account("Group", privileges?.group ?? null, service),
  umask: ({ privileges }, { service }) => {
    const umask = privileges?.umask ?? null;
    return umask === null
      ? AS_THERE
      : kept(service.add("Service", "UMask", umask.toString(8).padStart(4, "0")));
  },
  nice: ({ privileges }, { service }) => account("Nice", privileges?.nice ?? null, service),
  limits: ({ privileges }, { service }) =>
    eachOr(
      Object.entries(privileges?.limits ?? {}).map(([name, limit]) => ({
        ...resource(name, limit, service),
        part: name,
      })),
    ),
  no_new_privs: ({ privileges }, { service }) =>
    privileges?.noNewPrivs === true ? kept(service.add("Service", "NoNewPrivileges", "yes")) : AS_THERE,
  oom_score_adj: ({ privileges }, { service }) =>
    account("OOMScoreAdjust", privileges?.oomScoreAdj ?? null, service),
  cgroup: {
    memory_max: ({ cgroup }, { service }) => account("MemoryMax", cgroup?.memoryMaxBytes ?? null, service),
    cpu_max: ({ cgroup }, { service }) => {
      const percent = cgroup?.cpuMaxPercent ?? null;
      return percent === null ? AS_THERE : kept(service.add("Service", "CPUQuota", `${percent}%`));
    },
    pids_max: ({ cgroup }, { service }) => account("TasksMax", cgroup?.pidsMax ?? null, service),
    required: ({ cgroup }) =>
      cgroup?.required === true
        ? lost("a limit that cannot be kept is passed over", "`supervise doctor` says which can")
        : AS_THERE,
  },
};

function execStart(spec: ActorSpec, { service }: ActorUnits): Verdict {
  // All keys of the command are one line.
  if (spec.kind === "module" || service.isGiven("ExecStart")) return toldCommand(spec, "ExecStart=");
  const [program = "", ...args] = commandOf(spec);
  service.add("Service", "ExecStart", commandLine([program, ...args]));
  if (program.includes("/")) return toldCommand(spec, "ExecStart=");
  // systemd looks in folders of its own, whatever PATH the program gets.
  const path = spec.env["PATH"];
  if (path === undefined) return toldLookup("systemd", spec, "ExecStart=");
  service.add("Service", "ExecSearchPath", plainValue(path));
  return toldCommand(spec, "ExecStart=, ExecSearchPath=");
}

function typeOf({ daemon, ready }: ActorSpec): string {
  if (ready?.probe.type === "notify") return "notify";
  return daemon ? "exec" : "oneshot";
}

function dependOn({ on, condition }: Dependency, { plan, names, service }: ActorUnits): Verdict {
  const units = actorsBelow(plan, on).map((path) => `${names.get(path)}.service`).join(" ");
  service.add("Unit", "After", units);
  const line = service.add("Unit", condition === "exited" ? "Wants" : "Requires", units);
  const below = actorsBelow(plan, on).map((path) =>
    plan.nodes.find((node) => node.path === path) as ActorSpec
  );
  if (condition === "healthy") return changed(line, "systemd waits for the start, and checks no health");
  const hasProbe = below.some(({ ready }) => ready !== null && UNPROBED.has(ready.probe.type));
  if (condition === "ready" && hasProbe) {
    return changed(line, "systemd waits for its start alone", "let it speak sd_notify: ready.notify");
  }
  const ends = condition === "completed" || condition === "exited";
  if (ends && below.some(({ daemon }) => daemon)) {
    return changed(line, "systemd waits for its start, not for its end", KEEP_TREE);
  }
  return kept(line);
}

/** Probes that no command can ask. */
const UNPROBED: ReadonlySet<string> = new Set(["log"]);

function readyBy(spec: ActorSpec, { service }: ActorUnits): Verdict {
  const { ready, daemon } = spec;
  if (ready === null) return AS_THERE;
  const { probe } = ready;
  if (probe.type === "notify") return kept("Type=notify");
  if (UNPROBED.has(probe.type) || !daemon) {
    return lost(
      "systemd asks nobody whether a service is ready",
      "let the program speak sd_notify: ready.notify",
    );
  }
  if (probe.type === "delay") {
    service.add("Service", "ExecStartPost", commandLine(["/bin/sleep", String(probe.ms / 1_000)]));
    return kept("ExecStartPost=");
  }
  const [shell, condition, needs] = conditionOf(probe, spec);
  if (condition === null) return lost("a module runs under supervise alone", KEEP_TREE);
  const line = `until ${condition}; do sleep ${LOOK_SECONDS}; done`;
  service.add("Service", "ExecStartPost", commandLine([shell, "-c", line]));
  return changed(
    "ExecStartPost=",
    "a shell asks again and again, and the start lasts so long",
    needs === null ? null : `the machine needs ${needs}`,
  );
}

/** The shell, what it asks, and the program that it takes for that. */
function conditionOf(probe: Probe, spec: ActorSpec): readonly [string, string | null, string | null] {
  // bash connects by itself, and fewer machines are without it than without nc.
  if (probe.type === "tcp") {
    return ["/bin/bash", `(: <${shellLine([`/dev/tcp/${probe.host}/${probe.port}`])}) 2>/dev/null`, "bash"];
  }
  const check = checkOf(probe, spec);
  return ["/bin/sh", check === null ? null : shellLine(check.argv), check?.needs ?? null];
}

function healthOf({ health }: ActorSpec, { service }: ActorUnits): Verdict {
  if (health === null) return AS_THERE;
  if (health.watchdogMs === null) {
    return lost(
      "systemd asks nobody whether a service works",
      "let the program speak sd_notify: health.watchdog",
    );
  }
  const line = service.add("Service", "WatchdogSec", timeSpan(health.watchdogMs));
  return health.onFailure === "restart" ? kept(line) : changed(line, "a silent process is always ended");
}

function hook(key: string, argv: readonly string[] | undefined, cwd: string, service: Unit): Verdict {
  if (argv === undefined) return AS_THERE;
  const line = service.add("Service", key, commandLine(commandOf({ argv, cwd })));
  return key === "ExecStop" ? changed(line, "it runs only if the start had succeeded") : kept(line);
}

function logTo({ to, file, format }: ActorSpec["log"], service: Unit): Verdict {
  if (to === "null") {
    service.add("Service", "StandardError", "null");
    return kept(service.add("Service", "StandardOutput", "null"));
  }
  if (file === null) return kept("the journal: `journalctl -u UNIT`");
  service.add("Service", "StandardError", `append:${plainValue(file)}`);
  const line = service.add("Service", "StandardOutput", `append:${plainValue(file)}`);
  return format === "raw" ? kept(line) : changed(line, "the lines are as they were printed, without times");
}

function rotation(file: string | null): Verdict {
  return file === null
    ? changed("the journal", "journald has limits of its own", "see SystemMaxUse= in journald.conf")
    : lost("systemd rotates no files", "have logrotate do it, with copytruncate");
}

function schedule({ schedule, path }: ActorSpec, { timer, names }: ActorUnits): Verdict {
  if (schedule === null) return AS_THERE;
  const verdict = timing(schedule, timer);
  if (timer.has("Timer")) timer.add("Timer", "Unit", `${names.get(path)}.service`);
  return verdict;
}

function timing({ timing }: Schedule, timer: Unit): Verdict {
  if ("everyMs" in timing) {
    timer.add("Timer", "AccuracySec", "1s");
    timer.add("Timer", "OnActiveSec", timeSpan(timing.everyMs));
    return changed(
      timer.add("Timer", "OnUnitActiveSec", timeSpan(timing.everyMs)),
      "the time counts from its last start",
    );
  }
  const dates = calendarOf(timing.cron, timing.timezone);
  if (dates === null) return lost(`systemd has no words for "${timing.cron}"`, "write a timer unit by hand");
  timer.add("Timer", "AccuracySec", "1s");
  for (const date of dates) timer.add("Timer", "OnCalendar", date);
  return kept(dates.map((date) => `OnCalendar=${date}`).join(", "));
}

function account(key: string, value: string | number | null, service: Unit): Verdict {
  return value === null ? AS_THERE : kept(service.add("Service", key, plainValue(String(value))));
}

function resource(name: string, { soft, hard }: ResourceLimit, service: Unit): Verdict {
  const text = (bound: Bound) => bound === "unlimited" ? "infinity" : String(bound);
  const key = `Limit${name.toUpperCase()}`;
  if (soft !== null && hard !== null) {
    return kept(service.add("Service", key, soft === hard ? text(soft) : `${text(soft)}:${text(hard)}`));
  }
  return changed(
    service.add("Service", key, text((soft ?? hard)!)),
    "the soft and the hard limit are one there",
  );
}
