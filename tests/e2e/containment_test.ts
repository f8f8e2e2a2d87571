/** Traps of every kind, contained by each layer in turn: what a stop ends, what `down` ends, and what nobody does. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { groupOf, NO_CONTROL_GROUPS } from "../harness/control_groups.ts";
import { programsWith, rowOf } from "../harness/process_table.ts";
import { secondsOf, sleepersOf } from "../harness/sleepers.ts";
import { e2e, type Sandbox, UNDER_TEST } from "../harness/supervise.ts";
import { skip } from "../harness/test.ts";
import { until } from "../harness/until.ts";

/** Registers a test of the layer `cgroup`. */
function inGroups(name: string, body: (sandbox: Sandbox) => Promise<void>): void {
  if (NO_CONTROL_GROUPS !== null) skip(`${name} [${UNDER_TEST}]`, NO_CONTROL_GROUPS);
  else e2e(name, body);
}

/** The living programs of a sandbox: the last digit of what they sleep, in order. */
function sleepers(sandbox: Sandbox): readonly string[] {
  return sleepersOf(sandbox).map(({ command }) => command.at(-1)!).sort();
}

/** Two actors with traps, 1 to 5 of the first and 6 and 7 of the second; 4 and 7 have shed everything. */
async function upWithTraps(sandbox: Sandbox, layer: string): Promise<void> {
  const s = secondsOf(sandbox);
  const vanish = (digit: number) => `(env -i setsid sleep ${s}${digit} </dev/null >/dev/null 2>&1 &)`;
  sandbox.config(`
    [actors.a]
    shell = """
    sleep ${s}1 &
    setsid sleep ${s}2 &
    (trap '' TERM; exec sleep ${s}3) &
    ${vanish(4)}
    echo trapped; exec sleep ${s}5
    """
    daemon = true
    ready = { log = "trapped" }
    stop = { grace = "500ms" }
    [actors.b]
    shell = "${vanish(7)}; echo trapped; exec sleep ${s}6"
    daemon = true
    ready = { log = "trapped" }
  `);
  const up = await sandbox.supervise("up", "-d", `--containment=${layer}`);
  assert.equal(up.code, 0, up.stderr);
  await until("the traps are set", () => sleepers(sandbox).join("") === "1234567");
}

/** Ends the programs of a sandbox that nobody else ends. */
function endSleepers(sandbox: Sandbox): void {
  for (const { pid } of sleepersOf(sandbox)) process.kill(pid, "SIGKILL");
}

/** The control group of the tree. */
async function treeGroup(sandbox: Sandbox): Promise<string> {
  return dirname(groupOf((await sandbox.row("b")).pid)!);
}

e2e("subreaper: a run that crashes is over when what holds its output is", async (sandbox) => {
  const s = secondsOf(sandbox);
  // Like PostgreSQL: a session of its own, and an environment that is overwritten by a title.
  sandbox.config(`
    [actors.db]
    shell = """
    exec 9>lock
    flock -n 9 || echo beside another
    setsid env -i sleep ${s}1 &
    echo up
    exec sleep ${s}2
    """
    daemon = true
    ready = { log = "up" }
  `);
  const up = await sandbox.supervise("up", "-d", "--containment=subreaper");
  assert.equal(up.code, 0, up.stderr);
  await until("both are there", () => sleepers(sandbox).join("") === "12");
  const [child] = sleepersOf(sandbox).filter(({ command }) => command.at(-1) === "1");
  process.kill((await sandbox.row("db")).pid, "SIGKILL");
  await until("it is ready again", async () => {
    const { restarts, ready } = await sandbox.row("db");
    return restarts === 1 && ready === true;
  });
  assert.ok(!sleepersOf(sandbox).some(({ pid }) => pid === child!.pid), "it has ended");
  assert.doesNotMatch((await sandbox.supervise("logs", "db")).stdout, /beside another/);
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
  assert.doesNotMatch(down.stdout, /unattributed/);
});

