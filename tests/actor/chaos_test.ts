/**
 * Trees of actors on a fake machine that do what chance says, with processes that are killed and messages that come late:
 * whatever happens, all of it ends, in time, and nothing is left. `SEEDS` says how many rounds, `SEED` where they begin.
 */
import { RemoteActorError, TransportClosed } from "../../lib/actor/errors.ts";
import { seeded } from "../../lib/base/chance.ts";
import { after, instant } from "../../lib/base/instant.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { randomTransit } from "../../lib/host/fake/transit.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { reportError } from "../../lib/scope/error_report.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import type { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { chanceOf, pick } from "./chaos/chance.ts";
import { type Chaos, CHAOS_MODULE, ChaosActor } from "./chaos/chaos_actor.ts";
import { chaosModule } from "./chaos/chaos_module.ts";
import { FakeActors } from "./fake_actors.ts";

const SEEDS = seedsOf(300);
const MOST_ACTORS = 25;
/** When everything must be over. */
const LIMIT_MS = 60_000;
/** When the program itself gives up what it does. */
const PROGRAM_MS = 3_000;
/** From the end of the program to the end of the last process, if it was killed. */
const ORPHANS_MS = 20_000;

/** The slowest that a message is, and the longest that a process is stopped. */
const MOST_LATE_MS = 50;
const STOPPED_MS = 8_000;

const SIGNALS = ["SIGKILL", "SIGKILL", "SIGKILL", "SIGTERM", "SIGTERM", "SIGSTOP", "SIGINT"] as const;

/** What may go wrong when actors fail and are killed. All else is a bug. */
const EXPECTED = new Set([
  "Mishap",
  "ActorDied",
  "ActorStartError",
  "ActorTooSlow",
  "BrokenResourceError",
  "ContextCancelled",
  // The root of a tree cannot be ended by others.
  "ProtocolError",
  "EndOfChannel",
  "NoActor",
  "RemoteActorError",
  "StreamOverrun",
  "TransportClosed",
]);

test(`chaos: ${SEEDS.length} trees of actors end and leave nothing`, async () => {
  for (const seed of SEEDS) {
    try {
      await round(seed);
    } catch (error) {
      throw new Error(`SEED=${seed} SEEDS=1: ${reportError(error)}`, { cause: error });
    }
  }
});

async function round(seed: number): Promise<void> {
  await runVirtual(async (clock) => {
    const errors: unknown[] = [];
    const chaos = chaosOf(errors);
    const random = seeded(seed);
    const actors = openActors(clock, random, chaos);
    const stop = clock.schedule(instant(LIMIT_MS), () => {
      throw new Error(`It goes on after ${LIMIT_MS} ms:\n${describeProcesses(actors.machine)}`);
    });
    const begin = random();
    const { child, result } = actors.start(async (self) => {
      await moveOnAfter(PROGRAM_MS, () => new ChaosActor(self, chaos).raiseFamilies(chanceOf(begin)));
    });
    result.catch((error: unknown) => errors.push(error));
    await openNursery(async (nursery) => {
      nursery.startSoon(() => mischief(actors.machine, seeded(seed + 1)));
      const status = await fromPromise(child.exited);
      nursery.cancelScope.cancel("the program is over");
      if (status.how === "exited") actors.assertNothingLeft();
    }, { collapse: true });
    await moveOnAfter(ORPHANS_MS, () => actors.untilGone());
    stop();
    actors.assertNothingLeft();
    const unexpected = errors.flatMap(unexpectedIn);
    if (unexpected.length > 0) throw new ErrorGroup(unexpected);
  }, { seed });
}

function chaosOf(errors: unknown[]): Chaos {
  let actors = 0;
  return {
    mayStart: (count) => (actors += count) <= MOST_ACTORS,
    onError: (error) => errors.push(error),
  };
}

function openActors(clock: VirtualClock, random: () => number, chaos: Chaos): FakeActors {
  const mostMs = pick(random, [0, 1, MOST_LATE_MS]);
  const slowest = pick(random, [0, 50, 500]);
  const actors = new FakeActors(clock, {
    modules: { [CHAOS_MODULE]: (self) => chaosModule(self, chaos) },
    startMs: () => Math.floor(random() * slowest),
    random,
  });
  actors.machine.seed = Math.floor(random() * 2 ** 31);
  if (mostMs > 0) actors.machine.sockets.openTransit = () => randomTransit({ clock, random, mostMs });
  return actors;
}

/** Signals processes by chance, the program's own included. */
async function mischief(machine: FakeMachine, random: () => number): Promise<void> {
  for (let deeds = Math.floor(random() * 10); deeds > 0; deeds--) {
    await sleep(random() * 600);
    const row = pick(random, machine.puppets());
    const signal = pick(random, SIGNALS);
    machine.host.processes.signal(row, signal);
    if (signal !== "SIGSTOP") continue;
    const at = after(machine.clock.now(), random() * STOPPED_MS);
    machine.clock.schedule(at, () => machine.host.processes.signal(row, "SIGCONT"));
  }
}

/** The errors in one that are not to be expected. */
function unexpectedIn(error: unknown): readonly unknown[] {
  if (error instanceof Cancelled) return [];
  if (error instanceof ErrorGroup) return error.flatten().flatMap(unexpectedIn);
  if (error instanceof RemoteActorError && error.type !== "ErrorGroup") {
    return unexpectedIn(error.original).length === 0 ? [] : [error];
  }
  // The program itself exposes nothing.
  if (error instanceof Error && error.name === "NotExposed" && error.message.includes('"main"')) return [];
  if (error instanceof TransportClosed && error.message.includes("protocol")) return [error];
  return error instanceof Error && EXPECTED.has(error.name) ? [] : [error];
}

function describeProcesses(machine: FakeMachine): string {
  return machine.puppets().map((row) => JSON.stringify(row)).join("\n");
}
