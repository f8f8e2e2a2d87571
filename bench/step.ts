/**
 * What a step of the core costs in trees of different sizes: the processor time for one actor, or one event, against that
 * in the smallest tree of the same run. A size takes turns with the others, after rounds that are thrown away.
 */
import process from "node:process";
import { instant, NEVER } from "../lib/base/instant.ts";
import { type NodeId, ROOT } from "../lib/config/plan.ts";
import type { TreeEvent } from "../lib/supervision/event.ts";
import { initialState } from "../lib/supervision/initial_state.ts";
import type { State } from "../lib/supervision/state.ts";
import { nextDeadline, step } from "../lib/supervision/step.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../tests/harness/plan.ts";

const SIZES = [100, 1_000, 5_000, 20_000];
const ROUNDS = 5;
const WARM_UP = 2;
/** How often what is done to one actor is done in a round: processor time is counted in ticks of some milliseconds. */
const TIMES = 1_500;
/** How far the actors are apart that something is done to, one after the other. */
const STRIDE = 37;
/** How often each object of the map that is compared with is replaced. */
const REPLACED = 50;
/** How many actors start in a round, in as many trees as that takes. */
const ACTORS = 6_000;

/** A tree that is started, bothered and taken down. */
class Tree {
  #state: State;
  readonly #inbox: TreeEvent[] = [];
  #now = 0;
  #requests = 0;
  readonly #actors: readonly NodeId[];

