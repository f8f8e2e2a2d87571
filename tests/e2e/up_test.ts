import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e, SUPERVISE } from "../harness/supervise.ts";

const SERVER = `
import { createServer } from "node:http";
import process from "node:process";
createServer((_, response) => response.end("ok")).listen(Number(process.env.PORT), "127.0.0.1");
`;

e2e(
  "up: a tree starts in order, its significant child ends it, and the receipt says 0 left",
  async (sandbox) => {
    const port = await freePort();
    sandbox.write("web.ts", SERVER);
    // The tree is not to end before the worker has failed and run again.
    sandbox.write(
      "smoke.ts",
      `
      import { existsSync } from "node:fs";
      while (!existsSync("again")) await new Promise((resolve) => setTimeout(resolve, 5));
      console.log(await (await fetch("http://127.0.0.1:${port}/")).text());
      `,
    );
    sandbox.config(`
    env = { PORT = "${port}" }
    [actors.migrate]
    shell = "echo migrating; touch migrated"
    [actors.web]
    script = "web.ts"
    daemon = true
    depends_on = ["migrate"]
    ready = { http = "http://127.0.0.1:${port}/" }
    [trees.jobs.actors.worker]
    shell = "echo working; test -e once && touch again; touch once; exit 3"
    daemon = true
    restart = "always"
    [actors.smoke]
    script = "smoke.ts"
    significant = true
    depends_on = ["web"]
  `);
    const done = await sandbox.supervise("up");
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /migrate +\| migrating/);
    assert.match(done.stdout, /smoke +\| ok/);
    assert.match(done.stderr, /jobs\/worker: restarts/);
    assert.match(done.stderr, /receipt: \d+ processes .*0 left/);
  },
);

e2e("up: its exit code is that of the first actor that failed it", async (sandbox) => {
  sandbox.config(`
    [actors.db]
    shell = "sleep 0.05; exit 7"
    daemon = true
    restart = "never"
    [actors.api]
    exec = "sleep 60"
    depends_on = { db = "completed" }
    significant = true
  `);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 7, done.stderr);
  assert.match(done.stderr, /error\[tree\/failed\]: The tree failed: "db" has failed: exit code 7/);
});

e2e("up: a signal that ended the actor that failed it is 128 and its number", async (sandbox) => {
  sandbox.config(`actors.a = { shell = "kill -SEGV $$", significant = true }`);
  assert.equal((await sandbox.supervise("up")).code, 139);
});

e2e("up: it gives up with 10 when the budget is spent, and names who spent it", async (sandbox) => {
  sandbox.config(`
    intensity = { restarts = 2, within = "30s" }
    defaults = { backoff = { initial = "1ms" } }
    [actors.bad]
    exec = "./no-such-program"
    daemon = true
  `);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 10);
  assert.match(
    done.stderr,
    /bad: could not be started: Command not found: there is no file .*supervise\.toml:4\)/,
  );
  assert.match(done.stderr, /error\[tree\/gave-up\]: The tree gave up: "bad" was restarted too often/);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  e2e(`up: ${signal} takes the tree down and ends with ${code}`, async (sandbox) => {
    sandbox.config(
      `actors.a = { shell = "trap 'echo bye; exit 0' TERM; echo up; sleep 60 & wait", daemon = true }`,
    );
    const up = sandbox.start(["up"]);
    await up.line(/a +\| up/);
    up.kill(signal);
    const done = await up.done;
    assert.equal(done.code, code, done.stderr);
    assert.match(done.stdout, /a +\| bye/);
    assert.match(done.stderr, /0 left/);
  });
}

e2e("up: a second Ctrl-C cuts the grace short, a third kills at once", async (sandbox) => {
  sandbox.config(
    `actors.a = { shell = "trap 'echo no' TERM; echo up; while :; do sleep 0.1; done", daemon = true, stop.grace = "1h" }`,
  );
  const up = sandbox.start(["up"]);
  await up.line(/a +\| up/);
  up.kill("SIGINT");
  await up.line(/a +\| no/);
  up.kill("SIGINT");
  await up.line(/cutting the grace short/);
  up.kill("SIGINT");
  const done = await up.done;
  assert.equal(done.code, 130);
  assert.match(done.stderr, /killing everything[\s\S]*a: did not stop in time and is killed[\s\S]*0 left/);
  const events = (await sandbox.supervise("events")).stdout;
  assert.match(events, /all that is to stop has \S+ more at most by /);
  const [, seq] = /(\d+) the tree: all that is to stop is killed now by /.exec(events)!;
  assert.match(events, new RegExp(`a: did not stop in time and is killed <- ${seq}`));
});

