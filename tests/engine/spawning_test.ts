/** Starts that wait for their turn, on a fake machine. */
import assert from "node:assert/strict";
import { type Instant, instant } from "../../lib/base/instant.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { SpawnQueue } from "../../lib/engine/spawning/spawn_queue.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import type { Clock } from "../../lib/scope/clock.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { SpawnError } from "../../lib/host/ports/processes.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const BIG = "big" as NodeId;
const SMALL = "small" as NodeId;

/** A clock whose turns come when they are called for. */
class Turns implements Clock {
  readonly #callbacks: (() => void)[] = [];

  now(): Instant {
    return instant(0);
  }

  schedule(): () => void {
    throw new Error("nothing here waits");
  }

  turn(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  /** Lets the next turn come, with all that follows; false if nobody waits for one. */
  async next(): Promise<boolean> {
    const callbacks = this.#callbacks.splice(0);
    for (const callback of callbacks) callback();
    await waitAllTasksBlocked();
    return callbacks.length > 0;
  }
}

test("spawn queue: some start in a turn, and no tree and no restart waits behind the first starts of another", async () => {
  await runVirtual(async () => {
    const turns = new Turns();
    const queue = new SpawnQueue(turns, () => {});
    const started: string[] = [];
    await openNursery(async (nursery) => {
      const add = (tree: NodeId, isFirst: boolean, name: string) =>
        nursery.startSoon(() =>
          queue.inTurn(tree, isFirst, () => {
            started.push(name);
            return checkpoint();
          })
        );
      for (let n = 0; n < 100; n++) add(BIG, true, `big ${n}`);
      await waitAllTasksBlocked();
      const inFirst = started.length;
      assert.ok(inFirst > 0 && inFirst <= 8, `${inFirst} in one turn`);
      add(SMALL, true, "small");
      add(BIG, false, "big again");
      await waitAllTasksBlocked();
      assert.equal(started.length, inFirst, "nothing more in the same turn");
      await turns.next();
      assert.ok(started.includes("small") && started.includes("big again"), started.join());
      let before = started.length;
      for (; await turns.next(); before = started.length) {
        assert.ok(started.length - before <= inFirst, `${started.length - before} in one turn`);
      }
    });
    assert.equal(started.length, 102);
  });
});

test("spawn queue: what is called off is never started, and what fails gives its place to the next", async () => {
  await runVirtual(async () => {
    const turns = new Turns();
    const queue = new SpawnQueue(turns, () => {});
    const started: number[] = [];
    const scopes = Array.from({ length: 50 }, () => new CancelScope());
    let calledOff = 0;
    await openNursery(async (nursery) => {
      for (let n = 0; n < 50; n++) {
        nursery.startSoon(async () => {
          await scopes[n]!.run(() =>
            queue.inTurn(BIG, true, () => {
              started.push(n);
              return Promise.reject(new Error("no such file"));
            }).catch((error) => {
              if (error.message !== "no such file") throw error;
            })
          );
        });
      }
      await waitAllTasksBlocked();
      calledOff = scopes.findIndex((_, n) => !started.includes(n));
      scopes[calledOff]!.cancel("down");
      while (await turns.next());
    });
    assert.equal(started.length, 49);
    assert.ok(!started.includes(calledOff));
  });
});

test("spawn queue: a down takes out of it what has no process yet, and none of that is ever made", async () => {
  const actors = Array.from({ length: 200 }, (_, n) => `[actors.a${n}]\nexec = "/bin/stay"\ndaemon = true`);
  const pids = new Set<number>();
  const { end, entries, linesOf } = await play({
    config: actors.join("\n"),
    programs: {
      "/bin/stay": (self) => {
        pids.add(self.pid);
        return self.forever();
      },
    },
    script: (stage) => {
      const isStarted = stage.engine.listen({
        onLine: () => {},
        onEntry: (entry) => {
          if (entry.event !== "started" || entry.path === "") return;
          isStarted();
          stage.down();
        },
      });
      return Promise.resolve();
    },
  });
  assert.equal(end.outcome.kind, "cancelled");
  assert.ok(pids.size < 50, `${pids.size} were started`);
  assert.ok(entries.filter(({ event }) => event === "started").length - 1 <= pids.size);
  assert.deepEqual(entries.filter(({ event }) => event === "failed"), []);
  assert.deepEqual(linesOf("a199", "started", "killed"), []);
});

/** A machine that has no room for a process for some time. */
function withoutRoom(code: string, untilMs: number): (machine: FakeMachine) => void {
  return ({ host }) => {
    const spawn = host.processes.spawn.bind(host.processes);
    host.processes.spawn = (spec) => {
      if (host.clock.now() < untilMs) throw new SpawnError("start", `There is no room (${code})`);
      return spawn(spec);
    };
  };
}

const MANY = Array.from(
  { length: 30 },
  (_, n) =>
    `[actors.a${n}]\nexec = "/bin/stay"\ndaemon = true\nstart_timeout = "1s"\nready = { delay = "100ms" }`,
).join("\n");

for (const code of ["EMFILE", "ENFILE", "EAGAIN", "ENOMEM"]) {
  test(`spawn queue: for want of room (${code}) starts are tried again, told once, and charged to nobody`, async () => {
    const { lines, entries } = await play({
      config: MANY,
      programs: { "/bin/stay": (self) => self.forever() },
      arrange: withoutRoom(code, 10_000),
      script: async ({ engine, at, down }) => {
        const asked = engine.ask({ type: "ready_awaited", nodes: ["" as NodeId] });
        await at(4_000);
        const { phase } = engine.state.nodes.get("a0" as NodeId)!;
        assert.equal(phase.at, "starting");
        assert.equal((await fromPromise(asked)).ok, false, "nobody waits for ever");
        await at(9_999);
        assert.equal(
          (await fromPromise(engine.ask({ type: "ready_awaited", nodes: ["" as NodeId] }))).ok,
          false,
        );
        await at(12_000);
        assert.ok([...engine.state.nodes.values()].slice(1).every((node) => node.phase.at === "running"));
        assert.ok([...engine.state.nodes.values()].every((node) => node.restarts === 0));
        down();
      },
    });
    assert.deepEqual(lines("short"), ["0 the tree short"]);
    assert.deepEqual(lines("start_failed", "timed_out", "restarted", "failed"), []);
    const [told] = entries.filter(({ event }) => event === "short");
    assert.match(
      `${told!["reason"]} ${told!["hint"]}`,
      /no room.* raise it|no room.*raise the one|no room.*sysctl/,
    );
  });
}

test("spawn queue: what is stopped while there is no room is taken out at once", async () => {
  const { lines } = await play({
    config: MANY,
    programs: { "/bin/stay": (self) => self.forever() },
    arrange: withoutRoom("EAGAIN", 1_000_000),
    script: async ({ at, stop, down }) => {
      await at(1_500);
      await stop("a3");
      await at(2_500);
      down();
    },
  });
  assert.deepEqual(lines("stopped").slice(0, 1), ["1500 a3 stopped"]);
  assert.deepEqual(lines("stopped").at(-1), "2500 the tree stopped");
});

test("spawn queue: what would fail wherever it is tried fails at once, whatever its name", async () => {
  const { lines } = await play({
    config: '[actors.a]\nexec = "/bin/EMFILE"\nrestart = "never"',
    programs: {},
  });
  assert.deepEqual(lines("short"), []);
  assert.ok(lines("failed").includes("0 a failed"));
});