inGroups(
  "control groups: a stop ends all of its actor and none of another, and no group stays",
  async (sandbox) => {
    await upWithTraps(sandbox, "cgroup");
    const group = await treeGroup(sandbox);
    assert.match(group, /\/supervise\.[0-9a-f]{12}\.[0-9a-z]+$/);
    assert.equal(readdirSync(group).filter((name) => name.startsWith("run.")).length, 2);
    const stop = await sandbox.supervise("stop", "a");
    assert.equal(stop.code, 0, stop.stderr);
    assert.deepEqual(sleepers(sandbox), ["6", "7"]);
    assert.match(
      stop.stdout,
      /^a +stopped.*\ncontained by: control groups\nreceipt: [567] processes .*, 0 left$/m,
    );
    assert.equal(readdirSync(group).filter((name) => name.startsWith("run.")).length, 1);
    assert.equal((await sandbox.json("status", "b")).containment, "cgroup");
    const down = await sandbox.supervise("down", "-v");
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stdout, /contained by: control groups\nreceipt: .*0 left/);
    assert.doesNotMatch(down.stdout, /unattributed/);
    assert.deepEqual(sleepers(sandbox), []);
    assert.ok(!existsSync(group));
  },
);

e2e("adoption of orphans: what has shed everything is ended by down alone", async (sandbox) => {
  await upWithTraps(sandbox, "subreaper");
  const stop = await sandbox.supervise("stop", "a");
  assert.equal(stop.code, 0, stop.stderr);
  assert.deepEqual(sleepers(sandbox), ["4", "6", "7"]);
  // Whose they are is not known: of the one that was stopped, or of the other one.
  const named = stop.stdout.match(
    /^unattributed: \d+ sleep .* \(it cannot be told whose it is: it ends with the tree\)$/gm,
  );
  assert.deepEqual(named?.map((line) => line.match(/sleep \d+(\d) /)![1]).sort(), ["4", "7"]);
  assert.match(stop.stdout, /^receipt: .*, 0 left$/m);
  const down = await sandbox.json("down");
  assert.deepEqual([down.left, down.containment], [0, "subreaper"]);
  assert.deepEqual(sleepers(sandbox), []);
});

e2e(
  "sessions: what makes a session of its own gets away, and what bears a mark is named",
  async (sandbox) => {
    await upWithTraps(sandbox, "group");
    const stop = await sandbox.supervise("stop", "a");
    assert.equal(stop.code, 9, stop.stderr);
    assert.match(stop.stdout, /^survivor: .*2 \(it bears the mark of "a"\)$/m);
    assert.match(stop.stdout, /^receipt: .*, 1 left$/m);
    assert.deepEqual(sleepers(sandbox), ["2", "4", "6", "7"]);
    const down = await sandbox.supervise("down");
    assert.equal(down.code, 9, down.stderr);
    assert.match(down.stdout, /survivor: .*2 \(it bears the mark of the tree\)\ncontained by: sessions/);
    assert.deepEqual(sleepers(sandbox), ["2", "4", "7"]);
    endSleepers(sandbox);
  },
);