e2e("up: a client that is killed takes its foreground tree with it", async (sandbox) => {
  sandbox.config(`actors.a = { shell = "echo up; exec sleep 60", daemon = true }`);
  const up = sandbox.start(["up"]);
  await up.line(/a +\| up/);
  up.kill("SIGKILL");
  await up.done;
  await sandbox.untilDown();
});

e2e("up: when the supervisor is killed, its guardian ends everything", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    shell = "(setsid sh -c 'trap : TERM; echo escaped; while :; do sleep 0.1; done' &) ; echo up; exec sleep 60"
    daemon = true
  `);
  const up = sandbox.start(["up"]);
  await up.line(/escaped/);
  const { pid } = await sandbox.json("ps");
  process.kill(pid, "SIGKILL");
  const done = await up.done;
  assert.equal(done.code, 1);
  assert.match(done.stderr, /error\[supervisor\/died\]/);
});

e2e("up: when the guardian is killed, the supervisor takes the tree down", async (sandbox) => {
  sandbox.config(`actors.a = { shell = "echo up; exec sleep 60", daemon = true }`);
  const up = sandbox.start(["up"]);
  await up.line(/a +\| up/);
  const { pid } = await sandbox.json("ps");
  process.kill(parentOf(pid), "SIGKILL");
  const done = await up.done;
  assert.match(done.stderr, /0 left/);
});

e2e("up: a second one of a running tree says so and changes nothing", async (sandbox) => {
  sandbox.config(`actors.a = { exec = "sleep 60", daemon = true }`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { pid } = await sandbox.row("a");
  const again = await sandbox.supervise("up", "-d");
  assert.equal(again.code, 1);
  assert.match(again.stderr, /error\[tree\/already-running\]: .*supervisor \d+/);
  assert.equal((await sandbox.row("a")).pid, pid);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("up: of many at once one wins, and the others say so", async (sandbox) => {
  sandbox.config(`actors.a = { exec = "sleep 60", daemon = true }`);
  const all = await Promise.all(Array.from({ length: 6 }, () => sandbox.supervise("up", "-d")));
  const codes = all.map((done) => done.code).sort();
  assert.deepEqual(codes, [0, 1, 1, 1, 1, 1], all.map((done) => done.stderr).join("\n"));
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("up -d: it returns when everything is ready", async (sandbox) => {
  sandbox.config(`
    actors.slow = { shell = "sleep 0.3; touch ready; exec sleep 60", daemon = true, ready.file = "ready" }
    actors.after = { exec = "sleep 60", daemon = true, depends_on = ["slow"] }
  `);
  const result = await sandbox.json("up", "-d");
  assert.equal(result.ok, true);
  // deno-lint-ignore no-explicit-any
  assert.deepEqual(result.actors.map((row: any) => [row.path, row.state, row.ready]), [
    ["slow", "running", true],
    ["after", "running", true],
  ]);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("up -d: what failed to come up is named and taken down, unless --keep", async (sandbox) => {
  sandbox.config(`
    actors.good = { exec = "sleep 60", daemon = true }
    actors.bad = { shell = "exit 3", daemon = true, restart = "never", ready.file = "never" }
  `);
  const failed = await sandbox.supervise("up", "-d");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /The tree failed to come up: bad \(exit code 3\)/);
  assert.equal((await sandbox.supervise("ps")).code, 3);
  const kept = await sandbox.supervise("up", "-d", "--keep");
  assert.equal(kept.code, 1);
  assert.equal((await sandbox.row("good")).state, "running");
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "up -d: a daemon that ends at once is not ready, and its empty standard input is named",
  async (sandbox) => {
    sandbox.config('[actors.a]\nexec = "cat"\ndaemon = true\nrestart = "never"');
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 1, up.stderr);
    assert.match(up.stderr, /failed to come up: a \(.*at once: its standard input is empty/);
  },
);

e2e("up -d: --timeout bounds the wait and ends with 8", async (sandbox) => {
  sandbox.config(`actors.a = { exec = "sleep 60", daemon = true, ready.file = "never" }`);
  const done = await sandbox.supervise("up", "-d", "--timeout", "300ms");
  assert.equal(done.code, 8, done.stderr);
  assert.equal((await sandbox.supervise("ps")).code, 3);
});

e2e(
  "up: --only starts what is named with its dependencies, and --exit-code-from ends with an actor",
  async (sandbox) => {
    sandbox.config(`
    actors.db = { exec = "sleep 60", daemon = true }
    actors.other = { shell = "touch other-ran; exec sleep 60", daemon = true }
    trees.checks.actors.tests = { shell = "echo testing; exit 4", depends_on = ["db"] }
  `);
    const done = await sandbox.supervise("up", "--only", "checks/tests", "--exit-code-from", "checks/tests");
    assert.equal(done.code, 4, done.stderr);
    assert.match(done.stdout, /testing/);
    assert.throws(() => sandbox.read("other-ran"));
  },
);

e2e("up: what an actor prints comes whole, in order, and both streams of it", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    shell = "i=0; while [ $i -lt 500 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; printf 'no newline'"
    significant = true
  `);
  const done = await sandbox.supervise("up", "--json");
  const lines = done.stdout.trim().split("\n").map((line) => JSON.parse(line)).filter((one) => "line" in one);
  for (const [stream, word] of [["stdout", "out"], ["stderr", "err"]]) {
    const numbered = lines.filter((one) => one.stream === stream && one.line.startsWith(word));
    assert.deepEqual(numbered.map((one) => one.line), Array.from({ length: 500 }, (_, i) => `${word} ${i}`));
  }
  assert.equal(lines.findLast((one) => one.stream === "stdout").line, "no newline");
});

