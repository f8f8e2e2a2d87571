/** Programs that were written for systemd, and health checks of real ones. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import { type AddressInfo, createServer, type Socket } from "node:net";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const IS_ROOT = process.getuid!() === 0;
const POSTGRES = postgresFolder();

/** Debian keeps the programs of PostgreSQL outside of PATH, by version. */
function postgresFolder(): string {
  try {
    return `/usr/lib/postgresql/${readdirSync("/usr/lib/postgresql").sort().at(-1)}/bin`;
  } catch {
    return "/usr/lib/postgresql";
  }
}

e2e(
  "notify: Redis and PostgreSQL say when they are ready, and systemd-notify speaks for a shell",
  async (sandbox) => {
    const [redis, postgres] = [await freePort(), await freePort()];
    const asUser = IS_ROOT ? `user = "nobody"` : "";
    sandbox.config(`
      [actors.redis]
      exec = "redis-server --port ${redis} --supervised systemd --save ''"
      daemon = true
      ready = { notify = true }
      ${asUser}
      [actors.initdb]
      shell = "mkdir -p data && ${IS_ROOT ? "chown nobody data && chmod 755 ." : "true"}"
      [actors.makedb]
      exec = "${POSTGRES}/initdb -D data -A trust -U postgres --no-sync"
      depends_on = ["initdb"]
      ${asUser}
      [actors.postgres]
      exec = "${POSTGRES}/postgres -D data -c listen_addresses=127.0.0.1 -p ${postgres} -c unix_socket_directories= -c fsync=off"
      daemon = true
      depends_on = ["makedb"]
      ready = { notify = true }
      stop = { signal = "SIGINT" }
      ${asUser}
      [actors.ping]
      exec = "redis-cli -p ${redis} ping"
      depends_on = ["redis"]
      [actors.sql]
      exec = ["${POSTGRES}/psql", "-h", "127.0.0.1", "-p", "${postgres}", "-U", "postgres", "-tAc", "select 6 * 7"]
      depends_on = ["postgres"]
      [actors.shell]
      shell = "systemd-notify --ready --status='all is well'; exec sleep 1000"
      daemon = true
      ready = { notify = true }
    `);
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, `${up.stdout}${up.stderr}`);
    assert.equal((await sandbox.row("shell")).says, "all is well");
    const logs = (await sandbox.supervise("logs")).stdout;
    assert.match(logs, /ping +\| PONG/);
    assert.match(logs, /sql +\| 42/);
    assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
  },
  ["redis-server", "systemd-notify", `${POSTGRES}/postgres`],
);

