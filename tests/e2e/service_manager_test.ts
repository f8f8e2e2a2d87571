/**
 * `up` tells the service manager that has started it how its tree goes. Here another tree is the manager, in the place of
 * systemd: it is told by the same words.
 */
import assert from "node:assert/strict";
import { e2e, SUPERVISE } from "../harness/supervise.ts";

e2e(
  "service manager: is told when the tree is ready, and how many run",
  async (sandbox) => {
    sandbox.write(
      "inner/supervise.toml",
      'name = "inner"\n[actors.web]\nexec = "sleep 1000"\ndaemon = true\nready = { file = "../open" }\n',
    );
    sandbox.config(
      `name = "outer"
[actors.tree]
exec = ${JSON.stringify([...SUPERVISE, "up", "inner/supervise.toml"])}
daemon = true
ready = { notify = true }
start_timeout = "1m"
`,
    );
    const up = sandbox.start(["up"]);
    await sandbox.untilUp();
    const inner = (...args: readonly string[]) => sandbox.supervise("-f", "inner/supervise.toml", ...args);
    await sandbox.rowWhen("tree", ({ state }) => state === "starting");
    while ((await inner("ps")).code !== 0);
    assert.equal((await sandbox.row("tree")).ready, false);
    sandbox.write("open", "");
    await sandbox.rowWhen("tree", ({ ready, says }) => ready === true && says === "1 running");
    up.kill("SIGTERM");
    assert.equal((await up.done).code, 143);
  },
);

e2e("service manager: a supervisor that answers nobody is restarted by the watchdog", async (sandbox) => {
  sandbox.write("inner/supervise.toml", 'name = "inner"\n[actors.web]\nexec = "sleep 1000"\ndaemon = true\n');
  sandbox.config(
    `name = "outer"
[actors.tree]
exec = ${JSON.stringify([...SUPERVISE, "up", "inner/supervise.toml"])}
daemon = true
ready = { notify = true }
health = { watchdog = "1s" }
start_timeout = "1m"
`,
  );
  const up = sandbox.start(["up"]);
  await sandbox.untilUp();
  await sandbox.rowWhen("tree", ({ ready }) => ready === true);
  const { pid } = JSON.parse((await sandbox.supervise("-f", "inner/supervise.toml", "ps", "--json")).stdout);
  await sandbox.run(["kill", "-STOP", String(pid)]).done;
  const { reason } = await sandbox.rowWhen("tree", ({ restarts, ready }) => restarts === 1 && ready === true);
  assert.equal(typeof reason, "object");
  up.kill("SIGTERM");
  assert.equal((await up.done).code, 143);
});
