/** Trees and scripts by chance, for the pure simulation and the rehearsal to agree on. */
import {
  actorAt,
  type ActorSpec,
  type Condition,
  type Health,
  type HookName,
  type Hooks,
  type NodeId,
  type Plan,
  type Ready,
} from "../../lib/config/plan.ts";
import { checkScript } from "../../lib/simulation/check_script.ts";
import type { HowEnded, RunLine, ScriptLine } from "../../lib/simulation/script.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";

type Random = () => number;

/** A tree by chance: of all kinds of actors, probes, checks, hooks, stops and rules. */
export function randomPlan(random: Random): Plan {
  const earlier: string[] = [];
  const places = { ports: 4_000 };
  const plan = planOf(randomTree(random, "", 0, earlier, places));
  // Only an actor that is checked is waited for to be healthy.
  const isChecked = (path: string) =>
    plan.nodes.some((node) => node.path === path && node.kind !== "tree" && node.health !== null);
  return {
    ...plan,
    nodes: plan.nodes.map((node) => ({
      ...node,
      dependsOn: node.dependsOn.map(({ on, condition }) => ({
        on,
        condition: condition === "healthy" && !isChecked(on) ? "ready" as const : condition,
      })),
    })),
  };
}

function randomTree(
  random: Random,
  path: string,
  depth: number,
  earlier: string[],
  places: { ports: number },
): TreeSketch {
  const children: Record<string, ActorSketch | TreeSketch> = {};
  const count = 1 + Math.floor(random() * 4);
  for (let i = 0; i < count; i++) {
    const name = "abcd"[i]!;
    const at = path === "" ? name : `${path}/${name}`;
    const needs = randomNeeds(random, earlier);
    children[name] = depth < 2 && random() < 0.2
      ? { ...randomTree(random, at, depth + 1, earlier, places), needs, significant: random() < 0.1 }
      : { ...randomActor(random, places), needs };
    earlier.push(at);
  }
  return {
    strategy: pick(random, ["one_for_one", "one_for_all", "rest_for_one"]),
    intensity: random() < 0.2
      ? "unlimited"
      : { restarts: Math.floor(random() * 4), withinMs: pick(random, [1_000, 10_000, 60_000]) },
    onFailure: pick(random, ["fail_child", "escalate", "stop"]),
    autoShutdown: pick(random, ["any_significant", "all_significant", "never"]),
    start: random() < 0.8 ? "parallel" : "sequential",
    concurrency: random() < 0.8 ? null : 1,
    shutdownMs: pick(random, [1_000, 10_000, 30_000]),
    onSupervisorDeath: random() < 0.5 ? "survive" : "die",
    ...(depth > 0 ? { restart: pick(random, ["always", "on-failure", "never"] as const) } : {}),
    children,
  };
}

function randomActor(random: Random, places: { ports: number }): ActorSketch {
  const daemon = random() < 0.6;
  const port = places.ports++;
  const isModule = random() < 0.1;
  const module = { file: "/test/module.ts", export: "main", params: null, debug: false };
  return {
    daemon,
    ...(isModule
      ? { kind: "module" as const, module, ready: { probe: { type: "module" as const }, intervalMs: 100 } }
      : { ready: random() < 0.6 ? randomReady(random, port) : null }),
    health: random() < 0.4 ? randomHealth(random, port) : null,
    hooks: random() < 0.2 ? randomHooks(random) : null,
    restart: pick(random, ["always", "on-failure", "never"]),
    significant: random() < 0.1,
    autostart: random() < 0.9,
    backoff: {
      initialMs: pick(random, [100, 1_000]),
      maxMs: pick(random, [1_000, 30_000]),
      factor: 2,
      jitter: pick(random, [0, 0.1]),
      resetAfterMs: pick(random, [1, 5_000, 10_000]),
    },
    successExitCodes: pick(random, [[0], [0, 3], [1]]),
    startTimeoutMs: pick(random, [2_050, 10_050]),
    runTimeoutMs: random() < 0.1 ? 5_050 : null,
    intensity: random() < 0.2 ? { restarts: 2, withinMs: 10_000 } : null,
    ...(random() < 0.1 && !daemon
      ? {
        schedule: {
          timing: { everyMs: pick(random, [1_530, 12_170]) },
          overlap: pick(random, ["skip", "queue", "replace"] as const),
          catchUp: random() < 0.3,
        },
        restart: "never" as const,
        significant: false,
      }
      : {}),
    stop: {
      graceMs: pick(random, [0, 550, 10_000]),
      command: random() < 0.2 ? ["stop-it"] : null,
      signal: pick(random, ["SIGTERM", "SIGINT", "SIGHUP"]),
    },
  };
}

function randomReady(random: Random, port: number): Ready {
  const probe = pick<Ready["probe"]>(random, [
    { type: "file", path: `/test/ready-${port}` },
    { type: "tcp", host: "127.0.0.1", port },
    { type: "tcp", host: "db.example", port: 5_432 },
    { type: "http", url: `http://localhost:${port}/ready` },
    { type: "exec", argv: ["is-ready"] },
    { type: "log", pattern: "listening" },
    { type: "notify" },
    { type: "delay", ms: 330 },
  ]);
  return { probe, intervalMs: pick(random, [70, 110]) };
}

