/**
 * What a step of the core costs in trees of different sizes: the time for one actor, or one event, against that in the
 * smallest tree of the same run. A size takes turns with the others, after rounds that are thrown away.
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
/** How often what is done to one actor is done in a round. */
const TIMES = 300;

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
    this.#actors = plan.nodes.filter(({ kind }) => kind !== "tree").map(({ path }) => path);
  }

  /** Somebody waits until all is ready, as `up -d` does. */
  start(): void {
    this.send({ type: "ready_awaited", request: this.#requests++, nodes: [ROOT] });
    this.send({ type: "begun" });
  }

  restart(time: number): void {
    const node = this.#actors[(time * 37) % this.#actors.length]!;
    const { phase } = this.#state.nodes.get(node)!;
    if (!("run" in phase)) throw new Error(`${node} is ${phase.at}`);
    this.#now += 1;
    this.send({ type: "exited", node, run: phase.run, exit: { how: "exited", code: 1 }, error: null });
    const due = nextDeadline(this.#state);
    if (due === NEVER) return;
    this.#now = due;
    this.send({ type: "time_passed" });
  }

  request(time: number): void {
    const nodes = [this.#actors[(time * 37) % this.#actors.length]!];
    this.send({ type: "stop_requested", request: this.#requests++, nodes });
    this.send({ type: "start_requested", request: this.#requests++, nodes, deps: true });
  }

  down(): void {
    this.send({ type: "down_requested", request: null, cause: "down", withinMs: null });
    if (this.#state.outcome === null) throw new Error("the tree is still there");
  }

  /** Sends an event and all that follow from it. Every process does at once what it is told. */
  send(event: TreeEvent): void {
    this.#inbox.push(event);
    for (let at = 0; at < this.#inbox.length; at++) {
      const { state, effects } = step(this.#state, this.#inbox[at]!, instant(this.#now));
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
          this.#inbox.push({ type: "cleared", node: effect.node, run: effect.run });
        }
      }
    }
    this.#inbox.length = 0;
  }
}

const BUDGET = { restarts: 1_000_000, withinMs: 0 };
const BACKOFF = { initialMs: 100, maxMs: 100, factor: 1, jitter: 0, resetAfterMs: 1_000_000 };
const DAEMON: ActorSketch = { daemon: true, backoff: BACKOFF };

/** Shapes of trees of a number of actors. */
const SHAPES: Readonly<Record<string, (actors: number) => TreeSketch>> = {
  "one tree": (actors) => ({ intensity: BUDGET, children: many(actors, "a", DAEMON) }),
  "four at a time": (actors) => ({ intensity: BUDGET, concurrency: 4, children: many(actors, "a", DAEMON) }),
  "trees of twenty, each after one of its own": (actors) => {
    const api = { ...DAEMON };
    const trees = Object.fromEntries(
      Array.from({ length: actors / 20 }, (_, tree) => [`t${tree}`, {
        intensity: BUDGET,
        children: { db: DAEMON, ...many(19, "a", { ...api, needs: { [`t${tree}/db`]: "ready" } }) },
      }]),
    );
    return { intensity: BUDGET, children: trees };
  },
};

function many(count: number, prefix: string, actor: ActorSketch): Record<string, ActorSketch> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, actor]));
}

/** Microseconds for one actor, or one time. */
type Costs = Record<"start" | "exit and restart" | "stop and start" | "down", number>;

function measure(sketch: TreeSketch, actors: number): Costs {
  const tree = new Tree(sketch);
  const each = (act: (time: number) => void, times: number, parts: number) => {
    const began = performance.now();
    for (let time = 0; time < times; time++) act(time);
    return (performance.now() - began) * 1_000 / parts;
  };
  return {
    "start": each(() => tree.start(), 1, actors),
    "exit and restart": each((time) => tree.restart(time), TIMES, TIMES),
    "stop and start": each((time) => tree.request(time), TIMES, TIMES),
    "down": each(() => tree.down(), 1, actors),
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

for (const [shape, sketchOf] of Object.entries(SHAPES)) {
  const rounds = SIZES.map((): Costs[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [index, size] of SIZES.entries()) {
      // As many actors in each turn, so that all are as warm.
      const turns = Math.max(1, 1_000 / size);
      const costs = Array.from({ length: turns }, () => measure(sketchOf(size), size));
      if (round >= WARM_UP) rounds[index]!.push(...costs);
    }
  }
  console.log(`${shape}: ${SIZES.map((size) => size.toLocaleString("en")).join(", ")} actors`);
  for (const what of Object.keys(rounds[0]![0]!) as (keyof Costs)[]) {
    const costs = rounds.map((round) => median(round.map((one) => one[what])));
    const texts = costs.map((cost) => `${cost.toFixed(1)} us (${(cost / costs[0]!).toFixed(2)}x)`);
    console.log(`- ${what}: ${texts.join(", ")}`);
  }
}
process.exit(0);
