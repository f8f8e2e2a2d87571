/** The rules for the keys of an actor that becomes a deployment, a job or a cron job of its own. */
import type { ActorSpec, Probe } from "../../config/plan.ts";
import type { ExportSource } from "../exporter.ts";
import { baseActorRules, KEEP_TREE } from "../rules/base_rules.ts";
import { commandOf, toldCommand } from "../rules/commands.ts";
import { type ActorRules, AS_THERE, changed, eachOr, kept, lost, type Verdict } from "../rules/rules.ts";
import { variablesOf } from "../rules/variables.ts";

type Keys = Record<string, unknown>;

/** The parts that are being gathered for one actor. */
export interface Workload {
  readonly source: ExportSource;
  /** Name of the tree. */
  readonly tree: string;
  readonly name: string;
  readonly container: Keys;
  readonly pod: Keys;
  readonly job: Keys;
  readonly cron: Keys;
}

/** The grace that Kubernetes has by default. */
const DEFAULT_GRACE_MS = 30_000;
const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
const PERCENT_PER_MILLICORE = 0.1;
/** A workload without restarts of its own leaves them to nobody. */
const MINUTES_AN_HOUR = 60;

const command = (spec: ActorSpec, { container }: Workload) => {
  container["command"] = commandOf(spec).map(literal);
  return toldCommand(spec, "command");
};

