/**
 * Jobs in real workers that do what chance says, with cancels, and workers that are killed from outside: each job runs once
 * at most and ends as it may, and after each round nothing is left. `SEEDS` says how many rounds, `SEED` where they begin.
 */
import assert from "node:assert/strict";
import process from "node:process";
import {
  BrokenWorkerError,
  CancelScope,
  CapacityLimiter,
  checkpoint,
  openNursery,
  openWorkerContext,
  runSync,
  testing,
  type WorkerContext,
  type WorkerContextOptions,
} from "../../mod.ts";
import { openSystem } from "../../lib/api/system.ts";
import { seeded } from "../../lib/base/chance.ts";
import { between, type Chance, chanceOf, pick } from "../actor/chaos/chance.ts";
import { onStage, type Stage } from "../actor/stage.ts";
import { seedsOf } from "../harness/seeds.ts";
import { eachType, JOBS, type WorkerType } from "./worker_stage.ts";

const { host } = await openSystem();

const SEEDS = seedsOf(10);
const JOBS_OF_TASK = 2;
const TASKS = 3;

/** What was done in all rounds. */
const counts = { jobs: 0, cancelled: 0, broken: 0 };

eachType(
  `${SEEDS.length} rounds of jobs by chance leave nothing, and lose no job (SEED=${SEEDS[0]})`,
  async (workerType) => {
    for (const seed of SEEDS) {
      try {
        await onStage((stage) => new Round(workerType, stage, seeded(seed)).run());
      } catch (error) {
        throw new Error(`SEED=${seed} SEEDS=1: ${String(error)}`, { cause: error });
      }
    }
    if (process.env["SEEDS"] !== undefined) console.log(counts);
  },
);

class Round {
  readonly #workerType: WorkerType;
  readonly #stage: Stage;
  readonly #random: Chance;
  readonly #limiter: CapacityLimiter;
  readonly #ids: string[] = [];
  #isOver = false;

  constructor(workerType: WorkerType, stage: Stage, random: Chance) {
    this.#workerType = workerType;
    this.#stage = stage;
    this.#random = random;
    this.#limiter = new CapacityLimiter(between(random, 1, 2));
  }

  async run(): Promise<void> {
    await openNursery(async (nursery) => {
      if (this.#random() < 0.6) nursery.startSoon(() => this.#killSome(chanceOf(this.#random())));
      await this.#inContext((context) => this.#runJobs(context));
      this.#isOver = true;
    });
    assert.deepEqual([this.#limiter.borrowedTokens, this.#stage.living()], [0, []]);
    const notes = this.#stage.notes();
    for (const id of this.#ids) assert.ok(notes.filter((line) => line === `${id} runs`).length <= 1, id);
  }

  async #runJobs(context: WorkerContext): Promise<void> {
    await openNursery((nursery) => {
      for (let task = 0; task < TASKS; task++) {
        const random = chanceOf(this.#random());
        nursery.startSoon(async () => {
          for (let i = 0; i < JOBS_OF_TASK; i++) await this.#job(context, random);
        });
      }
    });
    assert.equal(this.#limiter.borrowedTokens, 0);
  }

  async #inContext(body: (context: WorkerContext) => Promise<void>): Promise<void> {
    const random = this.#random;
    const options: WorkerContextOptions = {
      workerType: this.#workerType,
      idleTimeout: pick(random, [0, 1, 600_000, Infinity]),
      ...(random() < 0.3 ? { retire: { module: JOBS, export: "always" } } : {}),
    };
    try {
      await openWorkerContext(options, body);
    } catch (error) {
      if (!(error instanceof BrokenWorkerError)) throw error;
    }
  }

  async #job(context: WorkerContext, random: Chance): Promise<void> {
    const id = `job${this.#ids.length}`;
    this.#ids.push(id);
    const isEndless = random() < 0.4;
    const scope = new CancelScope();
    const isCancelled = isEndless || random() < 0.4;
    let outcome: unknown = null;
    counts.jobs += 1;
    await openNursery(async (nursery) => {
      if (isCancelled) nursery.startSoon(() => this.#cancelLater(scope, id, random));
      await scope.run(async () => {
        const how = { context, limiter: this.#limiter, killOnCancel: true };
        try {
          outcome = isEndless
            ? await runSync(JOBS, pick(random, ["loop", "hang"]), [id], how)
            : await runSync(JOBS, "burn", [id, between(random, 0, 5), between(random, 0, 200_000)], how);
        } catch (error) {
          if (!(error instanceof BrokenWorkerError)) throw error;
          outcome = error;
        }
      });
      nursery.cancelScope.cancel();
    });
    if (outcome instanceof BrokenWorkerError) counts.broken += 1;
    else if (outcome === null) counts.cancelled += 1;
    else assert.equal((outcome as { readonly id: string }).id, id);
    assert.ok(outcome !== null || scope.cancelledCaught);
  }

  /** At once, some turns later, or when the job runs. */
  async #cancelLater(scope: CancelScope, id: string, random: Chance): Promise<void> {
    const when = random();
    if (when < 0.3) await this.#stage.noted(`${id} runs`);
    for (let turns = between(random, 0, when < 0.6 ? 3 : 200); turns > 0; turns--) {
      await testing.waitAllTasksBlocked();
    }
    scope.cancel();
  }

  /** Kills workers from outside. */
  async #killSome(random: Chance): Promise<void> {
    for (let kills = between(random, 1, 3); kills > 0 && !this.#isOver; kills--) {
      for (let turns = between(random, 0, 300); turns > 0 && !this.#isOver; turns--) await checkpoint();
      const living = this.#stage.living();
      const row = living.length === 0 ? null : host.processes.find(pick(random, living));
      if (row !== null) host.processes.signal(row, pick(random, ["SIGKILL", "SIGTERM", "SIGINT"]));
    }
  }
}
