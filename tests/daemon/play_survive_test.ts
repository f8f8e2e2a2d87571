/** Trees that outlive their supervisor: what is kept, what the next supervisor finds, and what ends them. */
import assert from "node:assert/strict";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { clearAway } from "../../lib/daemon/take_down.ts";
import { keeperOf } from "../../lib/daemon/take_over.ts";
import { readRecord } from "../../lib/daemon/tree_record.ts";
import { stateLogOf } from "../../lib/engine/survival/survival.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees, type FakeTreesOptions } from "./fake_trees.ts";

/** Counts aloud, every second. */
const counter: FakeProgram = async (self) => {
  for (let number = 0;; number++) {
    self.print(`line ${number}\n`);
    await self.sleep(1_000);
  }
};
const server: FakeProgram = (self) => self.forever();

const SURVIVES = 'on_supervisor_death = "survive"\n';
const COUNTER = `
  [actors.counter]
  exec = ["/bin/counter"]
  daemon = true
`;
const SERVER = `
  [actors.server]
  exec = ["/bin/server"]
  daemon = true
`;

async function playTrees(
  options: Partial<FakeTreesOptions>,
  body: (trees: FakeTrees) => Promise<void>,
): Promise<void> {
  await runVirtual(async (clock) => {
    const programs = { "/bin/counter": counter, "/bin/server": server, ...options.programs };
    const config = SURVIVES + (options.config ?? COUNTER);
    const trees = new FakeTrees(clock, { ...options, config, programs });
    try {
      await body(trees);
      await trees.untilGone();
      trees.assertNothingLeft();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${trees.story()}`, { cause: error });
    }
  });
}

const lines = (count: number) => Array.from({ length: count }, (_, number) => `line ${number}`);

test("survive: a tree goes up and down as any other, and leaves nothing to go on with", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    const receipt = await trees.down();
    assert.deepEqual([receipt.left, receipt.processes.length], [0, 1]);
    const { files } = trees.machine.host;
    assert.deepEqual(files.list(trees.tree.runFolder), ["end.json", "lock", "marks.key", "tree.json"]);
    assert.deepEqual([(await trees.up()).adopted, (await trees.down()).left], [0, 0]);
  });
});

for (const groups of [true, false]) {
  const where = groups ? "with control groups" : "without control groups";

  test(`survive: actors go on when the supervisor is killed, and the next up goes on with them, ${where}`, async () => {
    await playTrees({ groups }, async (trees) => {
      await trees.up();
      await trees.ready();
      const before = await trees.row("counter");
      await trees.pass(2_500);
      trees.kill(trees.supervisorPid);
      await trees.pass(3_000);
      const { adopted, cleared } = await trees.up();
      assert.deepEqual([adopted, cleared], [1, 0]);
      await trees.pass(2_000);
      const after = await trees.row("counter");
      assert.deepEqual([after.pid, after.state, after.restarts], [before.pid, "running", 0]);
      assert.deepEqual([after.uptimeMs, after.startedAt], [7_500 + SETTLE_MS, before.startedAt]);
      assert.deepEqual(trees.log("counter"), lines(8));
      const receipt = await trees.down();
      const [{ pid, path, ended, orphan }] = receipt.processes as [typeof receipt.processes[0] & object];
      assert.deepEqual([receipt.left, receipt.processes.length], [0, 1]);
      assert.deepEqual([pid, path, ended, orphan], [before.pid, "counter", "signal", false]);
    });
  });

  test(`survive: what an adopted actor leaves behind is ended with it, and is in the receipt, ${where}`, async () => {
    const family: FakeProgram = (self) => {
      self.fork((child) => {
        child.setsid();
        child.fork((grandchild) => {
          grandchild.setsid();
          return grandchild.forever();
        });
        child.exit(0);
      });
      return self.forever();
    };
    const config = `${SERVER}\n[actors.family]\nexec = ["/bin/family"]\ndaemon = true`;
    await playTrees({ groups, config, programs: { "/bin/family": family } }, async (trees) => {
      await trees.up();
      await trees.ready();
      trees.kill(trees.supervisorPid);
      await trees.pass(1_000);
      await trees.up();
      assert.equal(trees.actors().length, 3);
      await trees.ask("stop", "family");
      assert.equal(trees.actors().length, 1);
      const { left, processes } = await trees.down();
      const ends = processes.map(({ path, ended, orphan }) => `${path} ${ended} ${orphan}`).sort();
      assert.deepEqual([left, ends], [0, [
        "family signal false",
        "family signal true",
        "server signal false",
      ]]);
    });
  });

  test(`survive: both are killed in one instant, and the next up goes on with what is there, ${where}`, async () => {
    await playTrees({ groups }, async (trees) => {
      await trees.up();
      await trees.ready();
      const { pid } = await trees.row("counter");
      await trees.pass(1_500);
      trees.kill(trees.guardianPid, trees.supervisorPid);
      await trees.pass(3_000);
      const { adopted } = await trees.up();
      await trees.pass(1_000);
      assert.deepEqual([adopted, (await trees.row("counter")).pid], [1, pid]);
      assert.deepEqual(trees.log("counter"), lines(6));
      // Its parent is the first process of the machine, which tells nobody how it ends.
      trees.kill(pid!);
      await trees.pass(2_000);
      const row = await trees.row("counter");
      assert.deepEqual([row.state, row.restarts, row.exit?.code, row.exit?.signal], [
        "running",
        1,
        null,
        null,
      ]);
      assert.deepEqual((await trees.down()).left, 0);
    });
  });

  test(`survive: a guardian that is killed is replaced, and the new one keeps the tree, ${where}`, async () => {
    await playTrees({ groups }, async (trees) => {
      await trees.up();
      await trees.ready();
      const [first, supervisor] = [trees.guardianPid, trees.supervisorPid];
      trees.kill(first);
      await trees.pass(500);
      assert.notEqual(trees.guardianPid, first);
      assert.equal(trees.supervisorPid, supervisor);
      const { pid } = await trees.row("counter");
      trees.kill(supervisor);
      await trees.pass(2_000);
      assert.equal(keeperOf(trees.machine.host, trees.tree)?.pid, trees.guardianPid);
      assert.deepEqual(trees.log("counter"), lines(3));
      assert.deepEqual([(await trees.up()).adopted, (await trees.row("counter")).pid], [1, pid]);
      assert.equal((await trees.down()).left, 0);
    });
  });
}

test("survive: how actors end meanwhile is known to the next supervisor, and what follows from it", async () => {
  const config = `
    [actors.good]
    exec = ["/bin/job", "0"]
    [actors.bad]
    exec = ["/bin/job", "3"]
    restart = "on-failure"
    [actors.daemon]
    exec = ["/bin/job", "4"]
    daemon = true
    ${SERVER}
  `;
  const starts: string[] = [];
  const job: FakeProgram = async (self) => {
    starts.push(self.env["SUPERVISE_ACTOR"]!);
    await self.sleep(starts.length > 3 ? 60_000 : 1_000);
    self.print("last words\n");
    self.exit(Number(self.args[0]));
  };
  await playTrees({ config, programs: { "/bin/job": job } }, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.kill(trees.supervisorPid);
    await trees.pass(5_000);
    await trees.up();
    await trees.settle();
    const rows = await Promise.all(["good", "bad", "daemon"].map((path) => trees.row(path)));
    assert.deepEqual(rows.map(({ state, restarts, exit }) => [state, restarts, exit?.code]), [
      ["completed", 0, 0],
      ["running", 1, 3],
      ["running", 1, 4],
    ]);
    assert.deepEqual(starts.slice(3).sort(), ["bad", "daemon"]);
    for (const path of ["good", "bad", "daemon"]) assert.deepEqual(trees.log(path), ["last words"]);
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: when all have ended the guardian goes, and the next up still knows how", async () => {
  const job: FakeProgram = async (self) => {
    await self.sleep(1_000);
    self.exit(Number(self.args[0]));
  };
  const config = `
    [actors.good]
    exec = ["/bin/job", "0"]
    [actors.bad]
    exec = ["/bin/job", "3"]
  `;
  await playTrees({ config, programs: { "/bin/job": job } }, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.kill(trees.supervisorPid);
    await trees.untilGone();
    const client = (await trees.launch()).client;
    await fromPromise(client.request("begin", { owner: false }));
    const end = await fromPromise(client.request("await_end", {}));
    client.close();
    assert.deepEqual([end.outcome, end.exitCode], ["failed", 3]);
    const ends = trees.journal().filter((line) => /^(good|bad) (exited|completed|failed|started)/.test(line));
    assert.deepEqual(ends.slice(2).sort(), ["bad exited", "bad failed", "good completed", "good exited"]);
  });
});

test("survive: supervisors may be killed one after the other", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    const { pid } = await trees.row("counter");
    for (let time = 0; time < 5; time++) {
      trees.kill(trees.supervisorPid);
      await trees.pass(1_000);
      assert.equal((await trees.up()).adopted, 1);
      await trees.pass(1_000);
    }
    assert.equal((await trees.row("counter")).pid, pid);
    assert.deepEqual(trees.log("counter"), lines(11));
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: of two that want to go on one does, and the other is told that the tree runs", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.kill(trees.supervisorPid);
    await trees.settle();
    const ends = await Promise.allSettled([trees.up(), trees.up(), trees.up()]);
    const failures = ends.flatMap((end) => end.status === "rejected" ? [(end.reason as Error).message] : []);
    assert.equal(failures.length, 2);
    for (const message of failures) assert.match(message, /already running/);
    assert.equal(trees.actors().length, 1);
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: an up that still finds a supervisor, which dies at any step of it, goes on with the actors or says that it runs", async () => {
  const told = new Set<string>();
  for (let step = 1, isReached = true; isReached; step++) {
    let [calls, isArmed] = [0, false];
    const diesBefore = () => {
      if (isArmed && ++calls === step) trees.kill(trees.supervisorPid);
      return false;
    };
    let trees: FakeTrees;
    await playTrees({ mortality: { diesBefore } }, async (these) => {
      trees = these;
      await trees.up();
      await trees.ready();
      const { pid } = await trees.row("counter");
      isArmed = true;
      const end = await trees.up().then(
        ({ adopted }) => `${adopted} adopted`,
        (error: Error) => error.message,
      );
      isArmed = false;
      isReached = calls >= step;
      told.add(end.replace(/ \(.*/, ""));
      if (isReached && end !== "1 adopted") assert.equal((await trees.up()).adopted, 1);
      assert.equal((await trees.row("counter")).pid, pid);
      assert.equal((await trees.down()).left, 0);
    });
  }
  assert.deepEqual([...told], ["1 adopted", 'The tree of "/srv/shop/supervise.toml" is already running']);
});

test("survive: a down that still finds the supervisor, which dies then, ends what its guardian keeps", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    const cleared = clearAway(trees.machine.host, trees.tree);
    await trees.pass(100);
    trees.kill(trees.supervisorPid);
    const { left, processes } = await fromPromise(cleared);
    assert.deepEqual([left, processes.length], [0, 1]);
  });
});

test("survive: a client that goes before it lets the new supervisor begin leaves the actors kept", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    const { pid } = await trees.row("counter");
    trees.kill(trees.supervisorPid);
    await trees.pass(1_000);
    const { client } = await trees.launch();
    client.close();
    // It waits for a begin for ten seconds.
    await trees.pass(11_000);
    assert.notEqual(keeperOf(trees.machine.host, trees.tree), null);
    assert.equal((await trees.up()).adopted, 1);
    assert.equal((await trees.row("counter")).pid, pid);
    await trees.pass(1_000);
    assert.deepEqual(trees.log("counter"), lines(14));
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: a file that has become wrong leaves the actors kept", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.kill(trees.supervisorPid);
    await trees.settle();
    trees.config("nonsense");
    await assert.rejects(trees.up(), /is not valid any more/);
    await trees.pass(1_000);
    assert.notEqual(keeperOf(trees.machine.host, trees.tree), null);
    trees.config(SURVIVES + COUNTER);
    assert.equal((await trees.up()).adopted, 1);
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: an actor that the file has changed is started anew, one that it has lost is ended, a new one starts", async () => {
  const config = `${COUNTER}${SERVER}[actors.lost]\nexec = ["/bin/server", "lost"]\ndaemon = true`;
  await playTrees({ config }, async (trees) => {
    await trees.up();
    await trees.ready();
    const [counter, server] = await Promise.all([trees.row("counter"), trees.row("server")]);
    trees.kill(trees.supervisorPid);
    await trees.settle();
    trees.config(
      `${SURVIVES}${COUNTER}${SERVER}env = { COLOUR = "red" }\n[actors.fresh]\nexec = ["/bin/server", "fresh"]\ndaemon = true`,
    );
    const { adopted, cleared } = await trees.up();
    assert.deepEqual([adopted, cleared], [2, 1]);
    await trees.ready();
    assert.equal((await trees.row("counter")).pid, counter.pid);
    const after = await trees.row("server");
    assert.notEqual(after.pid, server.pid);
    assert.deepEqual([after.restarts, (await trees.row("fresh")).state], [0, "running"]);
    assert.equal(trees.actors().length, 3);
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: a tree in it that is to die ends with the supervisor, and starts with the next one", async () => {
  const config = `${COUNTER}
    [trees.mortal]
    on_supervisor_death = "die"
    [trees.mortal.actors.server]
    exec = ["/bin/server"]
    daemon = true
  `;
  for (const groups of [true, false]) {
    await playTrees({ config, groups }, async (trees) => {
      await trees.up();
      await trees.ready();
      const { pid } = await trees.row("mortal/server");
      trees.kill(trees.supervisorPid);
      await trees.pass(1_000);
      assert.equal(trees.actors().length, 1);
      assert.equal((await trees.up()).adopted, 1);
      await trees.ready();
      const row = await trees.row("mortal/server");
      assert.ok(row.pid !== pid && row.restarts === 0);
      assert.equal((await trees.down()).left, 0);
    });
  }
});

test("survive: a tree that was coming down when its supervisor was killed comes down", async () => {
  const stubborn: FakeProgram = (self) => {
    self.ignore("SIGTERM");
    return self.forever();
  };
  await playTrees({ config: SERVER, programs: { "/bin/server": stubborn } }, async (trees) => {
    await trees.up();
    await trees.ready();
    const client = await trees.connect();
    await fromPromise(client.request("down", { cause: "down", withinMs: null }));
    await trees.pass(1_000);
    trees.kill(trees.supervisorPid);
    client.close();
    await trees.untilGone();
    assert.equal((await trees.up()).adopted, 0);
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: a guardian that keeps a tree ends it when it is told to, by a signal or by down --force", async () => {
  for (const how of ["signal", "force"]) {
    await playTrees({ config: COUNTER + SERVER }, async (trees) => {
      await trees.up();
      await trees.ready();
      trees.kill(trees.supervisorPid);
      await trees.pass(1_000);
      if (how === "signal") {
        const { processes } = trees.machine.host;
        processes.signal(processes.find(trees.guardianPid)!, "SIGTERM");
      } else {
        const receipt = await fromPromise(clearAway(trees.machine.host, trees.tree));
        assert.deepEqual([receipt.left, receipt.processes.length], [0, 2]);
      }
      await trees.untilGone();
      assert.equal(readRecord(trees.machine.host, trees.tree)?.outcome, "cancelled");
      assert.deepEqual([(await trees.up()).adopted, (await trees.down()).left], [0, 0]);
    });
  }
});

test("survive: the machine was started anew meanwhile, and nothing is taken for what it is not", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    const [{ pid }, guardian, supervisor] = [
      await trees.row("counter"),
      trees.guardianPid,
      trees.supervisorPid,
    ];
    trees.kill(guardian, supervisor);
    trees.kill(pid!);
    await trees.untilGone();
    trees.machine.bootId = "second";
    assert.equal((await trees.up()).adopted, 0);
    await trees.ready();
    assert.equal((await trees.row("counter")).restarts, 0);
    assert.equal((await trees.down()).left, 0);
  });
});

test("survive: sockets that the supervisor held are held on, and go with the tree", async () => {
  const config = `${SERVER}sockets = ["tcp://127.0.0.1:80", "unix:///srv/shop/web.sock"]`;
  await playTrees({ config }, async (trees) => {
    const { network, files } = trees.machine.host;
    await trees.up();
    await trees.ready();
    const { pid } = await trees.row("server");
    trees.kill(trees.supervisorPid);
    await trees.settle();
    assert.equal(await fromPromise(network.connect("127.0.0.1", 80).result), null);
    await trees.up();
    assert.equal((await trees.row("server")).pid, pid);
    await trees.ask("stop", "server");
    assert.equal(await fromPromise(network.connect("127.0.0.1", 80).result), null);
    await trees.ask("start", "server");
    await trees.down();
    assert.equal(await fromPromise(network.connect("127.0.0.1", 80).result), "connection refused");
    assert.equal(files.exists("/srv/shop/web.sock"), false);
  });
});

test("survive: what was written of the state may be cut off anywhere, and nothing runs twice", async () => {
  const config = COUNTER + SERVER;
  let length = 1;
  for (let cut = 0; cut < length; cut += 97) {
    await playTrees({ config }, async (trees) => {
      await trees.up();
      await trees.ready();
      const path = stateLogOf(trees.tree.runFolder);
      trees.kill(trees.supervisorPid);
      const text = trees.machine.host.files.readText(path)!;
      length = text.length;
      trees.machine.host.files.replace(path, text.slice(0, cut));
      await trees.pass(1_000);
      await trees.up();
      await trees.ready();
      trees.assertNoTwins();
      assert.equal(trees.actors().length, 2);
      assert.equal((await trees.down()).left, 0);
    });
  }
});

test("survive: limits go on to hold, and an actor whose limits were changed is started anew", async () => {
  const limited = (count: number) =>
    `${COUNTER}cgroup = { pids_max = 5 }\n${SERVER}cgroup = { pids_max = ${count} }\n`;
  await playTrees({ groups: true, isDelegated: true, config: limited(5) }, async (trees) => {
    const { groups, host } = trees.machine;
    const limitsOf = async (path: string) => {
      const { pid, cgroup } = await trees.row(path);
      assert.equal(cgroup!.unkept, null);
      return [pid, groups.limitOf(host.groups.groupOf(pid!)!, "pids")] as const;
    };
    await trees.up();
    await trees.ready();
    const before = [await limitsOf("counter"), await limitsOf("server")] as const;
    trees.kill(trees.supervisorPid);
    await trees.settle();
    trees.config(SURVIVES + limited(7));
    assert.equal((await trees.up()).adopted, 2);
    await trees.ready();
    const after = [await limitsOf("counter"), await limitsOf("server")] as const;
    assert.deepEqual([before[0], before[1][1], after[1][1]], [after[0], 5, 7]);
    assert.notEqual(before[1][0], after[1][0]);
    assert.equal((await trees.down()).left, 0);
    trees.assertAtHome();
  });
});

test("survive: where the disk is full it goes on, says so once, and writes when there is room", async () => {
  await playTrees({}, async (trees) => {
    await trees.up();
    await trees.ready();
    trees.machine.disk.freeBytes = 0;
    const { pid } = await trees.row("counter");
    trees.kill(pid!);
    await trees.pass(1_000);
    assert.equal((await trees.row("counter")).restarts, 1);
    trees.machine.disk.freeBytes = Infinity;
    await trees.ask("restart", "counter");
    const after = await trees.row("counter");
    trees.kill(trees.supervisorPid);
    await trees.pass(1_000);
    assert.equal((await trees.up()).adopted, 1);
    const { pid: last, restarts } = await trees.row("counter");
    assert.deepEqual([last, restarts], [after.pid, 1]);
    assert.equal((await trees.down()).left, 0);
  });
});
