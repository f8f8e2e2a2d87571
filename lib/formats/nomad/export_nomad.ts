/** Jobs of Nomad: one with a group for each daemon, and one for each actor that has an end or a schedule. */
import type { ActorSpec, Intensity, NodeId, Probe } from "../../config/plan.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseActorRules, baseTreeRules, KEEP_TREE } from "../rules/base_rules.ts";
import { commandOf, toldCommand } from "../rules/commands.ts";
import { serviceNames, treeNameOf } from "../rules/names.ts";
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
import { type Block, type HclValue, Reference, writeHcl } from "./hcl.ts";

/** See the module. */
export const exporter: Exporter = {
  name: "nomad",
  title: "jobs of Nomad",
  per: ["actor"],
  hasImage: true,
  write,
};

/** Attributes and blocks that are being gathered. */
interface Draft {
  readonly attributes: Record<string, HclValue>;
  readonly blocks: Block[];
}

interface Job {
  readonly source: ExportSource;
  readonly name: string;
  /** The job, which a date starts as a whole. */
  readonly job: Draft;
  readonly group: Draft;
  readonly task: Draft;
  readonly config: Draft;
  /** Names of secrets. */
  readonly secrets: Set<string>;
}

const TOOL = { name: "Nomad", each: "a group" };
const TREE_RULES: TreeRules<unknown> = baseTreeRules(TOOL);

/** The time until Nomad kills by default. */
const DEFAULT_KILL_MS = 5_000;
const BYTES_PER_MB = 1_024 * 1_024;
/** Nomad takes no less memory. */
const LEAST_MB = 10;

const command = (spec: ActorSpec, { config }: Job) => {
  const [program, ...args] = commandOf(spec);
  config.attributes["command"] = program!;
  if (args.length > 0) config.attributes["args"] = args;
  return toldCommand(spec, "config command");
};

