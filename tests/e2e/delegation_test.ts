/** A user who is not root has control groups where one has been handed to them, as systemd does with `Delegate=yes`. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import process from "node:process";
import { groupOf, NO_CONTROL_GROUPS } from "../harness/control_groups.ts";
import { e2e, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { skip } from "../harness/test.ts";

const TITLE = "control groups: a user has them in a group that was handed over, and nowhere else";

/** Only root can hand a group over, and another user cannot read the sources: this is a test of the binary. */
const isHere = process.getuid!() === 0 && UNDER_TEST === "binary";
if (isHere && NO_CONTROL_GROUPS !== null) skip(`${TITLE} [${UNDER_TEST}]`, NO_CONTROL_GROUPS);
else if (isHere) {
  e2e(TITLE, async (sandbox) => {
    const uid = 53_000 + process.pid % 1_000;
    const group = `${groupOf(process.pid)}/supervise-delegated.${process.pid}`;
    handOver(sandbox, uid, group);
    const as = ["setpriv", "--reuid", String(uid), "--regid", String(uid), "--clear-groups"];
    const env = { HOME: sandbox.dir };
    try {
      sandbox.config('[actors.a]\nshell = "(env -i setsid sleep 4 &); exit 3"');
      const inside = (verb: string) =>
        sandbox.run([
          "sh",
          "-c",
          `echo $$ > ${group}/cgroup.procs; exec "$@"`,
          "sh",
          ...as,
          ...SUPERVISE,
          ...verb.split(" "),
        ], env).done;
      assert.equal(JSON.parse((await inside("doctor --json")).stdout).containment, "cgroup");
      const up = await inside("up -v");
      assert.equal(up.code, 3, up.stderr);
      assert.match(
        up.stderr,
        /a +SIGTERM +orphan[^]*contained by: control groups\nreceipt: 2 processes .*0 left/,
      );
      assert.deepEqual(
        readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory()),
        [],
      );
      const outside = await sandbox.run([...as, ...SUPERVISE, "up", "--containment=cgroup"], env).done;
      assert.equal(outside.code, 1, outside.stderr);
      assert.match(outside.stderr, /containment\/not-available\]: .*EACCES.*\nhint: .*Delegate=yes/);
    } finally {
      rmSync(`/tmp/supervise-${uid}`, { recursive: true, force: true });
      if (existsSync(group)) rmdirSync(group);
    }
  }, ["setpriv"]);
}

/** Makes a group and hands it, and the sandbox, to a user. */
function handOver({ dir }: Sandbox, uid: number, group: string): void {
  mkdirSync(group);
  for (const path of [group, `${group}/cgroup.procs`]) chownSync(path, uid, uid);
  mkdirSync(`${dir}/state`);
  for (const path of [dir, `${dir}/state`]) {
    chmodSync(path, 0o755);
    chownSync(path, uid, uid);
  }
}
