/** What a new supervisor does about one that has just been killed, whose guardian is still ending what it had started. */
import assert from "node:assert/strict";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { pruneTrees } from "../../lib/daemon/prune.ts";
import { clearAway } from "../../lib/daemon/take_down.ts";
import { readRecord, writeRecord } from "../../lib/daemon/tree_record.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees, family } from "./fake_trees.ts";

for (const isHeldUp of [true, false]) {
  const how = isHeldUp ? "that somebody has stopped" : "that is at it";
  test(`crash: the next supervisor waits for a guardian ${how}, and starts nothing beside what that ends`, async () => {
    await runVirtual(async (clock) => {
      const servers: Puppet[] = [];
      const living: number[] = [];
      const server: FakeProgram = (self) => {
        servers.push(self);
        living.push(servers.filter(({ isAlive }) => isAlive).length);
        return self.forever();
      };
      const trees = new FakeTrees(clock, {
        config: '[actors.server]\nexec = ["/bin/server"]\ndaemon = true',
        programs: { "/bin/server": server },
      });
      await trees.up();
      await trees.ready();
      servers[0]!.hangInKernel();
      if (isHeldUp) trees.stopProcess(trees.guardianPid);
      trees.kill(trees.supervisorPid);
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => void await trees.up());
        await trees.pass(1_000);
        trees.letGo(servers[0]!.pid);
      });
      await trees.ready();
      assert.deepEqual(living, [1, 1]);
      assert.equal((await trees.down()).left, 0);
      await trees.untilGone();
      trees.assertNothingLeft();
    });
  });
}

for (const groups of [true, false]) {
  const where = groups ? "with control groups" : "without control groups";
  test(`crash: without a record what bears the mark of the tree is ended, but for what is left on purpose, ${where}`, async () => {
    await runVirtual(async (clock) => {
      const trees = new FakeTrees(clock, {
        groups,
        config: `
          [actors.server]
          exec = ["/bin/family"]
          daemon = true
          [actors.spawner]
          exec = ["/bin/family"]
          daemon = true
          stop = { kill = "process" }
        `,
        programs: { "/bin/family": family },
      });
      const { files } = trees.machine.host;
      const actors = () =>
        trees.actors().map(({ pid }) => trees.machine.host.processes.variableOf(pid, "SUPERVISE_ACTOR"))
          .sort();
      await trees.up();
      await trees.ready();
      trees.kill(trees.guardianPid, trees.supervisorPid);
      await trees.settle();
      files.remove(trees.tree.record);
      await assert.rejects(
        trees.connect(),
        /what was known of it is lost, and 4 of its processes are still there/,
      );
      assert.equal((await trees.up()).cleared, 2);
      await trees.ready();
      assert.deepEqual(actors(), ["server", "server", "spawner", "spawner", "spawner", "spawner"]);
      assert.equal((await trees.down()).left, 0);
      // What has ended in order and is forgotten is not taken for killed.
      files.remove(trees.tree.record);
      assert.equal((await trees.up()).cleared, 0);
      assert.equal((await trees.down()).left, 0);
      assert.deepEqual(new Set(actors()), new Set(["spawner"]));
      trees.kill(...trees.actors().map(({ pid }) => pid));
      await trees.untilGone();
      trees.assertNothingLeft();
    });
  });
}

test("crash: where the whole folder of the record is gone, marks are proven by the copy of the key", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, {
      config: '[actors.server]\nexec = ["/bin/family"]\ndaemon = true',
      programs: { "/bin/family": family },
    });
    const { files } = trees.machine.host;
    const loseAll = async () => {
      trees.kill(trees.guardianPid, trees.supervisorPid);
      await trees.settle();
      files.remove(trees.tree.runFolder);
    };
    await trees.up();
    await trees.ready();
    await loseAll();
    await assert.rejects(trees.connect(), /is lost, and 2 of its processes are still there/);
    assert.equal((await trees.up()).cleared, 2);
    await trees.ready();
    await loseAll();
    files.remove(`${trees.tree.stateFolder}/marks.key`);
    // Nothing proves a mark any more: nobody is taken for the tree's.
    await assert.rejects(trees.connect(), (error: Error) => !/is lost/.test(error.message));
    assert.equal((await trees.up()).cleared, 0);
    assert.equal((await trees.down()).left, 0);
    trees.kill(...trees.actors().map(({ pid }) => pid));
    await trees.untilGone();
    trees.assertNothingLeft();
  });
});

test("crash: a tree whose file is gone is forgotten when nothing of it is left, also on purpose", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, {
      config: '[actors.spawner]\nexec = ["/bin/family"]\ndaemon = true\nstop = { kill = "process" }',
      programs: { "/bin/family": family },
    });
    const { host } = trees.machine;
    await trees.up();
    await trees.ready();
    await trees.down();
    await trees.untilGone((row) => trees.actors().some(({ pid }) => pid === row.pid));
    host.files.remove(trees.tree.file);
    pruneTrees(host, trees.tree.uid);
    assert.notEqual(readRecord(host, trees.tree), null);
    trees.kill(...trees.actors().map(({ pid }) => pid));
    await trees.untilGone();
    pruneTrees(host, trees.tree.uid);
    assert.equal(readRecord(host, trees.tree), null);
    trees.assertNothingLeft();
  });
});

test("crash: a tree that was started while somebody was about to forget it is not forgotten", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, {
      config: '[actors.server]\nexec = ["/bin/family"]\ndaemon = true',
      programs: { "/bin/family": family },
    });
    const { host } = trees.machine;
    await trees.up();
    await trees.down();
    await trees.untilGone();
    host.files.remove(trees.tree.file);
    const { locks } = host;
    const take: typeof locks.take = (path) => {
      const record = readRecord(host, trees.tree)!;
      writeRecord(host, trees.tree, { ...record, startedAt: "2026-01-02T00:00:00.000Z" });
      return locks.take(path);
    };
    const hooked = { take, isHeld: locks.isHeld.bind(locks), isHeldBy: locks.isHeldBy.bind(locks) };
    pruneTrees({ ...host, locks: hooked }, trees.tree.uid);
    assert.notEqual(readRecord(host, trees.tree), null);
    trees.assertNothingLeft();
  });
});

test("crash: what a tree has left whose record cannot be read is ended as it is said to be", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, {
      config: '[actors.server]\nexec = ["/bin/family"]\ndaemon = true',
      programs: { "/bin/family": family },
    });
    const { host } = trees.machine;
    await trees.up();
    await trees.ready();
    trees.kill(trees.guardianPid, trees.supervisorPid);
    await trees.settle();
    host.files.replace(trees.tree.record, "{");
    await assert.rejects(trees.connect(), {
      message: /and 2 of its processes are still there/,
      hint: /^`supervise down` ends them/,
    });
    const receipt = await fromPromise(clearAway(host, trees.tree));
    assert.deepEqual([receipt.left, receipt.processes.length], [0, 2]);
    trees.assertNothingLeft();
  });
});
