/** A running tree under another version: what works across versions, and what hands the tree over. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { makeOtherVersion, type OtherVersion } from "../harness/other_version.ts";
import { freePort } from "../harness/ports.ts";
import { type Done, e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const COUNTER = `
  on_supervisor_death = "survive"
  [actors.counter]
  shell = "n=0; while :; do n=$((n + 1)); echo line $n; sleep 0.003; done"
  daemon = true
  [actors.server]
  exec = "sleep 1000"
  daemon = true
`;

/** Runs a command of another version. */
function runOther(sandbox: Sandbox, { command }: OtherVersion, ...args: readonly string[]): Promise<Done> {
  return sandbox.run([...command, ...args]).done;
}

async function withOther(
  differences: Parameters<typeof makeOtherVersion>[0],
  body: (other: OtherVersion) => Promise<void>,
): Promise<void> {
  const other = makeOtherVersion(differences);
  try {
    await body(other);
  } finally {
    other.remove();
  }
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function pidsOf(sandbox: Sandbox): Promise<readonly (number | null)[]> {
  const { actors } = await sandbox.json("ps");
  return actors.map(({ pid }: { pid: number | null }) => pid);
}

/** The numbers that the counter has printed, as a command shows them. */
function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(/\| line (\d+)$/gm)].map(([, number]) => Number(number));
}

function assertInSequence(numbers: readonly number[], from: number = numbers[0]!): void {
  assert.deepEqual(numbers, numbers.map((_, index) => from + index));
}

e2e(
  "upgrade: a tree is another version's with all of its processes, and no line is lost",
  async (sandbox) => {
    sandbox.config(COUNTER);
    await withOther({ version: "9.8.7" }, async (other) => {
      assert.equal((await sandbox.supervise("up", "-d")).code, 0);
      const { pid } = await sandbox.json("ps");
      const [guardian, before] = [parentOf(pid), await pidsOf(sandbox)];
      const follower = sandbox.start(["logs", "-f", "-n", "1000000", "counter"]);
      const events = sandbox.start(["events", "-f"]);
      await follower.line(/line 20$/);
      const done = await runOther(sandbox, other, "upgrade", "--json");
      assert.equal(done.code, 0, done.stdout + done.stderr);
      const { ok, trees: [{ from, to, adopted }] } = JSON.parse(done.stdout);
      assert.deepEqual([ok, from === to, to, adopted], [true, false, "9.8.7", 2]);
      assert.deepEqual(await pidsOf(sandbox), before);
      // They are the same processes, too, and another program.
      assert.equal((await sandbox.json("ps")).pid, pid);
      assert.equal(parentOf(pid), guardian);
      for (const one of [pid, guardian]) {
        assert.ok(readFileSync(`/proc/${one}/cmdline`, "utf8").split("\0").includes(other.command.at(-1)!));
      }
      await events.line(/a new supervisor goes on, with 2 processes/);
      const at = numbersIn((await sandbox.supervise("logs", "counter")).stdout).length;
      await follower.line(new RegExp(`line ${at + 20}$`));
      // And back again, by the version that it was.
      assert.equal((await sandbox.supervise("upgrade")).code, 0);
      assert.deepEqual(await pidsOf(sandbox), before);
      assert.equal((await sandbox.supervise("down")).code, 0);
      assertInSequence(numbersIn((await sandbox.supervise("logs", "counter")).stdout), 1);
      assertInSequence(numbersIn((await follower.done).stdout), 1);
      assert.equal((await events.done).code, 0);
    });
  },
);

