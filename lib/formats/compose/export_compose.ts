/** A compose file with a service for each actor, all of one image. */
import { UserError } from "../../base/user_error.ts";
import { ExitCode } from "../../base/exit_code.ts";
import type { ActorSpec, Dependency, NodeId, Probe } from "../../config/plan.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseActorRules, baseTreeRules, KEEP_TREE } from "../rules/base_rules.ts";
import { checkOf } from "../rules/checks.ts";
import { commandOf, toldCommand } from "../rules/commands.ts";
import { actorsBelow, serviceNames, treeNameOf } from "../rules/names.ts";
import {
  type ActorRules,
  AS_THERE,
  changed,
  eachOr,
  kept,
  lost,
  Told,
  type TreeRules,
  type Verdict,
} from "../rules/rules.ts";
import { tellVariables, variablesOf } from "../rules/variables.ts";
import { writeYaml } from "../rules/yaml.ts";

/** See the module. */
export const exporter: Exporter = {
  name: "compose",
  title: "a compose file",
  per: ["actor"],
  hasImage: true,
  write,
};

type Keys = Record<string, unknown>;

interface Service {
  readonly source: ExportSource;
  readonly names: ReadonlyMap<NodeId, string>;
  readonly keys: Keys;
}

const TOOL = { name: "compose", each: "a service" };
const NO_PROBE = "compose can ask only by a command in the container";
/** The profile of what nothing starts by itself: compose has no other way to say so. */
const BY_HAND = "by-hand";

const TREE_RULES: TreeRules<unknown> = {
  ...baseTreeRules(TOOL),
  name: () => kept("name"),
  profiles: () => kept("profiles of each"),
  depends_on: ({ dependsOn }) =>
    dependsOn.length === 0
      ? AS_THERE
      : lost("what is below does not wait", "let each actor of it depend on it"),
};

const command = (spec: ActorSpec, { keys }: Service) => {
  keys["command"] = commandOf(spec).map(literal);
  return toldCommand(spec, "command");
};

/** Whether one is checked by what says that it is ready: compose has one check for both. */
function checkedProbe({ ready, health }: ActorSpec): Probe | null {
  return health?.probe ?? ready?.probe ?? null;
}