/** See the module. */
export const ACTOR_RULES: ActorRules<Workload> = {
  ...baseActorRules({ name: "Kubernetes", each: "a workload" }),
  exec: command,
  shell: command,
  script: command,
  args: command,
  cwd: ({ cwd }, { container }) => {
    container["workingDir"] = cwd;
    return changed("workingDir", "the image needs a folder of this path");
  },
  env: (spec, { source, container, name }) => {
    const { plain, secret } = variablesOf(source.plan, spec);
    const env = [
      ...Object.entries(plain).map(([name, value]) => ({ name, value: literal(value) })),
      ...secret.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
    ];
    if (env.length > 0) container["env"] = env;
    return eachOr([
      ...Object.keys(plain).map((part) => ({ ...kept("env"), part })),
      ...secret.map((part) => ({
        ...changed(
          "secretKeyRef",
          "it looks secret",
          `\`kubectl create secret generic ${name} --from-literal=${part}=...\``,
        ),
        part,
      })),
    ]);
  },
  daemon: ({ daemon, schedule }) => kept(daemon ? "Deployment" : schedule === null ? "Job" : "CronJob"),
  autostart: ({ autostart }) =>
    autostart ? AS_THERE : changed("replicas: 0, or suspend", "`kubectl scale` and `kubectl patch` start it"),
  restart: ({ restart, daemon }, { pod }) => {
    if (daemon) {
      return restart === "always"
        ? kept("Deployment")
        : changed("Deployment", "what a deployment runs is always restarted");
    }
    pod["restartPolicy"] = restart === "on-failure" ? "OnFailure" : "Never";
    return restart === "always"
      ? changed("restartPolicy: Never", "what has an end is not started again after a success")
      : kept(`restartPolicy: ${pod["restartPolicy"]}`);
  },
  backoff: () =>
    lost("Kubernetes has its own pauses: 10s, twice as long each time, five minutes at most", null),
  intensity: {
    restarts: (spec, { source, job }) => {
      if (spec.daemon) return lost("a deployment restarts for ever", null);
      const parent = source.plan.nodes.find(({ path }) => path === spec.parent);
      const intensity = spec.intensity ?? (parent?.kind === "tree" ? parent.intensity : "unlimited");
      if (spec.restart === "never") job["backoffLimit"] = 0;
      else if (intensity !== "unlimited") job["backoffLimit"] = intensity.restarts;
      return kept("backoffLimit");
    },
    within: () => lost("restarts count whenever they are", null),
  },
  depends_on: () =>
    lost("workloads start at once", "let the program wait, or try again; or write an init container"),
  ready: (spec, { container }) => {
    if (spec.ready === null || !spec.daemon) return AS_THERE;
    return probe(spec, spec.ready.probe, (action) => {
      container["readinessProbe"] = { ...action, periodSeconds: 1, failureThreshold: 3 };
      // Health counts once it is ready.
      container["startupProbe"] = {
        ...action,
        periodSeconds: 1,
        failureThreshold: Math.max(1, Math.ceil(spec.startTimeoutMs / MS_PER_SECOND)),
      };
      return "readinessProbe, startupProbe";
    });
  },
  health: (spec, { container }) => {
    const { health, daemon } = spec;
    if (health === null || !daemon) return AS_THERE;
    if (health.probe === null) {
      return lost("Kubernetes hears no sd_notify", "let health.exec run a command that finds out");
    }
    if (health.onFailure === "ignore") {
      return lost(
        "Kubernetes restarts what is unhealthy",
        "let ready ask the same: it gets no requests then",
      );
    }
    return probe(spec, health.probe, (action) => {
      container["livenessProbe"] = {
        ...action,
        periodSeconds: seconds(health.intervalMs),
        timeoutSeconds: seconds(health.timeoutMs),
        failureThreshold: health.retries,
        ...(health.startPeriodMs === 0 ? {} : { initialDelaySeconds: seconds(health.startPeriodMs) }),
      };
      return "livenessProbe";
    });
  },
  start_timeout: ({ ready }) =>
    ready === null
      ? lost("without a probe Kubernetes takes it for started at once", null)
      : kept("startupProbe"),
  run_timeout: ({ runTimeoutMs, daemon }, { job }) => {
    if (runTimeoutMs === null) return AS_THERE;
    if (daemon) return lost("a deployment has no end", KEEP_TREE);
    job["activeDeadlineSeconds"] = seconds(runTimeoutMs);
    return kept("activeDeadlineSeconds");
  },
  stop: {
    command: (spec, { container }) => {
      if (spec.stop.command === null) return AS_THERE;
      container["lifecycle"] = {
        preStop: { exec: { command: commandOf({ argv: spec.stop.command, cwd: spec.cwd }).map(literal) } },
      };
      return kept("preStop");
    },
    signal: ({ stop }) =>
      stop.signal === "SIGTERM"
        ? AS_THERE
        : lost("the signal is that of the image", "write STOPSIGNAL into its Dockerfile"),
    to: () =>
      changed(
        "process 1",
        "the signal goes to the program, which is process 1 of its container",
        "let an init be the entry point, such as `supervise init --pid1`",
      ),
    grace: ({ stop }, { pod }) => {
      if (stop.graceMs === DEFAULT_GRACE_MS) return AS_THERE;
      pod["terminationGracePeriodSeconds"] = seconds(stop.graceMs);
      return kept("terminationGracePeriodSeconds");
    },
    kill: ({ stop }) =>
      stop.kill === "tree" ? kept("the container") : lost("all of a container ends with it", null),
  },
  log: () => changed("kubectl logs", "what is printed is kept by the node", null),
  schedule: ({ schedule }, { cron }) => {
    if (schedule === null) return AS_THERE;
    const { timing } = schedule;
    const written = "cron" in timing ? timing.cron.trim() : everyCron(timing.everyMs);
    if (written === null || written.split(/\s+/).length !== 5) {
      return lost("Kubernetes counts whole minutes, by the five fields of cron", "write such an expression");
    }
    cron["schedule"] = written;
    if ("cron" in timing) {
      if (timing.timezone !== null) cron["timeZone"] = timing.timezone;
      return timing.timezone === null
        ? changed("schedule", "the zone is that of the control plane", "name a timezone")
        : kept("schedule");
    }
    return changed("schedule", "the minutes are those of the clock, not from one run to the next");
  },
  timezone: ({ schedule }) => schedule === null ? AS_THERE : kept("timeZone"),
  overlap: ({ schedule }, { cron }) => {
    if (schedule === null) return AS_THERE;
    cron["concurrencyPolicy"] = schedule.overlap === "replace"
      ? "Replace"
      : schedule.overlap === "skip"
      ? "Forbid"
      : "Allow";
    return schedule.overlap === "queue"
      ? changed("concurrencyPolicy: Allow", "both run at the same time")
      : kept("concurrencyPolicy");
  },
  catch_up: ({ schedule }, { cron }) => {
    if (schedule === null) return AS_THERE;
    if (schedule.catchUp) return kept("nothing: a date that was missed is made up for");
    cron["startingDeadlineSeconds"] = SHORTEST_DEADLINE_S;
    return kept("startingDeadlineSeconds");
  },
  user: ({ privileges }, { container }) => account(container, "runAsUser", privileges?.user ?? null),
  group: ({ privileges }, { container }) => account(container, "runAsGroup", privileges?.group ?? null),
  no_new_privs: ({ privileges }, { container }) =>
    privileges?.noNewPrivs === true ? secure(container, "allowPrivilegeEscalation", false) : AS_THERE,
  cgroup: {
    memory_max: ({ cgroup }, { container }) => {
      const bytes = cgroup?.memoryMaxBytes ?? null;
      return bytes === null ? AS_THERE : limit(container, "memory", String(bytes));
    },
    cpu_max: ({ cgroup }, { container }) => {
      const percent = cgroup?.cpuMaxPercent ?? null;
      if (percent === null) return AS_THERE;
      return limit(container, "cpu", `${Math.max(1, Math.round(percent / PERCENT_PER_MILLICORE))}m`);
    },
    pids_max: () => lost("the kubelet has one limit for all pods", "see podPidsLimit"),
    required: () => kept("the node keeps its limits, or runs nothing"),
  },
};

