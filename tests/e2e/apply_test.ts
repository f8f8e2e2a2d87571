/** A tree whose file changes while it runs: what becomes of each process is compared before and after. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/** Five services, and a tree in the tree. */
const STACK: Readonly<Record<string, string>> = {
  top: `name = "stack"`,
  db: `[actors.db]
    exec = "sleep 1001"
    daemon = true`,
  cache: `[actors.cache]
    exec = "sleep 1002"
    daemon = true`,
  api: `[actors.api]
    exec = "sleep 1003"
    daemon = true
    depends_on = ["db", "cache"]`,
  web: `[actors.web]
    exec = "sleep 1004"
    daemon = true
    depends_on = ["api"]`,
  pool: `[trees.pool.actors.worker]
    exec = "sleep 1005"
    daemon = true`,
};

interface Change {
  readonly path: string;
  readonly action: string;
  readonly why: string;
}

/** A port at which this process listens. */
async function listener(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

const fileOf = (parts: Readonly<Record<string, string>>) => Object.values(parts).join("\n");

/** The numbers of the processes by the addresses of their actors. */
async function pids(sandbox: Sandbox): Promise<Readonly<Record<string, number | null>>> {
  const { actors } = await sandbox.json("ps", "--flat");
  return Object.fromEntries(
    actors.filter(({ kind }: { kind: string }) => kind !== "tree")
      .map(({ path, pid }: { path: string; pid: number | null }) => [path, pid]),
  );
}

const told = (changes: readonly Change[]) =>
  changes.map(({ action, path, why }) => `${action} ${path}: ${why}`);

/** An edit of the stack, and what it is to be told as. What is not told of keeps its process. */
type Edit = readonly [part: string, from: string, to: string, told: readonly string[]];

const different = (action: string, path: string, key: string) => `${action} ${path}: ${key} is different`;

const EDITS: readonly Edit[] = [
  ["db", "1001", "1006", [different("restart", "db", "exec")]],
  ["db", "daemon = true", `daemon = true\nstop = { grace = "3s" }`, [
    different("change", "db", "stop.grace"),
  ]],
  ["db", `"3s"`, `"3000ms"`, []],
  ["cache", "daemon = true", `daemon = true\nenv = { LEVEL = "1" }`, [
    different("restart", "cache", "env.LEVEL"),
  ]],
  ["cache", `"1"`, `"2"`, [different("restart", "cache", "env.LEVEL")]],
  ["api", `["db", "cache"]`, `["cache", "db"]`, []],
  ["api", `["cache", "db"]`, `["db"]`, [different("change", "api", "depends_on")]],
  ["web", "daemon = true", `daemon = true\nready = { delay = "10ms" }`, [
    "change web: ready.delay is different",
  ]],
  ["web", `[actors.web]`, `[actors.front]`, [
    "add front: the file has it now",
    "remove web: the file has it no more",
  ]],
  // What happens when restarts are spent goes by the strategy.
  ["top", `"stack"`, `"stack"\nstrategy = "rest_for_one"`, [
    "change : strategy and on_failure are different",
  ]],
  ["top", "rest_for_one", "one_for_one", ["change : strategy and on_failure are different"]],
  [
    "top",
    `strategy`,
    `env = { ALL = "1" }\nstrategy`,
    ["db", "cache", "api", "front", "pool/worker"].map((path) => different("restart", path, "env.ALL")),
  ],
  ["top", `strategy`, `intensity = { restarts = 9 }\nstrategy`, [
    different("change", "", "intensity.restarts"),
  ]],
  ["pool", `[trees.pool.actors.worker]`, `[trees.pool]\nshutdown = "5s"\n[trees.pool.actors.worker]`, [
    different("change", "pool", "shutdown"),
  ]],
  ["pool", "1005", "1007", [different("restart", "pool/worker", "exec")]],
  ["pool", "daemon = true", `daemon = true\nnice = 5`, [different("restart", "pool/worker", "nice")]],
  ["pool", "daemon = true", `daemon = true\nbackoff.max = "9s"\nrestart = "on-failure"`, [
    "change pool/worker: restart and backoff.max are different",
  ]],
  [
    "cache",
    `[actors.cache]`,
    `[actors.more]\nexec = "sleep 1008"\ndaemon = true\nreplicas = 2\n[actors.cache]`,
    [
      "add more.1: the file has it now",
      "add more.2: the file has it now",
    ],
  ],
  ["cache", "replicas = 2", "replicas = 1", ["remove more.2: replicas is different"]],
  ["top", `"stack"`, `"other"`, [different("change", "", "name")]],
  ["api", "daemon = true", `daemon = true\ncwd = "/"\nrun_timeout = "1h"`, [
    "restart api: cwd and run_timeout are different",
  ]],
  ["pool", "trees.pool", "trees.pond", [
    "add pond: the file has it now",
    "add pond/worker: the file has it now",
    "remove pool: the file has it no more",
    "remove pool/worker: the file has it no more",
  ]],
];

/** The parts of the stack after an edit of it. */
function edited(
  parts: Readonly<Record<string, string>>,
  [part, from, to]: Edit,
): Readonly<Record<string, string>> {
  assert.ok(parts[part]!.includes(from), `${from} in ${parts[part]}`);
  return { ...parts, [part]: parts[part]!.replaceAll(from, to) };
}

/** Compares processes with what was told of them. */
function assertTouched(
  before: Awaited<ReturnType<typeof pids>>,
  after: Awaited<ReturnType<typeof pids>>,
  changes: readonly Change[],
  label: string,
): void {
  const actions = new Map(changes.map(({ path, action }) => [path, action]));
  for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, other] = [before[path], after[path]];
    switch (actions.get(path)) {
      case "add":
        assert.ok(one === undefined && typeof other === "number", `${label}: ${path} is new`);
        break;
      case "remove":
        assert.ok(typeof one === "number" && other === undefined, `${label}: ${path} is gone`);
        break;
      case "restart":
        assert.ok(typeof other === "number" && one !== other, `${label}: ${path} is another process`);
        break;
      default:
        assert.equal(other, one, `${label}: ${path} is the same process`);
    }
  }
}

