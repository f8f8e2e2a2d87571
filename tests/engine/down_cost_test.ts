/** How often a supervisor looks at processes to take a tree down: as often for each actor of many as for each of few. */
import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { LAYER_NAMES, type LayerName } from "../../lib/engine/containment/layer.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const STAY: FakeProgram = (self) => self.forever();

/** Each has a child that makes itself an orphan. */
const SERVER: FakeProgram = (self) => {
  self.fork((parent) => {
    parent.fork(STAY);
    parent.exit(0);
  });
  return self.forever();
};

/** How many lines of the table, and lists of our own children, are read from the request to the end. */
async function costOf(actors: number, program: FakeProgram, containment: LayerName) {
  let rows = 0;
  let lists = 0;
  await play({
    config: `[actors.web]\nexec = "/bin/web"\nreplicas = ${actors}`,
    programs: { "/bin/web": program },
    containment,
    async script({ at, machine, down }) {
      await at(60_000);
      const { processes } = machine.host;
      const { find, childrenOf } = processes;
      processes.find = (pid) => {
        rows += 1;
        return find.call(processes, pid);
      };
      processes.childrenOf = (pid) => {
        if (pid === processes.ownPid) lists += 1;
        return childrenOf.call(processes, pid);
      };
      down();
    },
  });
  return { rows: rows / actors, lists };
}

for (const containment of LAYER_NAMES) {
  test(`cost of down: ${containment}: processes are not looked at more often where there are more`, async () => {
    const few = await costOf(20, STAY, containment);
    const many = await costOf(200, STAY, containment);
    assert.ok(many.rows <= 1.3 * few.rows, `${few.rows} and ${many.rows} lines for each actor`);
    assert.ok(many.lists <= few.lists + 5, `${few.lists} and ${many.lists} lists`);
  });

  test(`cost of down: ${containment}: neither are orphans of theirs`, async () => {
    const few = await costOf(20, SERVER, containment);
    const many = await costOf(200, SERVER, containment);
    assert.ok(many.rows <= 1.5 * few.rows, `${few.rows} and ${many.rows} lines for each actor`);
  });
}
