/** A compiled file, as text and as JSON. Values that may be secret are masked. */
import { shellWord } from "../../base/shell_word.ts";
import { counted } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import { describeSocketAddress } from "../../base/socket_address.ts";
import { describeHealth } from "../../config/describe_health.ts";
import { describeProbe } from "../../config/describe_probe.ts";
import { type Masker, maskerFor } from "../../config/mask.ts";
import { describeGroupLimits } from "../../config/describe_group_limits.ts";
import { describePrivileges } from "../../config/describe_privileges.ts";
import {
  type ActorSpec,
  type Alert,
  hasSchedule,
  type Intensity,
  type LogSpec,
  type ModuleSpec,
  type NodeId,
  type NodeSpec,
  type OnFailure,
  type Plan,
  treeAt,
  type TreeSpec,
  type Watch,
} from "../../config/plan.ts";
import { describeSchedule } from "../../config/describe_schedule.ts";
import { isActive } from "../../config/profiles.ts";
import type { Painter } from "./paint.ts";
import { wrapTo } from "./wrap.ts";

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
    alerts: mask.data(plan.alerts),
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
  const { ready, health, startTimeoutMs, runTimeoutMs, stop, hooks, schedule, watch, log, intensity, env } =
    actor;
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
    health,
    startTimeoutMs,
    runTimeoutMs,
    stop,
    hooks,
    schedule,
    watch,
    log,
    intensity,
    env,
  }) as object;
}

/** Of a line that has no room on a terminal, the rest is indented by so much more. */
const HANGING = "  ";

/** Narrower than that nothing is broken into lines. */
const LEAST_COLUMNS = 20;

/** A line about a node, which may be broken into several. */
interface Line {
  readonly text: string;
  /** Paints one of them; `at` is its number, from 0 on. */
  readonly paint: (text: string, at: number) => string;
  /** Whether it stays one line: somebody may want to copy it. */
  readonly isWhole?: boolean;
}

/**
 * The plan for people: each tree with its rules, each actor with what is spawned and when.
 *
 * @param columns Those of the terminal; Infinity where there is none.
 */
export function renderPlan(
  plan: Plan,
  paint: Painter,
  nextRuns: NextRuns = NO_RUNS,
  columns = Infinity,
): string {
  const mask = maskerFor(plan);
  const lines = plan.nodes.flatMap((node) => {
    const depth = node.path === "" ? 0 : node.path.split("/").length;
    const about = node.kind === "tree"
      ? treeLines(plan, node, mask, paint)
      : actorLines(plan, node, mask, nextRuns.get(node.path), paint);
    return about.flatMap((line, at) => indented(line, depth + (at === 0 ? 0 : 1), columns));
  });
  return lines.join("\n");
}

function indented({ text, paint, isWhole = false }: Line, depth: number, columns: number): readonly string[] {
  const indent = "  ".repeat(depth);
  const room = columns - indent.length - HANGING.length;
  const parts = isWhole || room < LEAST_COLUMNS ? [text] : wrapTo(text, room);
  return parts.map((part, at) => `${indent}${at === 0 ? "" : HANGING}${paint(part, at)}`);
}

function treeLines(plan: Plan, tree: TreeSpec, mask: Masker, paint: Painter): readonly Line[] {
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
  const dim = paint.dim;
  const ofRoot = tree.path === "" ? plan : null;
  return [
    { text: name, paint: paint.bold },
    ...includedFiles(ofRoot?.files ?? []).map((text): Line => ({ text, paint: dim, isWhole: true })),
    { text: rules.join(", "), paint: dim },
    ...(ofRoot?.alerts ?? []).map((alert): Line => ({ text: alertRule(alert, mask), paint: dim })),
  ];
}

function alertRule({ events, paths, argv }: Alert, mask: Masker): string {
  const whose = paths === null ? "" : ` of ${nameSome(paths)}`;
  return `on ${nameSome(events)}${whose}: ${argv.map((word) => shellWord(mask.text(word))).join(" ")}`;
}

/** A line for each file that was read beside the first. */
export function includedLines(files: readonly string[]): readonly string[] {
  return includedFiles(files).map((line) => `  ${line}`);
}

function includedFiles(files: readonly string[]): readonly string[] {
  return files.slice(1).map((file) => `with ${file}`);
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

/** The rule of a tree whose actors fare otherwise than those around it when the supervisor is killed. */
function deathRule(plan: Plan, { parent, onSupervisorDeath }: TreeSpec): readonly string[] {
  const around = parent === null ? "die" : treeAt(plan, parent).onSupervisorDeath;
  if (onSupervisorDeath === around) return [];
  return [onSupervisorDeath === "survive" ? "survives its supervisor" : "dies with its supervisor"];
}

function actorLines(
  plan: Plan,
  actor: ActorSpec,
  mask: Masker,
  nextRun: string | undefined,
  paint: Painter,
): readonly Line[] {
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
  const command = (argv: readonly string[]) => argv.map((word) => shellWord(mask.text(word))).join(" ");
  const { name, hooks, module, cwd, privileges, cgroup, health, watch, log } = actor;
  const texts = [
    rules.join(", "),
    ...(health === null ? [] : [`healthy by ${mask.text(describeHealth(health))}`]),
    ...Object.entries(hooks?.commands ?? {}).map(([hook, argv]) => `${hook}: ${command(argv)}`),
    ...(watch === null ? [] : [watchRule(watch, mask)]),
    ...(module === null ? [] : [moduleLine(module, mask)]),
    `in ${mask.text(cwd)}`,
    ...logRule(log, mask),
    ...(privileges === null ? [] : [describePrivileges(privileges)]),
    ...(cgroup === null ? [] : [describeGroupLimits(cgroup)]),
  ];
  const variables = Object.entries(mask.env(actor.env)).map(([key, value]) => `env ${key}=${value}`);
  return [
    {
      text: `${name} ${command(actor.argv)}`,
      paint: (text, at) => at === 0 ? paint.cyan(name) + text.slice(name.length) : text,
    },
    ...texts.map((text): Line => ({ text, paint: paint.dim })),
    ...variables.map((text): Line => ({ text, paint: paint.dim, isWhole: true })),
    ...(nextRun === undefined ? [] : [{ text: `next run ${nextRun}`, paint: paint.dim }]),
  ];
}

function watchRule({ paths, signal }: Watch, mask: Masker): string {
  const does = signal === null ? "restarted" : `sent ${signal}`;
  return `${does} when ${mask.text(nameSome(paths))} ${paths.length === 1 ? "changes" : "change"}`;
}

/** Says where lines go that do not go where they go by default. */
function logRule({ to, file }: LogSpec, mask: Masker): readonly string[] {
  if (to === "null") return ["its lines are not kept"];
  if (to === "inherit") return ["its lines are shown as they are"];
  return file === null ? [] : [`logs to ${mask.text(file)}`];
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
