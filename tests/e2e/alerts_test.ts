/** Commands that are run when something happens. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { until } from "../harness/until.ts";
import { e2e } from "../harness/supervise.ts";

e2e("alerts: a command reads what has happened as JSON, and leaves nothing", async (sandbox) => {
  sandbox.write(
    "tell.sh",
    `#!/bin/sh\ncat > "$1.part"\nmv "$1.part" "$1"\nsetsid sleep 1000 &\n`,
    0o755,
  );
  sandbox.config(`
    [[alerts]]
    events = ["failed"]
    paths = ["broken"]
    exec = ["./tell.sh", "told"]
    [[alerts]]
    events = ["ended"]
    exec = ["./tell.sh", "ended"]
    [actors.broken]
    shell = "exit 3"
    [actors.keeps]
    exec = "sleep 1000"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d", "--keep")).code, 1);
  await until("it is told", () => existsSync(join(sandbox.dir, "told")));
  const { path, event, reason } = JSON.parse(sandbox.read("told"));
  assert.deepEqual([path, event, reason], ["broken", "failed", "exit code 3"]);
  assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
  assert.equal(JSON.parse(sandbox.read("ended")).outcome, "cancelled");
});
