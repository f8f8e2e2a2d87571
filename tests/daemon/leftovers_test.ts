/** What is left of a tree that nobody looks after is found, also where it forks and dies while it is looked at. */
import assert from "node:assert/strict";
import { countMarked } from "../../lib/daemon/leftovers.ts";
import { ensureMarks } from "../../lib/daemon/tree_key.ts";
import type { TreeId } from "../../lib/daemon/tree_id.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { Chain, DEATHS, withBystander } from "../harness/chain.ts";
import { test } from "../harness/test.ts";

test("leftovers: who is known by its session alone is one of them, however often the look is repeated", () => {
  const { host, disk } = new FakeMachine(new VirtualClock());
  disk.makeFolder("/run/0", 0o700);
  const tree = {
    uid: 1_000,
    record: "/run/0/tree.json",
    key: "/run/0/marks.key",
    stateFolder: null,
  } as TreeId;
  const mark = ensureMarks(host, tree).of({ instance: "0.1", run: 1 });
  for (const at of DEATHS) {
    for (const hops of [0, 1, 5]) {
      const chain = new Chain(hops, at, mark);
      chain.begin();
      const processes = withBystander(chain, 5);
      const count = countMarked({ ...host, processes }, tree);
      // Who is about to die is not gone yet.
      assert.equal(count, at === "ending" ? 2 + hops : 2, `${hops} hops, ${at}`);
    }
  }
});
