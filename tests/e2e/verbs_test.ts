import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const TREE = `
  name = "shop"
  [actors.db]
  exec = "sleep 60"
  daemon = true
  [actors.api]
  shell = "echo serving; exec sleep 60"
  daemon = true
  depends_on = ["db"]
  [actors.extra]
  exec = "sleep 60"
  daemon = true
  autostart = false
  [trees.pool.actors.worker]
  exec = "sleep 60"
  daemon = true
`;

async function withTree(sandbox: Sandbox, config: string, body: () => Promise<void>): Promise<void> {
  sandbox.config(config);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  await body();
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stdout, /0 left/);
}

e2e("ps: its JSON has the shape of the contract", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    const tree = await sandbox.json("ps");
    assert.deepEqual(Object.keys(tree), ["name", "file", "state", "pid", "containment", "actors"]);
    assert.deepEqual([tree.name, tree.file, tree.state], [
      "shop",
      `${sandbox.dir}/supervise.toml`,
      "running",
    ]);
    // deno-lint-ignore no-explicit-any
    const [db, api, extra, pool, worker] = tree.actors as any[];
    const keys =
      "path kind daemon state ready healthy says pid restarts startedAt uptimeMs cpu rss exit reason nextRun error cgroup";
    assert.deepEqual(Object.keys(db), keys.split(" "));
    assert.deepEqual(
      [db, api, extra, pool, worker].map((row) => [row.path, row.kind, row.state, row.ready]),
      [
        ["db", "exec", "running", true],
        ["api", "shell", "running", true],
        ["extra", "exec", "inactive", null],
        ["pool", "tree", "running", true],
        ["pool/worker", "exec", "running", true],
      ],
    );
    assert.match(api.startedAt, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.ok(api.pid > 1 && api.rss > 0 && api.uptimeMs >= 0 && api.cpu >= 0);
    const text = await sandbox.supervise("ps");
    assert.match(text.stdout, /^shop running .*\nNAME +STATE/);
    assert.match(text.stdout, /^ {2}worker +running +yes/m);
  });
});

e2e("stop, start and restart: they return when it is done, and say what they touched", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    const before = await sandbox.row("api");
    const stopped = await sandbox.json("stop", "api");
    assert.deepEqual([stopped.ok, stopped.actors[0].state, stopped.actors[0].pid], [true, "stopped", null]);
    assert.match(stopped.actors[0].reason, /^stopped by .* \(pid \d+\) with `stop`$/);
    const started = await sandbox.json("start", "api");
    assert.deepEqual([started.ok, started.actors[0].state], [true, "running"]);
    const restarted = await sandbox.json("restart", "api");
    assert.equal(restarted.ok, true);
    const pids = [before.pid, started.actors[0].pid, restarted.actors[0].pid];
    assert.equal(new Set(pids).size, 3);
    assert.equal((await sandbox.json("stop", "pool")).actors.length, 2);
    assert.equal((await sandbox.row("pool/worker")).state, "stopped");
    assert.equal(
      (await sandbox.json("restart", "**")).actors.every((row: { state: string }) => row.state === "running"),
      true,
    );
  });
});

e2e("start: it brings dependencies up, and --no-deps does not", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    await sandbox.json("stop", "api", "db");
    await sandbox.json("start", "api", "--no-deps");
    assert.equal((await sandbox.row("db")).state, "stopped");
    await sandbox.json("stop", "api");
    await sandbox.json("start", "api");
    assert.equal((await sandbox.row("db")).state, "running");
    await sandbox.json("start", "extra");
    assert.equal((await sandbox.row("extra")).state, "running");
  });
});

e2e(
  "a name that does not exist is 4 with the nearest one, a tree that does not run is 3",
  async (sandbox) => {
    sandbox.config(TREE);
    for (
      const verb of [["ps"], ["stop", "api"], ["start", "api"], ["restart", "api"], ["down"], [
        "status",
        "api",
      ]]
    ) {
      const done = await sandbox.supervise(...verb);
      assert.equal(done.code, 3, verb.join(" "));
      assert.match(done.stderr, /error\[tree\/not-running\]: The tree of ".*" is not running/);
    }
    await withTree(sandbox, TREE, async () => {
      const done = await sandbox.supervise("stop", "appi", "--json");
      assert.equal(done.code, 4);
      const { error } = JSON.parse(done.stdout);
      assert.deepEqual([error.name, error.hint], ["target/unknown", 'did you mean "api"?']);
    });
  },
);

