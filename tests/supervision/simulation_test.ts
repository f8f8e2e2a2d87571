/**
 * Random trees under random events, with the promises checked after every step. A failing seed is printed; run it alone
 * with `SEED=n`, and more of them with `SEEDS=n`.
 */
import assert from "node:assert/strict";
import type {
  Condition,
  Health,
  HookName,
  Hooks,
  Intensity,
  NodeSpec,
  Plan,
  Probe,
  Ready,
  Schedule,
  Watch,
} from "../../lib/config/plan.ts";
import { processOf } from "../../lib/config/process_of.ts";
import { withoutReplica } from "../../lib/config/replica_path.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { seeded } from "../../lib/base/chance.ts";
import type { ProbeAnswer } from "../../lib/supervision/event.ts";
import type { Told } from "../../lib/supervision/run_word.ts";
import { test } from "../harness/test.ts";
import { Auditor } from "./audit/auditor.ts";
import { holdToReference } from "./reference/twin.ts";
import { auditLastReplica } from "./audit/last_replica.ts";
import { type Script, World } from "../harness/world.ts";

const SEEDS = Number(process.env["SEEDS"] ?? 300);
/** The reference is slow. A step that has left something undone is seen by the next one that is compared. */
const COMPARED_EVERY = 3;
const ONLY = process.env["SEED"];

test("simulation: random trees keep every promise under random events", () => {
  simulateAll(SEEDS, () => {
    const auditor = new Auditor();
    return auditor.observe.bind(auditor);
  });
});

test("simulation: each step comes to what the reference comes to", () => {
  const every = ONLY === undefined ? COMPARED_EVERY : 1;
  simulateAll(SEEDS / 2, () => {
    let steps = 0;
    return (...step) => steps++ % every === 0 ? holdToReference(...step) : undefined;
  });
});

type Observer = World["onStep"];

