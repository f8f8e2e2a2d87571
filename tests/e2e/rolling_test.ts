/** Rolling restarts, under a client that asks the replicas all the time. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { secondsOf } from "../harness/sleepers.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/** Answers with its pid, and is ready when it does; with a file `bad` it ends before. */
const SERVER = `
  import { existsSync, rmSync } from "node:fs";
  import { createServer } from "node:net";
  const socket = "s." + process.env.SUPERVISE_REPLICA;
  rmSync(socket, { force: true });
  if (existsSync("bad") && !existsSync("good")) process.exit(3);
  setTimeout(() => {
    createServer((client) => client.end(String(process.pid))).listen(socket, () => console.log("listening"));
  }, 100);
`;

const REPLICAS = 3;
const TREE = `
  defaults = { backoff = { initial = "1ms", max = "1ms" } }
  [actors.api]
  script = "./server.ts"
  daemon = true
  replicas = ${REPLICAS}
  ready = { log = "listening" }
  [actors.db]
  exec = "sleep 1000"
  daemon = true
`;

interface Row {
  readonly path: string;
  readonly state: string;
  readonly pid: number;
}

/** What a replica answers; null for nothing. */
async function ask(path: string): Promise<string | null> {
  return await new Promise((resolve) => {
    const client = connect(path);
    let text = "";
    client.on("data", (data) => text += data);
    client.on("error", () => resolve(null));
    client.on("close", () => resolve(text === "" ? null : text));
  });
}

/** Asks all replicas again and again until it is told to stop; says how often none has answered, and how often any has. */
function askAllTheTime(sandbox: Sandbox): { stop(): Promise<{ asked: number; missed: number }> } {
  const sockets = Array.from({ length: REPLICAS }, (_, at) => join(sandbox.dir, `s.${at + 1}`));
  // One that has just begun to answer may have been asked before, and the one that has just ended after.
  const anyAnswers = async () => (await Promise.all(sockets.map(ask))).some((answer) => answer !== null);
  let isOver = false;
  const counts = { asked: 0, missed: 0 };
  const asking = (async () => {
    while (!isOver) {
      counts.asked += 1;
      if (!await anyAnswers() && !await anyAnswers()) counts.missed += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await asking;
      return counts;
    },
  };
}

async function pidsOf(sandbox: Sandbox): Promise<readonly number[]> {
  return (await sandbox.json("status", "api")).actors.map(({ pid }: Row) => pid);
}

e2e(
  "rolling: a client that asks all the time always has an answer, and every replica is another",
  async (sandbox) => {
    sandbox.write("server.ts", SERVER);
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const before = await pidsOf(sandbox);
    const client = askAllTheTime(sandbox);
    const { ok, actors } = await sandbox.json("restart", "--rolling", "api");
    const { asked, missed } = await client.stop();
    assert.equal(missed, 0, `of ${asked} times none has answered`);
    assert.ok(asked > 10);
    assert.equal(ok, true);
    assert.deepEqual(actors.map(({ path, state }: Row) => `${path} ${state}`), [
      "api.1 running",
      "api.2 running",
      "api.3 running",
    ]);
    const after = await pidsOf(sandbox);
    assert.equal(new Set([...before, ...after]).size, 2 * REPLICAS);
    const events = (await sandbox.supervise("events")).stdout;
    assert.match(events, /the tree: rolling restart was asked for: api\.1, api\.2, api\.3 by /);
    assert.match(events, /the tree: the rolling restart is done/);
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
);

e2e(
  "rolling: a new one that does not become ready stops it, says so, and leaves the others",
  async (sandbox) => {
    sandbox.write("server.ts", SERVER);
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const before = await pidsOf(sandbox);
    sandbox.write("bad", "");
    const client = askAllTheTime(sandbox);
    const done = await sandbox.supervise("restart", "--rolling", "api");
    assert.equal(done.code, 1);
    assert.match(
      done.stderr,
      /error\[tree\/roll-halted\]: The rolling restart has stopped: "api\.1" did not become ready \(exit code 3\); api\.2, api\.3 are as before\n/,
    );
    assert.deepEqual((await pidsOf(sandbox)).slice(1), before.slice(1));
    const failed = await sandbox.supervise("restart", "--rolling", "api", "--json");
    assert.equal(JSON.parse(failed.stdout).error.name, "tree/roll-halted");
    sandbox.write("good", "");
    assert.equal((await sandbox.supervise("restart", "--rolling", "api")).code, 0);
    const { missed } = await client.stop();
    assert.equal(missed, 0);
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
);

e2e("rolling: it can be called off alone, by another command", async (sandbox) => {
  // A replica that is started while the file is not there holds the restart up.
  sandbox.config(`
    [actors.api]
    exec = "sleep ${secondsOf(sandbox)}"
    daemon = true
    replicas = ${REPLICAS}
    ready = { exec = ["test", "-e", "go"], interval = "20ms" }
  `);
  sandbox.write("go", "");
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await pidsOf(sandbox);
  const none = await sandbox.supervise("restart", "--halt");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /error\[tree\/nothing-rolls\]: Nothing was called off/);
  const follower = sandbox.start(["events", "-f", "--json"]);
  rmSync(join(sandbox.dir, "go"));
  const rolling = sandbox.start(["restart", "--rolling", "api"]);
  await follower.line(/"event":"rolling"/);
  follower.kill("SIGKILL");
  const halted = await sandbox.supervise("restart", "--halt", "api");
  assert.equal(halted.code, 0, halted.stderr);
  sandbox.write("go", "");
  const done = await rolling.done;
  assert.equal(done.code, 1);
  assert.match(done.stderr, /error\[tree\/roll-halted\]: .*somebody has called it off; .*as before/);
  await sandbox.supervise("wait", "api", "--for", "ready");
  const after = await pidsOf(sandbox);
  assert.ok(new Set([...before, ...after]).size < 2 * REPLICAS, "some have not been touched");
  assert.match((await sandbox.supervise("down")).stdout, /0 left/);
});

e2e("rolling: what has no other replica is refused, and nothing is touched", async (sandbox) => {
  sandbox.write("server.ts", SERVER);
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await pidsOf(sandbox);
  const done = await sandbox.supervise("restart", "--rolling", "api", "db");
  assert.equal(done.code, 1);
  assert.match(
    done.stderr,
    /error\[tree\/no-replica\]: .*"db" has no other replica that could be ready meanwhile\n/,
  );
  assert.match(done.stderr, /hint: give it `replicas` of at least 2, or restart it without --rolling/);
  assert.deepEqual(await pidsOf(sandbox), before);
  assert.match((await sandbox.supervise("down")).stdout, /0 left/);
});

e2e(
  "rolling: it goes on after the death of its supervisor, in a tree that survives that",
  async (sandbox) => {
    sandbox.write("server.ts", SERVER);
    sandbox.config(`on_supervisor_death = "survive"\n${TREE}`);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const before = await pidsOf(sandbox);
    const { pid } = await sandbox.json("ps");
    const follower = sandbox.start(["events", "-f", "--json"]);
    const rolling = sandbox.start(["restart", "--rolling", "api"]);
    await follower.line(/"event":"stopping"/);
    process.kill(pid, "SIGKILL");
    assert.notEqual((await rolling.done).code, 0);
    await follower.done;
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const later = sandbox.start(["events", "-f", "--json"]);
    await later.line(/"event":"rolled"/);
    later.kill("SIGKILL");
    const after = await pidsOf(sandbox);
    assert.equal(new Set([...before, ...after]).size, 2 * REPLICAS);
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
);