const ACTOR_RULES: ActorRules<Job> = {
  ...baseActorRules(TOOL),
  exec: command,
  shell: command,
  script: command,
  args: command,
  cwd: ({ cwd }, { config }) => {
    config.attributes["work_dir"] = cwd;
    return kept("config work_dir");
  },
  env: (spec, { source, task, secrets }) => {
    const { plain, secret } = variablesOf(source.plan, spec);
    for (const name of secret) secrets.add(name);
    const variables: Record<string, HclValue> = { ...plain };
    for (const name of secret) variables[name] = new Reference(`var.${variableOf(name)}`);
    if (Object.keys(variables).length > 0) task.attributes["env"] = variables;
    return eachOr([
      ...Object.keys(plain).map((part) => ({ ...kept("env"), part })),
      ...secret.map((part) => ({
        ...changed(
          `var.${variableOf(part)}`,
          "it looks secret",
          `set NOMAD_VAR_${variableOf(part)} for \`nomad job run\``,
        ),
        part,
      })),
    ]);
  },
  daemon: ({ daemon, schedule }) =>
    kept(daemon ? 'type = "service"' : schedule === null ? 'type = "batch"' : "periodic"),
  autostart: ({ autostart }) => autostart ? AS_THERE : changed("count = 0", "`nomad job scale` starts it"),
  restart: (spec, { group, source }) => {
    const parent = source.plan.nodes.find(({ path }) => path === spec.parent);
    const intensity = spec.intensity ?? (parent?.kind === "tree" ? parent.intensity : "unlimited");
    group.blocks.push(block("restart", restartOf(spec, intensity)));
    if (!spec.daemon) {
      return spec.restart === "always"
        ? changed("restart", "a batch job is not started again after a success")
        : kept("restart");
    }
    return spec.restart === "on-failure"
      ? changed("restart", "a service is started again after a success, too")
      : kept("restart");
  },
  backoff: {
    initial: () => changed("restart delay", "every restart waits for so long"),
    max: () => lost("the pause does not grow", KEEP_TREE),
    factor: () => lost("the pause does not grow", KEEP_TREE),
    jitter: () => changed("restart delay", "Nomad adds a quarter of the pause by chance"),
    reset_after: () => lost("restarts count within the interval", null),
  },
  intensity: {
    restarts: () => kept("restart attempts"),
    within: ({ intensity }) =>
      typeof intensity === "object" && intensity !== null && intensity.withinMs < MIN_INTERVAL_MS
        ? changed("restart interval", "five seconds are the shortest")
        : kept("restart interval"),
  },
  depends_on: () => lost("groups start at once", "let the program itself wait, or try again"),
  ready: (spec, out) => check(spec, out, "ready"),
  health: (spec, out) => check(spec, out, "health"),
  start_timeout: () =>
    lost("Nomad has no limit of the time of a start", "see healthy_deadline of its update block"),
  stop: {
    command: () => lost("Nomad sends a signal alone", "trap it in a script around the program"),
    signal: ({ stop }, { task }) => {
      // SIGINT is what Nomad sends by itself.
      task.attributes["kill_signal"] = stop.signal;
      return kept("kill_signal");
    },
    to: () => changed("kill_signal", "the driver decides whom it goes to"),
    grace: ({ stop }, { task }) => {
      if (stop.graceMs !== DEFAULT_KILL_MS) task.attributes["kill_timeout"] = time(stop.graceMs);
      return changed("kill_timeout", "a client allows 30s at most, unless its max_kill_timeout says more");
    },
    kill: ({ stop }) =>
      stop.kill === "tree" ? kept("the driver") : lost("the driver ends all of a task", null),
  },
  log: {
    file: ({ log }, { task }) => {
      if (log.to === "null") {
        task.blocks.push(block("logs", { disabled: true }));
        return kept("logs disabled");
      }
      return log.file === null
        ? kept("nomad alloc logs")
        : lost("what is printed goes to Nomad", "`nomad alloc logs` shows it");
    },
    max_size: ({ log }, { task }) => {
      if (log.to === "null") return AS_THERE;
      task.blocks.push(
        block("logs", {
          max_files: log.keep + 1,
          max_file_size: Math.max(1, Math.ceil(log.maxBytes / BYTES_PER_MB)),
        }),
      );
      return changed("logs max_file_size", "Nomad counts whole megabytes, for each stream by itself");
    },
    keep: () => kept("logs max_files"),
    max_age: ({ log }) => log.maxAgeMs === null ? AS_THERE : lost("Nomad rotates by size alone", null),
    format: ({ log }) =>
      log.format === "raw" ? AS_THERE : changed("plain lines", "Nomad writes what is printed"),
    compress: ({ log }) => log.compress ? lost("Nomad compresses nothing", null) : AS_THERE,
  },
  schedule: ({ schedule }, { job }) => {
    if (schedule === null) return AS_THERE;
    if (!("cron" in schedule.timing)) {
      return lost("Nomad has no words for an interval", "write a cron expression");
    }
    const attributes: Record<string, HclValue> = { crons: [schedule.timing.cron] };
    if (schedule.timing.timezone !== null) attributes["time_zone"] = schedule.timing.timezone;
    attributes["prohibit_overlap"] = schedule.overlap === "skip";
    job.blocks.push(block("periodic", attributes));
    return schedule.timing.timezone === null
      ? changed("periodic", "Nomad reckons in UTC", "name a timezone")
      : kept("periodic");
  },
  timezone: ({ schedule }) =>
    schedule !== null && "cron" in schedule.timing ? kept("periodic time_zone") : AS_THERE,
  overlap: ({ schedule }) =>
    schedule === null || schedule.overlap === "skip"
      ? kept("periodic prohibit_overlap")
      : changed("periodic prohibit_overlap", "both run at the same time"),
  catch_up: ({ schedule }) =>
    schedule?.catchUp === true ? lost("Nomad passes over dates that were missed", null) : AS_THERE,
  user: ({ privileges }, { task }) => {
    const user = privileges?.user ?? null;
    if (user === null) return AS_THERE;
    task.attributes["user"] = String(user);
    return kept("user");
  },
  cgroup: {
    memory_max: ({ cgroup }, { task }) => {
      const bytes = cgroup?.memoryMaxBytes ?? null;
      if (bytes === null) return AS_THERE;
      task.blocks.push(block("resources", { memory: Math.max(LEAST_MB, Math.ceil(bytes / BYTES_PER_MB)) }));
      return changed(
        "resources memory",
        "Nomad counts whole megabytes, and sets them aside; raw_exec keeps no limit",
      );
    },
    cpu_max: () => lost("Nomad counts MHz or cores", "write resources.cpu by hand"),
    pids_max: () => lost("Nomad has no limit of processes", null),
    required: () => AS_THERE,
  },
};

/** Nomad takes no shorter one. */
const MIN_INTERVAL_MS = 5_000;

/** Nomad refuses restarts that their pauses leave no time for. */
function restartOf(
  { restart, backoff }: ActorSpec,
  intensity: Intensity,
): Readonly<Record<string, HclValue>> {
  if (restart === "never") return { attempts: 0, mode: "fail" };
  const isUnlimited = intensity === "unlimited";
  const attempts = isUnlimited ? 1 : intensity.restarts;
  const within = isUnlimited ? MIN_INTERVAL_MS : intensity.withinMs;
  const interval = Math.max(MIN_INTERVAL_MS, within, attempts * backoff.initialMs);
  return {
    attempts,
    interval: time(interval),
    delay: time(backoff.initialMs),
    mode: isUnlimited ? "delay" : "fail",
  };
}

