/** Marks: what proves one, and what a bearer draws in. */
import assert from "node:assert/strict";
import { isKey, Marks } from "../../lib/engine/containment/marks.ts";
import { tiesOf } from "../../lib/engine/containment/ties.ts";
import { RUN_VARIABLE } from "../../lib/engine/environment.ts";
import { randomId } from "../../lib/actor/random_id.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Puppet } from "../../lib/host/fake/puppet.ts";
import type { LayerName } from "../../lib/engine/containment/layer.ts";
import type { StopAccount } from "../../lib/engine/containment/account.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const { host } = new FakeMachine(new VirtualClock());

test("marks: one is read by the key that it was made with, and by no other", () => {
  const [key, other] = [randomId(host), randomId({ ...host, randomSeed: () => 7 })];
  assert.ok(isKey(key) && isKey(other) && key !== other);
  const marks = new Marks(host, key);
  const mark = marks.of({ instance: "0123456789ab.x1y2", run: 12 });
  assert.match(mark, /^0123456789ab\.x1y2\.12\.[0-9a-f]{32}$/);
  assert.deepEqual(marks.read(mark), { instance: "0123456789ab.x1y2", run: 12 });
  assert.equal(new Marks(host, other).read(mark), null);
});

test("marks: what is public of one, cut, changed or said of another run proves nothing", () => {
  const marks = new Marks(host, randomId(host));
  const mark = marks.of({ instance: "tree.1", run: 1 });
  const proof = mark.split(".").at(-1)!;
  const forged = [
    null,
    "",
    ".",
    "tree.1.1",
    "tree.1.1.",
    "..1",
    `tree.1.2.${proof}`,
    `tree.2.1.${proof}`,
    `tree.1.01.${proof}`,
    `${mark}0`,
    mark.slice(0, -1),
    mark.toUpperCase(),
    proof,
    `.1.${proof}`,
    `x${mark}`,
    `tree.1.1.${"0".repeat(32)}`,
  ];
  for (const one of forged) assert.equal(marks.read(one), null, String(one));
});

/** A row of a table: who it is, its parent, its session and its user. */
type Sketch = readonly [pid: number, parent: number, session: number, user: number | null];

function tie(bearers: readonly number[], sketches: readonly Sketch[], alive: readonly number[] = []) {
  const rows = sketches.map(([pid, parent, session]): ProcessRow => ({
    ...{ pid, parent, session, group: session, startTime: 1, state: "S", name: "x", cpuMs: 0, rss: 4_096 },
  }));
  const { tied, foreign } = tiesOf(rows.filter(({ pid }) => bearers.includes(pid)), {
    rows,
    userOf: (pid) => sketches.find(([one]) => one === pid)?.[3] ?? null,
    isAlive: (pid) => rows.some((row) => row.pid === pid) || alive.includes(pid),
  });
  const pidsOf = (some: readonly ProcessRow[]) => some.map(({ pid }) => pid).sort((a, b) => a - b);
  return { tied: pidsOf(tied), foreign: foreign.map(({ row, through }) => [row.pid, through.pid]) };
}

test("ties: a bearer draws in its children and theirs, and the rest of a session that it began", () => {
  const rows: readonly Sketch[] = [
    [10, 1, 10, 5],
    [11, 10, 11, 5],
    [12, 11, 12, 5],
    [13, 1, 10, 5],
    [14, 1, 14, 5],
  ];
  assert.deepEqual(tie([10], rows), { tied: [10, 11, 12, 13], foreign: [] });
});

test("ties: in a session whose leader is another's a bearer draws in nobody but its children", () => {
  const rows: readonly Sketch[] = [[10, 1, 10, 5], [11, 10, 10, 5], [12, 11, 10, 5], [13, 10, 10, 5]];
  assert.deepEqual(tie([11], rows), { tied: [11, 12], foreign: [] });
  // One whose leader is dead may be of the tree: all who are left of it came from there.
  assert.deepEqual(tie([11], rows.slice(1)), { tied: [11, 12, 13], foreign: [] });
  // That the leader is this very program, which is in no table, does not make it dead.
  assert.deepEqual(tie([11], rows.slice(1), [10]), { tied: [11, 12], foreign: [] });
});