const ACTOR_RULES: ActorRules<Service> = {
  ...baseActorRules(TOOL),
  exec: command,
  shell: command,
  script: command,
  args: command,
  cwd: ({ cwd }, { keys }) =>
    changed(set(keys, "working_dir", literal(cwd)).to!, "the image needs a folder of this path"),
  env: (spec, { source, keys }) => {
    const { plain, secret } = variablesOf(source.plan, spec);
    if (Object.keys(spec.env).length > 0) {
      keys["environment"] = Object.fromEntries([
        ...Object.entries(plain).map(([name, value]) => [name, literal(value)]),
        // Compose takes it from its own environment, or from .env, and says so if it is in neither.
        ...secret.map((name) => [name, /^\w+$/.test(name) ? `\${${name}:?}` : ""]),
      ]);
    }
    return eachOr([
      ...Object.keys(plain).map((part) => ({ ...kept("environment"), part })),
      ...secret.map((part) => ({
        ...changed(
          `\${${part}:?}`,
          "it looks secret",
          `write ${part}=... into .env beside the file, or have it in the shell`,
        ),
        part,
      })),
    ]);
  },
  autostart: ({ autostart }) =>
    autostart ? AS_THERE : changed(`profiles: [${BY_HAND}]`, "compose starts all that has no profile"),
  profiles: ({ profiles, autostart }, { keys }) => {
    if (profiles.length > 0) return set(keys, "profiles", [...profiles]);
    if (!autostart) keys["profiles"] = [BY_HAND];
    return AS_THERE;
  },
  restart: ({ restart }, { keys }) => restart === "never" ? AS_THERE : set(keys, "restart", restart),
  backoff: () => lost("the pauses between restarts are those of the container engine", null),
  intensity: {
    restarts: (spec, { source, keys }) => {
      const parent = source.plan.nodes.find(({ path }) => path === spec.parent);
      const intensity = spec.intensity ?? (parent?.kind === "tree" ? parent.intensity : "unlimited");
      if (intensity === "unlimited") return AS_THERE;
      if (spec.restart !== "on-failure") return lost("only restarts after a failure are counted", null);
      return changed(
        set(keys, "restart", `on-failure:${intensity.restarts}`).to!,
        "they count whenever they are",
      );
    },
    within: () => lost("restarts count whenever they are", null),
  },
  depends_on: (spec, out) => {
    if (spec.dependsOn.length === 0) return AS_THERE;
    const waits: Keys = {};
    const verdicts = spec.dependsOn.map((dependency) => ({
      ...dependOn(dependency, out, waits),
      part: dependency.on,
    }));
    if (Object.keys(waits).length > 0) out.keys["depends_on"] = waits;
    return verdicts;
  },
  ready: (spec, { keys }) => {
    const { ready, health } = spec;
    if (ready === null) return AS_THERE;
    if (health !== null && health.probe !== null && checkOf(health.probe, spec) !== null) {
      return changed("the healthcheck of health", "compose has one check for both");
    }
    const check = checkOf(ready.probe, spec);
    if (check === null) return lost(NO_PROBE, "let ready.exec run a command that finds out");
    keys["healthcheck"] = {
      test: ["CMD", ...check.argv.map(literal)],
      interval: "1s",
      retries: Math.max(1, Math.ceil(spec.startTimeoutMs / 1_000)),
    };
    return check.needs === null ? changed("healthcheck", "it goes on being asked, once a second") : changed(
      "healthcheck",
      `it runs ${check.needs} in the container, once a second`,
      `the image needs ${check.needs}`,
    );
  },
  health: (spec, { keys }) => {
    const { health } = spec;
    if (health === null) return AS_THERE;
    const check = health.probe === null ? null : checkOf(health.probe, spec);
    if (check === null) return lost(NO_PROBE, "let health.exec run a command that finds out");
    keys["healthcheck"] = {
      test: ["CMD", ...check.argv.map(literal)],
      interval: time(health.intervalMs),
      timeout: time(health.timeoutMs),
      retries: health.retries,
      ...(health.startPeriodMs === 0 ? {} : { start_period: time(health.startPeriodMs) }),
    };
    const hint = check.needs === null ? null : `the image needs ${check.needs}`;
    return health.onFailure === "ignore" && hint === null
      ? kept("healthcheck")
      : changed("healthcheck", "an unhealthy container is told of, and not restarted", hint);
  },
  start_timeout: () =>
    lost("compose has no limit of the time of a start", "`docker compose up --wait --wait-timeout`"),
  stop: {
    command: () => lost("compose sends a signal alone", "trap it in the entry point"),
    signal: ({ stop }, { keys }) =>
      stop.signal === "SIGTERM" ? AS_THERE : set(keys, "stop_signal", stop.signal),
    to: ({ stop, kind }, { keys }) => {
      // Process 1 of a container passes nothing on and reaps nothing, unless it is an init.
      keys["init"] = true;
      return stop.to === "group" && kind === "shell"
        ? changed(
          "init: true",
          "the signal goes to the shell alone",
          "begin the command with `exec`, or trap the signal",
        )
        : kept("init: true");
    },
    grace: ({ stop }, { keys }) =>
      stop.graceMs === DEFAULT_GRACE_MS ? AS_THERE : set(keys, "stop_grace_period", time(stop.graceMs)),
    kill: ({ stop }) =>
      stop.kill === "tree" ? kept("the container") : lost("all of a container ends with it", null),
  },
  watch: () => lost("compose watches files for development alone", "see develop.watch of compose"),
  log: {
    file: ({ log }, { keys }) => {
      if (log.to === "null") return set(keys, "logging", { driver: "none" });
      return log.file === null
        ? kept("docker compose logs")
        : lost("what is printed goes to the engine", "see logging of compose");
    },
    max_size: ({ log }, { keys }) =>
      log.to === "null" ? AS_THERE : logOption(
        keys,
        "max-size",
        `${Math.ceil(log.maxBytes / 1_024)}k`,
        log.maxBytes !== DEFAULT_LOG_BYTES,
      ),
    keep: ({ log }, { keys }) =>
      log.to === "null"
        ? AS_THERE
        : logOption(keys, "max-file", String(log.keep + 1), log.keep !== DEFAULT_LOG_KEEP),
    max_age: ({ log }) => log.maxAgeMs === null ? AS_THERE : lost("the engine rotates by size alone", null),
    format: ({ log }) => log.format === "raw" ? AS_THERE : lost("the engine has its own format", null),
    compress: ({ log }, { keys }) => log.compress ? logOption(keys, "compress", "true", true) : AS_THERE,
  },
  schedule: () => lost("compose has no schedule", "have cron run `docker compose run`"),
  replicas: () => kept("a service for each"),
  user: ({ privileges }, { keys }) => {
    const { user = null, group = null } = privileges ?? {};
    if (user === null) return AS_THERE;
    return set(keys, "user", group === null ? String(user) : `${user}:${group}`);
  },
  group: ({ privileges }) =>
    (privileges?.user ?? null) === null
      ? lost("compose takes a group beside a user alone", "name the user, too")
      : kept("user"),
  limits: ({ privileges }, { keys }) =>
    eachOr(
      Object.entries(privileges?.limits ?? {}).map(([name, { soft, hard }]) => {
        const text = (bound: number | "unlimited") => bound === "unlimited" ? -1 : bound;
        const both = { soft: text((soft ?? hard)!), hard: text((hard ?? soft)!) };
        keys["ulimits"] = {
          ...keys["ulimits"] as Keys | undefined,
          [name]: both.soft === both.hard ? both.soft : both,
        };
        return { ...kept(`ulimits.${name}`), part: name };
      }),
    ),
  no_new_privs: ({ privileges }, { keys }) =>
    privileges?.noNewPrivs === true ? set(keys, "security_opt", ["no-new-privileges:true"]) : AS_THERE,
  oom_score_adj: ({ privileges }, { keys }) =>
    setGiven(keys, "oom_score_adj", privileges?.oomScoreAdj ?? null, (score) => score),
  cgroup: {
    memory_max: ({ cgroup }, { keys }) =>
      setGiven(keys, "mem_limit", cgroup?.memoryMaxBytes ?? null, (bytes) => `${bytes}b`),
    cpu_max: ({ cgroup }, { keys }) =>
      setGiven(keys, "cpus", cgroup?.cpuMaxPercent ?? null, (percent) => String(percent / 100)),
    pids_max: ({ cgroup }, { keys }) =>
      setGiven(keys, "pids_limit", cgroup?.pidsMax ?? null, (count) => count),
    required: () => kept("the engine keeps its limits, or starts nothing"),
  },
};