e2e("ls and -p: trees are found by their names from anywhere", async (sandbox) => {
  await withTree(sandbox, TREE.replace("shop", `shop-${sandbox.mark}`), async () => {
    const listed = await sandbox.json("ls");
    const own = listed.find((one: { name: string }) => one.name === `shop-${sandbox.mark}`);
    assert.deepEqual([own.file, own.state, own.actors], [`${sandbox.dir}/supervise.toml`, "running", 4]);
    const elsewhere = await sandbox.run([...SUPERVISE, "ps", "-p", `shop-${sandbox.mark}`, "--json"], {
      HOME: "/",
    }).done;
    assert.equal(JSON.parse(elsewhere.stdout).name, `shop-${sandbox.mark}`);
    assert.equal((await sandbox.supervise("ps", "-p", "no-such-tree")).code, 4);
    assert.equal((await sandbox.supervise("up", "-d", "-p", "no-such-tree")).code, 4);
    const again = sandbox.run([...SUPERVISE, "up", "-d", "-p", `shop-${sandbox.mark}`], { HOME: "/" });
    assert.match((await again.done).stderr, /error\[tree\/already-running\]/);
  });
});

e2e(
  "a tree is the same one by a link to its file, from a folder below, and without XDG variables",
  async (sandbox) => {
    await withTree(sandbox, TREE, async () => {
      const { pid } = await sandbox.json("ps");
      await sandbox.run(["ln", "-s", "supervise.toml", "link.toml"]).done;
      assert.equal((await sandbox.json("ps", "-f", "link.toml")).pid, pid);
      const below = sandbox.run([
        "sh",
        "-c",
        'mkdir -p deep/er && cd deep/er && exec "$@"',
        "sh",
        ...SUPERVISE,
        "ps",
        "--json",
      ], {
        XDG_STATE_HOME: "/nowhere",
        XDG_RUNTIME_DIR: "/nowhere",
      });
      assert.equal(JSON.parse((await below.done).stdout).pid, pid);
      assert.equal((await sandbox.supervise("up", "-d", "link.toml")).code, 1);
    });
  },
);