e2e("up: the environment of an actor is what the file and the contract say", async (sandbox) => {
  sandbox.write("more.env", "FROM_FILE=1\nBOTH=file\n");
  sandbox.config(`
    name = "envs"
    env = { TREE = "tree", BOTH = "tree" }
    [actors.a]
    exec = "env"
    env_file = "more.env"
    env = { OWN = "own value" }
    significant = true
  `);
  const done = await sandbox.start(["up", "--json"], { BUN_OPTIONS: "--smol", SUPERVISE_RUN: "foreign" })
    .done;
  const lines = done.stdout.trim().split("\n").map((line) => JSON.parse(line)).filter((one) => "line" in one);
  const env = Object.fromEntries(lines.map(({ line }) => line.split(/=(.*)/s).slice(0, 2)));
  assert.deepEqual(
    [env.TREE, env.BOTH, env.FROM_FILE, env.OWN, env.SUPERVISE_TREE, env.SUPERVISE_ACTOR, env.BUN_OPTIONS],
    ["tree", "file", "1", "own value", "envs", "a", undefined],
  );
  assert.match(env.SUPERVISE_RUN, /^[0-9a-f]{12}\.\w+\.\d+\.[0-9a-f]{32}$/);
  assert.match(env.SUPERVISE_SOCKET, /control\.sock$/);
  assert.equal(env.E2E_MARK, sandbox.mark);
});

e2e("up: a child has real pipes, default signals and the limits of its caller", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    shell = "echo reopened > /dev/stdout; grep -E 'SigBlk|SigCgt' /proc/self/status; echo limit $(ulimit -n); ls /proc/self/fd | tr '\\n' ' '"
    significant = true
  `);
  const up = sandbox.run(["sh", "-c", `ulimit -S -n 256; exec "$@"`, "sh", ...SUPERVISE, "up"]);
  const done = await up.done;
  assert.match(done.stdout, /reopened/);
  assert.match(done.stdout, /SigBlk:\s+0000000000000000/);
  assert.match(done.stdout, /a +\| 0 1 2 3 *$/m);
});

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
