/** What is left of a tree that nobody looks after is found, also where it forks and dies while it is looked at. */
import assert from "node:assert/strict";
import { countMarked } from "../../lib/daemon/leftovers.ts";
import type { TreeId } from "../../lib/daemon/tree_id.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { Chain, DEATHS, withBystander } from "../harness/chain.ts";
import { test } from "../harness/test.ts";

test("leftovers: who is known by its session alone is one of them, however often the look is repeated", () => {
  for (const at of DEATHS) {
    for (const hops of [0, 1, 5]) {
      const chain = new Chain(hops, at);
      chain.begin();
      const processes = withBystander(chain, 5);
      const count = countMarked({ processes } as Host, { id: "mark" } as TreeId);
      // Who is about to die is not gone yet.
      assert.equal(count, at === "ending" ? 2 + hops : 2, `${hops} hops, ${at}`);
    }
  }
});
