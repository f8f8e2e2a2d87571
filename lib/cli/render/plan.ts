/** What a file compiles to, as text and as JSON. Values that may be secret are masked. */
import { counted } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import { describeSocketAddress } from "../../base/socket_address.ts";
import { describeProbe } from "../../config/describe_probe.ts";
import { type Masker, maskerFor } from "../../config/mask.ts";
import { describeGroupLimits } from "../../config/describe_group_limits.ts";
import { describePrivileges } from "../../config/describe_privileges.ts";
import {
  type ActorSpec,
  hasSchedule,
  type Intensity,
  type ModuleSpec,
  type NodeId,
  type NodeSpec,
  type OnFailure,
  type Plan,
  treeAt,
  type TreeSpec,
} from "../../config/plan.ts";
import { describeSchedule } from "../../config/describe_schedule.ts";
import { isActive } from "../../config/profiles.ts";
import type { Painter } from "./paint.ts";

/** The dates of the next runs, by path; an interval counts from when its tree is up, and has none before. */
export type NextRuns = ReadonlyMap<NodeId, string>;

const NO_RUNS: NextRuns = new Map();

/** The plan for JSON. @param changes What it would do to the tree that runs. */
export function planFields(
  plan: Plan,
  changes: readonly Record<string, unknown>[] = [],
  nextRuns: NextRuns = NO_RUNS,
): Record<string, unknown> {
  const mask = maskerFor(plan);
  const root = plan.nodes[0] as TreeSpec;
  return {
    name: plan.name,
    file: plan.file,
    files: plan.files,
    profiles: plan.profiles,
    ...treeFields(root),
    spawns: plan.nodes.slice(1).map((node) => ({
      ...nodeFields(node, mask),
      ...(hasSchedule(node) ? { nextRun: nextRuns.get(node.path) ?? null } : {}),
    })),
    changes,
  };
}

function nodeFields(node: NodeSpec, mask: Masker): Record<string, unknown> {
  const common = {
    path: node.path,
    kind: node.kind,
    file: node.at.file,
    line: node.at.line,
    daemon: node.daemon,
    significant: node.significant,
    autostart: node.autostart,
    profiles: node.profiles,
    restart: node.restart,
    backoff: node.backoff,
    dependsOn: Object.fromEntries(
      node.dependsOn.map(({ on, condition }) => [on, condition]),
    ),
  };
  return node.kind === "tree"
    ? { ...common, ...treeFields(node) }
    : { ...common, ...actorFields(node, mask) };
}

function treeFields(tree: TreeSpec): Record<string, unknown> {
  const { strategy, intensity, onFailure, autoShutdown, shutdownMs, start, concurrency } = tree;
  const { onSupervisorDeath, isolate } = tree;
  return {
    strategy,
    intensity,
    onFailure,
    autoShutdown,
    shutdownMs,
    onSupervisorDeath,
    isolate,
    start,
    concurrency,
  };
}

function actorFields(actor: ActorSpec, mask: Masker): object {
  const { replica, argv, module, cwd, inheritEnv, stdin, privileges, successExitCodes, successSignals } =
    actor;
  const { ready, startTimeoutMs, runTimeoutMs, stop, hooks, schedule, intensity, env } = actor;
  const fields = {
    replica,
    argv,
    module,
    cwd,
    inheritEnv,
    stdin,
    sockets: actor.sockets.map(describeSocketAddress),
    privileges,
    cgroup: actor.cgroup,
    successExitCodes,
    successSignals,
  };
  return mask.data({
    ...fields,
    ready,
    startTimeoutMs,
    runTimeoutMs,
    stop,
    hooks,
    schedule,
    intensity,
    env,
  }) as object;
}

/** The plan for people: each tree with its rules, each actor with what is spawned and when. */
export function renderPlan(plan: Plan, paint: Painter, nextRuns: NextRuns = NO_RUNS): string {
  const mask = maskerFor(plan);
  const lines = plan.nodes.flatMap((node) => {
    const depth = node.path === "" ? 0 : node.path.split("/").length;
    const texts = node.kind === "tree" ? treeLines(plan, node, paint) : [
      ...actorLines(plan, node, mask, paint),
      ...nextRunLine(nextRuns.get(node.path), paint),
    ];
    return texts.map((text) => "  ".repeat(depth) + text);
  });
  return lines.join("\n");
}

function nextRunLine(next: string | undefined, paint: Painter): readonly string[] {
  return next === undefined ? [] : [`  ${paint.dim(`next run ${next}`)}`];
}

