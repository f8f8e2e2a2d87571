/** Guardian and supervisor load while their client compiles the file, and go by what that hands on. */
import assert from "node:assert/strict";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees } from "./fake_trees.ts";

const stays: FakeProgram = (self) => self.forever();
const CONFIG = '[actors.a]\nexec = ["/bin/stays"]\ndaemon = true';
const programs = { "/bin/stays": stays };

test("prepare: they wait for what the file says, and have not looked at it", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, { config: CONFIG, programs });
    const tree = trees.compile();
    trees.config("this is no configuration");
    const prepared = trees.prepare();
    await sleep(60_000);
    assert.equal(trees.machine.host.locks.isHeld(trees.tree.lock), false);
    const { client } = await trees.launchOn(prepared, tree);
    await fromPromise(client.request("begin", { owner: false }));
    client.close();
    await trees.ready();
    await trees.down();
    await trees.untilGone();
    trees.assertNothingLeft();
  });
});

test("prepare: let go, they and what was made for them are gone", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, { config: CONFIG, programs });
    const { files } = trees.machine.host;
    const prepared = trees.prepare()!;
    await fromPromise(prepared.letGo());
    await fromPromise(prepared.letGo());
    assert.deepEqual(files.list(trees.tree.stateFolder!), []);
    assert.equal(files.inspectFolder(trees.tree.stateFolder!), null);
    assert.equal(files.exists(trees.tree.runFolder), false);
    trees.assertNothingLeft();
  });
});

test("prepare: a folder with logs of an earlier time stays when they are let go", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, { config: CONFIG, programs });
    const { files } = trees.machine.host;
    await trees.up();
    await trees.down();
    await trees.untilGone();
    const before = files.list(trees.tree.stateFolder!);
    await fromPromise(trees.prepare()!.letGo());
    assert.deepEqual(files.list(trees.tree.stateFolder!), before);
    trees.assertNothingLeft();
  });
});

test("prepare: nobody is prepared for a tree that runs, or that a guardian may keep", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, { config: CONFIG, programs });
    await trees.up();
    assert.equal(trees.prepare(), null);
    await trees.down();
    await trees.untilGone();
    trees.assertNothingLeft();
  });
});
