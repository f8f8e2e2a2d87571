/** What people and machines do to supervise itself: signals at bad moments, clients that do not read, users without a name. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { rowOf } from "../harness/process_table.ts";
import { e2e, type Running, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { until, untilGiven } from "../harness/until.ts";

const SERVER = `
  [actors.server]
  exec = "sleep 60"
  daemon = true
`;

async function ownProcesses(sandbox: Sandbox): Promise<{ supervisor: number; guardian: number }> {
  const { pid } = await sandbox.json("ps");
  return { supervisor: pid, guardian: rowOf(pid)!.parent };
}

e2e("an idle tree: its guardian sleeps", async (sandbox) => {
  sandbox.config(SERVER);
  await sandbox.supervise("up", "-d");
  const { guardian } = await ownProcesses(sandbox);
  const states = new Set<string>();
  for (let look = 0; look < 5; look++) {
    await sandbox.supervise("ps");
    states.add(rowOf(guardian)!.state);
  }
  assert.ok(states.has("S"), `it was never seen asleep, but ${[...states].join(", ")}`);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

/** Asserts that the lines of actor `flood` are the numbers up to `count`, each once and in order. */
function assertCounts(text: string, count: number): void {
  const lines = text.split("\n").filter((line) => /^flood +\| \d+$/.test(line));
  const numbers = lines.map((line) => Number(line.split("| ")[1]));
  const wrong = numbers.findIndex((number, index) => number !== index + 1);
  assert.deepEqual([wrong, numbers.length], [-1, count]);
}

e2e(
  "up: a client that does not read for a while loses nothing of a flood of short lines",
  async (sandbox) => {
    sandbox.config(`
    [actors.flood]
    shell = "echo begin; read x < go; seq 150000; echo > printed; read x < end"
  `);
    await sandbox.run(["mkfifo", "go", "printed", "end"]).done;
    const up = sandbox.start(["up"]);
    await up.line(/begin/);
    up.kill("SIGSTOP");
    await sandbox.run(["sh", "-c", "echo > go; read x < printed"]).done;
    up.kill("SIGCONT");
    await sandbox.run(["sh", "-c", "echo > end"]).done;
    const done = await up.done;
    assert.equal(done.code, 0, done.stderr);
    assertCounts(done.stdout, 150_000);
    assert.doesNotMatch(done.stderr, /missing|skipped/);
    assert.match(done.stderr, /0 left/);
  },
);

for (const into of ["> printed", "| cat > printed"]) {
  e2e(`up ${into}: it has every line of an actor that prints fast, once and in order`, async (sandbox) => {
    sandbox.config(`
      [actors.flood]
      exec = "seq 150000"
    `);
    const up = sandbox.run(["sh", "-c", `"$@" ${into}`, "sh", ...SUPERVISE, "up"]);
    const done = await up.done;
    assert.equal(done.code, 0, done.stderr);
    assertCounts(sandbox.read("printed"), 150_000);
    assert.doesNotMatch(done.stderr, /missing|skipped/);
  });
}

// Bun's streams of pipes give no turn to the loop by themselves. Deno's do, and there such a flood only makes all slow.
if (UNDER_TEST !== "deno") {
  e2e(
    "up: a program that never stops printing empty lines does not keep it from a signal",
    async (sandbox) => {
      sandbox.config(`
    [actors.flood]
    exec = ["yes", ""]
    daemon = true
  `);
      const up = sandbox.run(["sh", "-c", 'exec "$@" > /dev/null', "sh", ...SUPERVISE, "up"]);
      // Before it runs `up` has not begun to listen to signals, and just dies of one.
      await until(
        "the flood runs",
        async () => /flood .*running/.test((await sandbox.supervise("ps")).stdout),
      );
      up.kill("SIGTERM");
      const done = await up.done;
      assert.equal(done.code, 143, done.stderr);
      assert.match(done.stderr, /0 left/);
    },
  );
}

e2e("output that cannot be written is an error, and a reader that has gone is none", async (sandbox) => {
  sandbox.config(SERVER);
  await sandbox.supervise("up", "-d");
  await sandbox.run(["mkfifo", "ended"]).done;
  const sh = (script: string) => sandbox.run(["bash", "-c", script, "bash", ...SUPERVISE]).done;
  for (const command of ["ps", "ps --json", "events", "help", "version", "status server --json"]) {
    const full = await sh(`"$@" ${command} > /dev/full`);
    assert.equal(full.code, 1, `${command}: ${full.stderr}`);
    assert.match(full.stderr, /error\[output\/not-writable\]: Cannot write to standard output: .*no space/i);
    const gone = await sh(
      `(read x < ended; "$@" ${command}; echo "code $?" >&2) | { exec 0<&-; echo > ended; }`,
    );
    assert.equal(gone.stderr, "code 0\n");
  }
  assert.equal((await sh('"$@" ps 2> /dev/full')).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
  sandbox.config(`
    [actors.a]
    exec = "echo hello"
  `);
  const up = await sh('"$@" up > /dev/full');
  assert.equal(up.code, 1, up.stderr);
  assert.match(up.stderr, /error\[output\/not-writable\][^]*0 left/);
});

e2e(
  "up -d --json: a tree that fails is one value, and its end by itself changes nothing",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    exec = "sh -c 'exit 3'"
    daemon = true
    restart = "never"
    ready = { delay = "20s" }
  `);
    const done = await sandbox.supervise("up", "-d", "--json");
    assert.equal(done.code, 1, done.stderr);
    assert.equal(JSON.parse(done.stdout).ok, false);
  },
);

e2e("up -d --json: a tree that is late is one error", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    exec = "sleep 60"
    daemon = true
    ready = { delay = "20s" }
  `);
  const done = await sandbox.supervise("up", "-d", "--json", "--timeout", "10ms");
  assert.equal(done.code, 8, done.stderr);
  assert.equal(JSON.parse(done.stdout).error.name, "timed-out");
});