  constructor(sketch: TreeSketch) {
    const plan = planOf(sketch);
    this.#state = initialState(plan, 1);
    this.#actors = plan.nodes.filter(({ kind }) => kind !== "tree").map((
      { path },
    ) => path);
  }

  /** Somebody waits until all is ready, as `up -d` does. */
  start(): void {
    this.send({ type: "begun" }, () => {
      this.#step({
        type: "ready_awaited",
        request: this.#requests++,
        nodes: [ROOT],
      });
    });
  }

  restart(time: number): void {
    const node = this.#actors[(time * STRIDE) % this.#actors.length]!;
    const { phase } = this.#state.nodes.get(node)!;
    if (!("run" in phase)) throw new Error(`${node} is ${phase.at}`);
    this.#now += 1;
    this.send({
      type: "exited",
      node,
      run: phase.run,
      exit: { how: "exited", code: 1 },
      error: null,
    });
    this.passTime();
  }

  request(time: number): void {
    const nodes = [this.#actors[(time * STRIDE) % this.#actors.length]!];
    this.send({ type: "stop_requested", request: this.#requests++, nodes });
    this.send({
      type: "start_requested",
      request: this.#requests++,
      nodes,
      deps: true,
    });
    this.passTime();
  }

  /** Lets come what is due next. */
  passTime(): void {
    const due = nextDeadline(this.#state);
    if (due === NEVER) return;
    this.#now = due;
    this.send({ type: "time_passed" });
  }

  down(): void {
    this.send({
      type: "down_requested",
      request: null,
      cause: "down",
      withinMs: null,
    });
    if (this.#state.outcome === null) {
      throw new Error("the tree is still there");
    }
  }

  /** Sends an event and all that follow from it. Every process does at once what it is told. */
  send(event: TreeEvent, meanwhile: () => void = () => {}): void {
    this.#step(event);
    meanwhile();
    for (let at = 0; at < this.#inbox.length; at++) {
      this.#step(this.#inbox[at]!);
    }
    this.#inbox.length = 0;
  }

  #step(event: TreeEvent): void {
    const { state, effects } = step(this.#state, event, instant(this.#now));
    this.#state = state;
    nextDeadline(state);
    for (const effect of effects) {
      if (effect.type === "spawn") {
        const { node, run } = effect;
        this.#inbox.push({ type: "spawned", node, run, pid: run });
      } else if (effect.type === "signal") {
        const { node, run } = effect;
        const exit = { how: "signalled", signal: "SIGTERM" } as const;
        this.#inbox.push({ type: "exited", node, run, exit, error: null });
      } else if (effect.type === "end_rest") {
        this.#inbox.push({
          type: "cleared",
          node: effect.node,
          run: effect.run,
        });
      }
    }
  }
}

const BUDGET = { restarts: 1_000_000, withinMs: 0 };
const BACKOFF = {
  initialMs: 100,
  maxMs: 100,
  factor: 1,
  jitter: 0,
  resetAfterMs: 1_000_000,
};
const DAEMON: ActorSketch = { daemon: true, backoff: BACKOFF };

/** Shapes of trees of a number of actors. */
const SHAPES: Readonly<Record<string, (actors: number) => TreeSketch>> = {
  "one tree": (actors) => ({
    intensity: BUDGET,
    children: many(actors, "a", DAEMON),
  }),
  "four at a time": (actors) => ({
    intensity: BUDGET,
    concurrency: 4,
    children: many(actors, "a", DAEMON),
  }),
  "trees of twenty, each after one of its own": (actors) => {
    const api = { ...DAEMON };
    const trees = Object.fromEntries(
      Array.from({ length: actors / 20 }, (_, tree) => [`t${tree}`, {
        intensity: BUDGET,
        children: {
          db: DAEMON,
          ...many(19, "a", { ...api, needs: { [`t${tree}/db`]: "ready" } }),
        },
      }]),
    );
    return { intensity: BUDGET, children: trees };
  },
};

function many(
  count: number,
  prefix: string,
  actor: ActorSketch,
): Record<string, ActorSketch> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${prefix}${index}`, actor]),
  );
}

/** Microseconds for one actor, or one time. */
type Costs = Record<
  "start" | "exit and restart" | "stop and start" | "down",
  number
>;

function measure(sketch: TreeSketch, actors: number): Costs {
  const trees = Array.from(
    { length: Math.ceil(ACTORS / actors) },
    () => new Tree(sketch),
  );
  const times = Math.ceil(TIMES / trees.length);
  const each = (
    act: (tree: Tree, time: number) => void,
    count: number,
    parts: number,
  ) => {
    const began = process.cpuUsage();
    for (const tree of trees) {
      for (let time = 0; time < count; time++) act(tree, time);
    }
    const { user, system } = process.cpuUsage(began);
    return (user + system) / (trees.length * parts);
  };
  return {
    "start": each((tree) => tree.start(), 1, actors),
    "exit and restart": each((tree, time) => tree.restart(time), times, times),
    "stop and start": each((tree, time) => tree.request(time), times, times),
    "down": each((tree) => tree.down(), 1, actors),
  };
}

/** As many objects as a tree has actors, in a map of the language, each replaced by another, so many steps further each time. */
function measureMap(size: number, stride: number): number {
  const ids = Array.from({ length: size }, (_, index) => `root/a${index}`);
  const maps = Array.from(
    { length: Math.ceil(ACTORS / size) },
    () => new Map(ids.map((id) => [id, { id, phase: { at: "inactive", since: 0 } }])),
  );
  const began = process.cpuUsage();
  for (const map of maps) {
    for (let at = 0, count = size * REPLACED; count > 0; count--, at = (at + stride) % size) {
      const node = map.get(ids[at]!)!;
      map.set(node.id, { ...node, phase: { ...node.phase, since: count } });
    }
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / (maps.length * size * REPLACED);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

function print(what: string, rounds: readonly (readonly number[])[]): void {
  const costs = rounds.map(median);
  const texts = costs.map((cost) =>
    `${cost.toFixed(cost < 1 ? 3 : 1)} us (${(cost / costs[0]!).toFixed(2)}x)`
  );
  console.log(`- ${what}: ${texts.join(", ")}`);
}

/** Rounds of all sizes in turn; those that warm up are left out. */
function inTurns<Cost>(
  cost: (size: number) => Cost,
): readonly (readonly Cost[])[] {
  const rounds = SIZES.map((): Cost[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [index, size] of SIZES.entries()) {
      const one = cost(size);
      if (round >= WARM_UP) rounds[index]!.push(one);
    }
  }
  return rounds;
}

for (const [shape, sketchOf] of Object.entries(SHAPES)) {
  const rounds = inTurns((size) => measure(sketchOf(size), size));
  console.log(
    `${shape}: ${SIZES.map((size) => size.toLocaleString("en")).join(", ")} actors`,
  );
  for (const what of Object.keys(rounds[0]![0]!) as (keyof Costs)[]) {
    print(what, rounds.map((round) => round.map((one) => one[what])));
  }
}
console.log("a map of as many objects");
print("replace one after the other", inTurns((size) => measureMap(size, 1)));
print(`replace one, ${STRIDE} further each time`, inTurns((size) => measureMap(size, STRIDE)));
process.exit(0);
