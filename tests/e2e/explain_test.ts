/** `explain` as its users meet it. */
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { e2e } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const CHAIN = `name = "chain"
[actors.db]
exec = "sleep 1000"
daemon = true
ready = { file = "never" }
start_timeout = "10m"
[actors.api]
exec = "sleep 1001"
daemon = true
depends_on = ["db"]
`;

e2e(
  "explain: a wait down to where it hangs while the tree runs, and who ended it afterwards",
  async (sandbox) => {
    sandbox.config(CHAIN);
    assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
    const live = await sandbox.supervise("explain", "api");
    assert.equal(live.code, 0, live.stderr);
    assert.match(live.stdout, /db to be ready; it is starting for .*<- here it hangs/);
    assert.match(live.stdout, /start_timeout, supervise\.toml:6\)/);
    const unknown = await sandbox.supervise("why", "apj");
    assert.match(unknown.stderr, /did you mean "api"\?/);
    assert.equal((await sandbox.supervise("down")).code, 0);
    const ended = await sandbox.supervise("explain");
    assert.match(
      ended.stdout,
      /the tree: down was asked for \(down\) by .* \(pid \d+\)\n.*is being taken down\n.*was taken down/,
    );
  },
);

e2e("explain: the processes that keep a stop from ending, by number and name", async (sandbox) => {
  sandbox.config(`[actors.deaf]
exec = ["python3", "-c", "import os, signal; signal.signal(15, signal.SIG_IGN); os.fork(); print('deaf', flush=True); signal.pause()"]
daemon = true
ready = { log = "deaf" }
stop = { grace = "10m" }
`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("stop", "--no-wait", "deaf")).code, 0);
  const page = await sandbox.supervise("explain", "deaf");
  assert.match(page.stdout, /alive {3}python3\S* \(pid \d+\), python3\S* \(pid \d+\)\n/);
  assert.match(page.stdout, /what is left of it is killed \(stop\.grace, supervise\.toml:5\)/);
  const whole = await sandbox.supervise("explain");
  assert.match(whole.stdout, /python3\S* \(pid \d+, of deaf\)/);
  const [told] = JSON.parse((await sandbox.supervise("explain", "--json", "deaf")).stdout).actors;
  const pids = told.alive.map(({ pid }: { pid: number }) => pid);
  assert.equal(pids.length, 2);
  assert.ok(pids.includes(told.pid));
  assert.equal((await sandbox.supervise("signal", "--tree", "KILL", "deaf")).code, 0);
  await until(
    "it has stopped",
    async () => /deaf {2}stopped/.test((await sandbox.supervise("explain", "deaf")).stdout),
  );
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("explain: a journal that was cut says what it does not tell", async (sandbox) => {
  sandbox.config('[actors.a]\nexec = "sleep 1000"\ndaemon = true\n');
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const [file] = globSync(`${sandbox.dir}/state/**/journal.jsonl`);
  const whole = readFileSync(file!, "utf8");
  const [first, ...rest] = whole.trimEnd().split("\n");

  writeFileSync(file!, `${first!.slice(0, 20)}\n${rest.join("\n")}\n`);
  const cut = await sandbox.supervise("explain", "a");
  assert.match(cut.stdout, /because \.\.\. the journal does not go back to what led to that/);
  assert.match(cut.stdout, /1 line of the journal cannot be read/);
  assert.equal(JSON.parse((await sandbox.supervise("explain", "--json", "a")).stdout).unreadEntries, 1);

  writeFileSync(file!, "");
  const empty = await sandbox.supervise("explain", "a");
  assert.match(empty.stdout, /because the journal does not tell/);
  writeFileSync(file!, whole);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("explain: a line of the file, and a key, mean something and do something in it", async (sandbox) => {
  sandbox.config(`[actors.db]
exec = "sleep 1000"
daemon = true
intensity = { restarts = 2, within = "1m" }
env = { DB_PASSWORD = "hunter22" }

[actors.restart]
exec = "sleep 1001"
`);
  const line = await sandbox.supervise("explain", "supervise.toml:4");
  assert.equal(line.code, 0, line.stderr);
  assert.match(line.stdout, /How many restarts it is granted/);
  assert.match(line.stdout, /supervise\.toml:4 {2}db: intensity\.restarts = 2\n/);
  assert.match(line.stdout, /so for db: if it ends with exit code 1 now, it is restarted 2 times more/);
  const secret = await sandbox.supervise("explain", "supervise.toml:5");
  assert.match(secret.stdout, /db: env\.DB_PASSWORD = \*\*\*\n/);
  const secretJson = await sandbox.supervise("explain", "--json", "supervise.toml:5");
  assert.doesNotMatch(secret.stdout + secretJson.stdout, /hunter22/);
  const table = await sandbox.supervise("explain", "supervise.toml:1");
  assert.match(table.stdout, /the actor db;.*\n {5}2 {2}exec = "sleep 1000" {2}The program to run/);
  const none = await sandbox.supervise("explain", "supervise.toml:6");
  assert.deepEqual(none.code, 2);
  assert.match(none.stderr, /Line 6 of "supervise\.toml" has no key\nhint: line 5 is the last/);
  const missing = await sandbox.supervise("explain", "nowhere.toml:1");
  assert.match(missing.stderr, /config\/not-found/);
  const key = await sandbox.supervise("explain", "stop.grace");
  assert.match(key.stdout, /Default: "10s"[^]*nothing sets stop\.grace/);
  // An actor that is called like a key is the actor.
  const actor = await sandbox.supervise("explain", "restart");
  assert.match(actor.stderr, /events\/none/);
  assert.match((await sandbox.supervise("explain", "actor.restart")).stdout, /nothing sets restart/);
  const [told] = JSON.parse((await sandbox.supervise("explain", "--json", "intensity")).stdout).use.settings;
  assert.deepEqual([told.line, told.of, told.for], [4, "db", ["db"]]);
});