e2e(
  "up -d: after a crash it outwaits the old guardian, so that no actor ever runs twice",
  async (sandbox) => {
    sandbox.config(SERVER);
    await sandbox.supervise("up", "-d");
    const { supervisor, guardian } = await ownProcesses(sandbox);
    const old = await sandbox.row("server");
    process.kill(guardian, "SIGSTOP");
    process.kill(supervisor, "SIGKILL");
    const again = await sandbox.supervise("up", "-d");
    assert.equal(again.code, 0, again.stderr);
    assert.throws(() => process.kill(old.pid, 0), "the old run is alive beside the new one");
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

const STAYERS = `
  [actors.server]
  exec = "sleep 60"
  daemon = true
  [actors.stubborn]
  shell = "trap '' TERM; echo trapped; while read x < never; do :; done"
  daemon = true
  ready = { log = "trapped" }
  [actors.family]
  shell = "env -u SUPERVISE_RUN sleep 61 & echo born; exec sleep 62"
  daemon = true
  ready = { log = "born" }
`;

/** Starts a tree, and kills its supervisor and guardian so that neither can end anything. */
async function killBoth(sandbox: Sandbox): Promise<void> {
  sandbox.config(STAYERS);
  await sandbox.run(["mkfifo", "never"]).done;
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  const { supervisor, guardian } = await ownProcesses(sandbox);
  process.kill(guardian, "SIGSTOP");
  process.kill(supervisor, "SIGKILL");
  process.kill(guardian, "SIGKILL");
}

/** How many of each of the programs of {@linkcode STAYERS} run, once all are there, and no shell is what it is to become. */
async function stayers(sandbox: Sandbox): Promise<readonly number[]> {
  return await untilGiven("all stayers run", () => {
    const left = sandbox.left();
    const counts = [/sleep 60/, /trap ''/, /sleep 61/, /sleep 62/].map((what) =>
      left.filter((line) => what.test(line)).length
    );
    return counts.includes(0) || left.some((line) => line.includes("exec sleep 62")) ? null : counts;
  });
}

e2e(
  "up -d: what a supervisor leaves that is killed with its guardian is ended before any of it starts again",
  async (sandbox) => {
    await killBoth(sandbox);
    const old = new Set(sandbox.left());
    assert.deepEqual(await stayers(sandbox), [1, 1, 1, 1]);
    const again = await sandbox.supervise("up", "-d");
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /ended 4 processes that they had left behind/);
    assert.deepEqual(sandbox.left().filter((line) => old.has(line)), []);
    assert.deepEqual(await stayers(sandbox), [1, 1, 1, 1]);
    assert.equal((await sandbox.supervise("down", "--force")).code, 0);
  },
);

for (const options of [[], ["--force"]]) {
  e2e(
    `down ${options.join("")}: it ends what a supervisor leaves that is killed with its guardian`,
    async (sandbox) => {
      await killBoth(sandbox);
      const ps = await sandbox.supervise("ps");
      assert.equal(ps.code, 3);
      assert.match(ps.stderr, /4 of its processes are still there\)\nhint: `supervise down` ends them/);
      const down = await sandbox.supervise("down", "--json", ...options);
      assert.equal(down.code, 0, down.stdout + down.stderr);
      const { left, processes } = JSON.parse(down.stdout);
      assert.deepEqual([left, processes.length], [0, 4]);
      await sandbox.assertNoneLeft();
      assert.equal((await sandbox.supervise("down")).code, 3);
    },
  );
}

