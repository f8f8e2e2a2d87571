/** Files that actors watch: saved as editors save them, while the tree runs. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../harness/until.ts";
import { e2e, SUPERVISE } from "../harness/supervise.ts";

e2e("watch: what is saved restarts its actor, or signals it, and nothing else", async (sandbox) => {
  sandbox.write("src/main.ts", "1");
  sandbox.write("conf/app.conf", "1");
  sandbox.config(`
    [actors.web]
    exec = "sleep 1000"
    daemon = true
    watch = { paths = ["src/**/*.ts"], debounce = "50ms" }
    [actors.proxy]
    shell = "trap 'echo reloaded' HUP; echo up; while :; do sleep 1000 & wait; done"
    daemon = true
    ready = { log = "up" }
    stop = { signal = "SIGKILL" }
    watch = { paths = ["conf"], debounce = "50ms", signal = "SIGHUP" }
    [actors.plain]
    exec = "sleep 1000"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await sandbox.json("ps");
  const pidOf = (path: string) => before.actors.find((row: { path: string }) => row.path === path).pid;

  // An editor that writes another file and renames it, beside a swap file of its own.
  sandbox.write("src/.main.ts.swp", "");
  sandbox.write("src/main.ts.new", "2");
  renameSync(join(sandbox.dir, "src/main.ts.new"), join(sandbox.dir, "src/main.ts"));
  const web = await sandbox.rowWhen("web", ({ pid, ready }) => ready && pid !== pidOf("web"));
  assert.equal(web.restarts, 0);

  writeFileSync(join(sandbox.dir, "conf/app.conf"), "2");
  await until(
    "proxy has its signal",
    async () => /reloaded/.test((await sandbox.supervise("logs", "proxy")).stdout),
  );

  mkdirSync(join(sandbox.dir, "src/deep/er"), { recursive: true });
  sandbox.write("src/deep/er/more.ts", "");
  const again = await sandbox.rowWhen("web", ({ pid, ready }) => ready && pid !== web.pid);
  rmSync(join(sandbox.dir, "src"), { recursive: true });
  const gone = await sandbox.rowWhen("web", ({ pid, ready }) => ready && pid !== again.pid);
  sandbox.write("src/back.ts", "");
  await sandbox.rowWhen("web", ({ pid, ready }) => ready && pid !== gone.pid);

  for (const path of ["proxy", "plain"]) assert.equal((await sandbox.row(path)).pid, pidOf(path));
  const events = (await sandbox.supervise("events")).stdout;
  assert.match(events, /web: "?.*src\/main\.ts"? has changed: it is restarted/);
  assert.match(events, /proxy: .*conf\/app\.conf has changed: it gets SIGHUP/);
  assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
});

/** Root reads every folder, unless it goes without the power to. */
const WITHOUT_POWER = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];

e2e("watch: a folder that may not be read is told, and all else is watched", async (sandbox) => {
  sandbox.write("src/open/a", "1");
  sandbox.write("src/closed/b", "1");
  const closed = join(sandbox.dir, "src/closed");
  chmodSync(closed, 0o000);
  sandbox.config(`
    [actors.web]
    exec = "sleep 1000"
    daemon = true
    watch = { paths = ["src"], debounce = "50ms" }
  `);
  const up = await sandbox.run([...WITHOUT_POWER, ...SUPERVISE, "up", "-d"]).done;
  assert.equal(up.code, 0, up.stderr);
  const before = await sandbox.row("web");
  await until("it is told", async () => {
    const { stdout } = await sandbox.supervise("events", "web");
    return /src\/closed"? .*(permission|EACCES)/i.test(stdout);
  });
  sandbox.write("src/open/a", "2");
  await sandbox.rowWhen("web", ({ pid, ready }) => ready && pid !== before.pid);
  chmodSync(closed, 0o755);
  assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
}, ["setpriv"]);