function randomHealth(random: Random, port: number): Health {
  const isAsked = random() < 0.7;
  const probe = pick<NonNullable<Health["probe"]>>(random, [
    { type: "tcp", host: "127.0.0.1", port },
    { type: "http", url: `http://127.0.0.1:${port}/health` },
    { type: "tcp", host: "127.0.0.1", port: Math.max(4_000, port - 1) },
    { type: "exec", argv: ["does-it-work"] },
  ]);
  return {
    probe: isAsked ? probe : null,
    watchdogMs: isAsked ? null : pick(random, [510, 5_010]),
    intervalMs: pick(random, [190, 1_010, 9_990]),
    timeoutMs: 5_030,
    retries: isAsked ? pick(random, [1, 2, 3]) : 1,
    startPeriodMs: pick(random, [0, 0, 2_010]),
    onFailure: random() < 0.7 ? "restart" : "ignore",
  };
}

const HOOKS: readonly HookName[] = ["pre_start", "post_start", "pre_stop", "post_stop"];

function randomHooks(random: Random): Hooks {
  const commands = Object.fromEntries(HOOKS.filter(() => random() < 0.5).map((name) => [name, [name]]));
  return { commands, timeoutMs: pick(random, [520, 5_020]) };
}

function randomNeeds(random: Random, earlier: readonly string[]): Record<string, Condition> {
  const names = earlier.filter(() => random() < 0.8 / Math.max(1, earlier.length));
  const conditions: readonly Condition[] = ["started", "ready", "ready", "healthy", "completed", "exited"];
  return Object.fromEntries(names.map((name) => [name, pick(random, conditions)]));
}

/** A script by chance for a plan, of all kinds of lines. No two things of it come at the same instant. */
export function randomLines(
  plan: Plan,
  random: Random,
  allowed: (line: ScriptLine) => boolean,
): readonly ScriptLine[] {
  const actors = plan.nodes.filter((node) => node.kind !== "tree");
  const nodes = plan.nodes.filter(({ parent }) => parent !== null).map(({ path }) => path);
  const all = { from: 1, count: Infinity };
  const lines: ScriptLine[] = actors.flatMap((spec, nth): readonly RunLine[] => [
    { kind: "slow", path: spec.path, runs: all, ms: 701 + 37 * nth },
    { kind: "stop", path: spec.path, runs: all, ms: 101 + 7 * nth, how: null },
    // A start that fails is alone in its instant: in which order others hear of it is the machine's affair.
    { kind: "hook", path: spec.path, runs: all, hook: "pre_start", ms: 211 + 13 * nth, code: 0 },
    ...(spec.daemon ? [] : [{ kind: "lasts" as const, path: spec.path, runs: all, ms: 1_303 + 61 * nth }]),
  ]);
  for (let left = Math.floor(random() * 6); left > 0; left--) {
    lines.push(randomRunLine(random, pick(random, actors)));
  }
  for (let left = Math.floor(random() * 4); left > 0; left--) lines.push(randomRequest(random, nodes));
  if (random() < 0.3) {
    lines.push({ kind: "kill_supervisor", atMs: time(random), forMs: pick(random, [1_000, 10_000]) });
  }
  const isAlone = (path: NodeId) => actorAt(plan, path).hooks?.commands.pre_start !== undefined;
  return lines.filter((line) =>
    checkScript(plan, [line]).length === 0 && allowed(line) && (line.kind !== "missing" || isAlone(line.path))
  );
}

function randomRunLine(random: Random, spec: ActorSpec): RunLine {
  const runs = { from: pick(random, [1, 1, 2]), count: pick(random, [1, 2, Infinity]) };
  const about = { path: spec.path, runs };
  const how = pick<HowEnded>(random, ["SIGSEGV", "SIGKILL", 0, 1, 3]);
  return pick<RunLine>(random, [
    { kind: "exit", ...about, atMs: time(random), how },
    { kind: "exit", ...about, atMs: time(random), how },
    { kind: "missing", ...about },
    { kind: "slow", ...about, ms: pick(random, [time(random), Infinity]) },
    { kind: "lasts", ...about, ms: time(random) },
    { kind: "hang", ...about, atMs: time(random) },
    { kind: "unhealthy", ...about, atMs: time(random), forMs: time(random) },
    { kind: "stop", ...about, ms: pick(random, [0, 217, 3_111, Infinity]), how: pick(random, [null, 0, 1]) },
    {
      kind: "hook",
      ...about,
      hook: pick(random, HOOKS),
      ms: pick(random, [0, 313, 3_313]),
      code: pick(random, [0, 1]),
    },
  ]);
}

function randomRequest(random: Random, nodes: readonly NodeId[]): ScriptLine {
  const atMs = time(random);
  const paths = [pick(random, nodes)];
  const verb = pick(random, ["restart", "stop", "start", "reset", "signal", "down"] as const);
  if (verb === "down") return { kind: "request", atMs, request: { verb } };
  if (verb !== "signal") return { kind: "request", atMs, request: { verb, paths } };
  const signal = pick(random, ["SIGHUP", "SIGTERM", "SIGINT", "SIGUSR1", "SIGKILL"] as const);
  return { kind: "request", atMs, request: { verb, paths, signal } };
}

/** Times that are of no use to anybody else, so that what the script does falls together with nothing. */
function time(random: Random): number {
  return Math.floor(10 ** (2 + random() * 2.7)) * 10 + 3;
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}
