/**
 * Marks as weapons: processes of a stranger that bear the mark of root's tree, made up or given away, beside programs that are
 * none of the tree's; and an actor that reads what it can to get the mark of another.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, realpathSync, statSync } from "node:fs";
import process from "node:process";
import { treeIdOf } from "../../lib/daemon/tree_id.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { NO_CONTROL_GROUPS } from "../harness/control_groups.ts";
import {
  environmentOf,
  isAlive,
  type ProcessName,
  programsWith,
  type Row,
  rowOf,
  signalIfThere,
} from "../harness/process_table.ts";
import { secondsOf } from "../harness/sleepers.ts";
import type { Done, Running, Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";
import { attack, type ThrowAwayUser } from "./attack.ts";

const host = await openSystemHost();
host.processes.close();

const LAYERS = [...NO_CONTROL_GROUPS === null ? ["cgroup"] : [], "subreaper", "group"];

const KILLED = /killed|lost|left behind/;

/** The tree's public id, which anybody can compute. */
function idOf({ dir }: Sandbox): string {
  return createHash("sha256").update(`0:${realpathSync(dir)}/supervise.toml`).digest("hex").slice(0, 12);
}

const sleeping = (sandbox: Sandbox, digit: number) => `sleep ${secondsOf(sandbox)}${digit}`;

/** The program of a sandbox that sleeps so. */
async function sleeper(sandbox: Sandbox, digit: number): Promise<Row> {
  const text = sleeping(sandbox, digit).replaceAll(" ", "\0");
  await until(`${text} runs`, () => programsWith(text).some(({ command }) => command === text));
  return rowOf(programsWith(text).find(({ command }) => command === text)!.pid)!;
}

/** An actor of root: 1 has a child 2, in a session of its own where that does not get away. */
function configure(sandbox: Sandbox, layer = "subreaper"): void {
  const apart = layer === "group" ? "" : "setsid ";
  sandbox.config(`
    [defaults]
    stop = { grace = "200ms" }
    [actors.web]
    shell = "${apart}${sleeping(sandbox, 2)} & echo stands; exec ${sleeping(sandbox, 1)}"
    daemon = true
    ready = { log = "stands" }
  `);
}

/** A session of root's shell and its programs 5 and 6, and in it the stranger's 7, which bears a mark. */
async function session(sandbox: Sandbox, stranger: ThrowAwayUser, mark: string) {
  const theirs = [...stranger.as, "env", `SUPERVISE_RUN=${mark}`, ...sleeping(sandbox, 7).split(" ")].join(
    " ",
  );
  const shell: Running = sandbox.run([
    "setsid",
    "sh",
    "-c",
    `${sleeping(sandbox, 5)} & ${theirs} & ${sleeping(sandbox, 6)} & wait`,
  ]);
  const [one, other, bearer] = await Promise.all([5, 6, 7].map((digit) => sleeper(sandbox, digit)));
  const leader = rowOf(bearer!.session)!;
  assert.equal(environmentOf(bearer!.pid).get("SUPERVISE_RUN"), mark);
  return {
    innocent: [one!, other!, leader],
    bearer: bearer!,
    async end() {
      // The shell reaps them, and ends.
      for (const { pid } of [bearer!, one!, other!]) signalIfThere(pid, "SIGKILL");
      await shell.done;
    },
  };
}

function assertUntouched({ code, stdout, stderr }: Done, ...processes: readonly ProcessName[]): void {
  assert.equal(code, 0, stdout + stderr);
  assert.doesNotMatch(stdout + stderr, KILLED);
  assert.ok(processes.every(isAlive), "a process that is none of the tree's was ended");
}

async function killBoth(sandbox: Sandbox): Promise<void> {
  const { pid } = await sandbox.json("ps");
  const guardian = rowOf(pid)!.parent;
  process.kill(guardian, "SIGSTOP");
  process.kill(pid, "SIGKILL");
  process.kill(guardian, "SIGKILL");
}

