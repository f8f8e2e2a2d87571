/** Limits of control groups: where the machine keeps them, and what is said where it does not. */
import assert from "node:assert/strict";
import { readFileSync, rmdirSync } from "node:fs";
import process from "node:process";
import { groupOf, inGroup, makeHome, NO_DELEGATION, NO_LIMITS } from "../harness/control_groups.ts";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

/** Registers a test of machines that keep limits, or of those that do not: each kind has tests of its own. */
function where(isSo: boolean, name: string, body: (sandbox: Sandbox) => Promise<void>): void {
  if (isSo) e2e(name, body);
}

const LIMITED = `
  [actors.web]
  shell = "echo up; exec sleep 1000"
  daemon = true
  cgroup = { memory_max = "64MiB", cpu_max = "50%", pids_max = 20 }
  [actors.db]
  shell = "echo up; exec sleep 1000"
  daemon = true
`;

const REQUIRED = LIMITED.replace("pids_max = 20", "pids_max = 20, required = true");

const TEXT = 'memory_max = "64MiB", cpu_max = "50%", pids_max = 20';

e2e("limits: the plan has them, and what they are is checked", async (sandbox) => {
  sandbox.config(REQUIRED);
  const { spawns } = await sandbox.json("plan");
  assert.deepEqual(spawns.map(({ cgroup }: { cgroup: unknown }) => cgroup), [
    { memoryMaxBytes: 67_108_864, cpuMaxPercent: 50, pidsMax: 20, required: true },
    null,
  ]);
  sandbox.config('[actors.a]\nexec = "true"\ncgroup = { cpu_max = 2 }');
  const check = await sandbox.supervise("check");
  assert.equal(check.code, 5);
  assert.match(check.stderr, /2 has no unit[^]*hint: write "200%" for 2 processors/);
});

