/** Programs that were written for systemd, and health checks of real ones. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e } from "../harness/supervise.ts";

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
