/** Looks at processes that fork and die meanwhile. */
import assert from "node:assert/strict";
import { findAll, Look, lookWhere } from "../../lib/host/look.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { Chain, OWN, withBystander } from "../harness/chain.ts";
import { test } from "../harness/test.ts";

test("look: it is repeated for as long as it finds nobody but those who have died meanwhile", () => {
  for (const hops of [0, 1, 2, 50]) {
    const chain = new Chain(hops);
    const take = () =>
      new Look(chain.processes).take((find) => findAll(find, chain.processes.childrenOf(OWN)));
    assert.deepEqual(take(), []);
    chain.begin();
    assert.deepEqual(take().map(({ pid }) => pid), [100 + hops], `${hops} hops`);
  }
});

test("look: the dead that nobody has reaped do not make it endless", () => {
  const chain = new Chain(0);
  chain.begin();
  chain.processes.signal({ pid: 100, startTime: 1 }, "SIGKILL");
  let looks = 0;
  const look = new Look(chain.processes);
  const take = () =>
    look.take((find) => {
      looks += 1;
      return findAll(find, chain.processes.childrenOf(OWN));
    });
  assert.deepEqual([take(), looks], [[], 2]);
  assert.deepEqual([take(), looks], [[], 3]);
});

test("look: where somebody dies during each it ends all the same", () => {
  for (const at of ["read", "ending"] as const) {
    const chain = new Chain(Infinity, at);
    const { processes } = chain;
    chain.begin();
    const bearsMark = ({ pid }: ProcessRow) => processes.variableOf(pid, "MARK") !== null;
    assert.deepEqual(lookWhere(processes, bearsMark), []);
  }
});

test("look: one that is repeated asks nobody twice", () => {
  const chain = new Chain(50, "read");
  chain.begin();
  const bystander = 5;
  const processes = withBystander(chain, bystander);
  let asked = 0;
  const bearsMark = ({ pid }: ProcessRow) => {
    if (pid === bystander) asked += 1;
    return pid !== bystander && processes.variableOf(pid, "MARK") !== null;
  };
  const found = lookWhere(processes, bearsMark);
  assert.deepEqual([found.map(({ pid }) => pid), asked], [[150], 1]);
});