e2e(
  "limits: a tree without control groups runs without them, and says so once everywhere",
  async (sandbox) => {
    sandbox.config(LIMITED);
    const up = await sandbox.supervise("up", "-d", "--containment=subreaper");
    assert.equal(up.code, 0, up.stderr);
    const said = `runs without ${TEXT}: the tree is contained without control groups`;
    assert.deepEqual(up.stderr.match(/^warning: .*$/gm)?.map((line) => line.slice(0, 14 + said.length)), [
      `warning: web: ${said}`,
    ]);
    const { cgroup } = await sandbox.row("web");
    assert.equal(cgroup.memoryMaxBytes, 67_108_864);
    assert.match(cgroup.unkept, /^memory_max = "64MiB", .*leave out --containment/);
    assert.equal((await sandbox.row("db")).cgroup, null);
    assert.equal((await sandbox.supervise("restart", "web")).code, 0);
    const logs = (await sandbox.supervise("logs", "web")).stdout;
    assert.deepEqual([logs.split(said).length, logs.match(/\| up$/gm)?.length], [2, 2]);
    const events = (await sandbox.supervise("events")).stdout;
    assert.equal(events.split(`web: ${said}`).length, 2);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

where(
  NO_LIMITS !== null,
  "limits: a machine without controllers is warned of, and refused where they are required",
  async (sandbox) => {
    sandbox.config(LIMITED);
    const warned = await sandbox.supervise("check");
    assert.equal(warned.code, 0, warned.stderr);
    assert.match(warned.stderr, /^warning\[config\/limit-not-kept\]: memory_max = "64MiB".* cannot be kept/);
    for (const verb of ["check", "plan"]) {
      assert.match((await sandbox.supervise(verb)).stderr, /limit-not-kept/, verb);
    }
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stderr, /^warning: web: runs without memory_max = "64MiB"/m);
    assert.equal((await sandbox.supervise("down")).code, 0);
    sandbox.config(REQUIRED);
    const [checked, refused] = [await sandbox.supervise("check"), await sandbox.supervise("up")];
    assert.deepEqual([checked.code, refused.code], [5, 5]);
    for (const { stderr } of [checked, refused]) {
      assert.match(stderr, /^error\[config\/limit-not-kept\]: memory_max = "64MiB".* cannot be kept/);
    }
    assert.match(refused.stderr, /is not valid, and nothing was started/);
    assert.deepEqual(sandbox.left(), []);
  },
);

e2e("limits: the doctor says which can be kept here", async (sandbox) => {
  const { findings } = JSON.parse((await sandbox.supervise("doctor", "--json")).stdout);
  const { status, found, hint } = findings.find(({ name }: { name: string }) => name === "limits");
  assert.match(found, /limits of .*(memory|cpu|pids)/);
  assert.equal(status === "good", hint === null);
  if (NO_LIMITS !== null) assert.ok(status === "note" && found.includes(NO_LIMITS));
});

where(
  NO_DELEGATION === null,
  "limits: they are kept by a supervisor that makes room in its group, and leaves it as it was",
  async (sandbox) => {
    const home = makeHome(`supervise-limits.${process.pid}`);
    try {
      sandbox.config(LIMITED);
      const up = await inside(sandbox, home, "up", "-d");
      assert.equal(up.code, 0, up.stderr);
      assert.doesNotMatch(up.stderr, /warning/);
      const group = groupOf((await sandbox.row("web")).pid)!;
      const file = (name: string) => readFileSync(`${group}/${name}`, "utf8").trim();
      assert.deepEqual(["memory.max", "cpu.max", "pids.max"].map(file), ["67108864", "50000 100000", "20"]);
      assert.deepEqual(inGroup(home).pids, []);
      assert.equal((await sandbox.supervise("down")).code, 0);
      assert.deepEqual(inGroup(home), { pids: [], groups: [] });
    } finally {
      rmdirSync(home);
    }
  },
);

where(
  NO_DELEGATION === null,
  "limits: somebody else in the group of the supervisor keeps it from any",
  async (sandbox) => {
    const home = makeHome(`supervise-limits.${process.pid}`);
    const shell = sandbox.run(["sh", "-c", `echo $$ > ${home}/cgroup.procs; echo here; exec sleep 1000`]);
    try {
      await shell.line(/here/);
      sandbox.config(LIMITED);
      const up = await inside(sandbox, home, "up", "-d");
      assert.equal(up.code, 0, up.stderr);
      assert.match(up.stderr, new RegExp(`warning: web: .* there is also ${shell.pid} sleep`));
      assert.equal((await sandbox.supervise("down")).code, 0);
      assert.deepEqual(inGroup(home), { pids: [shell.pid], groups: [] });
    } finally {
      shell.kill("SIGKILL");
      await shell.done;
      rmdirSync(home);
    }
  },
);

where(
  NO_DELEGATION === null,
  "limits: an end by one is told as such, and touches nobody else",
  async (sandbox) => {
    sandbox.config(`
    [actors.hog]
    shell = "ulimit -v 1048576; x=more; while :; do x=$x$x; done"
    cgroup = { memory_max = "32MiB" }
    [actors.forker]
    exec = ["sh", "-c", "(exit 0) & wait"]
    cgroup = { pids_max = 1, required = true }
    [actors.other]
    exec = "sleep 1000"
    daemon = true
    depends_on = { hog = "exited", forker = "exited" }
  `);
    const up = await sandbox.supervise("up", "-d", "--keep");
    assert.equal(up.code, 1, up.stderr);
    const [hog, forker, other] = (await sandbox.json("ps")).actors;
    assert.deepEqual([hog.exit.signal, hog.exit.reached.killedMain], ["SIGKILL", true]);
    assert.equal(hog.reason, "killed by the kernel: memory_max 32MiB reached");
    assert.equal(forker.reason, "exit code 2; pids_max 1 reached");
    assert.equal(other.state, "running");
    assert.match((await sandbox.supervise("events")).stdout, /hog: failed: killed by the kernel: memory_max/);
    const down = await sandbox.json("down");
    assert.deepEqual([down.left, sandbox.left()], [0, []]);
  },
);

/** Runs a command of supervise that is started in a group. */
async function inside(sandbox: Sandbox, group: string, ...args: readonly string[]) {
  const enter = `echo $$ > ${group}/cgroup.procs; exec "$@"`;
  return await sandbox.run(["sh", "-c", enter, "sh", ...SUPERVISE, ...args]).done;
}
