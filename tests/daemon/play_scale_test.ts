/** Whole trees of which somebody wants other numbers of replicas, in virtual time. */
import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { readRecord } from "../../lib/daemon/tree_record.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees } from "./fake_trees.ts";

const server: FakeProgram = (self) => self.forever();

const SURVIVES = `on_supervisor_death = "survive"\n`;
const API = `
  [actors.api]
  exec = ["/bin/server", "\${replica}"]
  daemon = true
  replicas = 2
`;
const OTHER = `
  [actors.other]
  exec = ["/bin/server"]
  daemon = true
`;

async function playTrees(config: string, body: (trees: FakeTrees) => Promise<void>): Promise<void> {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, { config, programs: { "/bin/server": server } });
    try {
      await body(trees);
      await trees.untilGone();
      trees.assertNothingLeft();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${trees.story()}`, { cause: error });
    }
  });
}

const paths = async (trees: FakeTrees) => (await trees.ps()).actors.map(({ path }) => path);
const pids = async (trees: FakeTrees) =>
  Object.fromEntries((await trees.ps()).actors.map(({ path, pid }) => [path, pid]));
const told = ({ changes }: Awaited<ReturnType<FakeTrees["scale"]>>) =>
  changes.map(({ action, path }) => `${action} ${path}`);

test("scale: the highest numbers come and go, each with its number in its texts, and the others go on", async () => {
  await playTrees(API + OTHER, async (trees) => {
    await trees.up();
    await trees.ready();
    const before = await pids(trees);
    assert.deepEqual(told(await trees.scale("api", 4)), ["add api.3", "add api.4"]);
    assert.deepEqual(await paths(trees), ["api.1", "api.2", "api.3", "api.4", "other"]);
    const { machine } = trees;
    const { pid } = await trees.row("api.4");
    assert.deepEqual(machine.host.processes.commandOf(pid!), ["/bin/server", "4"]);
    assert.deepEqual(told(await trees.scale("api", 1)), ["remove api.2", "remove api.3", "remove api.4"]);
    const after = await pids(trees);
    assert.deepEqual(after, { "api.1": before["api.1"], other: before["other"] });
    assert.deepEqual(told(await trees.scale("api", null)), ["add api.2"]);
    await trees.down();
  });
});

test("scale: nothing else of the file is done, and apply keeps the number until it is taken back", async () => {
  await playTrees(API + OTHER, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.config(`${API.replace("replicas = 2", "replicas = 5")}${OTHER}nice = 5\n`);
    assert.deepEqual(told(await trees.scale("api", 3)), ["add api.3"]);
    const applied = await trees.apply();
    assert.deepEqual(told(applied), ["restart other"]);
    assert.deepEqual(applied.scaled, [{ path: "api", replicas: 3, inFile: 5 }]);
    const { changes, scaled } = await trees.scale("api", null);
    assert.deepEqual([changes.map(({ path }) => path), scaled], [["api.4", "api.5"], []]);
    await trees.down();
  });
});

test("scale: a number is forgotten with its actor, and with the tree", async () => {
  await playTrees(API + OTHER, async (trees) => {
    await trees.up();
    await trees.ready();
    await trees.scale("api", 3);
    trees.config(OTHER);
    await trees.apply();
    trees.config(API + OTHER);
    const { scaled } = await trees.apply();
    assert.deepEqual([await paths(trees), scaled], [["api.1", "api.2", "other"], []]);
    await trees.scale("api", 3);
    await trees.down();
    await trees.untilGone();
    await trees.up();
    await trees.ready();
    assert.deepEqual(await paths(trees), ["api.1", "api.2", "other"]);
    await trees.down();
  });
});

test("scale: another supervisor goes on with the number, also if the last was killed at once", async () => {
  await playTrees(SURVIVES + API, async (trees) => {
    await trees.up();
    await trees.ready();
    await trees.scale("api", 3);
    const before = await pids(trees);
    trees.kill(trees.supervisorPid);
    await trees.pass(100);
    await trees.up();
    await trees.ready();
    assert.deepEqual(await pids(trees), before);
    assert.deepEqual(readRecord(trees.machine.host, trees.tree)!.scale, { api: 3 });
    assert.deepEqual(told(await trees.apply()), []);
    await trees.scale("api", 1);
    trees.kill(trees.supervisorPid);
    await trees.pass(100);
    await trees.up();
    await trees.ready();
    assert.deepEqual(await paths(trees), ["api.1"]);
    await trees.scale("api", null);
    assert.deepEqual(await paths(trees), ["api.1", "api.2"]);
    await trees.down();
  });
});

test("scale: a number that cannot be had is refused, and nothing is done or kept", async () => {
  const twoOf = `
    [trees.pool.actors.a]
    exec = ["/bin/server"]
    daemon = true
    replicas = 1
    [trees.pool.actors.b]
    exec = ["/bin/server"]
    daemon = true
    replicas = 1
  `;
  await playTrees(API + OTHER + twoOf, async (trees) => {
    await trees.up();
    await trees.ready();
    const before = await pids(trees);
    const refused: readonly (readonly [string, number, RegExp])[] = [
      ["nobody", 2, /called "nobody"/],
      ["other", 2, /"other" has no replicas in its file/],
      ["pool", 2, /"pool" is a tree/],
      ["api.2", 2, /"api.2" is one copy of "api"/],
      ["pool/a.1", 2, /"pool\/a.1" is one copy of "pool\/a"/],
      ["api", 0, /cannot have 0 replicas/],
      ["api", 1_001, /cannot have 1001 replicas/],
    ];
    for (const [selector, replicas, pattern] of refused) {
      await assert.rejects(trees.scale(selector, replicas), pattern);
    }
    assert.deepEqual(await pids(trees), before);
    assert.deepEqual(readRecord(trees.machine.host, trees.tree)!.scale, {});
    assert.deepEqual(told(await trees.scale("pool/*", 2)), ["add pool/a.2", "add pool/b.2"]);
    assert.deepEqual(told(await trees.scale("api.*", 1)), ["remove api.2"]);
    await trees.down();
  });
});
