/** `analyze`, as its users meet it: while a tree runs, and after it has ended. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const TREE = `
  [actors.db]
  exec = "sleep 600"
  daemon = true
  ready = { delay = "400ms" }
  [actors.migrate]
  exec = "sleep 0.3"
  depends_on = ["db"]
  [actors.api]
  exec = "sleep 600"
  daemon = true
  depends_on = ["migrate"]
  [actors.stubborn]
  shell = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
  daemon = true
  ready = { log = "ready" }
  stop = { grace = "200ms" }
`;

e2e(
  "analyze: names what the start and the stop have waited for, also when the tree has ended",
  async (sandbox) => {
    sandbox.config(`name = "${sandbox.mark}"\n${TREE}`);
    const none = await sandbox.supervise("analyze");
    assert.equal(none.code, 3);
    assert.match(none.stderr, /error\[events\/none\]/);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { start, stop, starts } = await sandbox.json("analyze");
    assert.deepEqual([stop, starts], [null, null]);
    // deno-lint-ignore no-explicit-any
    const links = start.path.map(({ path, spent }: any) => `${path} ${spent}`);
    for (const link of ["db starting", "migrate running"]) assert.ok(links.includes(link), String(links));
    // deno-lint-ignore no-explicit-any
    const total = start.path.reduce((sum: number, { ms }: any) => sum + ms, 0);
    assert.equal(total, start.tookMs);
    assert.equal(start.gains[0].path, "db");
    assert.equal((await sandbox.supervise("down")).code, 0);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.equal((await sandbox.supervise("down")).code, 0);
    const after = await sandbox.json("analyze");
    assert.equal(after.lives, 2);
    assert.equal(after.stop.killed[0].path, "stubborn");
    assert.equal(after.stop.last, "stubborn");
    assert.equal(after.starts.earlier.length, 1);
    assert.deepEqual(after.restarts.worst, []);
    const text = await sandbox.supervise("analyze");
    assert.match(text.stdout, /^ {2}stubborn did not end by SIGTERM within 200ms and was killed$/m);
    const one = await sandbox.json("analyze", "db");
    assert.ok(one.start.tookMs < after.start.tookMs);
    assert.equal((await sandbox.supervise("analyze", "bd")).code, 4);
    // Without a plan nobody knows who waits for whom, which is told.
    sandbox.write("supervise.toml", "this is none");
    const lost = await sandbox.supervise("analyze");
    assert.equal(lost.code, 0, lost.stderr);
    assert.match(lost.stderr, /^note: who waits for whom is not known, because ".*" is not valid$/m);
  },
);

e2e("analyze: a journal of which nothing can be read is an error with a name", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
  const { stdout } = await sandbox.run(["find", "state", "-name", "journal*"]).done;
  for (const file of stdout.trim().split("\n")) sandbox.write(file, '{"cut', 0o600);
  const done = await sandbox.supervise("analyze");
  assert.equal(done.code, 1, done.stderr);
  assert.match(done.stderr, /error\[analyze\/empty\]/);
});