e2e("logs: what was printed is there while the tree runs and after, of all or of some", async (sandbox) => {
  const config = `
    actors.a = { shell = "for i in 1 2 3 4 5; do echo a$i; done; exec sleep 60", daemon = true, ready.log = "a5" }
    actors.b = { shell = "echo b1 >&2; exec sleep 60", daemon = true, ready.log = "b1" }
  `;
  await withTree(sandbox, config, async () => {
    const lines = (await sandbox.supervise("logs", "a", "-n", "2", "--json")).stdout.trim().split("\n").map((
      one,
    ) => JSON.parse(one));
    assert.deepEqual(lines.map(({ path, stream, line }) => [path, stream, line]), [["a", "stdout", "a4"], [
      "a",
      "stdout",
      "a5",
    ]]);
    assert.match(lines[0].at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal((await sandbox.supervise("logs", "nobody")).code, 4);
  });
  const after = await sandbox.supervise("logs");
  assert.equal(after.code, 0);
  assert.match(after.stdout, /a +\| a1\n/);
  assert.match(after.stdout, /b +\| b1\n/);
});

e2e("logs -f: it shows each line once, over restarts, and ends with the tree", async (sandbox) => {
  sandbox.config(`
    intensity = { restarts = 1000, within = "1s" }
    defaults = { backoff = { initial = "1ms", max = "1ms" } }
    [actors.a]
    shell = "n=$(cat n 2>/dev/null || echo 0); i=0; while [ $i -lt 50 ]; do echo line $n $i; i=$((i+1)); done; echo $((n+1)) > n; exit 1"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const follower = sandbox.start(["logs", "-f", "-n", "100000"]);
  await follower.line(/line 8 49/);
  assert.equal((await sandbox.supervise("down")).code, 0);
  const done = await follower.done;
  assert.equal(done.code, 0);
  const seen = done.stdout.trim().split("\n").map((line) => line.replace(/^.*\| /, ""));
  const runs = Number(sandbox.read("n"));
  const expected = Array.from({ length: runs * 50 }, (_, i) => `line ${Math.floor(i / 50)} ${i % 50}`);
  assert.deepEqual(seen.slice(0, expected.length), expected);
});

e2e("events: every entry but those from outside names the one that led to it", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    process.kill((await sandbox.row("api")).pid, "SIGKILL");
    const follower = sandbox.start(["events", "-f", "--json", "api"]);
    await follower.line(/"event":"restarted"/);
    await sandbox.json("restart", "api");
    follower.kill("SIGKILL");
    const lines = (await sandbox.supervise("events", "--json")).stdout.trim().split("\n").map((one) =>
      JSON.parse(one)
    );
    lines.forEach((entry, index) => {
      assert.equal(entry.seq, index + 1);
      assert.ok(entry.cause === null || entry.cause < entry.seq);
    });
    const own = lines.filter((entry) => entry.path === "api").map((entry) => entry.event);
    assert.deepEqual(own.slice(0, 6), ["started", "ready", "exited", "restarted", "started", "ready"]);
    const exited = lines.find((entry) => entry.event === "exited" && entry.path === "api");
    const restarted = lines.find((entry) => entry.event === "restarted");
    assert.deepEqual([exited.signal, restarted.cause], ["SIGKILL", exited.seq]);
  });
});

e2e(
  "down: the receipt names every process and how it ended, escaped descendants included",
  async (sandbox) => {
    sandbox.config(`
    [actors.tough]
    shell = "trap '' TERM; (setsid sh -c 'echo up; while :; do sleep 0.05; done' &) ; while :; do sleep 0.05; done"
    daemon = true
    ready = { log = "up" }
    stop = { grace = "300ms" }
  `);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const receipt = await sandbox.json("down");
    assert.deepEqual([receipt.left, receipt.survivors], [0, []]);
    // deno-lint-ignore no-explicit-any
    const killed = receipt.processes.filter((line: any) => line.ended === "killed");
    assert.ok(killed.length >= 2, JSON.stringify(receipt));
    // deno-lint-ignore no-explicit-any
    assert.ok(killed.every((line: any) => line.path === "tough" && line.signal === "SIGKILL"));
    // deno-lint-ignore no-explicit-any
    assert.ok(killed.some((line: any) => line.orphan));
  },
);

e2e("down: --deadline bounds it, --force kills at once, and -v lists every process", async (sandbox) => {
  const stubborn =
    `actors.a = { shell = "trap '' TERM; echo up; while :; do sleep 0.05; done", daemon = true, ready.log = "up" }`;
  for (const options of [["--deadline", "100ms"], ["--force"], ["--force", "-v"]]) {
    sandbox.config(stubborn);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const down = await sandbox.supervise("down", ...options);
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stdout, /killed.*0 left/);
    assert.equal(/^ *\d+ +a +/m.test(down.stdout), options.includes("-v"));
  }
});

e2e("down --force: it ends a supervisor that does not answer, and everything below it", async (sandbox) => {
  sandbox.config(`actors.a = { exec = "sleep 60", daemon = true }`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  process.kill((await sandbox.json("ps")).pid, "SIGSTOP");
  const deaf = await sandbox.supervise("down");
  assert.equal(deaf.code, 6, deaf.stderr);
  const forced = await sandbox.supervise("down", "--force");
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(forced.stdout, /0 left/);
});

e2e("stop and down: a stop that goes on is bounded by --timeout, which is 8", async (sandbox) => {
  const config =
    `actors.a = { shell = "trap '' TERM; echo up; while :; do sleep 0.05; done", daemon = true, ready.log = "up", stop.grace = "2s" }`;
  await withTree(sandbox, config, async () => {
    const stop = await sandbox.supervise("stop", "a", "--timeout", "50ms");
    assert.equal(stop.code, 8, stop.stderr);
    assert.equal((await sandbox.json("stop", "a", "--no-wait")).ok, true);
  });
});

e2e("usage: what is wrong with a command line is said, with the way to say it right", async (sandbox) => {
  const cases: [string[], RegExp][] = [
    [["upp"], /There is no command "upp"\nhint: did you mean "up"\?/],
    [["up", "--detatch"], /There is no option "--detatch"\nhint: did you mean "--detach"\?/],
    [["up", "-x"], /There is no option "-x"/],
    [["up", "--timeout"], /--timeout needs a value\nhint: write --timeout DURATION/],
    [["up", "--timeout", "5"], /--timeout is "5"\nhint: write a duration such as "10s"/],
    [["logs", "-n", "many"], /--lines is "many"\nhint: write a whole number/],
    [["stop"], /Nothing is named to stop\nhint: name actors or trees/],
    [["up", "a.toml", "b.toml"], /too many words for "up"/],
    [["up", "-f", "a.toml", "b.toml"], /Two files are named/],
    [["up", "-p", "web", "b.toml"], /A file and a tree are named/],
  ];
  for (const [args, message] of cases) {
    const done = await sandbox.supervise(...args);
    assert.equal(done.code, 2, args.join(" "));
    assert.match(done.stderr, message);
    assert.equal(done.stdout, "");
  }
});

e2e("help: every command explains itself", async (sandbox) => {
  const list = (await sandbox.supervise("--help")).stdout;
  const names = [...list.matchAll(/^ {2}(\w+) {2,}/gm)].map((match) => match[1]!);
  assert.ok(names.includes("up") && names.includes("version"));
  for (const name of names) {
    const help = await sandbox.supervise(name, "--help");
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`^Usage: supervise ${name}`));
    assert.match(help.stdout, /Options:[\s\S]*--json[\s\S]*Examples:/);
  }
});

e2e("help: its JSON is one value, of all commands or of one", async (sandbox) => {
  const all = await sandbox.json("help");
  assert.ok(all.length > 5);
  for (const { name, summary } of all) {
    assert.equal((await sandbox.json("help", name)).summary, summary);
    assert.equal((await sandbox.json(name, "--help")).summary, summary);
  }
  assert.equal((await sandbox.supervise("help", "--jsn")).code, 2);
  assert.equal((await sandbox.supervise("help", "nothing", "--json")).code, 2);
});

e2e("up -d: it says how many actors are in which state", async (sandbox) => {
  sandbox.config(`
    [actors.job]
    exec = "true"
    [actors.server]
    exec = "sleep 60"
    daemon = true
    depends_on = { job = "completed" }
    [actors.extra]
    exec = "sleep 60"
    daemon = true
    autostart = false
  `);
  const up = await sandbox.supervise("up", "-d");
  assert.match(up.stderr, /ready: .*, 1 completed, 1 running; /);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("up -d: a probe that never answers is named as the reason", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    exec = "sleep 60"
    daemon = true
    restart = "never"
    start_timeout = "500ms"
    ready = { exec = "sleep 60" }
  `);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 1);
  assert.match(up.stderr, /not ready within 500ms \(exec sleep 60: no answer for \d+ms\)/);
});