function write(source: ExportSource): Exported {
  const { plan, image } = source;
  const told = new Told(source);
  tellVariables(told, source);
  const tree = treeNameOf(plan);
  const names = serviceNames(plan);
  const groups: Block[] = [];
  const secrets = new Set<string>();
  const files: { name: string; text: string }[] = [];
  for (const spec of plan.nodes) {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      continue;
    }
    const out: Job = {
      source,
      name: names.get(spec.path)!,
      job: draft(),
      group: draft(),
      task: draft(),
      config: draft(),
      secrets: spec.daemon ? secrets : new Set(),
    };
    told.actor(ACTOR_RULES, spec, out);
    if (spec.kind === "module") continue;
    const group = groupOf(spec, out, names, image);
    if (spec.daemon) groups.push(group);
    else {
      const job = {
        type: "job",
        labels: [`${tree}-${out.name}`],
        attributes: { type: "batch" },
        blocks: [...out.job.blocks, group],
      };
      files.push({
        name: `${tree}-${out.name}.nomad.hcl`,
        text: writeHcl([...variableBlocks(out.secrets), job]),
      });
    }
  }
  if (image === null) {
    told.ofAll(
      "the machine",
      changed(
        'driver = "raw_exec"',
        "programs run on the clients as they are, which have to allow that",
        "--image NAME runs them in containers",
      ),
    );
  }
  if (groups.length > 0) {
    const job = { type: "job", labels: [tree], attributes: { type: "service" }, blocks: groups };
    files.unshift({ name: `${tree}.nomad.hcl`, text: writeHcl([...variableBlocks(secrets), job]) });
  }
  return { files, findings: told.findings };
}

function groupOf(spec: ActorSpec, out: Job, names: ReadonlyMap<NodeId, string>, image: string | null): Block {
  const name = names.get(spec.path)!;
  const config = image === null ? out.config.attributes : { image, ...out.config.attributes };
  const task = {
    type: "task",
    labels: [name],
    attributes: { driver: image === null ? "raw_exec" : "docker", ...out.task.attributes },
    blocks: [block("config", config), ...out.task.blocks],
  };
  return {
    type: "group",
    labels: [name],
    attributes: spec.autostart ? {} : { count: 0 },
    blocks: [...out.group.blocks, task],
  };
}

function isAsked(probe: Probe): probe is Extract<Probe, { readonly type: "tcp" | "http" }> {
  return probe.type === "tcp" || probe.type === "http";
}

/** Nomad asks a service that has a port. */
function check(spec: ActorSpec, { group, name }: Job, of: "ready" | "health"): Verdict {
  const { ready, health, daemon } = spec;
  const probe = (of === "ready" ? ready?.probe : health?.probe) ?? null;
  if (probe === null) {
    return of === "health" && health !== null ? lost("Nomad hears no sd_notify", KEEP_TREE) : AS_THERE;
  }
  if (of === "ready" && health !== null && health.probe !== null && isAsked(health.probe)) {
    return changed("the check of health", "Nomad has one check for both");
  }
  if (!daemon || !isAsked(probe)) {
    return lost("Nomad asks for connections and over HTTP", KEEP_TREE);
  }
  const url = probe.type === "http" ? new URL(probe.url) : null;
  const port = probe.type === "tcp"
    ? probe.port
    : Number(url!.port || (url!.protocol === "https:" ? 443 : 80));
  const attributes: Record<string, HclValue> = {
    type: probe.type,
    ...(url === null ? {} : {
      path: `${url.pathname}${url.search}`,
      ...(url.protocol === "https:" ? { protocol: "https" } : {}),
    }),
    interval: time(of === "ready" ? Math.max(1_000, ready!.intervalMs) : Math.max(1_000, health!.intervalMs)),
    timeout: time(of === "ready" ? 5_000 : Math.max(1_000, health!.timeoutMs)),
  };
  const restarts = of === "health" && health!.onFailure === "restart"
    ? [block("check_restart", { limit: health!.retries, grace: time(health!.startPeriodMs) })]
    : [];
  group.blocks.push(
    {
      type: "network",
      labels: [],
      attributes: {},
      blocks: [{ type: "port", labels: ["check"], attributes: { static: port }, blocks: [] }],
    },
    {
      type: "service",
      labels: [],
      attributes: { name, port: "check", provider: "nomad" },
      blocks: [{ type: "check", labels: [], attributes, blocks: restarts }],
    },
  );
  return changed("service check", "it asks at the address of the client, not at 127.0.0.1");
}

function draft(): Draft {
  return { attributes: {}, blocks: [] };
}

function block(type: string, attributes: Readonly<Record<string, HclValue>>): Block {
  return { type, labels: [], attributes, blocks: [] };
}

/** Variables that are given when a job is run. */
function variableBlocks(secrets: ReadonlySet<string>): readonly Block[] {
  return [...secrets].map((name) => ({
    type: "variable",
    labels: [variableOf(name)],
    attributes: { type: new Reference("string") },
    blocks: [],
  }));
}

function variableOf(name: string): string {
  return name.replace(/\W/g, "_");
}

function time(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
