/** Isolated trees: whose children their actors are, what is ended with which actor, and what the death of an isolator changes. */
import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees, type FakeTreesOptions } from "./fake_trees.ts";

const server: FakeProgram = (self) => self.forever();
/** Leaves a child that has shed everything by which it could be known: its session and its environment. */
const leaver: FakeProgram = (self) => {
  self.fork((child) => {
    child.setsid();
    child.setEnvironment({});
    child.fork((grandchild) => grandchild.forever());
    child.exit(0);
  });
  return self.forever();
};

async function playTrees(
  options: Partial<FakeTreesOptions> & { readonly config: string },
  body: (trees: FakeTrees) => Promise<void>,
): Promise<void> {
  await runVirtual(async (clock) => {
    const programs = { "/bin/server": server, "/bin/leaver": leaver, ...options.programs };
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

const TREE = `
  [actors.outside]
  exec = ["/bin/server"]
  daemon = true
  [trees.pool]
  isolate = true
  [trees.pool.actors.leaver]
  exec = ["/bin/leaver"]
  daemon = true
`;

/** The processes of actors, each with what its parent is. */
function families(trees: FakeTrees): readonly string[] {
  const { processes } = trees.machine.host;
  return trees.actors().map(({ name, parent }) => {
    const [program, verb] = processes.commandOf(parent);
    return `${name} of ${verb ?? program ?? "nobody"}`;
  }).sort();
}

/** The number of the isolator. */
async function isolatorOf(trees: FakeTrees): Promise<number> {
  const { pid } = await trees.row("pool");
  assert.ok(pid !== null);
  return pid;
}

const ISOLATED = ["leaver of __isolator", "leaver of __isolator", "server of __supervisor"];
const ADOPTED = ["leaver of __supervisor", "leaver of __supervisor", "server of __supervisor"];

for (const groups of [true, false]) {
  const where = groups ? "with control groups" : "without control groups";

  test(`isolate: actors of the tree, and what they leave, are children of a process of their own, ${where}`, async () => {
    await playTrees({ groups, config: TREE }, async (trees) => {
      await trees.up();
      await trees.ready();
      assert.deepEqual(families(trees), ISOLATED);
      const receipt = await trees.down();
      assert.deepEqual([receipt.left, receipt.processes.length], [0, 3]);
    });
  });

  test(`isolate: a stop of the tree ends what has shed everything, and its isolator goes, ${where}`, async () => {
    await playTrees({ groups, config: TREE }, async (trees) => {
      await trees.up();
      await trees.ready();
      const isolator = await isolatorOf(trees);
      await trees.ask("stop", "pool");
      await trees.settle();
      assert.deepEqual(families(trees), ["server of __supervisor"]);
      assert.equal(trees.machine.host.processes.find(isolator), null);
      assert.equal((await trees.row("pool")).pid, null);
      await trees.ask("start", "pool");
      assert.deepEqual(families(trees), ISOLATED);
      assert.equal((await trees.down()).left, 0);
    });
  });

  test(`isolate: when an isolator is killed, what it had started goes on, and the next start has another, ${where}`, async () => {
    await playTrees({ groups, config: TREE }, async (trees) => {
      await trees.up();
      await trees.ready();
      const [isolator, { pid }] = [await isolatorOf(trees), await trees.row("pool/leaver")];
      trees.kill(isolator);
      await trees.settle();
      assert.deepEqual(families(trees), ADOPTED);
      const row = await trees.row("pool/leaver");
      assert.deepEqual([row.pid, row.state, row.restarts], [pid, "running", 0]);
      trees.kill(pid!);
      await trees.pass(2_000);
      const next = await trees.row("pool/leaver");
      assert.deepEqual([next.state, next.restarts, next.exit?.signal], ["running", 1, "SIGKILL"]);
      assert.notEqual(await isolatorOf(trees), isolator);
      const ofIsolator = families(trees).filter((one) => one === "leaver of __isolator");
      assert.equal(ofIsolator.length, 2);
      assert.equal((await trees.down()).left, 0);
    });
  });

  test(`isolate: how an actor ends is known, and what it leaves is ended, ${where}`, async () => {
    const job: FakeProgram = async (self) => {
      self.fork((child) => {
        child.setsid();
        return child.forever();
      });
      await self.sleep(500);
      self.print("done\n");
      self.exit(7);
    };
    const config = `${TREE}
      [trees.pool.actors.job]
      exec = ["/bin/job"]
      restart = "never"
    `;
    await playTrees({ groups, config, programs: { "/bin/job": job } }, async (trees) => {
      await trees.up();
      await trees.pass(1_000);
      const { state, exit } = await trees.row("pool/job");
      assert.deepEqual([state, exit?.code], ["failed", 7]);
      assert.deepEqual(trees.log("pool/job"), ["done"]);
      assert.deepEqual(families(trees), ISOLATED);
      const { left, processes } = await trees.down();
      assert.equal(left, 0);
      const ends = processes.filter(({ path }) => path === "pool/job").map((
        { ended, code },
      ) => [ended, code]);
      assert.deepEqual(ends, [["exit", 7], ["signal", null]]);
    });
  });

  test(`isolate: everything goes with a supervisor that is killed, ${where}`, async () => {
    await playTrees({ groups, config: TREE }, async (trees) => {
      await trees.up();
      await trees.ready();
      trees.kill(trees.supervisorPid);
      await trees.pass(1_000);
      assert.deepEqual(trees.machine.puppets(), []);
    });
  });

  test(`isolate: actors outlive a supervisor that is killed, if they are to, ${where}`, async () => {
    const config = `on_supervisor_death = "survive"\n${TREE}`;
    await playTrees({ groups, config }, async (trees) => {
      await trees.up();
      await trees.ready();
      const [isolator, { pid }] = [await isolatorOf(trees), await trees.row("pool/leaver")];
      trees.kill(trees.supervisorPid);
      await trees.pass(1_000);
      assert.equal(trees.machine.host.processes.find(isolator), null);
      assert.deepEqual(families(trees), ADOPTED.map((one) => one.replace("__supervisor", "__guardian")));
      assert.equal((await trees.up()).adopted, 2);
      const row = await trees.row("pool/leaver");
      assert.deepEqual([row.pid, row.state], [pid, "running"]);
      await trees.ask("restart", "pool/leaver");
      assert.notEqual(await isolatorOf(trees), isolator);
      assert.equal((await trees.down()).left, 0);
    });
  });
}

test("isolate: a start that fails says why, as it does elsewhere", async () => {
  const config = `${TREE}
    [trees.pool.actors.lacking]
    exec = ["/bin/lacking"]
    restart = "never"
  `;
  await playTrees({ config }, async (trees) => {
    await trees.up();
    await trees.settle();
    const { state, reason } = await trees.row("pool/lacking");
    assert.equal(state, "failed");
    assert.match(reason!, /\/bin\/lacking/);
    assert.equal((await trees.down()).left, 0);
  });
});