e2e(
  "upgrade: actors of an isolated tree go on with all that they print, and the next run is isolated again",
  async (sandbox) => {
    sandbox.config(`isolate = true\n${COUNTER}`);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { pid: supervisor } = await sandbox.json("ps");
    const before = await pidsOf(sandbox);
    const [counter] = before;
    assert.notEqual(parentOf(counter!), supervisor);
    const follower = sandbox.start(["logs", "-f", "-n", "1000000", "counter"]);
    await follower.line(/line 20$/);
    assert.equal((await sandbox.supervise("upgrade")).code, 0);
    assert.deepEqual(await pidsOf(sandbox), before);
    assert.equal(
      parentOf(counter!),
      supervisor,
      "its isolator has ended, and it is a child of the supervisor",
    );
    const at = numbersIn((await sandbox.supervise("logs", "counter")).stdout).length;
    await follower.line(new RegExp(`line ${at + 20}$`));
    assert.equal((await sandbox.supervise("restart", "server")).code, 0);
    const [, server] = await pidsOf(sandbox);
    assert.notEqual(parentOf(server!), supervisor);
    assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
    assertInSequence(numbersIn((await follower.done).stdout), 1);
  },
);

e2e("upgrade: up in the foreground goes on, and still takes its tree down", async (sandbox) => {
  sandbox.config(COUNTER);
  const up = sandbox.start(["up"]);
  await up.line(/line 20$/);
  const before = await pidsOf(sandbox);
  assert.equal((await sandbox.supervise("upgrade")).code, 0);
  await up.line(/another program supervises the tree/);
  const at = numbersIn((await sandbox.supervise("logs", "counter")).stdout).length;
  await up.line(new RegExp(`line ${at + 20}$`));
  assert.deepEqual(await pidsOf(sandbox), before);
  up.kill("SIGINT");
  const { code, stdout, stderr } = await up.done;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /0 left/);
  assertInSequence(numbersIn(stdout), 1);
});

e2e("upgrade: a tree goes down with an up that dies while it is handed over", async (sandbox) => {
  sandbox.config(COUNTER);
  const up = sandbox.start(["up"]);
  await up.line(/line 20$/);
  // It cannot come to the next supervisor, and its death ends the tree, as it would have before.
  process.kill(up.pid, "SIGSTOP");
  assert.equal((await sandbox.supervise("upgrade")).code, 0);
  process.kill(up.pid, "SIGKILL");
  await up.done;
  await sandbox.untilDown();
});

e2e("upgrade: no connection to a socket that an actor is handed is refused", async (sandbox) => {
  const port = await freePort();
  const stopped = await freePort();
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.web]
    exec = ["python3", "web.py"]
    daemon = true
    sockets = ["tcp://127.0.0.1:${port}"]
    [actors.stopped]
    exec = ["python3", "web.py"]
    daemon = true
    sockets = ["tcp://127.0.0.1:${stopped}"]
  `);
  sandbox.write(
    "web.py",
    `
import os, socket
server = socket.socket(fileno=3)
while True:
    connection, _ = server.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
`,
  );
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("stop", "stopped")).code, 0);
  const waiting = ask(stopped);
  const first = await ask(port);
  let isOver = false;
  const answers = (async () => {
    const all = new Set<string>();
    while (!isOver) all.add(await ask(port));
    return [...all];
  })();
  for (let round = 0; round < 3; round++) assert.equal((await sandbox.supervise("upgrade")).code, 0);
  isOver = true;
  assert.deepEqual(await answers, [first]);
  // Who has connected while nobody was there is answered by the next run.
  assert.equal((await sandbox.supervise("start", "stopped")).code, 0);
  assert.match(await waiting, /^\d+$/);
  assert.equal((await sandbox.supervise("down")).code, 0);
}, ["python3"]);

/** What is said by whoever listens at a port. */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (bytes) => text += bytes.toString());
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
}

e2e("upgrade: an actor that ends while the tree is handed over is told of as it ended", async (sandbox) => {
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.job]
    shell = "read word < go; exit 7"
    [actors.server]
    exec = "sleep 1000"
    daemon = true
  `);
  await sandbox.run(["mkfifo", "go"]).done;
  assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
  const { pid } = await sandbox.rowWhen("job", ({ pid }) => pid !== null);
  const upgrade = sandbox.start(["upgrade"]);
  await sandbox.run(["sh", "-c", "echo end > go"]).done;
  assert.equal((await upgrade.done).code, 0);
  const { exit } = await sandbox.rowWhen("job", (row) => row.exit !== null);
  assert.equal(exit.code, 7);
  assert.equal(isAlive(pid), false);
  await sandbox.supervise("down");
});