const HALF = EDITS.length / 2;

for (const [from, to] of [[0, HALF], [HALF, EDITS.length]] as const) {
  const title = `a stack of five services is edited (${
    from + 1
  } to ${to}), and only what an edit is about is touched`;
  e2e(`apply: ${title}`, async (sandbox) => {
    let parts = EDITS.slice(0, from).reduce(edited, STACK);
    sandbox.config(fileOf(parts));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    let before = await pids(sandbox);
    for (const edit of EDITS.slice(from, to)) {
      const label = `${edit[1]} -> ${edit[2]}`;
      parts = edited(parts, edit);
      sandbox.config(fileOf(parts));
      const { ok, changes, actors } = await sandbox.json("apply");
      assert.deepEqual([ok, told(changes)], [true, edit[3]], label);
      const after = await pids(sandbox);
      assertTouched(before, after, changes, label);
      const rows = actors.filter(({ kind }: { kind: string }) => kind !== "tree");
      assert.ok(rows.every(({ state }: { state: string }) => state === "running"), label);
      before = after;
    }
    const { actors, name } = await sandbox.json("ps");
    assert.ok(actors.every(({ restarts }: { restarts: number }) => restarts === 0), "no change is a failure");
    assert.equal((await sandbox.json("ps", "-p", name)).file, `${sandbox.dir}/supervise.toml`);
    assert.equal(name, to === HALF ? "stack" : "other");
    assert.equal((await sandbox.json("down")).left, 0);
  });
}

