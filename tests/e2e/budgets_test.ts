/** Crash loops, and what becomes of whatever is beside them. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const HEALTHY = ["a", "b", "c", "d"];
const SERVICES = HEALTHY.map((name) => `[actors.${name}]\nexec = "sleep 1000"\ndaemon = true\n`).join("");
const LOOP = `
  [actors.bad]
  shell = "echo no; exit 3"
  daemon = true
`;

e2e(
  "budget: a crash loop beside four healthy services leaves them alone, with the same pids",
  async (sandbox) => {
    sandbox.config(`
    intensity = { restarts = 3, within = "30s" }
    defaults = { backoff = { initial = "1ms" } }
    ${SERVICES}
    [actors.bad]
    shell = "test -e go || exec sleep 1000; echo no; exit 3"
    daemon = true
    [actors.needs-bad]
    exec = "sleep 1000"
    daemon = true
    autostart = false
    depends_on = ["bad"]
  `);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const pids = async () => {
      const { actors } = await sandbox.json("ps");
      return HEALTHY.map((name) => actors.find(({ path }: { path: string }) => path === name).pid);
    };
    const before = await pids();
    const follower = sandbox.start(["events", "-f", "--json"]);
    await follower.line(/"event":"ready".*|"path":"d"/);
    sandbox.write("go", "");
    process.kill((await sandbox.row("bad")).pid, "SIGKILL");
    await follower.line(/"event":"failed"/);
    follower.kill("SIGKILL");
    const row = await sandbox.row("bad");
    assert.deepEqual([row.state, row.restarts, row.exit.code], ["failed", 3, 3]);
    assert.equal(row.reason, '"bad" was restarted too often (exit code 3)');
    const dependent = await sandbox.supervise("start", "needs-bad", "--no-deps", "--json");
    assert.equal(dependent.code, 0, "a start without dependencies passes them over");
    assert.deepEqual(await pids(), before);
    const events = await sandbox.supervise("events");
    assert.match(events.stdout, /bad: gives up: it needs more than 3 restarts in 30s <- \d+\n/);
    assert.match(events.stdout, /bad: failed: "bad" was restarted too often \(exit code 3\) <- \d+\n/);
    // By hand it starts again, with all its restarts.
    sandbox.write("go", "");
    const again = await sandbox.supervise("start", "bad");
    assert.equal(again.code, 1);
    assert.match(again.stdout, /bad .*failed.*restarted too often \(exit code 3\)/);
    assert.deepEqual(await pids(), before);
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
);

e2e("budget: up -d says what gave up, and --keep leaves the others", async (sandbox) => {
  sandbox.config(
    `defaults = { backoff = { initial = "1ms", max = "1ms" } }\n${SERVICES}${LOOP}ready = { delay = "10s" }`,
  );
  const done = await sandbox.supervise("up", "-d");
  assert.equal(done.code, 1);
  assert.match(
    done.stderr,
    /error\[tree\/failed\]: .*: bad \("bad" was restarted too often \(exit code 3\)\)/,
  );
  assert.equal((await sandbox.supervise("ps")).code, 3);
  assert.equal((await sandbox.supervise("up", "-d", "--keep")).code, 1);
  const { actors } = await sandbox.json("ps");
  const states = actors.map(({ path, state }: { path: string; state: string }) => `${path} ${state}`);
  assert.deepEqual(states, [...HEALTHY.map((name) => `${name} running`), "bad failed"]);
  assert.match((await sandbox.supervise("down")).stdout, /0 left/);
});

e2e("budget: up -d does not wait for ever for a crash loop without a limit", async (sandbox) => {
  sandbox.config(`
    intensity = "unlimited"
    defaults = { backoff = { initial = "1ms", max = "5ms" } }
    ${SERVICES}${LOOP}ready = { delay = "10s" }
    [actors.after]
    exec = "sleep 1000"
    daemon = true
    depends_on = ["bad"]
  `);
  const done = await sandbox.supervise("up", "-d", "--keep");
  assert.equal(done.code, 1, done.stderr);
  assert.match(done.stderr, /error\[tree\/failed\]: The tree failed to come up/);
  assert.match(done.stdout, /after .*waits for "bad" to be ready/);
  const { actors } = await sandbox.json("ps");
  const bad = actors.find(({ path }: { path: string }) => path === "bad");
  assert.ok(bad.restarts > 10 && bad.state !== "failed", JSON.stringify(bad));
  assert.match((await sandbox.supervise("down")).stdout, /0 left/);
});

e2e(
  "budget: up ends with 10 when the last that went on has ended well beside one that gave up",
  async (sandbox) => {
    sandbox.config(`
    defaults = { backoff = { initial = "1ms", max = "1ms" } }
    ${LOOP}
    [actors.job]
    shell = "while ! test -e done; do sleep 0.05; done"
  `);
    const up = sandbox.start(["up"]);
    await up.line(/bad: gives up/);
    sandbox.write("done", "");
    const done = await up.done;
    assert.equal(done.code, 10, done.stderr);
    assert.match(
      done.stderr,
      /error\[tree\/gave-up\]: The tree gave up: "bad" was restarted too often \(exit code 3\)\n/,
    );
  },
);

e2e("budget: plan and check say whose restarts are counted", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    exec = "sleep 1000"
    daemon = true
    intensity = "unlimited"
    [trees.pool]
    strategy = "one_for_all"
    actors.b = { exec = "sleep 1000", daemon = true, intensity = { restarts = 1 } }
  `);
  const plan = await sandbox.json("plan");
  assert.deepEqual([plan.onFailure, plan.intensity], ["fail_child", { restarts: 5, withinMs: 30_000 }]);
  assert.deepEqual(plan.spawns.map(({ path, intensity }: Record<string, unknown>) => [path, intensity]), [
    ["a", "unlimited"],
    ["pool", { restarts: 5, withinMs: 30_000 }],
    ["pool/b", { restarts: 1, withinMs: 30_000 }],
  ]);
  assert.match((await sandbox.supervise("plan")).stdout, /at most 5 restarts in 30s of all children/);
  const { ok, problems } = await sandbox.json("check");
  assert.equal(ok, true);
  assert.deepEqual(problems.map(({ name }: { name: string }) => name), ["config/intensity-without-effect"]);
});

e2e(
  "reset: what gave up starts again, its dependents with it, and its restarts are none again",
  async (sandbox) => {
    sandbox.config(`
    intensity = { restarts = 1, within = "1h" }
    defaults = { backoff = { initial = "1ms" } }
    ${SERVICES}
    [actors.bad]
    shell = "test -e good || exit 3; exec sleep 1000"
    daemon = true
    ready = { delay = "50ms" }
    [actors.after]
    exec = "sleep 1000"
    daemon = true
    depends_on = ["bad"]
  `);
    assert.equal((await sandbox.supervise("up", "-d", "--keep")).code, 1);
    const state = async (path: string) => (await sandbox.row(path)).state;
    assert.deepEqual([await state("bad"), await state("after")], ["failed", "failed"]);
    const again = await sandbox.supervise("reset", "bad");
    assert.equal(again.code, 1, "it fails as before");
    assert.match(again.stdout, /bad .*failed.*restarted too often/);
    sandbox.write("good", "");
    const { ok, actors } = await sandbox.json("reset", "bad");
    assert.equal(ok, true);
    const [bad] = actors;
    assert.deepEqual([bad.path, bad.state, bad.restarts], ["bad", "running", 0]);
    assert.equal((await sandbox.supervise("start", "after")).code, 0);
    const before = await sandbox.row("a");
    assert.equal((await sandbox.supervise("reset", "**", "--no-wait")).code, 0);
    assert.equal((await sandbox.row("a")).pid, before.pid);
    assert.match((await sandbox.supervise("events")).stdout, /the tree: reset was asked for: bad by /);
    assert.equal((await sandbox.supervise("reset", "nobody")).code, 4);
    assert.equal((await sandbox.supervise("reset")).code, 2);
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
    assert.equal((await sandbox.supervise("reset", "bad")).code, 3);
  },
);