e2e("up -d: what was left on purpose by a tree that ended in order is nobody's to end", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    shell = "sleep 63 & echo born; exec sleep 62"
    daemon = true
    ready = { log = "born" }
    stop = { kill = "process", to = "process" }
  `);
  await sandbox.supervise("up", "-d");
  await sandbox.supervise("down");
  const find = () => sandbox.left().filter((line) => line.includes("sleep 63"));
  const [purposely] = find();
  assert.ok(purposely, "nothing was left");
  const again = await sandbox.supervise("up", "-d");
  assert.doesNotMatch(again.stderr, /left behind/);
  assert.ok(find().includes(purposely));
  await sandbox.supervise("down");
  for (const line of find()) process.kill(Number(line.split(" ")[0]), "SIGKILL");
});

e2e("down: a supervisor that is killed meanwhile is no riddle, and its tree is gone", async (sandbox) => {
  sandbox.config(STAYERS);
  await sandbox.run(["mkfifo", "never"]).done;
  await sandbox.supervise("up", "-d");
  const { supervisor } = await ownProcesses(sandbox);
  const down = sandbox.start(["down", "--json"]);
  await sandbox.rowWhen("stubborn", ({ state }) => state === "stopping");
  process.kill(supervisor, "SIGKILL");
  const done = await down.done;
  assert.equal(done.code, 1, done.stderr);
  assert.equal(JSON.parse(done.stdout).error.name, "supervisor/died");
  assert.equal(JSON.parse(done.stdout).error.left, 0);
  assert.deepEqual(sandbox.left(), []);
});

e2e("down --force: it wakes a guardian that somebody has stopped", async (sandbox) => {
  sandbox.config(SERVER);
  await sandbox.supervise("up", "-d");
  const { supervisor, guardian } = await ownProcesses(sandbox);
  process.kill(guardian, "SIGSTOP");
  process.kill(supervisor, "SIGSTOP");
  const down = await sandbox.supervise("down", "--force");
  assert.equal(down.code, 0, down.stdout + down.stderr);
});

/** Launches a tree for a client that does not let it begin; resolves when the supervisor stands. */
async function launchFor(sandbox: Sandbox, client: Running): Promise<Running> {
  sandbox.config(SERVER);
  const { startTime } = rowOf(client.pid)!;
  const options = {
    file: `${sandbox.dir}/supervise.toml`,
    stateFolder: `${sandbox.dir}/state`,
    only: null,
    exitCodeFrom: [],
    openFilesLimit: null,
    containment: null,
    client: { pid: client.pid, startTime },
  };
  const argv = [...SUPERVISE, "__guardian", JSON.stringify(options)];
  const guardian = sandbox.run(["sh", "-c", 'exec "$@" 3>&1', "sh", ...argv]);
  await guardian.line(/"ok":true/);
  return guardian;
}

e2e("up: a tree whose client dies before it has begun goes, too", async (sandbox) => {
  const client = sandbox.run(["sleep", "60"]);
  const guardian = await launchFor(sandbox, client);
  client.kill("SIGKILL");
  assert.equal((await guardian.done).code, 0);
  assert.equal((await sandbox.supervise("ps")).code, 3);
});

e2e("down: a tree that has not begun is taken down as any other", async (sandbox) => {
  const client = sandbox.run(["sleep", "60"]);
  const guardian = await launchFor(sandbox, client);
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stdout, /0 left/);
  assert.equal((await guardian.done).code, 0);
  client.kill("SIGKILL");
});

/** Only root can become another user, who cannot read the sources: such a test is one of the binary. */
const asRoot: typeof e2e = process.getuid!() === 0 && UNDER_TEST === "binary"
  ? (name, body) => e2e(name, body, ["setpriv"])
  : () => {};

/** How to run a program as a user that this test alone has. */
function asUser(uid: number): readonly string[] {
  return ["setpriv", "--reuid", String(uid), "--regid", String(uid), "--clear-groups", "env", "-i"];
}

asRoot("a folder for sockets that is not the user's alone is refused in every verb", async (sandbox) => {
  sandbox.config(SERVER);
  chmodSync(sandbox.dir, 0o755);
  const uid = 55_000 + process.pid % 1_000;
  const folder = `/tmp/supervise-${uid}`;
  const traps: readonly (readonly [string, () => void])[] = [
    ["belongs to user 0", () => mkdirSync(folder, { mode: 0o700 })],
    ["others have access", () => {
      mkdirSync(folder);
      chownSync(folder, uid, uid);
      chmodSync(folder, 0o755);
    }],
    ["no folder", () => writeFileSync(folder, "")],
    ["no folder", () => symlinkSync("/tmp/supervise-nowhere", folder)],
  ];
  try {
    for (const [why, set] of traps) {
      set();
      for (const verb of ["up", "up -d", "ps", "ls", "down", "logs", "events", "stop server", "ps -p some"]) {
        const done = await sandbox.run([...asUser(uid), ...SUPERVISE, ...verb.split(" ")]).done;
        assert.equal(done.code, 7, `${verb}: ${done.stderr}`);
        assert.match(
          done.stderr,
          new RegExp(`error\\[state/not-private\\].*${why}.*\nhint: look who made it`),
        );
      }
      rmSync(folder, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

asRoot("a user without a name, home or environment gets sentences, not a crash", async (sandbox) => {
  sandbox.config(SERVER);
  chmodSync(sandbox.dir, 0o755);
  const uid = 54_000 + process.pid % 1_000;
  const nobody = asUser(uid);
  const ps = await sandbox.run([...nobody, ...SUPERVISE, "ps"]).done;
  assert.equal(ps.code, 3, ps.stderr);
  const up = await sandbox.run([...nobody, ...SUPERVISE, "up", "-d"]).done;
  assert.equal(up.code, 1, up.stderr);
  assert.match(up.stderr, /error\[state\/not-writable\].*\nhint: .*XDG_STATE_HOME/);
  rmSync(`/tmp/supervise-${uid}`, { recursive: true, force: true });
});
