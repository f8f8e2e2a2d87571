/** What an actor has started is found and killed, also where it forks and dies while it is looked at. */
import assert from "node:assert/strict";
import { markedWith } from "../../lib/actor/process/kill_tree.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { Chain, DEATHS } from "../harness/chain.ts";
import { test } from "../harness/test.ts";

test("kill tree: what bears the token is found, too, when those who bore it have died under our eyes", () => {
  for (const at of DEATHS) {
    for (const hops of [0, 1, 5]) {
      const chain = new Chain(hops, at);
      chain.begin();
      const { processes } = chain;
      const met: number[] = [];
      const found = markedWith({ processes } as Host, "mark", ({ pid }) => void met.push(pid));
      assert.deepEqual(found.map(({ pid }) => pid), [100 + hops], `${hops} hops, ${at}`);
      assert.equal(met.at(-1), 100 + hops);
      assert.deepEqual(markedWith({ processes } as Host, "mar"), []);
    }
  }
});
