import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const TREE = `
  name = "shop"
  [actors.api]
  shell = "echo serving as $SUPERVISE_REPLICA of \${replica}; exec sleep 60"
  daemon = true
  replicas = 2
  ready = { log = "serving as \${replica} of \${replica}" }
  [actors.proxy]
  exec = "sleep 60"
  daemon = true
  depends_on = ["api"]
  [trees.pool.actors.job]
  exec = "true"
  replicas = 1
`;

interface Row {
  readonly path: string;
  readonly state: string;
  readonly pid: number | null;
}

e2e("replicas: each is an actor of its own, and their name stands for all of them", async (sandbox) => {
  const rows = async (...args: readonly string[]): Promise<readonly Row[]> =>
    (await sandbox.json(...args)).actors;
  const states = (found: readonly Row[]) => found.map(({ path, state }) => `${path} ${state}`);
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await rows("ps");
  assert.deepEqual(before.map(({ path }) => path), ["api.1", "api.2", "proxy", "pool", "pool/job.1"]);

  await sandbox.json("restart", "api.2");
  const after = await rows("status", "api");
  assert.deepEqual(states(after), ["api.1 running", "api.2 running"]);
  assert.equal(after[0]!.pid, before[0]!.pid);
  assert.notEqual(after[1]!.pid, before[1]!.pid);

  assert.deepEqual(states(await rows("stop", "api.1")), ["api.1 stopped"]);
  assert.deepEqual(states(await rows("status", "api.*")), ["api.1 stopped", "api.2 running"]);
  assert.deepEqual(states(await rows("start", "api.1")), ["api.1 running"]);
  assert.deepEqual(states(await rows("stop", "api")), ["api.1 stopped", "api.2 stopped"]);
  assert.deepEqual(states(await rows("start", "ap?")), ["api.1 running", "api.2 running"]);

  const unknown = await sandbox.supervise("stop", "api.3");
  assert.equal(unknown.code, 4);
  assert.match(unknown.stderr, /hint: did you mean "api\.1"\?/);
  const down = await sandbox.json("down");
  assert.deepEqual([down.left, down.survivors], [0, []]);
});

e2e("replicas: logs and events tell them apart, and show all of a name", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const read = async (...args: readonly string[]) =>
    (await sandbox.supervise(...args, "--json")).stdout.trim().split("\n").map((line) => JSON.parse(line));
  const lines = (await read("logs", "api")).filter(({ stream }) => stream === "stdout")
    .map(({ path, line }) => `${path}: ${line}`);
  assert.deepEqual(lines.sort(), ["api.1: serving as 1 of 1", "api.2: serving as 2 of 2"]);
  assert.deepEqual((await read("logs", "api.2")).map(({ path }) => path), ["api.2"]);
  const eventsOf = async (selector: string) =>
    (await read("events", selector)).filter(({ event }) => event === "ready").map(({ path }) => path);
  assert.deepEqual((await eventsOf("api")).sort(), ["api.1", "api.2"]);
  assert.deepEqual(await eventsOf("api.1"), ["api.1"]);
  const text = (await sandbox.supervise("ps")).stdout;
  assert.match(text, /^api\.1 +running +yes/m);
  assert.match(text, /^api\.2 +running +yes/m);
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.equal((await sandbox.supervise("logs", "appi")).code, 4);
  const unknown = await sandbox.supervise("logs", "api.3");
  assert.match(unknown.stderr, /did you mean "api\.1"\?/);
});

e2e("replicas: plan lists each, check warns of a port that they share", async (sandbox) => {
  sandbox.config(`
    [actors.api]
    script = "./not-there-\${replica}.ts"
    replicas = 2
    ready = { tcp = "8080" }
    [actors.web]
    exec = "./not-there"
    replicas = 3
    [actors.module]
    module = "./nowhere.ts"
  `);
  const { spawns } = await sandbox.json("plan");
  assert.deepEqual(
    spawns.map(({ path, replica }: { path: string; replica: number }) => `${path} ${replica}`),
    ["api.1 1", "api.2 2", "web.1 1", "web.2 2", "web.3 3", "module 1"],
  );
  const { ok, problems } = await sandbox.json("check");
  assert.equal(ok, true);
  assert.deepEqual(
    problems.map(({ name, line }: { name: string; line: number }) => `${name} ${line}`),
    [
      "config/file-not-found 3",
      "config/file-not-found 3",
      "config/fixed-port 5",
      "config/command-not-found 7",
      "config/file-not-found 10",
    ],
  );
});
