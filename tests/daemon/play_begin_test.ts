/** What whoever lets a tree begin hears of one that is over in the next moment. */
import assert from "node:assert/strict";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees } from "./fake_trees.ts";

const fails: FakeProgram = (self) => self.exit(3);

test("begin: who has asked before is told how a tree came up that ends at once", async () => {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, {
      config:
        '[actors.a]\nexec = ["/bin/fails"]\nsignificant = true\nrestart = "never"\nready = { delay = "20s" }',
      programs: { "/bin/fails": fails },
    });
    const { client } = await trees.launch();
    const ended = client.request("await_end", {});
    const ready = client.request("await_ready", {});
    await fromPromise(client.request("begin", { owner: false }));
    const { ok, actors } = await fromPromise(ready);
    assert.deepEqual([ok, actors.map(({ state, exit }) => [state, exit?.code])], [false, [["failed", 3]]]);
    assert.equal((await fromPromise(ended)).outcome, "failed");
    client.close();
    await trees.untilGone();
    trees.assertNothingLeft();
  });
});
