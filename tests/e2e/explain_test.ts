/** `explain` as its users meet it. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const CHAIN = `name = "chain"
[actors.db]
exec = "sleep 1000"
daemon = true
ready = { file = "never" }
start_timeout = "10m"
[actors.api]
exec = "sleep 1001"
daemon = true
depends_on = ["db"]
`;

e2e(
  "explain: a wait down to where it hangs while the tree runs, and who ended it afterwards",
  async (sandbox) => {
    sandbox.config(CHAIN);
    assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
    const live = await sandbox.supervise("explain", "api");
    assert.equal(live.code, 0, live.stderr);
    assert.match(live.stdout, /db to be ready; it is starting for .*<- here it hangs/);
    assert.match(live.stdout, /start_timeout, supervise\.toml:6\)/);
    const unknown = await sandbox.supervise("why", "apj");
    assert.match(unknown.stderr, /did you mean "api"\?/);
    assert.equal((await sandbox.supervise("down")).code, 0);
    const ended = await sandbox.supervise("explain");
    assert.match(
      ended.stdout,
      /the tree: down was asked for \(down\) by .* \(pid \d+\)\n.*is being taken down\n.*was taken down/,
    );
  },
);
