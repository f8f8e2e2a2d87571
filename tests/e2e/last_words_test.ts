/** What a crash has said stands beside its reason, wherever people are told of it. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const FAILS = `
  [actors.api]
  shell = "echo connecting with $TOKEN; echo 'fatal: no route' >&2; exit 3"
  env = { TOKEN = "hush-hush-123" }
  restart = "never"
  significant = true
  ready = { file = "never" }
`;

const LAST_WORDS = /last lines of api:\n {4}out connecting with \*\*\*\n {4}err fatal: no route\n/;

e2e("last words: of `up -d` that fails, for people and for programs", async (sandbox) => {
  sandbox.config(FAILS);
  const people = await sandbox.supervise("up", "-d");
  assert.equal(people.code, 1);
  assert.match(people.stderr, LAST_WORDS);
  assert.match(people.stderr, /error\[tree\/failed\].*api \(exit code 3\)/);
  const programs = await sandbox.supervise("up", "-d", "--json");
  const { actors } = JSON.parse(programs.stdout.split("\n")[0]!);
  const lines = actors[0].lastLines.slice(-2);
  assert.deepEqual(lines.map(({ stream, text }: { stream: string; text: string }) => [stream, text]), [
    ["stdout", "connecting with ***"],
    ["stderr", "fatal: no route"],
  ]);
});

e2e("last words: of `up` in the foreground, before the error at the end", async (sandbox) => {
  sandbox.config(`${FAILS}\n[actors.other]\nexec = "sleep 600"\ndaemon = true`);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 3);
  assert.match(done.stderr, LAST_WORDS);
  assert.ok(done.stderr.indexOf("last lines of api") < done.stderr.indexOf("error[tree/failed]"));
});

e2e("last words: they are bounded, on the page of `status` as well", async (sandbox) => {
  sandbox.config(`
    [actors.api]
    shell = "seq 1000; printf '%05000d' 7; echo; exit 3"
    restart = "never"
    ready = { file = "never" }
    env = { TOKEN = "hush-hush-123" }
    depends_on = ["db"]
    [actors.db]
    exec = "sleep 600"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d", "--keep")).code, 1);
  const { stdout } = await sandbox.supervise("status", "api");
  assert.match(stdout, /^api {2}failed for /);
  assert.match(
    stdout,
    /\n {2}why: +exit code 3\n {2}next: +it stays so until `supervise start api`, or `reset`\n/,
  );
  assert.match(stdout, /\n {2}depends on: db \(ready; it is running\)\n {2}declared: +.*supervise.toml:2\n/);
  const lines = stdout.slice(stdout.indexOf("last lines:")).trimEnd().split("\n").slice(1);
  assert.equal(lines.length, 10);
  assert.equal(lines[0], "    out 992");
  assert.ok(lines.at(-1)!.length < 1_100);
  const [row] = (await sandbox.json("status", "api")).actors;
  assert.deepEqual([row.restart, row.budget.left, row.lastLines.length], ["never", 5, 10]);
  assert.deepEqual(row.dependsOn, [{ path: "db", condition: "ready", state: "running" }]);
  assert.equal((await sandbox.supervise("down")).code, 0);
});
