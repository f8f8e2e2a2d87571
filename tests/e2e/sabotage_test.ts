/** What people and machines do to supervise itself: signals at bad moments, clients that do not read, users without a name. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { e2e, type Running, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";

const SERVER = `
  [actors.server]
  exec = "sleep 60"
  daemon = true
`;

/** What the kernel says of a process. */
function statOf(
  pid: number,
): { readonly state: string; readonly parent: number; readonly startTime: number } {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, parent: Number(fields[1]), startTime: Number(fields[19]) };
}

async function ownProcesses(sandbox: Sandbox): Promise<{ supervisor: number; guardian: number }> {
  const { pid } = await sandbox.json("ps");
  return { supervisor: pid, guardian: statOf(pid).parent };
}

e2e("an idle tree: its guardian sleeps", async (sandbox) => {
  sandbox.config(SERVER);
  await sandbox.supervise("up", "-d");
  const { guardian } = await ownProcesses(sandbox);
  const states = new Set<string>();
  for (let look = 0; look < 5; look++) {
    await sandbox.supervise("ps");
    states.add(statOf(guardian).state);
  }
  assert.ok(states.has("S"), `it was never seen asleep, but ${[...states].join(", ")}`);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "up: a flood of short lines that its client does not read neither ends the tree nor is hidden",
  async (sandbox) => {
    sandbox.config(`
    [actors.flood]
    shell = "echo begin; read x < go; yes y | head -n 300000; echo > printed; read x < end"
  `);
    await sandbox.run(["mkfifo", "go", "printed", "end"]).done;
    const up = sandbox.start(["up"]);
    await up.line(/begin/);
    up.kill("SIGSTOP");
    await sandbox.run(["sh", "-c", "echo > go; read x < printed"]).done;
    up.kill("SIGCONT");
    await sandbox.run(["sh", "-c", "echo > end"]).done;
    const done = await up.done;
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stderr, /lines were skipped/);
    assert.match(done.stderr, /0 left/);
  },
);

e2e("up: a program that never stops printing empty lines does not keep it from a signal", async (sandbox) => {
  sandbox.config(`
    [actors.flood]
    exec = ["yes", ""]
    daemon = true
  `);
  const up = sandbox.run(["sh", "-c", 'exec "$@" > /dev/null', "sh", ...SUPERVISE, "up"]);
  await up.line(/lines were skipped/);
  up.kill("SIGTERM");
  const done = await up.done;
  assert.equal(done.code, 143, done.stderr);
  assert.match(done.stderr, /0 left/);
});

e2e(
  "up -d --json: a tree that fails is one value, and its end by itself changes nothing",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    exec = "sh -c 'exit 3'"
    daemon = true
    restart = "never"
    ready = { delay = "20s" }
  `);
    const done = await sandbox.supervise("up", "-d", "--json");
    assert.equal(done.code, 1, done.stderr);
    assert.equal(JSON.parse(done.stdout).ok, false);
  },
);

e2e("up -d --json: a tree that is late is one error", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    exec = "sleep 60"
    daemon = true
    ready = { delay = "20s" }
  `);
  const done = await sandbox.supervise("up", "-d", "--json", "--timeout", "10ms");
  assert.equal(done.code, 8, done.stderr);
  assert.equal(JSON.parse(done.stdout).error.name, "timed-out");
});

e2e(
  "up -d: after a crash it outwaits the old guardian, so that no actor ever runs twice",
  async (sandbox) => {
    sandbox.config(SERVER);
    await sandbox.supervise("up", "-d");
    const { supervisor, guardian } = await ownProcesses(sandbox);
    const old = await sandbox.row("server");
    process.kill(guardian, "SIGSTOP");
    process.kill(supervisor, "SIGKILL");
    const again = await sandbox.supervise("up", "-d");
    assert.equal(again.code, 0, again.stderr);
    assert.throws(() => process.kill(old.pid, 0), "the old run is alive beside the new one");
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e("down --force: it wakes a guardian that somebody has stopped", async (sandbox) => {
  sandbox.config(SERVER);
  await sandbox.supervise("up", "-d");
  const { supervisor, guardian } = await ownProcesses(sandbox);
  process.kill(guardian, "SIGSTOP");
  process.kill(supervisor, "SIGSTOP");
  const down = await sandbox.supervise("down", "--force");
  assert.equal(down.code, 0, down.stdout + down.stderr);
});

/** Launches a tree for a client that does not let it begin; resolves when the supervisor stands. */
async function launchFor(sandbox: Sandbox, client: Running): Promise<Running> {
  sandbox.config(SERVER);
  const { startTime } = statOf(client.pid);
  const options = {
    file: `${sandbox.dir}/supervise.toml`,
    stateFolder: `${sandbox.dir}/state`,
    only: null,
    exitCodeFrom: [],
    openFilesLimit: null,
    client: { pid: client.pid, startTime },
  };
  const argv = [...SUPERVISE, "__guardian", JSON.stringify(options)];
  const guardian = sandbox.run(["sh", "-c", 'exec "$@" 3>&1', "sh", ...argv]);
  await guardian.line(/"ok":true/);
  return guardian;
}

e2e("up: a tree whose client dies before it has begun goes, too", async (sandbox) => {
  const client = sandbox.run(["sleep", "60"]);
  const guardian = await launchFor(sandbox, client);
  client.kill("SIGKILL");
  assert.equal((await guardian.done).code, 0);
  assert.equal((await sandbox.supervise("ps")).code, 3);
});

e2e("down: a tree that has not begun is taken down as any other", async (sandbox) => {
  const client = sandbox.run(["sleep", "60"]);
  const guardian = await launchFor(sandbox, client);
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stdout, /0 left/);
  assert.equal((await guardian.done).code, 0);
  client.kill("SIGKILL");
});

// Another user cannot read the sources, nor can anybody but root become one: this is the binary's, for root.
if (process.getuid!() === 0 && UNDER_TEST === "binary") {
  e2e("a user without a name, home or environment gets sentences, not a crash", async (sandbox) => {
    sandbox.config(SERVER);
    chmodSync(sandbox.dir, 0o755);
    const uid = 54_000 + process.pid % 1_000;
    const nobody = ["setpriv", "--reuid", String(uid), "--regid", String(uid), "--clear-groups", "env", "-i"];
    const ps = await sandbox.run([...nobody, ...SUPERVISE, "ps"]).done;
    assert.equal(ps.code, 3, ps.stderr);
    const up = await sandbox.run([...nobody, ...SUPERVISE, "up", "-d"]).done;
    assert.equal(up.code, 1, up.stderr);
    assert.match(up.stderr, /error\[state\/not-writable\].*\nhint: .*XDG_STATE_HOME/);
    rmSync(`/tmp/supervise-${uid}`, { recursive: true, force: true });
  }, ["setpriv"]);
}
