/** `chaos` as its users meet it, on real trees. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const TREE = `name = "attacked"
[actors.db]
shell = "sleep 1000 & exec sleep 1001"
daemon = true
[actors.web]
exec = "sleep 1002"
daemon = true
depends_on = ["db"]
[actors.job]
exec = "true"
`;

interface Line {
  readonly event: string;
  // deno-lint-ignore no-explicit-any
  readonly [field: string]: any;
}

function linesOf(stdout: string): readonly Line[] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Runs it to a good end, and gives its lines. */
async function chaosIn(sandbox: Sandbox, ...words: readonly string[]): Promise<readonly Line[]> {
  const { code, stdout, stderr } = await sandbox.supervise("chaos", "--yes", "--json", ...words);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const lines = linesOf(stdout);
  assert.deepEqual(lines.filter(({ event }) => event === "broken"), []);
  return lines;
}

async function upIn(sandbox: Sandbox, config = TREE): Promise<void> {
  sandbox.config(config);
  const { code, stderr } = await sandbox.supervise("up", "-d");
  assert.equal(code, 0, stderr);
}

function isMarked(pid: number, mark: string): boolean {
  return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
}

function stateOf(pid: number): string {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]!;
}

e2e("chaos: each kind of act, a report, and a tree that is as well as before", async (sandbox) => {
  await upIn(sandbox);
  const lines = await chaosIn(
    sandbox,
    "--acts",
    "4",
    "--seed",
    "1",
    "--do",
    "kill,kill-descendant,stop,slow",
  );
  const acts = lines.filter(({ event }) => event === "act");
  assert.deepEqual(acts.map(({ kind }) => kind).toSorted(), ["kill", "kill-descendant", "slow", "stop"]);
  const killed = lines.find(({ event, kind }) => event === "done" && kind === "kill")!;
  assert.equal(killed["cameTo"], "well");
  assert.equal(typeof killed["recoveryMs"], "number");
  assert.equal(typeof killed["computedMs"], "number");
  const report = lines.at(-1)!;
  assert.deepEqual([report.event, report["ok"], report["why"], report["seed"]], ["report", true, "acts", 1]);
  assert.deepEqual(report["recoveries"].map(({ count }: { readonly count: number }) => count), [1, 1, 1, 1]);
  const { actors } = await sandbox.json("ps");
  for (const { path, ready } of actors.filter(({ path }: Line) => path !== "job")) assert.ok(ready, path);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("chaos: the same seed does the same, and the report says how", async (sandbox) => {
  await upIn(sandbox);
  const sequence = async (...words: readonly string[]) =>
    (await chaosIn(sandbox, ...words, "--acts", "3", "--do", "kill,stop")).filter(({ event }) =>
      event === "act"
    )
      .map(({ kind, path, forMs }) => [kind, path, forMs]);
  const first = await sequence("--seed", "9");
  assert.deepEqual(await sequence("--seed", "9"), first);
  const { stdout } = await sandbox.supervise(
    "chaos",
    "--yes",
    "--acts",
    "1",
    "--do",
    "kill",
    "--only",
    "web",
  );
  assert.match(stdout, /^again: supervise chaos --acts 1 --do kill --only web --seed \d+$/m);
  assert.match(stdout, /^ *[\d.]+m?s #1 web: SIGKILL to its main process \d+$/m);
  assert.match(stdout, /^no promise was broken$/m);
  await sandbox.supervise("down");
});

e2e("chaos: an expectation that is broken is told with its reason, and ends it with 1", async (sandbox) => {
  await upIn(sandbox);
  const { code, stdout } = await sandbox.supervise(
    ...["chaos", "--yes", "--acts", "1", "--do", "kill", "--only", "web"],
    ...["--expect", "web restarts at most 0", "--expect", "never db failed"],
  );
  assert.equal(code, 1, stdout);
  assert.match(stdout, /^broken: web restarts at most 0\n {2}"web" has 1 restart/m);
  assert.match(stdout, /^kept: never db failed$/m);
  await sandbox.supervise("down");
});

e2e("chaos: a recovery that takes too long is a broken promise", async (sandbox) => {
  await upIn(
    sandbox,
    `[actors.web]
     shell = "test -e up && sleep 1000; touch up; exec sleep 1002"
     daemon = true
     ready = { exec = "test ! -e gone" }
     [actors.other]
     exec = "sleep 1003"
     daemon = true
    `,
  );
  sandbox.write("gone", "");
  const { code, stdout } = await sandbox.supervise(
    ...["chaos", "--yes", "--json", "--acts", "5", "--do", "kill", "--only", "web", "--within", "300ms"],
  );
  assert.equal(code, 1, stdout);
  const lines = linesOf(stdout);
  assert.deepEqual(lines.filter(({ event }) => event === "broken").map(({ promise }) => promise), [
    "recovery",
  ]);
  assert.equal(lines.at(-1)!["why"], "not-well");
  assert.equal(lines.filter(({ event }) => event === "act").length, 1, "nothing more is hit");
  await sandbox.supervise("down", "--force");
});

e2e("chaos: a process of an ended run that is alive is a broken promise", async (sandbox) => {
  await upIn(sandbox);
  const { pid } = await sandbox.row("web");
  // It has the environment of the run, and a parent that is none of the tree's: nobody but chaos looks there.
  const marks = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter((text) => text.includes("="));
  const left = sandbox.run(["env", "-i", ...marks, "sleep", "1004"]);
  await until("it bears the mark", () => isMarked(left.pid, "SUPERVISE_ACTOR=web"));
  const { code, stdout } = await sandbox.supervise(
    ...["chaos", "--yes", "--json", "--acts", "1", "--do", "kill", "--only", "web"],
  );
  assert.equal(code, 1, stdout);
  const broken = linesOf(stdout).filter(({ event }) => event === "broken");
  assert.deepEqual(broken.map(({ promise, path }) => [promise, path]), [["left-behind", "web"]]);
  assert.match(broken[0]!["seen"], new RegExp(`^process ${left.pid} of run`));
  left.kill("SIGKILL");
  await left.done;
  await sandbox.supervise("down");
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  e2e(`chaos: ${signal} ends it well, and what is stopped goes on`, async (sandbox) => {
    await upIn(sandbox);
    const { pid } = await sandbox.row("web");
    const running = sandbox.start(["chaos", "--yes", "--minutes", "5", "--do", "stop", "--only", "web"]);
    await until("web is stopped", () => stateOf(pid) === "T");
    running.kill(signal);
    const done = await running.done;
    assert.equal(done.code, code, done.stderr);
    assert.match(done.stdout, /^1 act in .*: interrupted$/m);
    assert.match(done.stdout, /^not waited for: #1$/m);
    const [told] = done.stdout.match(/^ *\S+ #1 chaos ends .*$/m) ?? [];
    assert.match(told!, / chaos ends before it is clear what becomes of web$/);
    assert.notEqual(stateOf(pid), "T");
    await sandbox.supervise("down");
  });
}

e2e("chaos: what is stopped goes on also when chaos is killed", async (sandbox) => {
  await upIn(sandbox);
  const { pid } = await sandbox.row("web");
  const running = sandbox.start(["chaos", "--yes", "--minutes", "5", "--do", "stop", "--only", "web"]);
  await until("web is stopped", () => stateOf(pid) === "T");
  running.kill("SIGKILL");
  await running.done;
  await until("web goes on", () => stateOf(pid) !== "T");
  await sandbox.supervise("down");
});

e2e("chaos: a tree that ends with its supervisor ends at last, and nothing is left", async (sandbox) => {
  await upIn(sandbox);
  const lines = await chaosIn(sandbox, "--acts", "1", "--do", "kill,kill-supervisor", "--kill-supervisor");
  assert.deepEqual(lines.filter(({ event }) => event === "act").map(({ kind }) => kind), [
    "kill",
    "kill-supervisor",
  ]);
  assert.equal(lines.findLast(({ event }) => event === "done")!["cameTo"], "gone");
  assert.equal((await sandbox.supervise("ps")).code, 3);
});

e2e(
  "chaos: a tree that survives keeps its processes when supervisor and guardian are killed",
  async (sandbox) => {
    await upIn(sandbox, `on_supervisor_death = "survive"\n${TREE}`);
    const { pid } = await sandbox.row("db");
    const lines = await chaosIn(sandbox, "--acts", "2", "--do", "kill-guardian,kill-supervisor");
    const kinds = lines.filter(({ event }) => event === "act").map(({ kind }) => kind);
    assert.deepEqual(kinds.toSorted(), ["kill-guardian", "kill-supervisor"]);
    assert.equal((await sandbox.row("db")).pid, pid);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e("chaos: connections are cut, where that can be done", async (sandbox) => {
  const port = await freePort();
  sandbox.write(
    "pair.py",
    `import socket, time
server = socket.create_server(("127.0.0.1", ${port}))
while True:
    client = socket.create_connection(("127.0.0.1", ${port}))
    other, _ = server.accept()
    print("connected", flush=True)
    try:
        client.recv(1)
    except OSError as error:
        print("cut", error.errno, flush=True)
`,
  );
  await upIn(sandbox, `[actors.pair]\nexec = "python3 pair.py"\ndaemon = true\n`);
  const { stdout } = await sandbox.supervise("chaos", "--dry-run");
  if (/^ {2}pair: .*cut/m.test(stdout)) {
    await until(
      "it is connected",
      async () => (await sandbox.supervise("logs", "pair")).stdout.includes("connected"),
    );
    await chaosIn(sandbox, "--acts", "1", "--do", "cut");
    await until(
      "it has found out",
      async () => /cut \d+/.test((await sandbox.supervise("logs", "pair")).stdout),
    );
  } else assert.match(stdout, /cut of pair: (only root may|this kernel closes none)/);
  await sandbox.supervise("down");
}, ["python3"]);

e2e("chaos: a dry run lists what could be hit and who is spared, and does nothing", async (sandbox) => {
  await upIn(sandbox);
  const before = await sandbox.json("ps");
  const { code, stdout } = await sandbox.supervise("chaos", "--dry-run");
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}db: kill, kill-descendant, stop, slow/m);
  assert.match(stdout, /^ {2}job: a task, which is to come to its end$/m);
  assert.match(stdout, /^ {2}fill of db, web: no quota of its own/m);
  assert.match(stdout, /^ {2}kill-supervisor: the tree would end/m);
  const dry = await sandbox.json("chaos", "--dry-run");
  assert.deepEqual(dry.actors.map(({ path }: Line) => path), ["db", "web"]);
  const pids = ({ actors }: Line) => actors.map(({ pid }: Line) => pid);
  assert.deepEqual(pids(await sandbox.json("ps")), pids(before));
  await sandbox.supervise("down");
});

e2e(
  "chaos: refuses what has no limit, what nobody agrees to, and what is not as its file says",
  async (sandbox) => {
    await upIn(sandbox);
    const refused = async (exitCode: number, pattern: RegExp, ...words: readonly string[]) => {
      const { code, stdout, stderr } = await sandbox.supervise("chaos", ...words);
      assert.equal(code, exitCode, `${stdout}${stderr}`);
      assert.match(stderr, pattern);
    };
    await refused(2, /chaos\/no-limit/, "--yes");
    await refused(2, /chaos\/not-confirmed/, "--acts", "1");
    await refused(2, /--minutes is "0"\n.*from 1 to 1,440/, "--minutes", "0", "--yes");
    await refused(2, /--max-down is "0"/, "--acts", "1", "--max-down", "0", "--yes");
    await refused(2, /--seed is "4294967296"/, "--acts", "1", "--seed", "4294967296", "--yes");
    await refused(2, /--do is "kil"\nhint: did you mean "kill"\?/, "--acts", "1", "--do", "kil", "--yes");
    await refused(4, /target\/unknown.*"wbe"/, "--acts", "1", "--only", "wbe", "--yes");
    await refused(2, /expect\/unreachable/, "--acts", "1", "--expect", "never dbb failed", "--yes");
    await refused(1, /chaos\/nothing-to-hit/, "--acts", "1", "--only", "job", "--yes");
    await sandbox.supervise("stop", "db", "--no-wait");
    sandbox.config(TREE.replace("sleep 1002", "sleep 1003"));
    await refused(1, /chaos\/other-file\].*"web"/, "--acts", "1", "--yes");
    await sandbox.supervise("down");
    await refused(3, /tree\/not-running/, "--acts", "1", "--yes");
  },
);

e2e("chaos: refuses a tree that is not well, and one that it runs in", async (sandbox) => {
  const self = SUPERVISE.map((word) => `'${word}'`).join(" ");
  sandbox.write("orphan.out", "");
  sandbox.write("orphan.sh", `${self} chaos --acts 1 --yes >orphan.out 2>&1 &\n`);
  await upIn(
    sandbox,
    `[actors.shell]
     shell = "until test -e go; do sleep 0.05; done; ${self} chaos --acts 1 --yes >out 2>&1; touch done; exec sleep 1000"
     daemon = true
     [actors.orphan]
     shell = "until test -e done; do sleep 0.05; done; sh orphan.sh; exec sleep 1002"
     daemon = true
     [actors.slow]
     exec = "sleep 1001"
     daemon = true
     autostart = false
     ready = { exec = "test -e never" }
    `,
  );
  sandbox.write("go", "");
  await until("it has been refused", () => existsSync(`${sandbox.dir}/done`));
  assert.match(sandbox.read("out"), /chaos\/inside\].*"shell"/);
  // Its parent has ended, and the supervisor is its parent now.
  await until("it has been refused there, too", () => /^hint/m.test(sandbox.read("orphan.out")));
  assert.match(sandbox.read("orphan.out"), /chaos\/inside\].*"orphan"/);
  await sandbox.supervise("start", "slow", "--no-wait");
  const { code, stderr } = await sandbox.supervise("chaos", "--acts", "1", "--yes");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /chaos\/not-well\].*"slow" \(starting\)/);
  await sandbox.supervise("down", "--force");
});

e2e("chaos: refuses a tree of another user", async (sandbox) => {
  if (process.getuid!() !== 0) return;
  await upIn(sandbox);
  const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  await sandbox.run(["chmod", "-R", "a+rX", sandbox.dir]).done;
  const { code, stderr } = await sandbox.run(
    [...asNobody, ...SUPERVISE, "chaos", "-f", `${sandbox.dir}/supervise.toml`, "--acts", "1", "--yes"],
  ).done;
  assert.notEqual(code, 0);
  assert.match(stderr, /chaos\/not-yours\].*runs as user 0, and is not yours/);
  await sandbox.supervise("down");
}, ["setpriv"]);
