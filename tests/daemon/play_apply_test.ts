/** Whole trees whose file changes while they run, in virtual time, also while their supervisor is killed. */
import assert from "node:assert/strict";
import process from "node:process";
import { currentTime } from "../../lib/scope/sleep.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees, type FakeTreesOptions, family } from "./fake_trees.ts";

/** A run of the tests takes every so many steps, from a random one on. */
const EVERY = Number(process.env["EVERY"] ?? 5);

const server: FakeProgram = (self) => self.forever();
/** Lets a second pass before it heeds a SIGTERM. */
const slow: FakeProgram = async (self) => {
  self.onSignal("SIGTERM", async () => {
    await self.sleep(1_000);
    self.exit(0);
  });
  await self.forever();
};

async function playTrees(
  options: Partial<FakeTreesOptions> & Pick<FakeTreesOptions, "config">,
  body: (trees: FakeTrees) => Promise<void>,
): Promise<void> {
  await runVirtual(async (clock) => {
    const programs = { "/bin/server": server, "/bin/slow": slow, "/bin/family": family };
    const trees = new FakeTrees(clock, { ...options, programs });
    try {
      await body(trees);
      await trees.untilGone();
      trees.assertNothingLeft();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${trees.story()}`, { cause: error });
    }
  });
}

const actor = (name: string, more = "", program = "server") =>
  `[actors.${name}]\nexec = ["/bin/${program}", "${name}"]\ndaemon = true\n${more}\n`;

const said = ({ changes }: Awaited<ReturnType<FakeTrees["apply"]>>) =>
  changes.map(({ action, path }) => `${action} ${path}`);

async function pids(trees: FakeTrees): Promise<Readonly<Record<string, number | null>>> {
  return Object.fromEntries((await trees.ps()).actors.map(({ path, pid }) => [path, pid]));
}

test("apply: while the tree starts, what has not begun begins by the new file, and what runs goes on", async () => {
  const slowly = `ready = { delay = "5s" }`;
  await playTrees(
    { config: actor("a", slowly) + actor("b", `depends_on = ["a"]`) + actor("c") },
    async (trees) => {
      await trees.up();
      await trees.settle();
      const before = await pids(trees);
      trees.config(
        actor("a", `ready = { delay = "2s" }`) + actor("b", `depends_on = ["a"]\nnice = 3`) + actor("d"),
      );
      const applied = await trees.apply();
      assert.deepEqual(said(applied), ["change a", "change b", "add d", "remove c"]);
      assert.ok(applied.ok && currentTime() < 1_000, "what was not touched is not waited for");
      await trees.ready();
      assert.ok(currentTime() >= 2_000 && currentTime() < 3_000);
      const after = await pids(trees);
      assert.deepEqual([after["a"], Object.keys(after)], [before["a"], ["a", "b", "d"]]);
      await trees.down();
    },
  );
});

test("apply: returns when what leaves is gone and what is new is ready, with an account of what has left", async () => {
  await playTrees({ config: actor("a") + actor("old", "", "slow") }, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.config(actor("a") + actor("new", `ready = { delay = "300ms" }`));
    const began = currentTime();
    const { ok, account, actors } = await trees.apply();
    assert.deepEqual([ok, Math.round(currentTime() - began)], [true, 1_000]);
    assert.deepEqual(account!.processes.map(({ path, ended, code }) => [path, ended, code]), [[
      "old",
      "exit",
      0,
    ]]);
    assert.deepEqual(actors.map(({ path, state }) => `${path} ${state}`), ["new running"]);
    await trees.down();
  });
});

test("apply: two at once: the later waits for nothing of the former, and both are answered", async () => {
  await playTrees({ config: actor("a") }, async (trees) => {
    await trees.up();
    await trees.ready();
    const begun = currentTime();
    await openNursery(async (nursery) => {
      trees.config(actor("a") + actor("never", `ready = { file = "/not/there" }`));
      nursery.startSoon(async () => {
        const { ok } = await trees.apply();
        assert.deepEqual([ok, currentTime() - begun < 1_000], [true, true]);
      }, { name: "first" });
      await trees.settle();
      assert.equal((await trees.row("never")).state, "starting");
      trees.config(actor("a") + actor("b"));
      assert.deepEqual(said(await trees.apply()), ["add b", "remove never"]);
    });
    assert.deepEqual(Object.keys(await pids(trees)), ["a", "b"]);
    trees.config(actor("a") + actor("c"));
    const counts: number[] = [];
    await openNursery((nursery) => {
      for (const name of ["one", "other"]) {
        nursery.startSoon(async () => {
          counts.push((await trees.apply()).changes.length);
        }, { name });
      }
      return Promise.resolve();
    });
    assert.deepEqual(counts.sort(), [0, 2], "one has done it, and the other finds it done");
    await trees.down();
  });
});

test("apply: before a tree has begun and while it goes down nothing is done", async () => {
  await playTrees({ config: actor("a", "", "slow") }, async (trees) => {
    const { client } = await trees.launch();
    await assert.rejects(trees.apply(), /Nothing was done: the tree has not begun yet/);
    client.close();
    await trees.down();
    await trees.untilGone();
    await trees.up();
    await trees.ready();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => trees.down().then(() => {}), { name: "down" });
      await trees.pass(100);
      trees.config(actor("b"));
      await assert.rejects(trees.apply(), /Nothing was done: the tree is being torn down/);
    });
  });
});

test("apply: limits that come with a new file are kept", async () => {
  await playTrees({ config: actor("a"), groups: true, isDelegated: true }, async (trees) => {
    await trees.up();
    await trees.ready();
    for (const limit of ["pids_max = 5", `pids_max = 5, memory_max = "64MiB"`]) {
      trees.config(actor("a", `cgroup = { ${limit}, required = true }`));
      assert.deepEqual(said(await trees.apply()), ["restart a"]);
      const { cgroup, state } = await trees.row("a");
      assert.deepEqual([state, cgroup!.unkept], ["running", null]);
    }
    await trees.down();
    await trees.untilGone();
    trees.assertAtHome();
  });
});

const SURVIVES = `on_supervisor_death = "survive"\n`;

test("apply: a tree that another supervisor goes on with takes a file as any other", async () => {
  const config = SURVIVES + actor("a") + actor("b", "", "slow");
  await playTrees({ config }, async (trees) => {
    await trees.up();
    await trees.ready();
    const before = await pids(trees);
    trees.kill(trees.supervisorPid);
    await trees.pass(100);
    await trees.up();
    await trees.ready();
    assert.deepEqual(said(await trees.apply()), []);
    trees.config(SURVIVES + actor("a", `stop = { grace = "1s" }`) + actor("c"));
    assert.deepEqual(said(await trees.apply()), ["change a", "add c", "remove b"]);
    const after = await pids(trees);
    assert.deepEqual([after["a"], Object.keys(after)], [before["a"], ["a", "c"]]);
    await trees.down();
  });
});

/** A supervisor is killed at call `step` of those that an apply makes. Returns how many there were. */
async function playKilled(step: number, isolate: boolean): Promise<number> {
  let calls = 0;
  let isArmed = false;
  let told = "";
  const top = `${SURVIVES}isolate = ${isolate}\n`;
  const before = top + actor("keeps") + actor("old", "", "slow") + actor("other", "", "family") +
    actor("rules", `stop = { grace = "5s" }`);
  const after = top + actor("keeps") + actor("other", `args = ["x"]`, "family") +
    actor("rules", `stop = { grace = "2s" }`) + actor("new", `depends_on = ["other"]`);
  const mortality = {
    diesBefore: (role: string, call: string) => {
      if (!isArmed || role !== "supervisor") return false;
      calls += 1;
      if (calls !== step) return false;
      told = call;
      isArmed = false;
      return true;
    },
  };
  await playTrees({ config: before, mortality }, async (trees) => {
    try {
      await trees.up();
      await trees.ready();
      const then = await pids(trees);
      trees.config(after);
      isArmed = true;
      // It may have been answered before.
      await trees.apply().catch(() => {});
      isArmed = false;
      await trees.pass(500);
      if (told !== "") {
        await trees.up();
        await trees.ready();
      }
      await trees.pass(5_000);
      assert.deepEqual(said(await trees.apply(true)), [], "nothing is left to do");
      const now = await pids(trees);
      assert.deepEqual(Object.keys(now), ["keeps", "other", "rules", "new"]);
      assert.deepEqual([now["keeps"], now["rules"]], [then["keeps"], then["rules"]], "they are the same");
      assert.notEqual(now["other"], then["other"]);
      assert.ok(Object.values(now).every((pid) => pid !== null));
      trees.assertNoTwins();
      assert.ok(trees.actors().every((row) => row.pid !== then["old"]), "what the file has no more is gone");
      const receipt = await trees.down();
      assert.equal(receipt.left, 0);
    } catch (error) {
      throw new Error(`step ${step} (${told}): ${(error as Error).message}`, { cause: error });
    }
  });
  return calls;
}

for (const isolate of [false, true]) {
  test(`apply: the next up brings it to its end, whenever the supervisor was killed${isolate ? ", isolated" : ""}`, async () => {
    const total = await playKilled(0, isolate);
    assert.ok(total > 5);
    for (let step = 1 + Math.floor(Math.random() * EVERY); step <= total; step += EVERY) {
      await playKilled(step, isolate);
    }
  });
}
