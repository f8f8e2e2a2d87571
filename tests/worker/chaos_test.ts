/**
 * Jobs on a fake machine that do what chance says, in contexts that open and close, with workers that are killed and messages
 * that come late: each job runs once at most and ends as it may, and nothing is left. `SEEDS` says how many rounds, `SEED`
 * where they begin.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { seeded } from "../../lib/base/chance.ts";
import { after, instant } from "../../lib/base/instant.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { randomTransit } from "../../lib/host/fake/transit.ts";
import { reportError } from "../../lib/scope/error_report.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { configureDefaults } from "../../lib/worker/default_workers.ts";
import { chanceOf, pick } from "../actor/chaos/chance.ts";
import { FakeActors } from "../actor/fake_actors.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { ChaosJobs } from "./chaos/chaos_jobs.ts";

const SEEDS = seedsOf(150);
/** When everything must be over. */
const LIMIT_MS = 100_000;
const MOST_LATE_MS = 20;
const STOPPED_MS = 300;

test(`worker chaos: ${SEEDS.length} programs with jobs leave nothing, and lose no job`, async () => {
  let jobs = 0;
  let cancels = 0;
  for (const seed of SEEDS) {
    try {
      const chaos = await round(seed);
      jobs += chaos.jobs;
      cancels += chaos.cancels;
    } catch (error) {
      throw new Error(`SEED=${seed} SEEDS=1: ${reportError(error)}`, { cause: error });
    } finally {
      configureDefaults({}, "/");
    }
  }
  if (process.env["SEEDS"] !== undefined) console.log(`${jobs} jobs, ${cancels} cancelled`);
  assert.ok(jobs > cancels);
});

async function round(seed: number): Promise<ChaosJobs> {
  const random = seeded(seed);
  const chaos = new ChaosJobs(random());
  await runVirtual(async (clock) => {
    const [mostMs, slowestMs] = [pick(random, [0, 1, MOST_LATE_MS]), pick(random, [0, 5, 100])];
    const actors = new FakeActors(clock, {
      modules: { "memory:chaos": (self) => chaos.moduleOf(self) },
      startMs: () => Math.floor(random() * slowestMs),
      random,
    });
    actors.machine.seed = Math.floor(random() * 2 ** 31);
    if (mostMs > 0) actors.machine.sockets.openTransit = () => randomTransit({ clock, random, mostMs });
    const stop = clock.schedule(instant(LIMIT_MS), () => {
      throw new Error(`It goes on after ${LIMIT_MS} ms: ${chaos.pending.join(", ")}`);
    });
    const { child, result } = actors.start((self) => chaos.run(self));
    await openNursery(async (nursery) => {
      nursery.startSoon(() => mischief(actors.machine, child.pid, chanceOf(random())));
      const status = await fromPromise(child.exited);
      nursery.cancelScope.cancel("the program is over");
      if (status.how === "exited") {
        actors.assertNothingLeft();
        await fromPromise(result);
        chaos.assertOver();
      }
    }, { collapse: true });
    await actors.untilGone();
    stop();
    actors.assertNothingLeft();
  }, { seed });
  return chaos;
}

/** Kills and stops workers by chance, and now and then the program itself. */
async function mischief(machine: FakeMachine, program: number, random: () => number): Promise<void> {
  for (let deeds = Math.floor(random() * 12); deeds > 0; deeds--) {
    await sleep(random() * 60);
    const rows = machine.puppets().filter(({ pid }) => pid !== program || random() < 0.02);
    if (rows.length === 0) continue;
    const row = pick(random, rows);
    const signal = pick(random, ["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT", "SIGSTOP"] as const);
    if (row.pid === program && signal !== "SIGKILL") continue;
    machine.host.processes.signal(row, signal);
    if (signal !== "SIGSTOP") continue;
    const at = after(machine.clock.now(), random() * STOPPED_MS);
    machine.clock.schedule(at, () => machine.host.processes.signal(row, "SIGCONT"));
  }
}