e2e("apply: what would be done is told by a dry run and by plan, which do nothing", async (sandbox) => {
  sandbox.config(fileOf(STACK));
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await pids(sandbox);
  const edit = EDITS.find(([part, , , told]) => part === "web" && told.length === 2)!;
  sandbox.config(fileOf(edited(STACK, edit)));
  const planned = await sandbox.supervise("plan", "--detailed-exitcode", "--json");
  assert.equal(planned.code, 11, planned.stderr);
  const { changes } = JSON.parse(planned.stdout);
  assert.deepEqual(told(changes), edit[3]);
  const dry = await sandbox.json("apply", "--dry-run");
  assert.deepEqual([dry.changes, dry.actors], [changes, []]);
  const text = await sandbox.supervise("plan");
  assert.match(
    text.stdout,
    /apply would\nadd +front +the file has it now\nremove +web +the file has it no more/,
  );
  assert.deepEqual(await pids(sandbox), before);
  const applied = await sandbox.supervise("apply");
  assert.match(applied.stdout, /^add +front[^]*NAME +STATE[^]*front +running[^]*receipt: 1 process .*0 left/);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("apply: a file that is as it was journals nothing", async (sandbox) => {
  sandbox.config(fileOf(STACK));
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = [await pids(sandbox), (await sandbox.supervise("events", "--json")).stdout];
  sandbox.config(`# a comment\n${fileOf(STACK).replaceAll(" = ", "  =  ")}\n`);
  const apply = await sandbox.supervise("apply");
  assert.deepEqual([apply.code, apply.stdout], [0, ""]);
  assert.match(apply.stderr, /nothing to do: the tree is as it is to be/);
  const reload = await sandbox.json("reload");
  assert.deepEqual([reload.ok, reload.changes, reload.actors], [true, [], []]);
  assert.deepEqual([await pids(sandbox), (await sandbox.supervise("events", "--json")).stdout], before);
  assert.equal((await sandbox.supervise("plan", "--detailed-exitcode")).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "apply: nothing is touched by a file that is not valid, not there, or asks for what cannot be",
  async (sandbox) => {
    sandbox.config(fileOf(STACK));
    const missing = await sandbox.supervise("apply");
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /tree\/not-running.*\nhint: `supervise up` starts it/);
    assert.equal((await sandbox.supervise("plan", "--detailed-exitcode")).code, 3);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const before = [await pids(sandbox), (await sandbox.supervise("events", "--json")).stdout];
    const refused = async (text: string, code: number, pattern: RegExp) => {
      sandbox.config(text);
      for (const more of [[], ["--dry-run"]]) {
        const done = await sandbox.supervise("apply", ...more);
        assert.equal(done.code, code, done.stderr);
        assert.match(done.stderr, pattern);
      }
      const json = await sandbox.supervise("apply", "--json");
      assert.equal(json.code, code);
      assert.equal(typeof JSON.parse(json.stdout).error.name, "string");
    };
    await refused(
      `${fileOf(STACK)}\nwrong = 1`,
      5,
      /unknown key "wrong"[^]*is not valid, and nothing was changed/,
    );
    const cycle = `${STACK["db"]}\ndepends_on = ["web"]`;
    await refused(fileOf({ ...STACK, db: cycle }), 5, /config\/cycle/);
    await refused(`${fileOf(STACK)}\nenv = { A = "\${env:NOT_SET_ANYWHERE}" }`, 5, /NOT_SET_ANYWHERE/);
    await refused(
      `isolate = true\n${fileOf({ ...STACK, db: "" })}`.replace(`"db", `, ""),
      1,
      /apply\/refused.*isolate of the tree/,
    );
    await refused(`on_supervisor_death = "survive"\n${fileOf(STACK)}`, 1, /on_supervisor_death of the tree/);
    await sandbox.run(["rm", "supervise.toml"]).done;
    const gone = await sandbox.supervise("apply", "-f", "supervise.toml");
    assert.equal(gone.code, 5, gone.stderr);
    assert.match(gone.stderr, /config\/not-found/);
    sandbox.config(fileOf(STACK));
    assert.deepEqual([await pids(sandbox), (await sandbox.supervise("events", "--json")).stdout], before);
    sandbox.write("other.toml", fileOf(STACK));
    const other = await sandbox.supervise("apply", "other.toml");
    assert.equal(other.code, 3);
    assert.match(other.stderr, /"stack" of ".*supervise\.toml" is running: it has the same name/);
    const both = await sandbox.supervise("apply", "other.toml", "-f", "supervise.toml");
    assert.equal(both.code, 2);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e(
  "apply: sockets come and go with the file, and a change that cannot be had leaves all as it is",
  async (sandbox) => {
    const taken = await listener();
    const [one, two] = [await freePort(), await freePort()];
    const file = (port: number, more = "") => `
    [actors.web]
    exec = "sleep 1001"
    daemon = true
    sockets = ["tcp://127.0.0.1:${port}"]
    ${more}`;
    const answers = async (port: number) =>
      (await sandbox.run(["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`]).done).code === 0;
    sandbox.config(file(one));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.deepEqual([await answers(one), await answers(two)], [true, false]);
    sandbox.config(file(two));
    assert.deepEqual(told((await sandbox.json("apply")).changes), ["restart web: sockets is different"]);
    assert.deepEqual([await answers(one), await answers(two)], [false, true]);
    const before = await pids(sandbox);
    sandbox.config(file(two, `[actors.taken]\nexec = "sleep 1002"\nsockets = ["unix:///proc/none/x.sock"]`));
    const refused = await sandbox.supervise("apply");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /sockets\/not-available/);
    // This process listens there.
    sandbox.config(
      file(two, `[actors.taken]\nexec = "sleep 1002"\nsockets = ["tcp://127.0.0.1:${taken.port}"]`),
    );
    for (const words of [["apply", "--dry-run"], ["plan"], ["apply"]]) {
      const told = await sandbox.supervise(...words);
      assert.match(told.stderr, /sockets\/not-available.*listens there/s, words.join(" "));
      assert.equal(told.code, words[0] === "plan" ? 0 : 1);
      if (words.length > 1) assert.match(told.stdout, /add +taken/);
    }
    sandbox.config(
      file(two, `[actors.taken]\nexec = "sleep 1002"\nsockets = ["unix://${sandbox.dir}/new.sock"]`),
    );
    const dry = await sandbox.supervise("apply", "--dry-run");
    assert.deepEqual([dry.code, existsSync(`${sandbox.dir}/new.sock`)], [0, false]);
    sandbox.config(file(two, `[actors.taken]\nexec = "sleep 1002"\nsockets = ["unix:///proc/none/x.sock"]`));
    assert.match((await sandbox.supervise("plan")).stderr, /sockets\/not-available/);
    taken.server.close();
    assert.deepEqual(await pids(sandbox), before);
    assert.deepEqual(await answers(two), true);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
  ["bash"],
);

e2e("apply: what fails to come up is told, and can be mended by the next", async (sandbox) => {
  sandbox.config(fileOf(STACK));
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await pids(sandbox);
  const bad = `[actors.new]\nexec = "./not-there"\nrestart = "never"\ndaemon = true`;
  sandbox.config(`${fileOf(STACK)}\n${bad}`);
  const failed = await sandbox.supervise("apply", "--json");
  assert.equal(failed.code, 1, failed.stderr);
  const { ok, actors } = JSON.parse(failed.stdout);
  assert.deepEqual(
    [ok, actors.map(({ path, state }: { path: string; state: string }) => `${path} ${state}`)],
    [
      false,
      ["new failed"],
    ],
  );
  sandbox.config(`${fileOf(STACK)}\n${bad.replace("./not-there", "sleep 1009")}`);
  assert.deepEqual(told((await sandbox.json("apply")).changes), [
    "start new: exec is different, and it is not running",
  ]);
  const { new: added, ...rest } = await pids(sandbox);
  assert.deepEqual(rest, before);
  assert.equal(typeof added, "number");
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "apply: variables are those that up had, files of them are read again, and secrets of both stay so",
  async (sandbox) => {
    const file = (value: string) => `
    [actors.a]
    shell = "echo level $LEVEL $MORE; exec sleep 1001"
    daemon = true
    ready = { log = "level" }
    env_file = ["a.env"]
    env = { LEVEL = "\${env:LEVEL}", MY_TOKEN = "${value}" }`;
    sandbox.write("a.env", "MORE=one");
    sandbox.config(file("secret-of-before"));
    assert.equal((await sandbox.start(["up", "-d"], { LEVEL: "info" }).done).code, 0);
    const same = await sandbox.start(["apply", "--json"], { LEVEL: "debug" }).done;
    assert.deepEqual(JSON.parse(same.stdout).changes, []);
    const other = /^kept: the file is read with the environment of `up`, in which LEVEL had another value/m;
    for (const verb of ["apply", "plan"]) {
      assert.match((await sandbox.start([verb], { LEVEL: "secret-of-shell" }).done).stderr, other);
      assert.doesNotMatch((await sandbox.start([verb], { LEVEL: "info" }).done).stderr, /kept:/);
    }
    assert.match((await sandbox.supervise("apply")).stderr, other);
    sandbox.write("a.env", "MORE=two");
    assert.deepEqual(told((await sandbox.json("apply")).changes), ["restart a: env.MORE is different"]);
    sandbox.config(file("secret-of-after").replace("echo", "echo secret-of-after secret-of-before;echo"));
    const changed = await sandbox.supervise("apply");
    assert.equal(changed.code, 0, changed.stderr);
    const down = await sandbox.supervise("down", "--verbose");
    assert.ok(!/secret-of/.test(changed.stdout + changed.stderr + down.stdout), down.stdout);
    const { stdout } = await sandbox.supervise("logs");
    assert.deepEqual(stdout.match(/level info (one|two)/g), [
      "level info one",
      "level info two",
      "level info two",
    ]);
  },
);

e2e(
  "apply: two at once come one after the other, and a tree that goes down takes no plan",
  async (sandbox) => {
    sandbox.config(fileOf(STACK));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    sandbox.config(`${fileOf(STACK)}\n[actors.new]\nexec = "sleep 1009"\ndaemon = true`);
    const both = await Promise.all([sandbox.json("apply"), sandbox.json("apply")]);
    assert.deepEqual(both.map(({ changes }) => changes.length).sort(), [0, 1]);
    sandbox.config(
      `${fileOf(STACK)}\n[actors.stubborn]\nshell = "trap '' TERM; echo deaf; while :; do sleep 1; done"
    daemon = true\nready = { log = "deaf" }\nstop = { grace = "20s" }`,
    );
    assert.equal((await sandbox.supervise("apply")).code, 0);
    const down = sandbox.start(["down", "-v"]);
    while ((await sandbox.json("ps")).state !== "stopping");
    const refused = await sandbox.supervise("apply");
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /tree\/refused.*Nothing was done: the tree is being torn down/);
    assert.equal((await sandbox.supervise("down", "--force")).code, 0);
    await down.done;
  },
);

e2e(
  "apply: a supervisor that is killed in the middle leaves a tree that the next up brings to its end",
  async (sandbox) => {
    const file = (parts: Readonly<Record<string, string>>) =>
      `on_supervisor_death = "survive"\n${fileOf(parts)}`;
    const deaf = `[actors.deaf]
    shell = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"
    daemon = true
    ready = { log = "deaf" }
    stop = { grace = "1h" }`;
    const { top: _, cache: _c, ...parts } = STACK;
    const api = STACK["api"]!.replace(`["db", "cache"]`, `["db"]`);
    sandbox.config(file({ ...parts, api, deaf }));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { pid } = await sandbox.json("ps");
    const before = await pids(sandbox);
    sandbox.config(file({ ...parts, api: api.replace("1003", "1013"), cache: STACK["cache"]! }));
    const apply = sandbox.start(["apply"]);
    while ((await sandbox.row("cache").catch(() => null))?.state !== "running");
    const { actors } = await sandbox.json("ps");
    assert.equal(actors.find(({ path }: { path: string }) => path === "deaf").state, "stopping");
    process.kill(pid, "SIGKILL");
    assert.notEqual((await apply.done).code, 0);
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, up.stderr);
    const after = await pids(sandbox);
    assert.deepEqual(Object.keys(after).sort(), ["api", "cache", "db", "pool/worker", "web"]);
    const same = ["db", "web", "pool/worker"];
    assert.deepEqual(same.map((path) => after[path]), same.map((path) => before[path]));
    assert.notEqual(after["api"], before["api"]);
    assert.throws(() => process.kill(before["deaf"]!, 0), "what the file has no more is gone");
    assert.deepEqual((await sandbox.json("apply")).changes, []);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);
