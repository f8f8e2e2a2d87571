/** Sockets that the supervisor opens for its actors, which real servers take over as they do from systemd. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/**
 * Answers with its number to as many connections as it is told, and exits. It lets the other side close first: Bun takes
 * one that is closed before it has looked at it for one that was never made.
 */
const SERVER = `
import os, socket, sys
assert os.environ["LISTEN_PID"] == str(os.getpid()), os.environ["LISTEN_PID"]
assert os.environ["LISTEN_FDS"] == "1", os.environ["LISTEN_FDS"]
assert os.environ["LISTEN_FDNAMES"] == "web", os.environ["LISTEN_FDNAMES"]
listener = socket.socket(fileno=3)
print("serving", flush=True)
for _ in range(int(sys.argv[1])):
    connection, _ = listener.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)
    connection.close()
`;

const LISTENER = `
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listening", flush=True)
if len(sys.argv) == 2:
    listener.accept()
`;

function writeConfig(sandbox: Sandbox, address: string, count = 1_000): void {
  sandbox.write("server.py", SERVER);
  sandbox.write("listener.py", LISTENER);
  sandbox.config(`
    intensity = { restarts = 100, within = "1h" }
    [actors.web]
    exec = ["python3", "-I", "-S", "server.py", "${count}"]
    sockets = ["${address}"]
    daemon = true
    backoff = { initial = "1ms", max = "1ms" }
    ready = { log = "serving" }
  `);
}

/** All that comes over one connection. */
function ask(target: { readonly port: number } | { readonly path: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ host: "127.0.0.1", ...target });
    socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk);
    socket.once("error", reject);
    socket.once("end", () => {
      socket.destroy();
      resolve(text);
    });
  });
}

e2e("sockets: no connection is refused or lost while an actor restarts 20 times", async (sandbox) => {
  const port = await freePort();
  writeConfig(sandbox, `tcp://127.0.0.1:${port}`, 5);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const answers = await Promise.all(Array.from({ length: 105 }, () => ask({ port })));
  const runs = new Set(answers);
  assert.equal(runs.size, 21, `served by ${[...runs].join(" ")}`);
  assert.ok(!runs.has(""));
  assert.equal((await sandbox.supervise("down")).code, 0);
  await assert.rejects(ask({ port }), /ECONNREFUSED/);
}, ["python3"]);

e2e("sockets: who connects while an actor is stopped is served by its next run", async (sandbox) => {
  const port = await freePort();
  writeConfig(sandbox, `tcp://127.0.0.1:${port}`);
  await sandbox.supervise("up", "-d");
  const before = await ask({ port });
  await sandbox.supervise("stop", "web");
  const waiting = ask({ port });
  await sandbox.supervise("start", "web");
  const after = await waiting;
  assert.match(after, /^\d+$/);
  assert.notEqual(after, before);
  await sandbox.supervise("down");
}, ["python3"]);

e2e("sockets: the file of a Unix socket replaces a stale one, and goes with the tree", async (sandbox) => {
  const path = join(sandbox.dir, "web.sock");
  writeConfig(sandbox, "unix://./web.sock");
  await sandbox.run(["python3", "listener.py", path, "once"]).done;
  assert.ok(existsSync(path));
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.match(await ask({ path }), /^\d+$/);
  await sandbox.supervise("down");
  assert.ok(!existsSync(path));
}, ["python3"]);

e2e("sockets: after the supervisor was killed its socket is stale, and replaced", async (sandbox) => {
  const path = join(sandbox.dir, "web.sock");
  writeConfig(sandbox, "unix://./web.sock");
  await sandbox.supervise("up", "-d");
  process.kill((await sandbox.json("ps")).pid, "SIGKILL");
  await sandbox.untilDown();
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  assert.match(await ask({ path }), /^\d+$/);
  await sandbox.supervise("down");
}, ["python3"]);

e2e("sockets: a Unix socket is never taken from who listens at it", async (sandbox) => {
  const path = join(sandbox.dir, "web.sock");
  writeConfig(sandbox, "unix://./web.sock");
  const listener = sandbox.run(["python3", "listener.py", path]);
  await listener.line(/listening/);
  const up = await sandbox.supervise("up");
  assert.equal(up.code, 1);
  assert.match(
    up.stderr,
    new RegExp(
      `sockets/not-available.*web\\.sock: process ${listener.pid} \\(.*python3 listener\\.py.*listens there`,
    ),
  );
  assert.doesNotMatch(up.stdout, /serving/);
  assert.ok(existsSync(path));
  listener.kill("SIGKILL");
  await listener.done;
}, ["python3"]);

e2e("sockets: a port that is taken is told with its holder before anything is started", async (sandbox) => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
  );
  writeConfig(sandbox, `tcp://127.0.0.1:${port}`);
  const up = await sandbox.supervise("up", "-d", "--json");
  await new Promise((resolve) => server.close(resolve));
  assert.equal(up.code, 1);
  const { error } = JSON.parse(up.stdout);
  assert.equal(error.name, "sockets/not-available");
  assert.match(
    error.message,
    new RegExp(`tcp://127\\.0\\.0\\.1:${port}: process ${process.pid} .*listens there`),
  );
  assert.match(error.message, /\(for "web", .*supervise\.toml:\d+\)$/);
  assert.equal((await sandbox.supervise("ps")).code, 3);
}, ["python3"]);

e2e("sockets: what is no program is a start that has failed", async (sandbox) => {
  sandbox.write("broken", "\0no program", 0o755);
  sandbox.config(`
    [actors.web]
    exec = "./broken"
    sockets = ["unix://./web.sock"]
    significant = true
  `);
  const up = await sandbox.supervise("up");
  assert.equal(up.code, 1);
  assert.match(up.stderr, /Cannot start ".*\/broken": Not a program/);
});

e2e("sockets: replicas accept from one, and an HTTP probe asks the actor itself", async (sandbox) => {
  const port = await freePort();
  sandbox.write(
    "web.py",
    `
import http.server, os, socket
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
server = http.server.HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=3)
server.serve_forever()
`,
  );
  sandbox.config(`
    [actors.web]
    exec = ["python3", "web.py"]
    sockets = ["tcp://127.0.0.1:${port}"]
    daemon = true
    replicas = 2
    ready = { http = "http://127.0.0.1:${port}/\${replica}" }
  `);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const { actors } = await sandbox.json("ps");
  const pids = actors.filter((row: { kind: string }) => row.kind === "exec").map((row: { pid: number }) =>
    row.pid
  );
  assert.ok(pids.includes(Number(await response.text())));
  assert.equal((await sandbox.supervise("down")).code, 0);
}, ["python3"]);