e2e("upgrade: what would not survive is named, and nothing is touched", async (sandbox) => {
  sandbox.config('[actors.a]\nexec = "sleep 1000"\ndaemon = true');
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await pidsOf(sandbox);
  const refused = await sandbox.supervise("upgrade");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /error\[upgrade\/dies\]: The tree is not handed over: it is to die/);
  assert.match(refused.stderr, /hint: `supervise down` and `supervise up` start it anew/);
  assert.deepEqual(await pidsOf(sandbox), before);
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.equal((await sandbox.supervise("upgrade")).code, 3);
});

e2e("upgrade: a module is named that would not survive, and started anew if that may be", async (sandbox) => {
  sandbox.write("m.ts", "export const x = 1;");
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.m]
    module = "./m.ts"
    daemon = true
    [actors.server]
    exec = "sleep 1000"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const [module, server] = await pidsOf(sandbox);
  const refused = await sandbox.supervise("upgrade");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /m would not survive that\nhint: `supervise upgrade --restart`/);
  assert.equal((await sandbox.supervise("upgrade", "--restart")).code, 0);
  const { pid } = await sandbox.rowWhen("m", (row) => row.ready === true && row.pid !== module);
  assert.notEqual(pid, module);
  assert.equal((await sandbox.row("server")).pid, server);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "versions: of another one ps, status, ls, wait, logs and down work, and the rest says what to do",
  async (sandbox) => {
    sandbox.config(COUNTER);
    await withOther({ version: "9.8.7", protocol: 99, record: 99 }, async (other) => {
      const mine = (...args: readonly string[]) => sandbox.supervise(...args);
      const others = (...args: readonly string[]) => runOther(sandbox, other, ...args);
      for (const [start, use] of [[mine, others], [others, mine]] as const) {
        const up = await start("up", "-d");
        assert.equal(up.code, 0, up.stderr);
        for (
          const args of [["ps"], ["ps", "--json"], ["status", "counter"], ["wait", "server"], [
            "logs",
            "-n",
            "1",
          ]]
        ) {
          const done = await use(...args);
          assert.equal(done.code, 0, `${args.join(" ")}: ${done.stderr}`);
        }
        const listed = JSON.parse((await use("ls", "--json")).stdout);
        assert.ok(
          listed.some(({ file, actors }: { file: string; actors: number }) =>
            file.startsWith(`${sandbox.dir}/`) && actors === 2
          ),
        );
        for (const args of [["restart", "server"], ["apply"], ["stop", "server"]]) {
          const refused = await use(...args);
          assert.match(
            refused.stderr,
            /error\[control\/version\]: This tree is run by supervise \S+, and this command is of/,
          );
          assert.match(refused.stderr, /hint: `supervise upgrade` hands the tree over to this version/);
        }
        const down = await use("down");
        assert.equal(down.code, 0, down.stderr);
        assert.match(down.stdout, /0 left/);
      }
    });
  },
);

e2e(
  "versions: what another one has written of a running tree is refused, and nothing is ended",
  async (sandbox) => {
    sandbox.config(COUNTER);
    await withOther({ version: "9.8.7", state: 99 }, async (other) => {
      assert.equal((await sandbox.supervise("up", "-d")).code, 0);
      const { pid } = await sandbox.json("ps");
      const before = await pidsOf(sandbox);
      const refused = await runOther(sandbox, other, "upgrade");
      assert.match(
        refused.stderr,
        /error\[state\/version\]: The tree is not handed over: its state is written in format/,
      );
      assert.deepEqual(await pidsOf(sandbox), before);
      process.kill(pid, "SIGKILL");
      await until("it is kept", async () => /keeps its actors/.test((await sandbox.supervise("ps")).stderr));
      const up = await runOther(sandbox, other, "up", "-d");
      assert.match(up.stderr, /error\[state\/version\]: The actors of ".*" run under another version/);
      assert.equal((await sandbox.supervise("up", "-d")).code, 0);
      assert.deepEqual(await pidsOf(sandbox), before);
      assert.equal((await sandbox.supervise("down")).code, 0);
    });
  },
);

