/** Trees with on_supervisor_death = "survive": what goes on without a supervisor, and how the next one goes on with it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { runFolderOf } from "../harness/run_folder.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until, untilGiven } from "../harness/until.ts";

const TREE = `
  on_supervisor_death = "survive"
  [actors.teller]
  shell = "mkfifo go; exec 3<> go; n=0; while read word <&3; do n=$((n + 1)); echo told $n $word; done"
  daemon = true
  [actors.server]
  exec = "sleep 1000"
  daemon = true
`;

/** Has the actor `teller` print a line. */
async function tell(sandbox: Sandbox, word: string): Promise<void> {
  await sandbox.run(["sh", "-c", `until test -p go; do :; done; echo ${word} > go`]).done;
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Kills processes, and waits until they are gone or but zombies of others. */
async function kill(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  for (const pid of pids) process.kill(pid, "SIGKILL");
  for (const pid of pids) await until(`${pid} is gone`, () => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function own(sandbox: Sandbox): Promise<{ readonly supervisor: number; readonly guardian: number }> {
  const { pid } = await sandbox.json("ps");
  return { supervisor: pid, guardian: parentOf(pid) };
}

/** Returns when the log of the actor `teller` is as it should be; never, if it is otherwise. */
async function untilLogged(sandbox: Sandbox, ...expected: readonly string[]): Promise<void> {
  const lines = await untilGiven("as many lines are logged", async () => {
    const { stdout } = await sandbox.supervise("logs", "teller");
    const lines = stdout.split("\n").slice(0, -1).map((line) => line.split("| ")[1]!);
    return lines.length >= expected.length ? lines : null;
  });
  assert.deepEqual(lines, expected);
}

e2e("survive: actors, their logs and their exits outlast a killed supervisor", async (sandbox) => {
  sandbox.config(`${TREE}
    [actors.job]
    shell = "read word < job; exit 7"
    restart = "on-failure"
    backoff = { initial = "1h", max = "1h" }
  `);
  await sandbox.run(["mkfifo", "job"]).done;
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await tell(sandbox, "before");
  const [teller, job] = [await sandbox.row("teller"), await sandbox.row("job")];
  await kill((await own(sandbox)).supervisor);
  await tell(sandbox, "between");
  await sandbox.run(["sh", "-c", "echo end > job"]).done;
  const ps = await sandbox.supervise("ps");
  assert.equal(ps.code, 3);
  assert.match(
    ps.stderr,
    /its supervisor was killed, and its guardian keeps its actors\)\nhint: `supervise up`/,
  );
  const [listed] = await sandbox.json("ls").then((trees) =>
    trees.filter(({ file }: { file: string }) => file.startsWith(`${sandbox.dir}/`))
  );
  assert.deepEqual([listed.state, isAlive(listed.pid)], ["unsupervised", true]);
  await until("the job is over", () => !isAlive(job.pid));
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stderr, /the last supervisor was killed; going on with 3 processes of it/);
  await tell(sandbox, "after");
  const now = await sandbox.row("teller");
  assert.deepEqual([now.pid, now.restarts], [teller.pid, 0]);
  // Another supervisor computes the same moment from the clocks of its own.
  const apart = Math.abs(Date.parse(now.startedAt) - Date.parse(teller.startedAt));
  assert.ok(apart < 1000, `it is said to have started ${apart} ms apart`);
  // It is told of in its turn.
  const { restarts, exit, pid } = await sandbox.rowWhen(
    "job",
    (again) => again.exit !== null && again.pid !== null,
  );
  assert.deepEqual([restarts, exit.code], [1, 7]);
  assert.notEqual(pid, job.pid);
  await untilLogged(sandbox, "told 1 before", "told 2 between", "told 3 after");
  const events = (await sandbox.supervise("events")).stdout;
  assert.match(events, /a new supervisor goes on, with 3 processes of the last one\n.*teller: is adopted/);
  await sandbox.run(["sh", "-c", "echo end > job"]).done;
  const down = await sandbox.json("down");
  assert.equal(down.left, 0);
  assert.ok(
    down.processes.some((one: { pid: number; ended: string }) =>
      one.pid === teller.pid && one.ended === "signal"
    ),
  );
});

e2e(
  "survive: up leaves a tree up that it goes on with, whatever has failed or was stopped in it",
  async (sandbox) => {
    sandbox.config(`${TREE}
    [actors.job]
    exec = "false"
    ready = { log = "never" }
  `);
    assert.equal((await sandbox.supervise("up", "-d", "--keep")).code, 1);
    assert.equal((await sandbox.supervise("stop", "server")).code, 0);
    const { pid } = await sandbox.row("teller");
    await kill((await own(sandbox)).supervisor);
    const failed = await sandbox.supervise("up", "-d");
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /job \(.*\)\nhint: .* it is left as it is/);
    assert.equal((await sandbox.row("teller")).pid, pid);
    assert.equal((await sandbox.row("server")).state, "stopped");
    sandbox.config(TREE);
    await kill((await own(sandbox)).supervisor);
    const ready = await sandbox.supervise("up", "-d");
    assert.equal(ready.code, 0, ready.stderr);
    assert.match(ready.stderr, /ready: .*, 1 running, 1 stopped;/);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e("survive: a line that says that it is ready is found, whoever has read it", async (sandbox) => {
  sandbox.config(`
    on_supervisor_death = "survive"
    [defaults]
    daemon = true
    [actors.late]
    shell = "echo up; read word < go; echo all is ready; exec sleep 1000"
    ready = { log = "is ready", timeout = "10m" }
    [actors.never]
    shell = "echo up; exec sleep 1000"
    ready = { log = "is ready", timeout = "10m" }
    [actors.again]
    shell = "echo $PPID is ready; exec sleep 1000"
    ready = { log = "is ready", timeout = "10m" }
  `);
  await sandbox.run(["mkfifo", "go"]).done;
  assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
  await sandbox.rowWhen("again", ({ state }) => state === "running");
  const { pid } = await sandbox.rowWhen("late", (row) => row.pid !== null);
  await kill((await own(sandbox)).supervisor);
  await sandbox.run(["sh", "-c", "echo go > go"]).done;
  await until(
    "the line is in the log",
    async () => /all is ready/.test((await sandbox.supervise("logs", "late")).stdout),
  );
  assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
  const late = await sandbox.rowWhen("late", ({ state }) => state === "running");
  assert.deepEqual([late.pid, late.restarts, late.ready], [pid, 0, true]);
  assert.equal((await sandbox.row("never")).state, "starting");
  // The word of an earlier run does not count for this one.
  sandbox.config(sandbox.read("supervise.toml").replace("echo $PPID is ready", "echo hush"));
  assert.equal((await sandbox.supervise("apply", "--no-wait")).code, 0);
  await sandbox.rowWhen("again", ({ state }) => state === "starting");
  await kill((await own(sandbox)).supervisor);
  assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
  await until(
    "it is adopted",
    async () => /again: is adopted/.test((await sandbox.supervise("events")).stdout),
  );
  assert.equal((await sandbox.row("again")).state, "starting");
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("survive: down of a tree without a supervisor stops each actor as the file says", async (sandbox) => {
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.polite]
    shell = "trap 'echo bye > said; exit 0' USR1; echo up; while :; do sleep 0.01; done"
    daemon = true
    ready = { log = "up" }
    stop = { signal = "SIGUSR1" }
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await kill((await own(sandbox)).supervisor);
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stdout, /0 left/);
  assert.equal(sandbox.read("said"), "bye\n");
  assert.match((await sandbox.supervise("ps")).stderr, /not running \(it ended .*, cancelled\)/);
});

e2e("survive: down --force ends a tree without a supervisor at once", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await kill((await own(sandbox)).supervisor);
  const down = await sandbox.json("down", "--force");
  assert.equal(down.left, 0);
  assert.ok(down.processes.length >= 2);
  assert.equal((await sandbox.supervise("up", "-d")).stderr.includes("going on"), false);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "survive: guardian and supervisor killed in one instant leave actors that up goes on with",
  async (sandbox) => {
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await tell(sandbox, "before");
    const { pid } = await sandbox.row("teller");
    const { supervisor, guardian } = await own(sandbox);
    await kill(guardian, supervisor);
    await tell(sandbox, "between");
    const up = await sandbox.supervise("up", "-d");
    assert.match(up.stderr, /going on with 2 processes/);
    await tell(sandbox, "after");
    assert.equal((await sandbox.row("teller")).pid, pid);
    await untilLogged(sandbox, "told 1 before", "told 2 between", "told 3 after");
    process.kill(pid, "SIGKILL");
    // Nobody can tell how it ended, and it is restarted all the same.
    const row = await sandbox.rowWhen("teller", (row) => row.pid !== pid && row.pid !== null);
    assert.deepEqual([row.restarts, row.exit.code, row.exit.signal], [1, null, null]);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e("survive: a guardian that is killed is replaced, and the new one keeps the tree", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { supervisor, guardian } = await own(sandbox);
  const { pid } = await sandbox.row("server");
  await kill(guardian);
  const record = () => JSON.parse(readFileSync(`${runFolder(pid)}/tree.json`, "utf8"));
  await until("there is another guardian", () => record().guardian.pid !== guardian);
  assert.equal((await sandbox.json("ps")).pid, supervisor);
  await kill(supervisor);
  await tell(sandbox, "between");
  const up = await sandbox.supervise("up", "-d");
  assert.match(up.stderr, /going on with 2 processes/);
  assert.equal((await sandbox.row("server")).pid, pid);
  await untilLogged(sandbox, "told 1 between");
  assert.equal((await sandbox.supervise("down")).code, 0);
});

/** Where the tree of an actor has its control socket. */
function runFolder(pid: number): string {
  const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  const socket = variables.find((one) => one.startsWith("SUPERVISE_SOCKET="))!.slice(
    "SUPERVISE_SOCKET=".length,
  );
  return socket.slice(0, socket.lastIndexOf("/"));
}

e2e(
  "survive: up in the foreground says that the actors go on, and another one goes on with them",
  async (sandbox) => {
    sandbox.config(TREE);
    const up = sandbox.start(["up"]);
    await sandbox.untilUp();
    await tell(sandbox, "before");
    await up.line(/told 1 before/);
    const { pid } = await sandbox.row("teller");
    await kill((await own(sandbox)).supervisor);
    const done = await up.done;
    assert.equal(done.code, 1);
    assert.match(
      done.stderr,
      /error\[supervisor\/died\]: The supervisor died, and its actors go on without one/,
    );
    const next = sandbox.start(["up"]);
    await next.line(/is adopted/);
    await tell(sandbox, "after");
    await next.line(/told 2 after/);
    assert.equal((await sandbox.row("teller")).pid, pid);
    next.kill("SIGINT");
    const ended = await next.done;
    assert.equal(ended.code, 130, ended.stderr);
    assert.match(ended.stderr, /0 left/);
  },
);

e2e("survive: sockets that actors were handed are listened at all the time", async (sandbox) => {
  const port = await freePort();
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.web]
    exec = ["python3", "web.py"]
    daemon = true
    sockets = ["tcp://127.0.0.1:${port}"]
  `);
  sandbox.write(
    "web.py",
    `
import os, socket
server = socket.socket(fileno=3)
while True:
    connection, _ = server.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
`,
  );
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const first = await ask(port);
  await kill((await own(sandbox)).supervisor);
  assert.equal(await ask(port), first);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal(await ask(port), first);
  assert.equal((await sandbox.supervise("stop", "web")).code, 0);
  const waiting = ask(port);
  assert.equal((await sandbox.supervise("start", "web")).code, 0);
  assert.notEqual(await waiting, first);
  assert.equal((await sandbox.supervise("down")).code, 0);
  await assert.rejects(ask(port), /ECONNREFUSED/);
}, ["python3"]);

/** What whoever listens at a port says. */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (bytes) => text += bytes.toString());
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
}

e2e("check: a module in a tree that survives is told to die", async (sandbox) => {
  sandbox.write("m.ts", "export const x = 1;");
  sandbox.config('on_supervisor_death = "survive"\n[actors.m]\nmodule = "./m.ts"\ndaemon = true');
  const check = await sandbox.json("check");
  assert.deepEqual(
    check.problems.map(({ name, severity }: { name: string; severity: string }) => [name, severity]),
    [
      ["config/module-dies", "warning"],
    ],
  );
});

e2e(
  "survive: the next supervisor knows which file was there before an actor was started",
  async (sandbox) => {
    sandbox.write("ready", "of old");
    sandbox.config(`
    on_supervisor_death = "survive"
    [actors.a]
    shell = "until test -e go; do sleep 0.02; done; echo new > ready; exec sleep 1000"
    daemon = true
    ready = { file = "ready", interval = "10ms", timeout = "1h" }
  `);
    const untilTold = () =>
      sandbox.rowWhen("a", ({ reason }) => /was there before the start/.test(reason ?? ""));
    const first = sandbox.start(["up", "-d", "--timeout", "1h"]);
    await sandbox.untilUp();
    await untilTold();
    const { pid } = await sandbox.row("a");
    await kill((await own(sandbox)).supervisor);
    await first.done;
    const second = sandbox.start(["up", "-d", "--timeout", "1h"]);
    await sandbox.untilUp();
    await untilTold();
    sandbox.write("go", "");
    assert.equal((await second.done).code, 0);
    const row = await sandbox.row("a");
    assert.deepEqual([row.pid, row.ready], [pid, true]);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e(
  "survive: actors that a guardian keeps are ended when what was written of them is lost",
  async (sandbox) => {
    sandbox.config(TREE);
    for (const spoil of ["rm", "truncate -s 0"]) {
      assert.equal((await sandbox.supervise("up", "-d")).code, 0);
      const kept = [(await sandbox.row("server")).pid, (await sandbox.row("teller")).pid];
      const { supervisor } = await own(sandbox);
      await kill(supervisor);
      const keeps = await sandbox.supervise("ps");
      assert.match(keeps.stderr, /its guardian keeps its actors/);
      await sandbox.run(["sh", "-c", `${spoil} ${runFolderOf(sandbox)}/state.jsonl`]).done;
      const up = await sandbox.supervise("up", "-d");
      assert.equal(up.code, 0, up.stderr);
      assert.deepEqual(kept.filter(isAlive), [], spoil);
      assert.equal((await sandbox.json("down")).left, 0);
    }
  },
);

e2e(
  "survive: a guardian whose door is gone is ended by force with the actors that it keeps",
  async (sandbox) => {
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const server = (await sandbox.row("server")).pid;
    const { supervisor, guardian } = await own(sandbox);
    await kill(supervisor);
    assert.match((await sandbox.supervise("ps")).stderr, /its guardian keeps its actors/);
    const door = `${runFolderOf(sandbox)}/guardian.sock`;
    // A guardian keeps the actors before it opens its door.
    await until("its door is open", () => existsSync(door));
    assert.equal((await sandbox.run(["rm", door]).done).code, 0);
    const down = await sandbox.supervise("down");
    assert.match(down.stderr, /error\[control\/no-answer\].*\nhint: `supervise down --force` ends/);
    assert.equal((await sandbox.json("down", "--force")).left, 0);
    assert.deepEqual([server, guardian].filter(isAlive), []);
  },
);