const DEFAULT_GRACE_MS = 10_000;
const DEFAULT_LOG_BYTES = 10 * 1_024 * 1_024;
const DEFAULT_LOG_KEEP = 5;

function write(source: ExportSource): Exported {
  const { plan, image } = source;
  if (image === null) {
    throw new UserError("export/no-image", "A compose file runs images, and none is named", {
      exitCode: ExitCode.usage,
      hint: "write --image NAME: one that has the programs of the file, at the same paths",
    });
  }
  const told = new Told(source);
  tellVariables(told, source);
  const names = serviceNames(plan, (name) => name.toLowerCase());
  const services: Record<string, Keys> = {};
  for (const spec of plan.nodes) {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      continue;
    }
    const keys: Keys = { image };
    told.actor(ACTOR_RULES, spec, { source, names, keys });
    if (spec.kind !== "module") services[names.get(spec.path)!] = keys;
  }
  told.ofAll(
    "the machine",
    changed(
      "containers",
      "each has files, processes and a loopback of its own",
      "name other services by their names, not by 127.0.0.1; add ports and volumes",
    ),
  );
  const name = treeNameOf(plan).toLowerCase().replace(/^[^a-z0-9]+/, "");
  const text = writeYaml({ name: name === "" ? "supervise" : name, services });
  return { files: [{ name: "compose.yaml", text }], findings: told.findings };
}

const CONDITIONS: Readonly<Record<Dependency["condition"], string>> = {
  started: "service_started",
  ready: "service_healthy",
  healthy: "service_healthy",
  completed: "service_completed_successfully",
  exited: "service_completed_successfully",
};

function dependOn({ on, condition }: Dependency, { source: { plan }, names }: Service, waits: Keys): Verdict {
  const verdicts = actorsBelow(plan, on).map((path) => {
    const spec = plan.nodes.find((node) => node.path === path) as ActorSpec;
    if (spec.kind === "module") return lost("a module runs under supervise alone", KEEP_TREE);
    const probe = checkedProbe(spec);
    const hasCheck = probe !== null && checkOf(probe, spec) !== null;
    const isAsked = condition === "ready" || condition === "healthy";
    // An actor below a tree that is waited for may have an end, or none.
    const wanted = isAsked && !spec.daemon ? "completed" : !isAsked || hasCheck ? condition : "started";
    waits[names.get(path)!] = { condition: CONDITIONS[wanted] };
    if (isAsked && spec.ready !== null && !hasCheck) {
      return changed(CONDITIONS.started, "compose does not know when it is ready");
    }
    return condition === "exited"
      ? changed(CONDITIONS.exited, "compose waits for a success")
      : kept(`depends_on: ${CONDITIONS[wanted]}`);
  });
  return verdicts.find(({ outcome }) => outcome !== "kept") ?? verdicts[0] ?? AS_THERE;
}

function set(keys: Keys, key: string, value: unknown): Verdict {
  keys[key] = value;
  return kept(typeof value === "object" ? key : `${key}: ${value}`);
}

/** A key that stands there only where the file gives one. */
function setGiven(
  keys: Keys,
  key: string,
  value: number | null,
  write: (value: number) => string | number,
): Verdict {
  return value === null ? AS_THERE : set(keys, key, write(value));
}

function logOption(keys: Keys, name: string, value: string, isOther: boolean): Verdict {
  if (isOther) {
    const { options = {} } = keys["logging"] as { readonly options?: Keys } | undefined ?? {};
    keys["logging"] = { driver: "json-file", options: { ...options, [name]: value } };
  }
  return kept(`logging ${name}`);
}

/** Compose replaces `$NAME` in every value. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function time(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
