/** One process of the chaos: it does what chance says, to itself and to other actors. */
import { openActorClusterOn } from "../../../lib/actor/process/actor_cluster.ts";
import { type ActorNursery, openActorNurseryOn } from "../../../lib/actor/process/actor_nursery.ts";
import { findActorOn, queryActorOn, waitForActorOn } from "../../../lib/actor/find_actor.ts";
import type { Portal } from "../../../lib/actor/dialog/portal.ts";
import { runInActorOn } from "../../../lib/actor/process/run_in_actor.ts";
import { fromPromise } from "../../../lib/bridge/from_promise.ts";
import { CancelScope } from "../../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../../lib/scope/cancelled.ts";
import { openNursery } from "../../../lib/scope/nursery.ts";
import { sleep } from "../../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../../lib/scope/timeouts.ts";
import type { Self } from "../fake_actors.ts";
import { between, type Chance, chanceOf, Mishap, pick } from "./chance.ts";
import type { ChaosFunctions } from "./chaos_module.ts";
import { talk } from "./talk.ts";

/** What all actors of one round share. */
export interface Chaos {
  /** Whether so many more actors may be started. */
  mayStart(count: number): boolean;
  /** Told of every error that is seen. */
  readonly onError: (error: unknown) => void;
}

/** The module that all of them run. */
export const CHAOS_MODULE = "memory:chaos";
/** Which nurseries an actor is in, from the program down. */
const FAMILY = "CHAOS_FAMILY";
const DEEPEST = 4;
const NAMES = ["a", "b", "c", "d"];

interface Family {
  readonly nursery: ActorNursery;
  /** What all below it bear in their environments. */
  readonly family: string;
  readonly depth: number;
}

/** See the module. */
export class ChaosActor {
  readonly #self: Self;
  readonly #chaos: Chaos;
  #families = 0;
  readonly #deeds: readonly ((chance: Chance, depth: number) => unknown)[] = [
    (chance, depth) => this.raiseFamily(chance, depth),
    (chance, depth) => this.raiseFamily(chance, depth),
    (chance, depth) => this.#runOne(chance, depth),
    (chance, depth) => this.#runCluster(chance, depth),
    (chance, depth) => this.#find(chance, depth),
    (chance, depth) => this.#waitFor(chance, depth),
    (chance, depth) => this.#split(chance, depth),
    (chance) => this.#cleanUp(chance),
    (chance) => this.#fail(chance),
    (chance) => sleep(chance() * 400),
    // No checkpoint: a cancel has to wait.
    (chance, depth) => this.#self.puppet.sleep(this.#longTime(chance, depth)),
    (chance, depth) => this.#self.puppet.compute(this.#longTime(chance, depth)),
    async () => void await queryActorOn(await fromPromise(this.#self.system), null, {}),
  ];

  constructor(self: Self, chaos: Chaos) {
    this.#self = self;
    this.#chaos = chaos;
  }

  /** Does some things, of which each may fail, wait, or be cut short. */
  async act(chance: Chance, depth: number): Promise<void> {
    for (let deeds = between(chance, 1, 4); deeds > 0; deeds--) {
      const deed = pick(chance, this.#deeds);
      const how = chance();
      if (how < 0.3) await deed(chance, depth);
      else if (how < 0.5) await moveOnAfter(chance() * 600, () => deed(chance, depth));
      else await this.#forgive(() => deed(chance, depth));
    }
  }

  /** Starts families until it is cancelled. */
  async raiseFamilies(chance: Chance): Promise<never> {
    while (true) {
      await this.#forgive(() => this.raiseFamily(chance, 0));
      await sleep(200);
    }
  }

  /** Opens a nursery, and starts children in it: when it is over, so are all below it. */
  async raiseFamily(chance: Chance, depth: number): Promise<void> {
    if (depth >= DEEPEST) return;
    const { puppet } = this.#self;
    const family = `${puppet.env[FAMILY] ?? ""}/${puppet.pid}.${this.#families++}`;
    try {
      await openActorNurseryOn(
        this.#self.system,
        (nursery) => this.#fill({ nursery, family, depth }, chance),
        {
          grace: 200 + chance() * 5_000,
          collapse: chance() < 0.5,
          daemons: chance() < 0.9 ? "cancel" : "wait",
        },
      );
    } finally {
      if (puppet.isAlive) this.#checkNothingLeft(family);
    }
  }

  async #fill(family: Family, chance: Chance): Promise<void> {
    const { nursery, depth } = family;
    for (let children = between(chance, 1, 4); children > 0; children--) {
      const own = chanceOf(chance());
      if (chance() < 0.6) nursery.startSoon(() => this.#raiseOne(family, own));
      else await this.#raiseOne(family, own);
    }
    if (chance() < 0.5) await this.act(chance, depth);
    if (chance() < 0.2) nursery.cancelScope.cancel("by chance");
  }

  #checkNothingLeft(family: string): void {
    const { processes } = this.#self.host;
    const left = processes.table().filter(({ pid, state }) => {
      const its = processes.variableOf(pid, FAMILY);
      return state !== "Z" && (its === family || its?.startsWith(`${family}/`));
    });
    if (left.length === 0) return;
    this.#chaos.onError(
      new Error(`a nursery is over, and of it lives: ${left.map(({ pid }) => pid).join()}`),
    );
  }

