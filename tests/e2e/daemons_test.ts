/** Real daemons, as people run them: PostgreSQL, Redis and nginx in one tree. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e } from "../harness/supervise.ts";

/** Debian keeps the programs of PostgreSQL outside of PATH, by version. */
function postgresFolder(): string {
  try {
    const [version] = readdirSync("/usr/lib/postgresql").sort().reverse();
    return `/usr/lib/postgresql/${version}/bin`;
  } catch {
    return "/usr/lib/postgresql";
  }
}

const POSTGRES = postgresFolder();
/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = process.getuid!() === 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";

e2e(
  "daemons: PostgreSQL, Redis and nginx start in order, serve, and stop as each of them wants",
  async (sandbox) => {
    const [postgres, redis, web] = [await freePort(), await freePort(), await freePort()];
    sandbox.write(
      "nginx.conf",
      `
    pid nginx.pid;
    error_log /dev/stderr;
    events {}
    http {
      access_log /dev/stdout;
      client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
      server { listen 127.0.0.1:${web}; location / { return 200 "hello from nginx\\n"; } }
    }
  `,
    );
    sandbox.write(
      "check.ts",
      `
    const response = await fetch("http://127.0.0.1:${web}/");
    console.log((await response.text()).trim());
  `,
    );
    sandbox.config(`
    [defaults]
    env = { PGHOST = "127.0.0.1", PGPORT = "${postgres}", PGUSER = "postgres" }

    [actors.initdb]
    shell = """
      mkdir data && ${UNPRIVILEGED === "" ? "true" : "chown 65534:65534 data . && chmod 755 ."} &&
      ${UNPRIVILEGED}${POSTGRES}/initdb -D data -A trust -U postgres --no-sync
    """

    [actors.postgres]
    exec = "${UNPRIVILEGED}${POSTGRES}/postgres -D data -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    daemon = true
    depends_on = ["initdb"]
    ready = { exec = "${POSTGRES}/pg_isready -q" }
    stop = { signal = "SIGINT" }

    [actors.redis]
    exec = "redis-server --port ${redis} --save '' --appendonly no"
    daemon = true
    ready = { log = "Ready to accept connections" }

    [actors.nginx]
    exec = ["nginx", "-p", ".", "-c", "nginx.conf", "-g", "daemon off;"]
    daemon = true
    depends_on = ["redis", "postgres"]
    ready = { http = "http://127.0.0.1:${web}/" }
    stop = { signal = "SIGQUIT" }

    [actors.sql]
    exec = ["${POSTGRES}/psql", "-tAc", "select 'answer ' || 6 * 7", "postgres"]
    depends_on = ["postgres"]

    [actors.ping]
    exec = "redis-cli -p ${redis} ping"
    depends_on = ["redis"]

    [actors.check]
    script = "check.ts"
    significant = true
    depends_on = ["nginx", "sql", "ping"]
  `);
    const done = await sandbox.supervise("up");
    assert.equal(done.code, 0, `${done.stdout}${done.stderr}`);
    assert.match(done.stdout, /sql +\| answer 42/);
    assert.match(done.stdout, /ping +\| PONG/);
    assert.match(done.stdout, /check +\| hello from nginx/);
    assert.match(done.stdout, /nginx +\| 127\.0\.0\.1 .*"GET \/ HTTP/);
    assert.match(done.stdout, /postgres +\| .*database system is shut down/);
    assert.match(done.stdout, /redis +\| .*Redis is now ready to exit/);
    assert.match(done.stderr, /0 left/);
    assert.doesNotMatch(done.stderr, /killed/);
  },
  ["nginx", "redis-server", "setpriv", `${POSTGRES}/postgres`],
);