function treeLines(plan: Plan, tree: TreeSpec, paint: Painter): readonly string[] {
  const name = tree.path === "" ? `${plan.name} (${plan.file})` : `${tree.name}/`;
  const rules = [
    tree.strategy,
    budgetRule(tree),
    `down within ${formatDuration(tree.shutdownMs)}`,
    ...(tree.isolate ? ["isolated"] : []),
    ...deathRule(plan, tree),
    ...(tree.start === "sequential" ? ["one after the other"] : []),
    ...(tree.concurrency === null ? [] : [`${tree.concurrency} at once`]),
    ...(tree.path === "" ? [] : childRules(plan, tree)),
  ];
  const included = tree.path === "" ? includedLines(plan.files).map((line) => paint.dim(line)) : [];
  return [paint.bold(name), ...included, `  ${paint.dim(rules.join(", "))}`];
}

/** A line for each file that was read beside the first. */
export function includedLines(files: readonly string[]): readonly string[] {
  return files.slice(1).map((file) => `  with ${file}`);
}

function budgetRule({ intensity, onFailure }: TreeSpec): string {
  const rule = intensityRule(intensity);
  return intensity === "unlimited" ? rule : `${rule} ${WHOSE_RESTARTS[onFailure]}`;
}

function intensityRule(intensity: Intensity): string {
  if (intensity === "unlimited") return "restarts without limit";
  return `at most ${counted(intensity.restarts, "restart")} in ${formatDuration(intensity.withinMs)}`;
}

const WHOSE_RESTARTS: Readonly<Record<OnFailure, string>> = {
  fail_child: "of each child",
  escalate: "of all children",
  stop: "of all children (then left failed)",
};

/** What is said of a tree whose actors fare otherwise than those around it when the supervisor is killed. */
function deathRule(plan: Plan, { parent, onSupervisorDeath }: TreeSpec): readonly string[] {
  const around = parent === null ? "die" : treeAt(plan, parent).onSupervisorDeath;
  if (onSupervisorDeath === around) return [];
  return [onSupervisorDeath === "survive" ? "survives its supervisor" : "dies with its supervisor"];
}

function actorLines(plan: Plan, actor: ActorSpec, mask: Masker, paint: Painter): readonly string[] {
  const rules = [
    actor.daemon ? "daemon" : "one-shot",
    ...childRules(plan, actor),
    ...(actor.intensity === null ? [] : [intensityRule(actor.intensity)]),
    ...(actor.schedule === null ? [] : [describeSchedule(actor.schedule)]),
    ...(actor.sockets.length === 0
      ? []
      : [`handed ${actor.sockets.map(describeSocketAddress).join(" and ")}`]),
    ...(actor.ready === null ? [] : [`ready by ${mask.text(describeProbe(actor.ready.probe))}`]),
    `stopped by ${actor.stop.signal} within ${formatDuration(actor.stop.graceMs)}`,
  ];
  const variables = Object.entries(mask.env(actor.env)).map(([name, value]) => `  env ${name}=${value}`);
  return [
    `${paint.cyan(actor.name)} ${actor.argv.map((word) => quoteWord(mask.text(word))).join(" ")}`,
    `  ${paint.dim(rules.join(", "))}`,
    ...Object.entries(actor.hooks?.commands ?? {}).map(([name, argv]) =>
      `  ${paint.dim(`${name}: ${argv.map((word) => quoteWord(mask.text(word))).join(" ")}`)}`
    ),
    ...(actor.module === null ? [] : [`  ${paint.dim(moduleLine(actor.module, mask))}`]),
    `  ${paint.dim(`in ${mask.text(actor.cwd)}`)}`,
    ...(actor.privileges === null ? [] : [`  ${paint.dim(describePrivileges(actor.privileges))}`]),
    ...(actor.cgroup === null ? [] : [`  ${paint.dim(describeGroupLimits(actor.cgroup))}`]),
    ...variables.map((line) => paint.dim(line)),
  ];
}

function moduleLine({ file, export: name, params, debug }: ModuleSpec, mask: Masker): string {
  const handed = params === null ? "" : ` with ${JSON.stringify(mask.data(params))}`;
  return `runs ${mask.text(name)} of ${mask.text(file)}${handed}${debug ? ", to be inspected" : ""}`;
}

function childRules({ profiles: active }: Plan, node: NodeSpec): readonly string[] {
  const waits = node.dependsOn.map(({ on, condition }) => `${on} ${condition}`);
  return [
    ...(node.significant ? ["significant"] : []),
    ...startRule(node, active),
    `restarted ${node.restart}`,
    ...(waits.length === 0 ? [] : [`after ${waits.length < 3 ? waits.join(" and ") : nameSome(waits)}`]),
  ];
}

function startRule({ autostart, profiles }: NodeSpec, active: readonly string[]): readonly string[] {
  const names = `${profiles.length === 1 ? "profile" : "profiles"} ${nameSome(profiles)}`;
  if (!isActive(profiles, active)) return [`not started: for the ${names}`];
  return [
    ...(profiles.length === 0 ? [] : [`for the ${names}`]),
    ...(autostart ? [] : ["started by hand"]),
  ];
}

/** A word as a shell would need it. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
