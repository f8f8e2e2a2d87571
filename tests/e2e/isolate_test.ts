/** Isolated trees on real machines: a process of their own is the parent of their actors, and takes in what they leave. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { commandOf, programsWith, rowOf, signalIfThere } from "../harness/process_table.ts";
import { until } from "../harness/until.ts";

/** Leaves a program that has shed everything by which it could be known. */
function leaving(sandbox: Sandbox, digit: number): string {
  return `(env -i setsid sleep ${secondsOf(sandbox)}${digit} </dev/null >/dev/null 2>&1 &)`;
}

/** What no other test sleeps. */
function secondsOf({ dir }: Sandbox): string {
  return `9${[...dir.slice(-6)].map((letter) => letter.charCodeAt(0) % 10).join("")}`;
}

/** The programs that were left and live. */
function left(sandbox: Sandbox): readonly string[] {
  return programsWith(`sleep\0${secondsOf(sandbox)}`).map(({ command }) => command.at(-1)!).sort();
}

function writeTree(sandbox: Sandbox, before = ""): void {
  sandbox.config(`
    ${before}
    [actors.outside]
    exec = "sleep 1000"
    daemon = true
    [trees.pool]
    isolate = true
    [trees.pool.actors.leaver]
    shell = "${leaving(sandbox, 1)}; echo left; exec sleep 1000"
    daemon = true
    ready = { log = "left" }
    backoff = { initial = "1ms", max = "1ms" }
  `);
}

async function up(sandbox: Sandbox, layer: string): Promise<void> {
  const done = await sandbox.supervise("up", "-d", `--containment=${layer}`);
  assert.equal(done.code, 0, done.stderr);
  await until("it has left something", () => left(sandbox).length === 1);
}

function parentOf(pid: number): number {
  return rowOf(pid)!.parent;
}

for (const layer of ["subreaper", "group"]) {
  e2e(`isolate: a stop of the tree ends what has shed everything, by ${layer}`, async (sandbox) => {
    writeTree(sandbox);
    await up(sandbox, layer);
    const [outside, leaver, pool] = [
      await sandbox.row("outside"),
      await sandbox.row("pool/leaver"),
      await sandbox.row("pool"),
    ];
    assert.equal(parentOf(leaver.pid), pool.pid);
    assert.match(commandOf(pool.pid), /__isolator/);
    assert.equal(parentOf(pool.pid), parentOf(outside.pid));
    const stop = await sandbox.supervise("stop", "pool");
    assert.equal(stop.code, 0, stop.stderr);
    assert.deepEqual(left(sandbox), []);
    await until("the isolator is gone", () => rowOf(pool.pid) === null);
    assert.equal((await sandbox.row("outside")).pid, outside.pid);
    const down = await sandbox.json("down");
    assert.equal(down.left, 0);
  });
}

e2e(
  "isolate: when an isolator is killed, what it had started goes on and ends as it should",
  async (sandbox) => {
    writeTree(sandbox);
    await up(sandbox, "subreaper");
    const [leaver, pool] = [await sandbox.row("pool/leaver"), await sandbox.row("pool")];
    const supervisor = parentOf(pool.pid);
    signalIfThere(pool.pid, "SIGKILL");
    await until("the supervisor is its parent", () => parentOf(leaver.pid) === supervisor);
    assert.deepEqual(left(sandbox), ["1"]);
    signalIfThere(leaver.pid, "SIGUSR1");
    const next = await sandbox.rowWhen(
      "pool/leaver",
      ({ pid, state }) => pid !== leaver.pid && state === "running",
    );
    assert.deepEqual([next.restarts, next.exit.signal], [1, "SIGUSR1"]);
    assert.equal(parentOf(next.pid), (await sandbox.row("pool")).pid);
    const events = (await sandbox.supervise("events")).stdout;
    assert.equal(
      events.split("\n").filter((line) => /pool: its actors are children of process/.test(line)).length,
      2,
      events,
    );
    const down = await sandbox.json("down");
    assert.equal(down.left, 0);
    assert.deepEqual(left(sandbox), []);
  },
);

