/** Nothing that a configuration names holds supervise up: pipes that nobody writes to, devices, and what has no end. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, statSync, utimesSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

function makePipe(sandbox: Sandbox, name: string): string {
  execFileSync("mkfifo", [`${sandbox.dir}/${name}`]);
  return `${sandbox.dir}/${name}`;
}

e2e("no wait: check names a script or a module that is no file", async (sandbox) => {
  sandbox.config(
    'actors.a = { script = "pipe" }\nactors.b = { module = "/dev/zero" }\nactors.c = { script = "." }',
  );
  await sandbox.run(["mkfifo", "pipe"]).done;
  const { problems } = await sandbox.json("check");
  assert.equal(problems.length, 3, JSON.stringify(problems));
  for (const [index, kind] of ["pipe", "device", "folder"].entries()) {
    assert.match(problems[index].message, new RegExp(`" is a ${kind}, and no file$`));
  }
}, ["mkfifo"]);

e2e(
  "no wait: a pipe as stdin that nobody writes to holds up nothing, and reaches the program later",
  async (sandbox) => {
    const pipe = makePipe(sandbox, "in");
    sandbox.config(`actors.a = { exec = "cat", stdin = "in", daemon = true }`);
    const up = sandbox.start(["up"]);
    await up.line(/a: ready after/);
    assert.equal((await sandbox.row("a")).state, "running");
    for (const text of ["first", "second"]) {
      appendFileSync(pipe, `${text}\n`);
      await up.line(new RegExp(`\\| ${text}$`));
    }
    up.kill("SIGINT");
    assert.equal((await up.done).code, 130);
  },
);

e2e(
  "no wait: an env_file or a configuration that is a pipe, a device or endless is refused",
  async (sandbox) => {
    makePipe(sandbox, "pipe");
    for (
      const [file, why] of [["pipe", "it is no file, but a pipe"], ["/dev/zero", "it is too large"]] as const
    ) {
      sandbox.config(`env_file = "${file}"\nactors.a.exec = "true"`);
      const done = await sandbox.supervise("up");
      assert.equal(done.code, 5);
      assert.ok(done.stderr.includes(`cannot read the env file "${file}": ${why}`), done.stderr);
    }
    for (const [file, message] of [["pipe", /is a pipe/], ["/dev/zero", /has no end/]] as const) {
      const done = await sandbox.supervise("up", file);
      assert.equal(done.code, 5);
      assert.match(done.stderr, message);
    }
  },
);

e2e("no wait: check and plan read a configuration from a pipe, once", async (sandbox) => {
  sandbox.write("program", "#!/bin/sh\n", 0o755);
  sandbox.write("tree.toml", `actors.a.exec = "./program"`);
  for (const verb of ["check", "plan"]) {
    const done = await sandbox.run([
      "bash",
      "-c",
      `exec "$@" -f <(cat tree.toml)`,
      "bash",
      ...SUPERVISE,
      verb,
    ]).done;
    assert.equal(done.code, 0, done.stderr);
    assert.doesNotMatch(done.stderr, /warning/);
  }
  const up = await sandbox.run(["bash", "-c", `exec "$@" -f <(cat tree.toml)`, "bash", ...SUPERVISE, "up"])
    .done;
  assert.equal(up.code, 5);
  assert.match(up.stderr, /config\/not-a-file/);
}, ["bash"]);

e2e("no wait: a script and a module that are pipes hold up nobody else", async (sandbox) => {
  makePipe(sandbox, "pipe.ts");
  sandbox.config(`
    actors.script = { script = "pipe.ts", daemon = true }
    actors.module = { module = "pipe.ts", daemon = true, start_timeout = "1m" }
    actors.other = { exec = "sleep 1000", daemon = true }
  `);
  const up = sandbox.start(["up"]);
  await up.line(/other: ready after/);
  assert.equal((await sandbox.row("other")).state, "running");
  up.kill("SIGINT");
  const { stderr } = await up.done;
  assert.match(stderr, /0 left/);
});

e2e("ready: a file from before the start says nothing, until it is changed", async (sandbox) => {
  const file = sandbox.write("ready", "");
  sandbox.config(
    `actors.a = { exec = "sleep 1000", daemon = true, ready = { file = "ready", interval = "10ms" } }`,
  );
  const up = sandbox.start(["up"]);
  const why = async () => (await sandbox.json("status", "a")).actors[0].reason ?? "";
  await until(
    "it is told why",
    async () => /it was there before the start/.test(await why().catch(() => "")),
  );
  assert.equal((await sandbox.row("a")).ready, false);
  assert.ok(existsSync(file));
  const { atime, mtime } = statSync(file);
  utimesSync(file, atime, new Date(mtime.getTime() + 60_000));
  await up.line(/a: ready after/);
  up.kill("SIGINT");
  await up.done;
});

for (const answers of [false, true]) {
  e2e(
    `ready: a server that accepts and does not answer is the reason${answers ? ", until it answers" : ""}`,
    async (sandbox) => {
      const port = await freePort();
      sandbox.config(`
        [actors.a]
        shell = "echo up; exec sleep 1000"
        daemon = true
        restart = "never"
        significant = true
        ready = { http = "http://127.0.0.1:${port}/", interval = "50ms", timeout = "${
        answers ? "1m" : "3s"
      }" }
      `);
      const up = sandbox.start(["up"]);
      await up.line(/\| up$/);
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        if (answers && sockets.size > 2) {
          socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
      });
      server.listen(port, "127.0.0.1");
      if (answers) {
        await up.line(/a: ready after/);
        up.kill("SIGINT");
      }
      const { stderr } = await up.done;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      if (!answers) assert.match(stderr, /not ready within 3.0s \(http .*: no answer for /);
    },
  );
}