function simulateAll(count: number, watch: () => Observer): void {
  const seeds = ONLY === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(ONLY)];
  for (const seed of seeds) {
    try {
      simulate(seed, watch());
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Phases in which an actor has a process, unless it has yet to be spawned; and those in which nothing goes on and nothing is planned. */
const WITH_PROCESS: readonly string[] = ["starting", "running", "stopping"];
const OVER: readonly string[] = ["inactive", "stopped", "completed", "failed"];

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

function simulate(seed: number, watch: Observer): void {
  const random = seeded(seed);
  const sketch = randomTree(random, "", 0, []);
  const world = new World(simulatedPlan(sketch), seed);
  world.onStep = (before, event, now, stepped, calendar) => {
    watch(before, event, now, stepped, calendar);
    auditLastReplica(before, event, stepped);
  };
  const plans = new Plans(random, world, sketch);
  const asked: number[] = [];
  plans.scriptActors();
  const watcher = new Watcher(world);
  world.begin();
  watcher.check();
  for (let i = 0; i < 80 && world.outcome === null; i++) {
    act(world, random, asked);
    watcher.check();
    if (random() < 0.04) plans.replan(asked);
    watcher.check();
    if (random() < 0.04) resume(world, random, asked, plans);
    watcher.check();
  }
  if (world.outcome === null) {
    world.down(world.held.size > 0 ? "client_lost" : "down", random() < 0.1 ? 0 : null);
    watcher.check();
  }
  let before = world.now;
  for (const crash of [...world.held.keys()]) {
    world.advance(pick(random, [0, 1_000, 60_000]));
    watcher.check();
    world.letGo(crash);
    watcher.check();
    before = world.now;
  }
  world.exhaust();
  watcher.check();
  watcher.checkEnd(asked);
  const bound = (world.plan.nodes[0] as { shutdownMs: number }).shutdownMs + 5_000;
  assert.ok(world.now - before <= bound, `the teardown took ${world.now - before} ms`);
}

function act(world: World, random: Random, asked: number[]): void {
  if (random() < 0.25) tellNews(world, random, asked);
  else intervene(world, random, asked);
}

/** Something is heard of actors: answers, words of their own, and changes of files; or somebody sends signals. */
function tellNews(world: World, random: Random, asked: number[]): void {
  const actors = [...world.state.nodes.values()].filter(({ kind }) => kind === "actor").map(({ id }) => id);
  const running = actors.filter((path) => world.processOf(path) !== undefined);
  if (actors.length === 0) return;
  const dice = random();
  if (dice < 0.4) {
    // Often the last ones, which may be waited for; an answer may come twice.
    const questions = random() < 0.7 ? world.questions.slice(-5) : world.questions;
    if (questions.length > 0) world.answersTo(pick(random, questions), pick(random, ANSWERS));
  } else if (dice < 0.7) {
    const speaking = running.filter((path) => ["notify", "watchdog"].includes(voiceOf(world, path)));
    const one = speaking.length > 0 && random() < 0.8 ? speaking : running;
    if (one.length > 0) world.tells(pick(random, one), pick(random, WORDS));
  } else if (dice < 0.95) {
    world.changes(pick(random, actors), ...pick(random, [[], ["/a.ts"], ["/a.ts", "/b.ts"]]));
  } else if (dice < 0.99) {
    const signal = pick(random, ["SIGHUP", "SIGUSR1"] as const);
    const paths = world.plan.nodes.slice(1).map((node) => node.path);
    if (paths.length > 0) asked.push(world.signal([pick(random, paths)], signal, random() < 0.5));
  } else asked.push(world.exec(pick(random, actors)));
}

/** How an actor speaks of itself, if it does. */
function voiceOf(world: World, path: string): string {
  const { phase } = world.actor(path);
  if (!("spec" in phase)) return "none";
  const { health, ready } = phase.spec;
  return health !== null && health.watchdogMs !== null ? "watchdog" : ready?.probe.type ?? "none";
}

const ANSWERS: readonly ProbeAnswer[] = [
  { says: "ready" },
  { says: "ready" },
  { says: "not_ready", why: "refused" },
  { says: "not_ready", why: "refused" },
  { says: "nothing" },
];

/** What processes say, each as often as it stands here. */
const WORDS: readonly Told[] = [
  ...Array<Told>(4).fill({ is: "alive" }),
  { is: "broken" },
  { is: "watchdog", ms: 1_000 },
  { is: "watchdog", ms: 20_000 },
  { is: "watchdog", ms: null },
  { is: "extend", ms: 100 },
  { is: "extend", ms: 5_000 },
  { is: "extend", ms: 600_000 },
  { is: "ready" },
  { is: "stopping" },
  { is: "reloading" },
  { is: "status", text: "busy" },
  { is: "error", text: "error number 2" },
  { is: "main", pid: 5_000 },
];

function intervene(world: World, random: Random, asked: number[]): void {
  const paths = world.plan.nodes.slice(1).map((node) => node.path);
  const actors = [...world.state.nodes.values()].filter(({ kind }) => kind === "actor").map(({ id }) => id);
  const some = () => paths.filter(() => random() < 1.5 / paths.length);
  const dice = random();
  if (dice < 0.45) {
    const running = actors.filter((path) => world.processOf(path) !== undefined);
    const held = [...world.held.keys()];
    if (running.length > 0 && random() < 0.1) world.parts(pick(random, running));
    else if (running.length > 0 && random() < 0.15) world.holds(pick(random, running));
    else if (held.length > 0 && random() < 0.5) world.letGo(pick(random, held));
    else if (world.hooks.size > 0 && random() < 0.3) {
      world.hookEnds(pick(random, [...world.hooks.keys()]), { how: "exited", code: pick(random, [0, 0, 1]) });
    } else if (running.length > 0) {
      world.exits(pick(random, running), pick(random, [0, 0, 1, 3, "SIGSEGV" as const]));
    }
  } else if (dice < 0.7) {
    if (random() < 0.05) world.date0 += pick(random, JUMPS);
    world.advance(pick(random, [1, 50, 200, 1_000, 5_000, 15_000]));
  } else if (dice < 0.78) asked.push(world.start(some(), random() < 0.7));
  else if (dice < 0.86) asked.push(world.stop(...some()));
  else if (dice < 0.93) asked.push(world.restart(...some()));
  else if (dice < 0.94) asked.push(world.reset(...some()));
  else if (dice < 0.96) {
    const replicas = actors.filter((path) => path !== withoutReplica(path));
    const one = replicas.length > 0 && random() < 0.9 ? withoutReplica(pick(random, replicas)) : null;
    const ofOne = replicas.filter((path) => withoutReplica(path) === one && random() < 0.6);
    if (world.state.rollouts.length > 0 && random() < 0.2) asked.push(world.halt(...ofOne, ...some()));
    else asked.push(world.restartRolling(...one === null ? some() : ofOne));
  } else if (dice < 0.975) asked.push(world.awaitReady(...some()));
  else if (dice < 0.983) world.down("down", pick(random, [null, 0, 1_000]));
  else if (dice < 0.99) world.send({ type: "grace_cut", toMs: pick(random, [0, 500]) });
  else if (dice < 0.995) {
    const waiting = world.toBeSpawned();
    const one = waiting.length > 0 ? pick(random, waiting) : null;
    if (one !== null) world.spawned(one.node, one.run);
  } else if (actors.length > 0) {
    world.script(pick(random, actors), { spawn: "ok", probe: pick(random, PROBES) });
  }
}

/** The supervisor is killed and another one goes on; whoever waited for an answer of the first never gets one. */
function resume(world: World, random: Random, asked: number[], plans: Plans): void {
  const end = () => random() < 0.2 ? pick(random, [0, 1, "SIGKILL" as const]) : null;
  if (world.outcome !== null) return;
  const before = world.plan;
  const plan = random() < 0.5 ? before : plans.next();
  const processIn = ({ nodes }: Plan, path: string) => {
    const spec = nodes.find((node) => node.path === path);
    return spec === undefined || spec.kind === "tree" ? null : processOf(spec);
  };
  const actors = plan.nodes.filter(({ kind }) => kind !== "tree").map(({ path }) => path);
  const changed = actors.filter((path) => processIn(before, path) !== processIn(plan, path));
  const { nodes } = world.state;
  const isOutdated = ({ node }: { readonly node: NodeSpec["path"] }) => {
    const phase = nodes.get(node)?.phase;
    const isOther = phase !== undefined && "spec" in phase &&
      processOf(phase.spec) !== processIn(plan, node);
    return isOther || random() < 0.05;
  };
  if (!world.resume({ plan, end, isOutdated, changed })) return;
  plans.scriptActors();
  asked.splice(0, asked.length, ...asked.filter((request) => world.replies.has(request)));
}

/** What questions come to: an answer at once, or none until one is told. */
const PROBES: readonly Script["probe"][] = [null, null, null, "refused", "silent"];

/** What spawns come to, each as often as it stands here. */
const SPAWNS: readonly Script["spawn"][] = [
  ...Array(18).fill("ok"),
  { error: "no such file" },
  { error: "no such file", isFinal: true },
  "silent",
  "made",
  { lack: "no descriptors", isLasting: false },
  { lack: "no descriptors", isLasting: true },
];

/** The plans that a tree has one after the other. */
class Plans {
  readonly #random: Random;
  readonly #world: World;
  readonly #scripted = new Set<string>();
  #sketch: TreeSketch;

  constructor(random: Random, world: World, sketch: TreeSketch) {
    this.#random = random;
    this.#world = world;
    this.#sketch = sketch;
  }

  /** A plan that is much like the last one. */
  next(): Plan {
    this.#sketch = revised(this.#random, this.#sketch, "", 0, []);
    return simulatedPlan(this.#sketch);
  }

  /** Somebody waits until it is done. */
  replan(asked: number[]): void {
    if (this.#world.outcome !== null) return;
    const plan = this.next();
    asked.push(this.#world.apply(plan, this.#random() < 0.5));
    this.scriptActors();
  }

  /** Says how the processes of actors behave that are new. */
  scriptActors(): void {
    const random = this.#random;
    for (const { path, kind } of this.#world.plan.nodes) {
      if (kind === "tree" || this.#scripted.has(path)) continue;
      this.#scripted.add(path);
      this.#world.script(path, {
        obeys: random() < 0.8,
        joins: pick(random, ["never", "never", "obeys", "ignores"]),
        leaves: random() < 0.8 ? "nothing" : "stubborn",
        spawn: pick(random, SPAWNS),
        probe: random() < 0.7 ? null : pick(random, PROBES),
        hook: pick(random, [0, 0, 0, 1, "silent"] as const),
      });
    }
  }
}

/** Watches the processes of a world, and its end. */
class Watcher {
  readonly #world: World;
  #lastSeq = 0;

  constructor(world: World) {
    this.#world = world;
  }

  check(): void {
    const { state, processes } = this.#world;
    for (const id of new Set(processes.map((process) => process.node))) {
      const open = processes.filter((process) => process.node === id && !process.cleared);
      assert.ok(open.length === 0 || state.nodes.has(id), `${id} is forgotten and has a run`);
      assert.ok(open.length <= 1, `${id} has ${open.length} runs at once`);
    }
    assert.ok(state.seq >= this.#lastSeq);
    this.#lastSeq = state.seq;
    for (const node of state.nodes.values()) {
      if (node.kind !== "actor") continue;
      const hasProcess = processes.some((process) => process.node === node.id && !process.cleared);
      const isToBeSpawned = node.phase.at === "starting" && node.phase.pid === null;
      const isAfterAll = node.phase.at === "stopping" &&
        (node.phase.ladder.rung === "post_stop" || node.phase.pid === null);
      const wants = WITH_PROCESS.includes(node.phase.at) && !isToBeSpawned && !isAfterAll;
      assert.equal(hasProcess, wants, `${node.id} is ${node.phase.at}`);
    }
    this.#checkHeld();
  }

  /** One crash is offered while any is held, and it is one that is. That no run is stopped then is checked by the world. */
  #checkHeld(): void {
    const { state: { holding, outcome }, held } = this.#world;
    if (outcome !== null) return assert.equal(held.size, 0, "a crash is held after the end");
    assert.equal(holding !== null, held.size > 0, `${held.size} crashes are held`);
    if (holding !== null) assert.ok(held.has(holding.offered), "what is offered is not held");
  }

  checkEnd(asked: readonly number[]): void {
    const { outcome, processes, replies, state, log } = this.#world;
    assert.ok(outcome, "the tree never ended");
    const left = processes.filter((process) => process.alive || !process.cleared);
    const names = left.map((process) => `${process.node}#${process.run}`);
    assert.deepEqual([...this.#world.hooks.values()], [], "a hook outlives the tree");
    assert.deepEqual(names, [], `processes outlive the tree:\n${log.slice(-40).join("\n")}`);
    const busy = [...state.nodes.values()].filter(({ phase }) => !OVER.includes(phase.at));
    assert.deepEqual(busy, [], `something goes on after the end:\n${log.slice(-40).join("\n")}`);
    assert.deepEqual([...replies.keys()].toSorted((a, b) => a - b), asked, "a request was not answered once");
    const count = (kind: string) => log.filter((line) => line.startsWith(`${kind} `)).length;
    assert.equal(this.#world.begun, count("close_run"), "a run was not closed once");
  }
}

function randomTree(random: Random, path: string, depth: number, earlier: string[]): TreeSketch {
  const children: Record<string, ActorSketch | TreeSketch> = {};
  // Some are large enough for what is kept of them not to lie in one piece.
  const count = depth === 0 && random() < 0.03
    ? 40 + Math.floor(random() * 40)
    : 1 + Math.floor(random() * 5);
  for (let i = 0; i < count; i++) {
    const name = "abcdef"[i] ?? `n${i}`;
    const at = path === "" ? name : `${path}/${name}`;
    if (random() < 0.2) {
      const needs = randomNeeds(random, earlier);
      const actor = randomActor(random);
      for (let replica = 1; replica <= 3; replica++) {
        children[`${name}.${replica}`] = { ...actor, replica, needs };
      }
      for (let replica = 1; replica <= 3; replica++) earlier.push(`${at}.${replica}`);
      continue;
    }
    // Only what stands earlier is named, and never a tree around: so there are no cycles.
    const needs = randomNeeds(random, earlier);
    children[name] = depth < 2 && random() < 0.25
      ? { ...randomTree(random, at, depth + 1, earlier), needs, significant: random() < 0.1 }
      : { ...randomActor(random), needs };
    earlier.push(at);
  }
  return {
    strategy: pick(random, ["one_for_one", "one_for_all", "rest_for_one"]),
    intensity: randomIntensity(random),
    onFailure: pick(random, ["fail_child", "fail_child", "escalate", "escalate", "stop"]),
    autoShutdown: pick(random, ["any_significant", "all_significant", "never"]),
    start: random() < 0.8 ? "parallel" : "sequential",
    concurrency: random() < 0.8 ? null : 1,
    shutdownMs: pick(random, [1_000, 10_000, 30_000]),
    ...(depth > 0 ? { restart: pick(random, ["always", "on-failure", "never"] as const) } : {}),
    backoff: randomBackoff(random),
    children,
  };
}

function randomIntensity(random: Random): Intensity {
  if (random() < 0.2) return "unlimited";
  return { restarts: Math.floor(random() * 4), withinMs: pick(random, [1_000, 10_000, 60_000]) };
}

/** The same tree with some children fewer, some others, some more, and some of another kind. */
function revised(
  random: Random,
  tree: TreeSketch,
  path: string,
  depth: number,
  earlier: string[],
): TreeSketch {
  const children: Record<string, ActorSketch | TreeSketch> = {};
  const name = pick(random, ["g", "h", "a", "b"]);
  // No actor has the name of another one that has replicas.
  const isFree = [1, 2, 3].every((replica) => tree.children[`${name}.${replica}`] === undefined);
  const added = random() < 0.2 && isFree ? { [name]: randomActor(random) } : {};
  // All replicas of an actor become another process at once.
  const argvs = new Map<string, string[] | null>();
  for (const [name, child] of Object.entries({ ...added, ...tree.children })) {
    if (random() < 0.1 && Object.keys(tree.children).length > 1) continue;
    const at = path === "" ? name : `${path}/${name}`;
    const kept = Object.entries(child.needs ?? {}).filter(([on]) => earlier.includes(on));
    const needs = random() < 0.9 ? Object.fromEntries(kept) : randomNeeds(random, earlier);
    const isTree = random() < 0.95 ? "children" in child : depth < 2 && random() < 0.5;
    children[name] = isTree
      ? {
        ..."children" in child
          ? revised(random, child, at, depth + 1, earlier)
          : randomTree(random, at, depth + 1, earlier),
        needs,
      }
      : { ...revisedActor(random, child), needs };
    const actor = withoutReplica(at);
    if (!isTree && actor !== at) {
      const argv = argvs.get(actor) ?? (random() < 0.15 ? [`v${Math.floor(random() * 1_000)}`] : null);
      argvs.set(actor, argv);
      if (argv !== null) children[name] = { ...children[name] as ActorSketch, argv };
    }
    earlier.push(at);
  }
  return { ...tree, children };
}

function revisedActor(random: Random, actor: ActorSketch | TreeSketch): ActorSketch {
  if ("children" in actor) return randomActor(random);
  const dice = random();
  if (dice < 0.1) return { ...actor, argv: [`v${Math.floor(random() * 1_000)}`] };
  if (dice < 0.2) return { ...randomActor(random), argv: actor.argv ?? ["true"] };
  // Most changes of rules are small ones.
  return dice < 0.3 ? { ...actor, health: randomHealth(random), watch: randomWatch(random) } : actor;
}

/** With this a crash loop is soon one that nobody waits for. */
const HASTY = { initialMs: 10, maxMs: 100, factor: 2, jitter: 0.1, resetAfterMs: 10_000 };

function randomHooks(random: Random): Hooks {
  const names: readonly HookName[] = ["pre_start", "post_start", "pre_stop", "post_stop"];
  const commands = Object.fromEntries(names.filter(() => random() < 0.5).map((name) => [name, [name]]));
  return { commands, timeoutMs: pick(random, [500, 5_000]) };
}

/** How the date may jump. */
const JUMPS = [-86_400_000, -600_000, -1_000, 1_000, 45_000, 3_600_000];

const TIMINGS: readonly Schedule["timing"][] = [
  { everyMs: 1_000 },
  { everyMs: 12_000 },
  { cron: "*/5 * * * * *", timezone: null },
  { cron: "* * * * *", timezone: "Europe/Berlin" },
];

/** One that its schedule runs is a one-shot, as the configuration has it. */
function scheduled(random: Random, actor: ActorSketch): ActorSketch {
  const schedule: Schedule = {
    timing: pick(random, TIMINGS),
    overlap: pick(random, ["skip", "queue", "replace"]),
    catchUp: random() < 0.3,
  };
  const restart = pick(random, ["on-failure", "never"] as const);
  return { ...actor, daemon: false, significant: false, restart, schedule };
}

function randomActor(random: Random): ActorSketch {
  const plain = randomUnscheduled(random);
  const actor = random() < 0.15 ? { ...plain, hooks: randomHooks(random) } : plain;
  return random() < 0.1 ? scheduled(random, actor) : actor;
}

function randomUnscheduled(random: Random): ActorSketch {
  const daemon = random() < 0.6;
  return {
    daemon,
    ready: random() < 0.4 ? randomReady(random) : null,
    health: random() < 0.4 ? randomHealth(random) : null,
    watch: random() < 0.4 ? randomWatch(random) : null,
    restart: pick(random, ["always", "on-failure", "never"]),
    significant: random() < 0.1,
    autostart: random() < 0.9,
    backoff: randomBackoff(random),
    successExitCodes: pick(random, [[0], [0], [0, 3], [1]]),
    successSignals: pick(random, [[], [], ["SIGSEGV"]]),
    startTimeoutMs: 2_000,
    runTimeoutMs: random() < 0.1 ? 5_000 : null,
    intensity: random() < 0.2 ? randomIntensity(random) : null,
    ...random() < 0.2 ? { backoff: HASTY } : {},
    stop: {
      graceMs: pick(random, [0, 500, 10_000]),
      command: random() < 0.2 ? ["stop-it"] : null,
      kill: random() < 0.9 ? "tree" : "process",
    },
  };
}

const TCP = { type: "tcp", host: "127.0.0.1", port: 1 } as const;

function randomReady(random: Random): Ready {
  const probes: readonly Probe[] = [{ type: "file", path: "/x" }, TCP, { type: "notify" }, {
    type: "delay",
    ms: 300,
  }];
  return { probe: pick(random, probes), intervalMs: 100 };
}

/** Some ask, and some wait for the word of a watchdog. */
function randomHealth(random: Random): Health {
  const isAsked = random() < 0.7;
  return {
    probe: isAsked ? TCP : null,
    watchdogMs: isAsked ? null : pick(random, [500, 5_000]),
    intervalMs: pick(random, [200, 1_000, 10_000]),
    timeoutMs: 5_000,
    retries: isAsked ? pick(random, [1, 2, 3]) : 1,
    startPeriodMs: pick(random, [0, 0, 2_000]),
    onFailure: random() < 0.7 ? "restart" : "ignore",
  };
}

function randomWatch(random: Random): Watch {
  const debounceMs = pick(random, [0, 200, 5_000]);
  return { paths: ["/src"], ignore: [], debounceMs, signal: random() < 0.7 ? null : "SIGHUP" };
}

function randomBackoff(random: Random): NonNullable<ActorSketch["backoff"]> {
  return {
    initialMs: pick(random, [100, 1_000]),
    maxMs: pick(random, [1_000, 30_000]),
    factor: 2,
    jitter: pick(random, [0, 0.1]),
    resetAfterMs: pick(random, [1, 5_000, 10_000]),
  };
}

/** A plan as the configuration lets it be: only an actor that is checked is waited for to be healthy. */
function simulatedPlan(sketch: TreeSketch): Plan {
  const plan = planOf(sketch);
  const isChecked = (path: string) =>
    plan.nodes.some((node) => node.path === path && node.kind !== "tree" && node.health !== null);
  const nodes = plan.nodes.map((node): NodeSpec => {
    const dependsOn = node.dependsOn.map(({ on, condition }) => {
      const isMisplaced = condition === "healthy" && !isChecked(on);
      return { on, condition: isMisplaced ? "ready" as const : condition };
    });
    return { ...node, dependsOn };
  });
  return { ...plan, nodes };
}

function randomNeeds(random: Random, earlier: readonly string[]): Record<string, Condition> {
  const names = earlier.filter(() => random() < 0.8 / Math.max(1, earlier.length));
  const conditions: readonly Condition[] = ["started", "ready", "ready", "healthy", "completed", "exited"];
  return Object.fromEntries(names.map((name) => [name, pick(random, conditions)]));
}
