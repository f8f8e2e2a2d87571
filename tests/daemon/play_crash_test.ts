/** What a new supervisor does about one that has just been killed, whose guardian is still ending what it had started. */
import assert from "node:assert/strict";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees } from "./fake_trees.ts";

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