test("ties: what is of another user is named, and nothing through it", () => {
  const rows: readonly Sketch[] = [[10, 1, 10, 5], [11, 10, 10, 0], [12, 11, 10, 0], [13, 1, 10, 6]];
  assert.deepEqual(tie([10], rows), { tied: [10], foreign: [[11, 10], [12, 10], [13, 10]] });
});

test("ties: root's bearer draws in its children whatever their user is, and in a session those of its own", () => {
  const rows: readonly Sketch[] = [[10, 1, 10, 0], [11, 10, 10, 5], [12, 1, 10, 5], [13, 1, 10, 6]];
  assert.deepEqual(tie([10], rows), { tied: [10, 11, 12], foreign: [[13, 10]] });
});

test("ties: who is of several users at once draws in nobody, and is drawn in by root alone", () => {
  const rows: readonly Sketch[] = [[10, 1, 10, null], [11, 10, 10, 5], [12, 11, 12, null]];
  assert.deepEqual(tie([10], rows), { tied: [10], foreign: [[11, 10]] });
  assert.deepEqual(tie([11], rows.slice(1)).tied, [11]);
  assert.deepEqual(tie([10], [[10, 1, 10, 0], [11, 10, 11, null]]).tied, [10, 11]);
});

const PAIR = `
  [actors.server]
  exec = ["/bin/server"]
  daemon = true
  stop = { grace = "5s" }
  [actors.client]
  exec = ["/bin/client"]
  daemon = true
  stop = { grace = "5s" }
`;

/** A server starts a program of its own with the mark of its client, in a session of its own; then each is stopped. */
async function playSwap(containment: LayerName) {
  let child: Puppet | null = null;
  const alive: boolean[] = [];
  const accounts: StopAccount[] = [];
  const mark = Promise.withResolvers<string>();
  const played = await play({
    config: PAIR,
    containment,
    programs: {
      async "/bin/server"(self) {
        const env = { ...self.env, [RUN_VARIABLE]: await mark.promise };
        self.fork((one) => {
          child = one;
          one.setsid();
          one.setEnvironment(env);
          one.closeOutput();
          return one.forever();
        });
        await self.forever();
      },
      "/bin/client"(self) {
        mark.resolve(self.env[RUN_VARIABLE]!);
        return self.forever();
      },
    },
    async script({ at, engine, stop, down }) {
      await at(1_000);
      for (const name of ["server", "client"]) {
        const nodes = engine.state.plan.nodes.filter(({ path }) => path === name).map(({ path }) => path);
        const close = engine.account(nodes);
        await stop(name);
        accounts.push(close());
        alive.push(child!.isAlive);
      }
      down();
    },
    mayRemain: () => containment === "group" ? [child!.pid] : [],
  });
  const pathOfChild = played.end.processes.find(({ pid }) => pid === child!.pid)?.path ?? null;
  return { alive, accounts, pathOfChild, pid: child!.pid };
}

for (const layer of ["cgroup", "subreaper"] as const) {
  test(`marks: ${layer}: a child of one actor that bears the mark of another ends with its own`, async () => {
    const { alive, accounts, pathOfChild, pid } = await playSwap(layer);
    assert.deepEqual([alive, pathOfChild], [[false, false], "server"]);
    assert.ok(accounts[0]!.processes.some((line) => line.pid === pid));
    assert.ok(!accounts[1]!.processes.some((line) => line.pid === pid));
    assert.deepEqual(accounts.flatMap(({ survivors, unattributed }) => [...survivors, ...unattributed]), []);
  });
}

test("marks: group: a child of one actor that bears the mark of another is named by the stop of its own", async () => {
  const { alive, accounts, pid } = await playSwap("group");
  assert.deepEqual(alive, [true, true]);
  const named = accounts.map(({ survivors }) => survivors.map((one) => [one.pid, one.why]));
  assert.deepEqual(named, [[[pid, '"server" has started it']], []]);
});