attack(
  "marks: a mark that is made up ends nothing at the first up, and nothing at down",
  async (sandbox, { stranger }) => {
    configure(sandbox);
    const forged = `${idOf(sandbox)}.1x2y3z.1.${"0123456789abcdef".repeat(2)}`;
    for (const mark of [`${idOf(sandbox)}.1x2y3z.1`, forged]) {
      const { innocent, bearer, end } = await session(sandbox, stranger, mark);
      const ps = await sandbox.supervise("ps");
      assert.equal(ps.code, 3);
      assert.doesNotMatch(ps.stderr, KILLED);
      assertUntouched(await sandbox.supervise("up", "-d"), ...innocent, bearer);
      assertUntouched(await sandbox.supervise("down"), ...innocent, bearer);
      await end();
    }
  },
);

for (const layer of LAYERS) {
  attack(
    `marks: ${layer}: a mark of the public names of a tree that runs, or was killed, proves nothing`,
    async (sandbox, { stranger }) => {
      configure(sandbox, layer);
      const up = () => sandbox.supervise("up", "-d", `--containment=${layer}`);
      assert.equal((await up()).code, 0);
      const mark = environmentOf((await sandbox.row("web")).pid).get("SUPERVISE_RUN")!;
      const forged = `${mark.slice(0, -32)}${"f".repeat(32)}`;
      const { innocent, bearer, end } = await session(sandbox, stranger, forged);
      assertUntouched(await sandbox.supervise("stop", "web"), ...innocent, bearer);
      assertUntouched(await sandbox.supervise("down"), ...innocent, bearer);
      assert.equal((await up()).code, 0);
      const again = environmentOf((await sandbox.row("web")).pid).get("SUPERVISE_RUN")!;
      assert.notEqual(again, mark);
      await killBoth(sandbox);
      const next = await up();
      assert.equal(next.code, 0, next.stderr);
      assert.match(next.stderr, /ended 2 processes that they had left behind/);
      assert.ok([...innocent, bearer].every(isAlive));
      assertUntouched(await sandbox.supervise("down"), ...innocent, bearer);
      await end();
    },
  );

  attack(
    `marks: ${layer}: who was given a mark is ended with its tree, and takes nobody along`,
    async (sandbox, { stranger }) => {
      configure(sandbox, layer);
      const up = await sandbox.supervise("up", "-d", `--containment=${layer}`);
      assert.equal(up.code, 0, up.stderr);
      // Root has read it, and has given it away.
      const mark = environmentOf((await sandbox.row("web")).pid).get("SUPERVISE_RUN")!;
      const { innocent, bearer, end } = await session(sandbox, stranger, mark);
      await killBoth(sandbox);
      const down = await sandbox.json("down");
      assert.deepEqual([down.left, down.processes.length, down.unattributed], [0, 3, []]);
      assert.ok(!isAlive(bearer));
      assert.ok(innocent.every(isAlive));
      await end();
    },
  );

  // By sessions alone it gets away, and is named.
  if (layer === "group") continue;
  attack(
    `marks: ${layer}: a child of one actor that bears the mark of another ends with its own`,
    async (sandbox) => {
      sandbox.config(`
        [defaults]
        stop = { grace = "200ms" }
        daemon = true
        [actors.client]
        shell = "echo $SUPERVISE_RUN > mark.new; mv mark.new mark; exec ${sleeping(sandbox, 1)}"
        [actors.server]
        shell = """
        while [ ! -e mark ]; do sleep 0.01; done
        SUPERVISE_RUN=$(cat mark) setsid ${sleeping(sandbox, 2)} &
        exec ${sleeping(sandbox, 3)}
        """
      `);
      assert.equal((await sandbox.supervise("up", "-d", `--containment=${layer}`)).code, 0);
      const [client, child] = await Promise.all([
        sleeper(sandbox, 1),
        sleeper(sandbox, 2),
        sleeper(sandbox, 3),
      ]);
      const stop = await sandbox.supervise("stop", "server");
      assert.equal(stop.code, 0, stop.stderr);
      assert.match(stop.stdout, /receipt: .*, 0 left/);
      assert.ok(!isAlive(child!) && isAlive(client!));
      assert.match((await sandbox.supervise("down")).stdout, /0 left/);
    },
  );
}

