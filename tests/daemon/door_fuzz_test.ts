/** The guardian's door, and the small files of a tree: whatever somebody writes there, the guardian and the tree go on. */
import assert from "node:assert/strict";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { awaitEnd } from "../../lib/daemon/end_report.ts";
import { DeathReader } from "../../lib/daemon/guardian/deaths.ts";
import { readLaunchReport } from "../../lib/daemon/launch_report.ts";
import type { TreeId } from "../../lib/daemon/tree_id.ts";
import { readRecord } from "../../lib/daemon/tree_record.ts";
import type { ControlClient } from "../../lib/control/client.ts";
import { UserError } from "../../lib/base/user_error.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import type { Files } from "../../lib/host/ports/files.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { ByteSource } from "../../lib/host/ports/processes.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { damagedText, damagedValue, forSeeds, pick, type Random } from "../harness/damage.ts";
import { test } from "../harness/test.ts";
import { FakeTrees } from "./fake_trees.ts";

const SERVER: FakeProgram = (self) => self.forever();
const CONFIG = 'on_supervisor_death = "survive"\n[actors.server]\nexec = ["/bin/server"]\ndaemon = true\n';

/** A tree whose supervisor was killed and whose guardian keeps it; it is taken down at the end. */
async function withKeeper(body: (trees: FakeTrees) => Promise<void>): Promise<void> {
  await runVirtual(async (clock) => {
    const trees = new FakeTrees(clock, { config: CONFIG, programs: { "/bin/server": SERVER } });
    await trees.up();
    await trees.ready();
    trees.kill(trees.supervisorPid);
    await trees.pass(1_000);
    await body(trees);
    const { adopted } = await trees.up();
    assert.equal(adopted, 1, "the actor was lost");
    assert.equal((await trees.down()).left, 0);
    await trees.untilGone();
    trees.assertNothingLeft();
  });
}

async function knock(trees: FakeTrees, text: string): Promise<Connection> {
  const connection = await fromPromise(trees.machine.host.sockets.connect(trees.tree.door));
  assert.ok(connection, "nobody is at the door");
  void connection.write(new TextEncoder().encode(text));
  return connection;
}

async function heard(connection: Connection): Promise<string> {
  let text = "";
  for (;;) {
    const bytes = await fromPromise(connection.read());
    if (bytes === null) return text;
    text += new TextDecoder().decode(bytes);
  }
}

test("door: what is no request is refused with the reason, and the guardian goes on", async () => {
  await withKeeper(async (trees) => {
    const cases: readonly (readonly [string, string])[] = [
      ["{}", '"op" is not one of resume, end'],
      ["null", "it is not an object"],
      ['{"op":"resume"}', '"asked" is not an object'],
      ['{"op":"resume","asked":{"command":[],"options":{}}}', '"asked.command" is not a command'],
      ['{"op":"end","asked":{"graceMs":-1}}', '"asked.graceMs" is not a number of milliseconds'],
      ['{"op":"__proto__","asked":{}}', '"op" is not one of resume, end'],
      ["GET / HTTP/1.1", "it is not JSON"],
      ["[".repeat(100_000), "it is not at most 64 levels"],
    ];
    for (const [said, why] of cases) {
      const answer = await heard(await knock(trees, `${said}\n`));
      assert.deepEqual(JSON.parse(answer), { refused: `this is no request: ${why}` }, said);
    }
  });
});

test("door: a crowd that says nothing is bounded, and a command gets through it at once", async () => {
  await withKeeper(async (trees) => {
    const crowd: Connection[] = [];
    for (let count = 0; count < 500; count++) crowd.push(await knock(trees, ""));
    let gone = 0;
    for (const connection of crowd) {
      void connection.read().then((bytes) => void (gone += bytes === null ? 0 : 1));
    }
    await trees.pass(10);
    assert.equal(gone, 500 - 32, "those that were too many are told so");
    const { adopted } = await trees.up();
    assert.equal(adopted, 1);
    trees.kill(trees.supervisorPid);
    await trees.pass(1_000);
    for (const connection of crowd) connection.close();
  });
});

test("door: half a request is refused when the rest does not come", async () => {
  await withKeeper(async (trees) => {
    const half = await knock(trees, '{"op":"en');
    await trees.pass(11_000);
    assert.deepEqual(JSON.parse(await heard(half)), { refused: "no request has come within 10 s" });
  });
});

test("door: fuzz: whatever is said at it, the guardian lives, and the tree is gone on with", async () => {
  const request = {
    op: "resume",
    asked: { command: ["/bin/supervise"], options: { file: "/x", only: null } },
  };
  await withKeeper(async (trees) => {
    await forSeeds(200, async (random) => {
      const connection = await knock(trees, randomWords(random, request));
      if (random() < 0.5) connection.close();
    });
    await trees.pass(20_000);
  });
});

function randomWords(random: Random, request: object): string {
  const damaged = JSON.stringify(damagedValue(random, request)) ?? "";
  return pick(random, [damaged, damagedText(random, damaged || "{}"), "\n", "\0\0\0\0"]) +
    pick(random, ["", "\n"]);
}

test("small files: fuzz: a damaged record, report or list of deaths tells nothing, and never throws", async () => {
  const process = { pid: 1, startTime: 2 };
  const record = {
    name: "a",
    file: "/a",
    stateFolder: "/s",
    supervisor: process,
    guardian: process,
    startedAt: "x",
    endedAt: null,
    outcome: null,
  };
  const row = { ...process, parent: 1, group: 1, session: 1, state: "S", name: "x", cpuMs: 0, rss: 0 };
  const death = { row, controlGroup: null, status: { how: "exited", code: 0 } };
  const report = { ok: true, cleared: 0, adopted: 1 };
  const lost = {
    request: () => Promise.reject(new UserError("control/lost", "lost")),
  } as unknown as ControlClient;
  await forSeeds(500, async (random) => {
    const damaged = (value: object) =>
      random() < 0.5
        ? damagedText(random, JSON.stringify(value))
        : JSON.stringify(damagedValue(random, value)) ?? "";
    const filesOf = (text: string) => ({ readText: () => text, readOwn: () => text }) as unknown as Files;
    const read = readRecord({ files: filesOf(damaged(record)) } as Host, { record: "/r" });
    if (read !== null) assert.ok(read.supervisor.pid > 0 && typeof read.file === "string");
    for (const { row, status } of new DeathReader(filesOf(`${damaged(death)}\n`), "/d").next()) {
      assert.ok(row.pid > 0 && (status.how === "exited" || status.how === "signalled"));
    }
    const launched = await readLaunchReport(sourceOf(damaged(report)));
    if (launched !== null && launched.ok) assert.equal(typeof launched.adopted, "number");
    const end = awaitEnd({ files: filesOf(damaged(record)) } as Host, { record: "/r" } as TreeId, lost);
    await assert.rejects(end, { code: "control/lost" });
  });
});

function sourceOf(text: string): ByteSource {
  const parts = [new TextEncoder().encode(text)];
  return { read: () => Promise.resolve(parts.shift() ?? null), close() {} };
}