  async #raiseOne({ nursery, family, depth }: Family, chance: Chance): Promise<void> {
    if (!this.#chaos.mayStart(1)) return;
    const portal = await nursery.startActor<ChaosFunctions>(pick(chance, NAMES), {
      module: CHAOS_MODULE,
      env: { [FAMILY]: family },
      ...(chance() < 0.1 ? { startTimeout: chance() * 500 } : {}),
    });
    for (let talks = between(chance, 1, 3); talks > 0; talks--) {
      const own = chanceOf(chance());
      if (chance() < 0.5) nursery.startSoon(() => this.#talk(portal, own, depth));
      else await this.#talk(portal, own, depth);
    }
  }

  async #talk(portal: Portal<ChaosFunctions>, chance: Chance, depth: number): Promise<void> {
    const how = () => talk(portal, { chance, depth: depth + 1, onError: this.#chaos.onError });
    if (chance() < 0.4) await how();
    else await this.#forgive(how);
  }

  async #runOne(chance: Chance, depth: number): Promise<void> {
    if (depth >= DEEPEST || !this.#chaos.mayStart(1)) return;
    await runInActorOn<ChaosFunctions, "work">(
      this.#self.system,
      CHAOS_MODULE,
      "work",
      [chance(), depth + 1],
      {
        grace: 200 + chance() * 3_000,
      },
    );
  }

  async #runCluster(chance: Chance, depth: number): Promise<void> {
    if (depth >= DEEPEST || !this.#chaos.mayStart(2)) return;
    await openActorClusterOn<ChaosFunctions, void>(this.#self.system, {
      names: ["a", "b"],
      module: CHAOS_MODULE,
    }, async (portals) => {
      for (const portal of portals.values()) await this.#talk(portal, chance, depth);
    });
  }

  async #find(chance: Chance, depth: number): Promise<void> {
    const which = chance() < 0.5 ? "first" : "last";
    const name = pick(chance, [...NAMES, "main"]);
    const system = await fromPromise(this.#self.system);
    const portal = await findActorOn<ChaosFunctions>(system, name, { pick: which });
    if (portal !== null) await this.#talk(portal, chance, depth);
  }

  async #waitFor(chance: Chance, depth: number): Promise<void> {
    const system = await fromPromise(this.#self.system);
    const portal = await moveOnAfter(
      chance() * 400,
      () => waitForActorOn<ChaosFunctions>(system, pick(chance, NAMES), {}),
    );
    if (portal !== undefined) await this.#talk(portal, chance, depth);
  }

  async #split(chance: Chance, depth: number): Promise<void> {
    const [one, other] = [chanceOf(chance()), chanceOf(chance())];
    await openNursery((nursery) => {
      nursery.startSoon(() => this.act(one, depth));
      nursery.startSoon(() => this.act(other, depth));
    });
  }

  async #cleanUp(chance: Chance): Promise<void> {
    try {
      await sleep(chance() * 400);
    } finally {
      await new CancelScope({ shield: true }).run(async () => {
        await sleep(chance() * 400);
        if (chance() < 0.1) throw new Mishap("in a cleanup");
      });
    }
  }

  /** Longer than anybody waits at times; only the program itself has nobody who would kill it. */
  #longTime(chance: Chance, depth: number): number {
    const mostMs = chance() < 0.1 ? (depth > 0 ? 100_000 : 5_000) : 300;
    return chance() * mostMs;
  }

  #fail(chance: Chance): void {
    if (chance() < 0.4) throw new Mishap("by chance");
  }

  /** Whoever handles an error goes on. */
  async #forgive(body: () => unknown): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      this.#chaos.onError(error);
    }
  }
}