e2e("receipts: more processes than are listed are counted once each, and it is said", async (sandbox) => {
  const s = secondsOf(sandbox);
  sandbox.config(`
    [actors.many]
    shell = "for i in $(seq 1100); do (setsid sleep ${s}1 &); done; echo stands; exec sleep ${s}2"
    daemon = true
    ready = { log = "stands" }
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await until("all sleep", () => sleepersOf(sandbox).length === 1_101);
  const { receipt } = await sandbox.json("stop", "many");
  const { total, orphans, exit, gone } = receipt.counts;
  // Shells of its loop may have been orphans, too, when they were seen.
  assert.deepEqual([orphans >= 1_100, total - exit, gone], [true, 1_101, 0]);
  assert.deepEqual([receipt.processes.length, receipt.unlisted], [1_000, total - 1_000]);
  const down = await sandbox.supervise("down", "-v");
  assert.match(down.stdout, /^not listed: \d+ more that had ended before these$/m);
  assert.match(down.stdout, /^receipt: [\d,]+ processes \(.*1,101 ended by a signal, .*\), 0 left$/m);
});

/** Kills the supervisor, and its guardian too, so that neither can end anything. */
async function killBoth(sandbox: Sandbox): Promise<void> {
  const { pid } = await sandbox.json("ps");
  const guardian = rowOf(pid)!.parent;
  process.kill(guardian, "SIGSTOP");
  process.kill(pid, "SIGKILL");
  process.kill(guardian, "SIGKILL");
}

for (const layer of ["cgroup", "subreaper"]) {
  const register = layer === "cgroup" ? inGroups : e2e;
  register(`${layer}: when the supervisor is killed, everything goes with it`, async (sandbox) => {
    await upWithTraps(sandbox, layer);
    const group = layer === "cgroup" ? await treeGroup(sandbox) : null;
    process.kill((await sandbox.json("ps")).pid, "SIGKILL");
    await until(
      "all is gone",
      () => sleepers(sandbox).length === 0 && (group === null || !existsSync(group)),
    );
    await sandbox.assertNoneLeft();
  });
}

inGroups(
  "control groups: what is left when the guardian is killed too is found by its group",
  async (sandbox) => {
    await upWithTraps(sandbox, "cgroup");
    const group = await treeGroup(sandbox);
    await killBoth(sandbox);
    assert.deepEqual(sleepers(sandbox).join(""), "1234567");
    const down = await sandbox.json("down");
    assert.deepEqual([down.left, down.containment, down.processes.length], [0, "cgroup", 7]);
    assert.deepEqual(sleepers(sandbox), []);
    assert.ok(!existsSync(group));
  },
);

inGroups(
  "control groups: the next up ends what a killed supervisor has left, and its group goes",
  async (sandbox) => {
    await upWithTraps(sandbox, "cgroup");
    const group = await treeGroup(sandbox);
    await killBoth(sandbox);
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stderr, /ended 7 processes/);
    assert.ok(!existsSync(group));
    await until("the traps are set", () => sleepers(sandbox).join("") === "1234567");
    assert.equal((await sandbox.supervise("down")).code, 0);
    assert.deepEqual(sleepers(sandbox), []);
  },
);

e2e("adoption of orphans: what has shed everything outlives supervisor and guardian", async (sandbox) => {
  await upWithTraps(sandbox, "subreaper");
  await killBoth(sandbox);
  await sandbox.json("down");
  assert.deepEqual(sleepers(sandbox), ["4", "7"]);
  endSleepers(sandbox);
});

/** Starts a storm of forks that is deaf to SIGTERM: at most 255 processes, each of which lives for at most 5 seconds. */
async function upWithStorm(sandbox: Sandbox, layer: string): Promise<void> {
  const s = stormOf(sandbox);
  sandbox.config(`
    [actors.storm]
    shell = """
    trap '' TERM
    storm() {
      if [ $1 -gt 0 ]; then storm $(($1 - 1)) & (setsid sleep ${s} &); storm $(($1 - 1)) & fi
      exec sleep ${s}
    }
    echo begins
    storm 6
    """
    daemon = true
    ready = { log = "begins" }
  `);
  const up = await sandbox.supervise("up", "-d", `--containment=${layer}`);
  assert.equal(up.code, 0, up.stderr);
}

/** How long the programs of a storm sleep, in seconds. */
function stormOf(sandbox: Sandbox): string {
  return `4.${secondsOf(sandbox)}`;
}

for (const layer of ["cgroup", "subreaper"]) {
  const register = layer === "cgroup" ? inGroups : e2e;
  register(
    `${layer}: a storm of forks that is deaf to SIGTERM loses the race against down`,
    async (sandbox) => {
      await upWithStorm(sandbox, layer);
      const down = await sandbox.json("down", "--force");
      assert.deepEqual([down.left, down.survivors], [0, []]);
      assert.deepEqual(programsWith(stormOf(sandbox)), []);
      assert.deepEqual(sandbox.left(), []);
    },
  );

  register(`${layer}: a storm of forks goes with a supervisor that is killed`, async (sandbox) => {
    await upWithStorm(sandbox, layer);
    const { pid } = await sandbox.json("ps");
    const guardian = rowOf(pid)!.parent;
    process.kill(pid, "SIGKILL");
    await until("the guardian is gone", () => !existsSync(`/proc/${guardian}`));
    assert.deepEqual(programsWith(stormOf(sandbox)), []);
    assert.deepEqual(sandbox.left(), []);
  });
}

e2e("containment: a layer that does not exist is wrong usage", async (sandbox) => {
  sandbox.config('[actors.a]\nexec = "true"');
  const up = await sandbox.supervise("up", "--containment=jail");
  assert.equal(up.code, 2);
  assert.match(up.stderr, /--containment is "jail"\nhint: write cgroup, subreaper, group/);
});

e2e(
  "doctor: it names the layer that up uses, and its exit code says whether all promises hold",
  async (sandbox) => {
    sandbox.config('[actors.a]\nexec = "true"');
    const doctor = await sandbox.supervise("doctor", "--json");
    const { ok, containment, findings } = JSON.parse(doctor.stdout);
    assert.equal(doctor.code, ok ? 0 : 1);
    assert.equal(containment, NO_CONTROL_GROUPS === null ? "cgroup" : "subreaper");
    assert.ok(findings.every(({ means }: { means: string }) => means !== ""));
    const up = await sandbox.supervise("up", "--json");
    assert.equal(JSON.parse(up.stdout.trimEnd().split("\n").at(-1)!).containment, containment);
    const text = await sandbox.supervise("doctor");
    assert.match(text.stdout, /^(good|weak) {2}cgroup: .*\n.*[^]*trees are contained by/);
  },
);

inGroups(
  "control groups: that of what was left on purpose goes with a later up, when it is empty",
  async (sandbox) => {
    const s = secondsOf(sandbox);
    sandbox.config(`
    [actors.b]
    shell = "sleep ${s}1 & echo born; exec sleep ${s}2"
    daemon = true
    ready = { log = "born" }
    stop = { kill = "process", to = "process" }
  `);
    const upAndDown = async () => {
      assert.equal((await sandbox.supervise("up", "-d")).code, 0);
      const group = await treeGroup(sandbox);
      assert.equal((await sandbox.supervise("down")).code, 0);
      return group;
    };
    const [first, second] = [await upAndDown(), await upAndDown()];
    assert.deepEqual([existsSync(first), existsSync(second)], [true, true]);
    assert.deepEqual(sleepers(sandbox), ["1", "1"]);
    endSleepers(sandbox);
    await until("all have ended", () => sleepers(sandbox).length === 0);
    const third = await upAndDown();
    assert.deepEqual([first, second, third].map((group) => existsSync(group)), [false, false, true]);
    endSleepers(sandbox);
  },
);

/** Its first thread ends, so that it is shown as a zombie with an environment that cannot be read; and it lives. */
const LEADERLESS = `
import ctypes, os, signal, sys, threading, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[1] == "session":
    os.setsid()
def live():
    print("up", flush=True)
    time.sleep(1000)
threading.Thread(target=live).start()
ctypes.CDLL(None).pthread_exit(None)
`;

for (const layer of ["cgroup", "subreaper"]) {
  const register = layer === "cgroup" ? inGroups : e2e;
  register(`${layer}: what lives on without its first thread is no zombie, and is ended`, async (sandbox) => {
    sandbox.write("leaderless.py", LEADERLESS);
    sandbox.config(`
      [actors.a]
      shell = "python3 -I -S leaderless.py session & exec sleep 1000"
      daemon = true
      ready = { log = "up" }
      stop = { grace = "100ms" }
      [actors.b]
      exec = ["python3", "-I", "-S", "leaderless.py", "main"]
      daemon = true
      ready = { log = "up" }
      stop = { grace = "100ms" }
    `);
    const up = await sandbox.supervise("up", "-d", `--containment=${layer}`);
    assert.equal(up.code, 0, up.stderr);
    assert.equal((await sandbox.row("b")).state, "running");
    const down = await sandbox.json("down");
    assert.deepEqual([down.left, down.processes.length], [0, 3], JSON.stringify(down));
    for (const { pid } of down.processes) assert.ok(!existsSync(`/proc/${pid}`), `${pid} is left`);
  });
}