e2e("ps: the name of a folder breaks no line", async (sandbox) => {
  const file = sandbox.write("two\nlines/supervise.toml", '[actors.a]\nexec = "sleep 60"\ndaemon = true\n');
  await sandbox.supervise("up", "-d", file);
  const ps = await sandbox.supervise("ps", "-f", file);
  assert.match(ps.stdout, /^supervise running \(supervisor \d+, .*two\ufffdlines.*\)\nNAME/);
  assert.equal((await sandbox.supervise("down", "-f", file)).code, 0);
});

e2e(
  "ls: what is known of a tree goes after it has ended and its file is gone, and not before",
  async (sandbox) => {
    const config = "[actors.a]\nshell = 'echo $SUPERVISE_SOCKET > socket; exec sleep 60'\ndaemon = true\n" +
      'ready = { file = "socket" }\n';
    const file = sandbox.write("old/supervise.toml", config);
    await sandbox.supervise("up", "-d", file);
    const folder = dirname(sandbox.read("old/socket").trim());
    const isKnown = async () => {
      await sandbox.supervise("ls");
      return existsSync(`${folder}/tree.json`);
    };
    rmSync(file);
    assert.ok(await isKnown(), "it runs");
    sandbox.write("old/supervise.toml", config);
    assert.equal((await sandbox.supervise("down", "-f", file)).code, 0);
    assert.ok(await isKnown(), "its file is there");
    rmSync(file);
    // A command that forgets it in the same moment leaves nothing to do for this one, and may not be done yet.
    await until("it is forgotten", async () => {
      await sandbox.supervise("ls");
      return !existsSync(folder);
    });
  },
);