e2e("upgrade: a program that cannot run, or dies, leaves a tree whose actors go on", async (sandbox) => {
  sandbox.config(COUNTER);
  // It dies as the guardian that it is to become, which another one replaces.
  const guardian = {
    file: "lib/daemon/guardian/begin_to_guard.ts",
    of: "descriptors.keepToOurselves();",
    instead: "if (1 > 0) throw new Error('broken');",
  };
  // It becomes the guardian, and dies as the supervisor.
  const supervisor = {
    file: "lib/daemon/stand_up.ts",
    of: "const { file, stateFolder } = options;",
    instead:
      "const { file, stateFolder } = options; if (options.inherits !== undefined) throw new Error('broken');",
  };
  await withOther({ fault: guardian }, async (other) => {
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const before = await pidsOf(sandbox);
    const refused = await runOther(sandbox, other, "upgrade");
    assert.match(refused.stderr, /error\[upgrade\/not-startable\]/);
    assert.deepEqual(await pidsOf(sandbox), before);
    // There is a guardian all the same.
    const { pid } = await sandbox.json("ps");
    process.kill(pid, "SIGKILL");
    await until("it is kept", async () => /keeps its actors/.test((await sandbox.supervise("ps")).stderr));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.deepEqual(await pidsOf(sandbox), before);
  });
  await withOther({ fault: supervisor }, async (other) => {
    const before = await pidsOf(sandbox);
    const failed = await runOther(sandbox, other, "upgrade");
    assert.equal(failed.code, 1);
    assert.match(
      failed.stderr,
      /error\[upgrade\/failed\]: .* could not be handed over: broken\nhint: its actors are kept/,
    );
    await until("it is kept", async () => /keeps its actors/.test((await sandbox.supervise("ps")).stderr));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.deepEqual(await pidsOf(sandbox), before);
  });
  assert.equal((await sandbox.supervise("down")).code, 0);
  const numbers = numbersIn((await sandbox.supervise("logs", "counter")).stdout);
  assert.equal(numbers[0], 1);
  // A supervisor that is killed takes the lines along that it has just read; the two that hand over lose none.
  const jumps = numbers.filter((number, index) => index > 0 && number !== numbers[index - 1]! + 1);
  assert.ok(jumps.length <= 1 && numbers.every((number, index) => number >= index + 1), String(jumps));
});

e2e("upgrade: killed at any moment it leaves actors that go on", async (sandbox) => {
  sandbox.config(COUNTER);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const before = await pidsOf(sandbox);
  for (
    const [victim, delayMs] of [["guardian", 30], ["supervisor", 60], ["supervisor", 120], ["client", 20], [
      "guardian",
      150,
    ]] as const
  ) {
    const { pid } = await sandbox.json("ps");
    const guardian = parentOf(pid);
    const upgrade = sandbox.start(["upgrade"]);
    await sandbox.run(["sleep", String(delayMs / 1_000)]).done;
    const target = victim === "client" ? upgrade.pid : victim === "guardian" ? guardian : pid;
    if (isAlive(target)) process.kill(target, "SIGKILL");
    await upgrade.done;
    await until("the tree is supervised or kept", async () => {
      const { code, stderr } = await sandbox.supervise("ps");
      return code === 0 || /keeps its actors|still there/.test(stderr);
    });
    const up = await sandbox.supervise("up", "-d");
    assert.ok(up.code === 0 || /already-running/.test(up.stderr), up.stderr);
    assert.deepEqual(await pidsOf(sandbox), before, `${victim} after ${delayMs} ms`);
  }
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("upgrade: ps --watch goes on with the next supervisor, and ends with the tree", async (sandbox) => {
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.a]
    exec = "sleep 1000"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const watching = sandbox.start(["ps", "--watch"]);
  await watching.line(/^a +running/);
  assert.equal((await sandbox.supervise("upgrade")).code, 0);
  assert.equal((await sandbox.supervise("stop", "a")).code, 0);
  await watching.line(/^a +stopped/);
  assert.equal((await sandbox.supervise("down")).code, 0);
  const { code, stderr } = await watching.done;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /the tree has ended/);
});
