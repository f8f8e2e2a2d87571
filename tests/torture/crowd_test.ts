/** A thousand actors at once, with `ROUNDS`: started, told of, killed with their supervisor, and taken down. */
import assert from "node:assert/strict";
import process from "node:process";
import { secondsOf } from "../harness/sleepers.ts";
import { few, isLong, LAYERS, torture } from "./torture.ts";

/** A run of all tests has time for fewer. */
const COUNT = isLong ? 1_000 : few(150, 50);

torture(`crowd: ${COUNT} actors at once`, async (sandbox, promises) => {
  sandbox.config(`
    [actors.one]
    exec = "sleep ${secondsOf(sandbox)}"
    daemon = true
    replicas = ${COUNT}
  `);
  const up = async () => {
    const done = await sandbox.supervise("up", "-d", `--containment=${LAYERS[0]}`);
    assert.equal(done.code, 0, done.stderr);
    const { actors } = await promises.assertStanding();
    assert.equal(new Set(actors.map(({ pid }) => pid)).size, COUNT);
  };
  await up();
  process.kill(promises.own().supervisor!.pid, "SIGKILL");
  await promises.untilOver();
  await promises.assertOver();
  await up();
  const { left, processes } = await sandbox.json("down");
  assert.deepEqual([left, processes.length], [0, COUNT]);
});
