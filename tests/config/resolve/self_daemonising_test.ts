import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, problemsOf } from "../compiling.ts";

/** Commands that go to the background, and their like that stay. */
const COMMANDS: readonly (readonly [goes: string, stays: string, hint: string])[] = [
  ["nginx -c n.conf", 'nginx -g "daemon off;"', `add the arguments -g "daemon off;"`],
  ["/usr/sbin/nginx", "nginx -t", `add the arguments -g "daemon off;"`],
  ["/usr/sbin/sshd -p 22", "/usr/sbin/sshd -De", "add the argument -D"],
  ["httpd", "httpd -DFOREGROUND", "add the argument -DFOREGROUND"],
  ["apache2 -f x", "apache2 -D FOREGROUND", "add the argument -DFOREGROUND"],
  ["php-fpm8.2", "php-fpm8.2 -F", "add the argument -F"],
  ["pg_ctl -D data start", "pg_ctl -D data status", "run postgres itself"],
  ["redis-server --daemonize yes", "redis-server --daemonize no", "remove --daemonize yes"],
  ["mongod --fork", "mongod --dbpath x", "remove --fork"],
  ["memcached -d -m 64", "memcached -m 64", "remove -d"],
  ["gunicorn -w 4 --daemon app", "gunicorn -w 4 app", "remove --daemon"],
  ["docker run --rm -d redis", "docker run --rm redis", "remove the -d"],
  ["docker compose up -d", "docker compose up", "remove the -d"],
  ["caddy start", "caddy run", "write run instead of start"],
  ["setsid ./web", "setsid --wait ./web", "run the program itself"],
];

test("self-daemonising: a command that goes to the background is warned of, one that stays is not", () => {
  const withCommand = (command: string) => `[actors.a]\nexec = '${command}'`;
  for (const [goes, stays, hint] of COMMANDS) {
    const advice = adviceOf(withCommand(goes));
    assert.match(advice.message, /will go to the background and seem to have ended$/, goes);
    assert.equal(advice.hint, hint, goes);
    assert.deepEqual(problemsOf(withCommand(stays)), [], stays);
  }
});