e2e("isolate: everything goes with a supervisor that is killed", async (sandbox) => {
  writeTree(sandbox);
  await up(sandbox, "subreaper");
  signalIfThere((await sandbox.json("ps")).pid, "SIGKILL");
  await until("nothing is left", () => left(sandbox).length === 0);
  await sandbox.assertNoneLeft();
});

e2e(
  "isolate: what is to outlive the supervisor does, and the next one isolates what it starts",
  async (sandbox) => {
    writeTree(sandbox, 'on_supervisor_death = "survive"');
    await up(sandbox, "subreaper");
    const [leaver, pool] = [await sandbox.row("pool/leaver"), await sandbox.row("pool")];
    const supervisor = parentOf(pool.pid);
    const guardian = parentOf(supervisor);
    signalIfThere(supervisor, "SIGKILL");
    await until("the guardian is its parent", () => parentOf(leaver.pid) === guardian);
    await until("the isolator is gone", () => rowOf(pool.pid) === null);
    const again = await sandbox.supervise("up", "-d");
    assert.match(again.stderr, /going on with 2 processes/);
    assert.deepEqual([(await sandbox.row("pool/leaver")).pid, left(sandbox)], [leaver.pid, ["1"]]);
    assert.equal((await sandbox.supervise("restart", "pool/leaver")).code, 0);
    const next = await sandbox.row("pool/leaver");
    assert.equal(parentOf(next.pid), (await sandbox.row("pool")).pid);
    const down = await sandbox.json("down");
    assert.equal(down.left, 0);
    assert.deepEqual(left(sandbox), []);
  },
);

e2e("isolate: output, exits, users and sockets are as they are elsewhere", async (sandbox) => {
  const port = await freePort();
  sandbox.write(
    "web.py",
    `
import os, socket
server = socket.socket(fileno=3)
assert os.environ["LISTEN_PID"] == str(os.getpid())
print("serving", flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
`,
  );
  sandbox.config(`
    isolate = true
    [actors.web]
    exec = ["python3", "-I", "-S", "web.py"]
    sockets = ["tcp://127.0.0.1:${port}"]
    daemon = true
    ready = { log = "serving" }
    [actors.job]
    shell = "echo out $(umask); echo err >&2; exit 7"
    umask = "0077"
    restart = "never"
    depends_on = ["web"]
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const web = await sandbox.row("web");
  assert.equal(await ask(port), String(web.pid));
  const job = await sandbox.rowWhen("job", ({ exit }) => exit !== null);
  assert.equal(job.exit.code, 7);
  const { stdout } = await sandbox.supervise("logs", "job");
  assert.match(stdout, /out 0077/);
  assert.match(stdout, /err/);
  assert.equal((await sandbox.supervise("restart", "web")).code, 0);
  const next = await sandbox.row("web");
  assert.notEqual(next.pid, web.pid);
  assert.equal(await ask(port), String(next.pid));
  assert.equal((await sandbox.json("down")).left, 0);
});

/** What whoever listens at a port says. */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk);
    socket.once("end", () => resolve(text));
    socket.once("error", reject);
  });
}

e2e("isolate: a module can be called, and is its isolator's child", async (sandbox) => {
  sandbox.write("m.ts", "export const parent = () => process.ppid;");
  sandbox.config(`
    [trees.pool]
    isolate = true
    [trees.pool.actors.m]
    module = "./m.ts"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const called = await sandbox.supervise("call", "pool/m", "parent");
  assert.equal(Number(called.stdout), (await sandbox.row("pool")).pid, called.stderr);
  assert.equal((await sandbox.json("down")).left, 0);
});

e2e("isolate: what cannot be started says why", async (sandbox) => {
  sandbox.write("lame", "#!/no/such/interpreter\n", 0o755);
  sandbox.config(`
    [trees.pool]
    isolate = true
    [trees.pool.actors.lame]
    exec = "./lame"
    restart = "never"
    [trees.pool.actors.there]
    exec = "sleep 1000"
    daemon = true
  `);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 1, up.stderr);
  assert.match(up.stderr, /pool\/lame .*names "\/no\/such\/interpreter", which is not there/);
});
