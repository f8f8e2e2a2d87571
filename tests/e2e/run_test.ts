/** A tree of commands without a file. */
import assert from "node:assert/strict";
import type { StatusRow } from "../../lib/control/protocol.ts";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const RUN_FOLDER = process.getuid!() === 0 ? "/run/supervise" : `/tmp/supervise-${process.getuid!()}`;

/** Files of trees that `run` has written, of which the test that asks has started the client. */
function filesOf(pid: number): readonly string[] {
  return existsSync(RUN_FOLDER)
    ? readdirSync(RUN_FOLDER).filter((name) => name.startsWith(`run-${pid}-`))
    : [];
}

/** Neither a file of the tree is left, nor its logs. */
function assertNothingKept(sandbox: Sandbox, pid: number): void {
  assert.deepEqual(filesOf(pid), []);
  const kept = `${sandbox.dir}/state/supervise`;
  assert.deepEqual(existsSync(kept) ? readdirSync(kept) : [], []);
}

e2e(
  "run: commands run side by side in this folder, and it ends well with the last of them",
  async (sandbox) => {
    sandbox.write("text", "from the folder\n");
    sandbox.write("say.sh", '#!/bin/sh\necho "said $1"\n', 0o755);
    const running = sandbox.start([
      "run",
      "--",
      "cat",
      "text",
      "+",
      "./say.sh",
      "a  b",
      "+",
      "echo",
      "$HOME",
      "${env:NO}",
    ]);
    const done = await running.done;
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^cat +\| from the folder$/m);
    assert.match(done.stdout, /^say +\| said a {2}b$/m);
    assert.match(done.stdout, /^echo +\| \$HOME \$\{env:NO\}$/m);
    assertNothingKept(sandbox, running.pid);
  },
);

e2e("run: each goes on to its end, and the exit code is that of the first that failed", async (sandbox) => {
  const running = sandbox.start([
    ...["run", "-n", "bad,good", "--", "sh", "-c", "exit 7", "+"],
    ...["sh", "-c", "until supervise=$(cat failed); do sleep 0.05; done; echo done $supervise"],
  ]);
  await running.line(/bad: failed/);
  sandbox.write("failed", "well");
  const done = await running.done;
  assert.equal(done.code, 7, done.stderr);
  assert.match(done.stdout, /^good +\| done well$/m);
  assert.match(done.stderr, /tree\/failed/);
  assert.doesNotMatch(done.stderr, /supervise logs/);
  assertNothingKept(sandbox, running.pid);
});

e2e("run: with --kill-others the end of one is the end of all, well or not", async (sandbox) => {
  const well = await sandbox.supervise("run", "-k", "--", "sleep", "1000", "+", "true");
  assert.equal(well.code, 0, well.stderr);
  const badly = await sandbox.supervise(
    "run",
    "--kill-others",
    "--",
    "sh",
    "-c",
    "exit 3",
    "+",
    "sleep",
    "1000",
  );
  assert.equal(badly.code, 3, badly.stderr);
});

e2e("run: other commands find it by its name while it runs, and Ctrl-C ends it", async (sandbox) => {
  const running = sandbox.start([
    ...["run", "-p", sandbox.mark, "--daemon", "-n", "web,job", "--shell", "--"],
    ...["echo up; exec sleep 1000", "+", "echo once; sleep 1000"],
  ]);
  await running.line(/web +\| up/);
  await running.line(/job +\| once/);
  const rows: readonly StatusRow[] = (await sandbox.json("ps", "-p", sandbox.mark)).actors;
  const actors = rows.filter(({ kind }) => kind !== "tree");
  assert.deepEqual(actors.map(({ path, state, daemon }) => [path, state, daemon]), [
    ["web", "running", true],
    ["job", "running", true],
  ]);
  const logs = await sandbox.supervise("logs", "-p", sandbox.mark, "web");
  assert.match(logs.stdout, /up/);
  const following = sandbox.start(["logs", "-f", "-p", sandbox.mark, "job"]);
  await following.line(/once/);
  assert.ok((await sandbox.json("ls")).some(({ name }: { name: string }) => name === sandbox.mark));
  running.kill("SIGINT");
  const done = await running.done;
  assert.equal(done.code, 130, done.stderr);
  assert.match(done.stderr, /0 left/);
  await following.done;
  assertNothingKept(sandbox, running.pid);
  assert.equal((await sandbox.supervise("ps", "-p", sandbox.mark)).code, 4);
});

e2e("run: a daemon is restarted, and with --kill-others all end when that was too often", async (sandbox) => {
  const running = sandbox.start([
    "run",
    "-k",
    "--daemon",
    "--",
    "sh",
    "-c",
    "echo again; exit 1",
    "+",
    "sleep",
    "1000",
  ]);
  const done = await running.done;
  assert.equal(done.code, 10, done.stderr);
  assert.ok(done.stdout.match(/again/g)!.length > 2, done.stdout);
  assertNothingKept(sandbox, running.pid);
});

e2e("run: what a client leaves that was killed is ended, and swept by the next one", async (sandbox) => {
  const killed = sandbox.start(["run", "-p", sandbox.mark, "--", "sh", "-c", "echo up; exec sleep 1000"]);
  await killed.line(/up/);
  killed.kill("SIGKILL");
  await killed.done;
  await until("the tree is gone", () => sandbox.left().length === 0);
  assert.equal(filesOf(killed.pid).length, 1);
  const next = sandbox.start(["run", "--", "true"]);
  assert.equal((await next.done).code, 0);
  assertNothingKept(sandbox, killed.pid);
  assertNothingKept(sandbox, next.pid);
});

e2e("run: what cannot be meant is told before anything is started", async (sandbox) => {
  const cases: [readonly string[], string, RegExp][] = [
    [["run"], "usage/no-command", /supervise run -- CMD/],
    [["run", "--", "a", "+"], "usage/no-command", /Command 2 of 2 is empty/],
    [["run", "--", "npm run a", "+", "x"], "usage/no-command", /supervise run -- npm run a`; or .* --shell/],
    [["run", "-n", "a,b", "--", "x"], "usage/bad-value", /2 names for 1 command/],
    [["run", "-n", "a/b", "--", "x"], "usage/bad-value", /letters, digits/],
    [["run", "-n", "a,a", "--", "x", "+", "y"], "usage/bad-value", /"a" twice/],
    [["run", "--restart", "sometimes", "--", "x"], "usage/bad-value", /always, on-failure or never/],
    [["run", "-f", "x.toml", "--", "x"], "usage/two-files", /needs no file/],
    [["run", "-p", "a/b", "--", "x"], "usage/bad-value", /without slashes/],
  ];
  for (const [args, code, text] of cases) {
    const done = await sandbox.supervise(...args);
    assert.equal(done.code, 2, args.join(" "));
    assert.ok(done.stderr.includes(`error[${code}]`), done.stderr);
    assert.match(done.stderr, text);
  }
});