e2e("health: what works no more is restarted, and dependents wait for it", async (sandbox) => {
  const port = await freePort();
  sandbox.write(
    "server.ts",
    `
      import { existsSync } from "node:fs";
      import { createServer } from "node:http";
      createServer((_, response) => response.writeHead(existsSync("bad") ? 500 : 200).end()).listen(${port}, "127.0.0.1");
    `,
  );
  sandbox.config(`
    [actors.web]
    script = "./server.ts"
    daemon = true
    ready = { tcp = "127.0.0.1:${port}" }
    health = { http = "http://127.0.0.1:${port}/", interval = "50ms", retries = 2 }
    [actors.client]
    exec = "sleep 1000"
    daemon = true
    depends_on = { web = "healthy" }
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const first = await sandbox.row("web");
  assert.equal(first.healthy, true);
  sandbox.write("bad", "");
  await sandbox.rowWhen("web", ({ restarts }) => restarts > 0);
  const events = (await sandbox.supervise("events")).stdout;
  assert.match(events, /web: unhealthy \(2 checks failed\): http .*500/);
  assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
});

e2e(
  "health: checks that flood, hang or print garbage fail in their time, and leave nothing",
  async (sandbox) => {
    const connections = new Set<Socket>();
    const server = createServer((socket) => {
      connections.add(socket.on("error", () => {}));
      const flood = () => {
        while (socket.write(Buffer.alloc(65_536, "x"))) { /* It takes all that it is given. */ }
      };
      socket.on("drain", flood);
      flood();
    });
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
    );
    const actor = (name: string, probe: string) => `
    [actors.${name}]
    exec = "sleep 1000"
    daemon = true
    health = { ${probe}, interval = "20ms", timeout = "300ms", retries = 2, on_failure = "ignore" }
  `;
    sandbox.config(
      actor("flooding", 'exec = "yes"') +
        actor("hanging", `exec = ["/bin/sh", "-c", "trap '' TERM; sleep 1001 & wait; sleep 1001"]`) +
        actor("loud", 'exec = ["/bin/sh", "-c", "head -c 50000000 /dev/zero; echo no >&2; exit 3"]') +
        actor("garbage", `http = "http://127.0.0.1:${port}/"`),
    );
    try {
      assert.equal((await sandbox.supervise("up", "-d")).code, 0);
      for (
        const [path, why] of [
          ["flooding", /no answer within 0\.3 s/],
          ["hanging", /no answer within 0\.3 s/],
          ["loud", /exit code 3/],
          ["garbage", /HTTP/],
        ] as const
      ) {
        await sandbox.rowWhen(path, ({ healthy }) => healthy === false);
        const row = await sandbox.row(path);
        assert.deepEqual([row.state, row.restarts], ["running", 0]);
        assert.match(row.reason, why);
      }
      assert.doesNotMatch((await sandbox.supervise("logs")).stdout, /\| (y|no|x+)$/m);
      assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
    } finally {
      for (const socket of connections) socket.destroy();
      server.close();
    }
  },
  ["yes"],
);

e2e("health: what a check, or the readiness probe, leaves behind is ended with it", async (sandbox) => {
  const leave = "setsid sleep 1000 & (setsid sh -c 'sleep 1000 & exec sleep 1000' &)";
  sandbox.config(`
    [actors.web]
    exec = "sleep 1000"
    daemon = true
    ready = { exec = ["sh", "-c", "${leave}; echo >> asked; exit $(( $(wc -l < asked) < 3 ))"], interval = "20ms" }
    health = { exec = ["sh", "-c", "${leave}; echo >> checked"], interval = "20ms" }
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await until(
    "it is checked",
    () => existsSync(`${sandbox.dir}/checked`) && sandbox.read("checked").length > 20,
  );
  const sleepers = sandbox.left().filter((line) => /sleep 1000/.test(line));
  // That of the actor, and those of one check that goes on, and of one that has just ended.
  assert.ok(sleepers.length <= 9, `there are ${sleepers.length}`);
  assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
});

/** Names a process in a session of its own, which has lost its parent, as the main one, and stays. */
const DAEMON = `
import os, signal, socket, sys, time
def end(code):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(code))
def wait():
    while True: time.sleep(1000)
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    end(7)
    os.write(w, str(os.getpid()).encode())
    wait()
end(8)
heir = os.read(r, 100).decode()
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.connect("\\0" + os.environ["NOTIFY_SOCKET"][1:])
told.send(("MAINPID=%s\\nREADY=1" % heir).encode())
wait()
`;

for (const isolate of [false, true]) {
  for (const layer of ["best", "subreaper"]) {
    e2e(
      `notify: the main process that is named is the run, also for the next supervisor (${layer}${
        isolate ? ", isolated" : ""
      })`,
      async (sandbox) => {
        sandbox.write("daemon.py", DAEMON);
        sandbox.config(`
          on_supervisor_death = "survive"
          [trees.t]
          isolate = ${isolate}
          [trees.t.actors.a]
          exec = "python3 daemon.py"
          daemon = true
          ready = { notify = true }
        `);
        const up = layer === "best" ? ["up", "-d"] : ["up", "-d", `--containment=${layer}`];
        const first = await sandbox.supervise(...up);
        assert.equal(first.code, 0, first.stderr);
        const named = async () => (await sandbox.row("t/a")).pid as number;
        const isNamed = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[5] !== `${pid}`;
        let pid = await named();
        assert.ok(isNamed(pid));
        for (const isTakenOver of [false, true]) {
          if (isTakenOver) {
            process.kill((await sandbox.json("ps")).pid, "SIGKILL");
            await sandbox.untilDown();
            assert.equal((await sandbox.supervise(...up)).code, 0);
            assert.equal(await named(), pid);
          }
          process.kill(pid, "SIGKILL");
          const next = await sandbox.rowWhen(
            "t/a",
            (row) => row.state === "running" && row.pid !== pid && row.ready,
          );
          pid = next.pid;
          assert.ok(isNamed(pid), (await sandbox.supervise("events")).stdout);
        }
        const stop = await sandbox.json("stop", "t/a");
        assert.ok(!stop.receipt.processes.some(({ ended }: { ended: string }) => ended === "killed"));
        if (layer === "best") {
          assert.ok(
            stop.receipt.processes.some((one: { pid: number }) => one.pid === pid),
            JSON.stringify(stop),
          );
        }
        assert.equal(stop.receipt.left, 0);
        assert.equal((await sandbox.row("t/a")).exit.code, 7, (await sandbox.supervise("events")).stdout);
        assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
      },
      ["python3"],
    );
  }
}