attack(
  "marks: a program that has become root below a stranger's bearer is named, and not ended",
  async (sandbox, { stranger }) => {
    configure(sandbox);
    assert.equal((await sandbox.supervise("up", "-d", "--containment=subreaper")).code, 0);
    const mark = environmentOf((await sandbox.row("web")).pid).get("SUPERVISE_RUN")!;
    await sleeper(sandbox, 2);
    const program = sandbox.write("become.py", BECOME_ROOT);
    const words = [
      "/usr/bin/python3",
      program,
      String(stranger.uid),
      mark,
      ...sleeping(sandbox, 5).split(" "),
    ];
    const shell = sandbox.run(["setsid", ...words]);
    const innocent = await sleeper(sandbox, 5);
    assert.equal(environmentOf(innocent.pid).get("SUPERVISE_RUN"), undefined);
    await killBoth(sandbox);
    const up = await sandbox.supervise("up", "-d", "--containment=subreaper");
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stderr, new RegExp(`not ended: ${innocent.pid} sleep .*another user`));
    assert.ok(isAlive(innocent));
    signalIfThere(innocent.pid, "SIGKILL");
    await shell.done;
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
  ["/usr/bin/python3"],
);

/** A bearer of a user, and root's program as its child, as if by a set-uid program that clears its environment. */
const BECOME_ROOT = `
import os, signal, sys
user, mark, program = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
if "SUPERVISE_RUN" not in os.environ:
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "SUPERVISE_RUN": mark})
if os.fork() == 0:
    os.execvpe(program[0], program, {key: value for key, value in os.environ.items() if key != "SUPERVISE_RUN"})
os.setresuid(user, user, user)
signal.pause()
`;

attack(
  "marks: an actor of another user finds no mark but its own, wherever it reads",
  async (sandbox, { stranger }) => {
    chmodSync(sandbox.dir, 0o755);
    sandbox.config(`
    [actors.secret]
    shell = "echo stands; exec ${sleeping(sandbox, 1)}"
    daemon = true
    ready = { log = "stands" }
    [actors.spy]
    shell = """
    for file in /proc/[0-9]*; do
      tr '\\\\0' '\\\\n' < $file/environ; tr '\\\\0' '\\\\n' < $file/cmdline; cat $file/cgroup $file/comm
    done 2>&1
    cat /proc/net/unix
    find /run/supervise /tmp/supervise-0 /sys/fs/cgroup/*/supervise* state 2>&1
    cat state/supervise/*/* /run/supervise/*/* 2>&1
    env; echo spied; exec ${sleeping(sandbox, 2)}
    """
    daemon = true
    user = ${stranger.uid}
    group = ${stranger.uid}
    depends_on = ["secret"]
    ready = { log = "spied" }
  `);
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, up.stderr);
    const [secret, spy] = [await sleeper(sandbox, 1), await sleeper(sandbox, 2)]
      .map(({ pid }) => environmentOf(pid).get("SUPERVISE_RUN")!);
    const found = (await sandbox.supervise("logs", "spy", "-n", "100000")).stdout;
    assert.ok(found.includes(spy!), "it can read its own");
    assert.ok(!found.includes(secret!.slice(-32)), "it has found the proof of another's mark");
    // The key is nowhere but in files of root alone.
    const { runFolder, key } = treeIdOf(host, 0, `${realpathSync(sandbox.dir)}/supervise.toml`);
    assert.deepEqual([statSync(key).mode & 0o077, statSync(runFolder).mode & 0o077], [0, 0]);
    for (const folder of readdirSync(`${sandbox.dir}/state/supervise`)) {
      assert.equal(statSync(`${sandbox.dir}/state/supervise/${folder}/marks.key`).mode & 0o077, 0);
    }
    const down = await sandbox.supervise("down");
    assert.match(down.stdout, /0 left/);
    const told = await sandbox.supervise("events");
    for (const mark of [secret!, spy!]) assert.ok(!told.stdout.includes(mark.slice(-32)));
  },
);