/** A shorter one would miss dates: the controller looks every ten seconds. */
const SHORTEST_DEADLINE_S = 60;

/** The object of an actor. */
export function workloadOf(
  spec: ActorSpec,
  { tree, name, container, pod, job, cron }: Workload,
  image: string,
): object {
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": tree };
  const template = { metadata: { labels }, spec: { ...pod, containers: [{ name, image, ...container }] } };
  const metadata = { name, labels };
  if (spec.daemon) {
    const selector = { matchLabels: { "app.kubernetes.io/name": name } };
    const strategy = { type: "Recreate" };
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: spec.autostart ? 1 : 0, strategy, selector, template },
    };
  }
  const suspend = spec.autostart ? {} : { suspend: true };
  if (cron["schedule"] !== undefined) {
    return {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata,
      spec: { ...suspend, ...cron, jobTemplate: { spec: { ...job, template } } },
    };
  }
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: { ...suspend, ...job, template } };
}

function probe(spec: ActorSpec, { type, ...probe }: Probe, write: (action: Keys) => string): Verdict {
  const asked = { type, ...probe } as Probe;
  switch (asked.type) {
    case "tcp":
      return changed(
        write({ tcpSocket: { port: asked.port } }),
        "it asks at the address of the pod, not at that of the file",
      );
    case "http": {
      const { protocol, port, pathname, search } = new URL(asked.url);
      const number = Number(port || (protocol === "https:" ? 443 : 80));
      const scheme = protocol === "https:" ? { scheme: "HTTPS" } : {};
      return changed(
        write({ httpGet: { path: `${pathname}${search}`, port: number, ...scheme } }),
        "it asks at the address of the pod, not at that of the file",
      );
    }
    case "exec":
      return kept(write({ exec: { command: commandOf({ argv: asked.argv, cwd: spec.cwd }).map(literal) } }));
    case "file":
      return kept(write({ exec: { command: ["test", "-e", asked.path] } }));
    default:
      return lost("Kubernetes asks by HTTP, TCP or a command", "let ready.exec run a command that finds out");
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / MS_PER_SECOND));
}

/** Null for what cron has no words for. */
function everyCron(ms: number): string | null {
  const minutes = ms / MS_PER_MINUTE;
  if (Number.isInteger(minutes) && minutes < MINUTES_AN_HOUR && MINUTES_AN_HOUR % minutes === 0) {
    return `*/${minutes} * * * *`;
  }
  const hours = minutes / MINUTES_AN_HOUR;
  return Number.isInteger(hours) && hours <= 24 && 24 % hours === 0
    ? hours === 24 ? "0 0 * * *" : `0 */${hours} * * *`
    : null;
}

function account(container: Keys, key: string, value: string | number | null): Verdict {
  if (value === null) return AS_THERE;
  return typeof value === "number"
    ? secure(container, key, value)
    : lost("Kubernetes knows numbers, not names", "write the number");
}

function secure(container: Keys, key: string, value: unknown): Verdict {
  container["securityContext"] = { ...container["securityContext"] as Keys | undefined, [key]: value };
  return kept(`securityContext.${key}`);
}

function limit(container: Keys, name: string, value: string): Verdict {
  const { limits = {} } = container["resources"] as { readonly limits?: Keys } | undefined ?? {};
  container["resources"] = { limits: { ...limits, [name]: value } };
  return kept(`resources.limits.${name}`);
}

/** Kubernetes replaces $(NAME) in what it starts. */
function literal(text: string): string {
  return text.replace(/\$(?=\()/g, "$$$$");
}
