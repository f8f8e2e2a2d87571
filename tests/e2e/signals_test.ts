/** Signals that are not meant to end a tree, to each of the programs that it is made of. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, readlinkSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { e2e, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const UNHEEDED = [10, 12, 14, 16, 26, 27, 29, 30, ...Array.from({ length: 31 }, (_, index) => 34 + index)];

/** A watchdog against a hang, never a measure. */
const MOST_LOOKS = 200;

/** Deno takes signals for itself when it has been up for half a second. */
const SETTLED_MS = UNDER_TEST === "deno" ? 1_000 : 0;

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, "utf8");
}

/** The numbers of the signals that a process has in a line of its status. */
function signalsOf(pid: number, line: "SigIgn" | "SigCgt"): readonly number[] {
  const bits = BigInt(`0x${new RegExp(`^${line}:\\s*(\\w+)`, "m").exec(statusOf(pid))![1]}`);
  // Two are the C library's own, and no program can set them.
  const known = Array.from({ length: 64 }, (_, index) => index + 1).filter((number) =>
    ![32, 33].includes(number)
  );
  return known.filter((number) => (bits >> BigInt(number - 1)) & 1n);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(statusOf(pid))![1]);
}

/** Sends signals by their numbers, which not every runtime has names for. */
async function signal(sandbox: Sandbox, pid: number, numbers: readonly (number | string)[]): Promise<void> {
  const script = `for number in ${numbers.join(" ")}; do kill -$number ${pid} || exit 1; done`;
  assert.equal((await sandbox.run(["sh", "-c", script]).done).code, 0);
}

/** The processes of a tree, once it runs and they have taken what they take of signals. */
async function programsOf(sandbox: Sandbox): Promise<{ supervisor: number; guardian: number }> {
  let ps = await sandbox.supervise("ps", "--json");
  for (let look = 0; look < MOST_LOOKS; look++, ps = await sandbox.supervise("ps", "--json")) {
    if (ps.code !== 0) continue;
    const { pid, actors } = JSON.parse(ps.stdout);
    const isSettled = actors.every(({ state, uptimeMs }: { state: string; uptimeMs: number | null }) =>
      state === "running" && uptimeMs! >= SETTLED_MS
    );
    if (isSettled) return { supervisor: pid, guardian: parentOf(pid) };
  }
  throw new Error(`The tree does not run: ${ps.stdout}${ps.stderr}`);
}

const SLEEPER = `
  [actors.a]
  exec = "sleep 1000"
  daemon = true
`;

e2e("signals: those that mean nothing end neither supervisor nor guardian nor isolator", async (sandbox) => {
  sandbox.config(`${SLEEPER}
    [trees.apart]
    isolate = true
    [trees.apart.actors.b]
    exec = "sleep 1000"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { supervisor, guardian } = await programsOf(sandbox);
  const isolator = parentOf((await sandbox.row("apart/b")).pid);
  assert.notEqual(isolator, supervisor);
  await signal(sandbox, supervisor, UNHEEDED);
  await signal(sandbox, guardian, UNHEEDED);
  await signal(sandbox, isolator, ["HUP", ...UNHEEDED.filter((number) => number !== 14)]);
  // Each has something to do, and does it.
  assert.equal((await sandbox.supervise("restart", "**")).code, 0);
  const after = await sandbox.json("ps");
  assert.equal(after.pid, supervisor);
  assert.equal(parentOf((await sandbox.row("apart/b")).pid), isolator);
  assert.equal(parentOf(supervisor), guardian);
  const done = await sandbox.json("down");
  assert.equal(done.left, 0);
  const said = readFileSync(fileBelow(sandbox, "supervisor.log"), "utf8");
  assert.doesNotMatch(said, /Debugger/);
});

e2e(
  "signals: those that mean nothing do not end `up` in the foreground, and actors have all at their defaults",
  async (sandbox) => {
    sandbox.config(SLEEPER);
    const up = sandbox.start(["up"]);
    await programsOf(sandbox);
    await signal(sandbox, up.pid, UNHEEDED);
    const { pid } = await sandbox.row("a");
    assert.deepEqual(signalsOf(pid, "SigIgn"), []);
    up.kill("SIGTERM");
    assert.equal((await up.done).code, 143);
  },
);

e2e("signals: SIGHUP ends no supervisor and no guardian, and opens the logs anew", async (sandbox) => {
  sandbox.write("trigger", "");
  sandbox.config(`
    [actors.a]
    shell = "echo one; tail -f -n 0 trigger"
    daemon = true
    ready.log = "one"
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { supervisor, guardian } = await programsOf(sandbox);
  for (const [receiver, word] of [[supervisor, "two"], [guardian, "three"]] as const) {
    await moveLogsAway(sandbox, receiver, supervisor);
    await printed(sandbox, word);
  }
  assert.equal((await sandbox.json("ps")).pid, supervisor);
  assert.equal((await sandbox.json("down")).left, 0);
});

e2e("signals: SIGHUP ends no guardian that keeps a tree, and opens the logs anew", async (sandbox) => {
  sandbox.write("trigger", "");
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.a]
    shell = "echo one; tail -f -n 0 trigger"
    daemon = true
    ready.log = "one"
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { supervisor, guardian } = await programsOf(sandbox);
  process.kill(supervisor, "SIGKILL");
  await until(
    "the guardian keeps the tree",
    async () => {
      const trees = await sandbox.json("ls");
      // Of all that this user has: other tests run trees beside this one.
      return trees.find(({ file }: { file: string }) => file.startsWith(`${sandbox.dir}/`))?.state ===
        "unsupervised";
    },
  );
  // The guardian opens the file when it has a line to write.
  await printed(sandbox, "two");
  await moveLogsAway(sandbox, guardian, guardian);
  await printed(sandbox, "three");
  assert.doesNotMatch(readIfThere(fileBelow(sandbox, "a.log")), /two/);
  assert.equal((await sandbox.json("down")).left, 0);
});

e2e(
  "signals: what was ignored at the start stays ignored, as under nohup, but not by actors",
  async (sandbox) => {
    sandbox.config(SLEEPER);
    const up = sandbox.run(["sh", "-c", `trap "" HUP INT; exec "$@"`, "sh", ...SUPERVISE, "up"]);
    const { supervisor, guardian } = await programsOf(sandbox);
    for (const pid of [up.pid, supervisor, guardian]) process.kill(pid, "SIGHUP");
    process.kill(up.pid, "SIGINT");
    const { pid, restarts } = await sandbox.row("a");
    assert.deepEqual([restarts, signalsOf(pid, "SigIgn")], [0, []]);
    process.kill(up.pid, "SIGTERM");
    assert.equal((await up.done).code, 143);
  },
);

e2e("signals: a follower that was started by nohup goes on at SIGHUP", async (sandbox) => {
  sandbox.config(`actors.a = { shell = "echo one; exec sleep 1000", daemon = true, ready.log = "one" }`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await programsOf(sandbox);
  const logs = sandbox.run(["sh", "-c", `trap "" HUP; exec "$@"`, "sh", ...SUPERVISE, "logs", "-f"]);
  await logs.line(/one/);
  if (UNDER_TEST === "deno") await until("Deno listens", () => signalsOf(logs.pid, "SigCgt").includes(10));
  process.kill(logs.pid, "SIGHUP");
  await sandbox.supervise("down");
  assert.deepEqual([(await logs.done).code, (await logs.done).signal], [0, null]);
});

/** Moves the log and the journal, sends SIGHUP, and waits until the writer has let go of both. */
async function moveLogsAway(sandbox: Sandbox, receiver: number, writer: number): Promise<void> {
  const log = fileBelow(sandbox, "a.log");
  for (const file of [log, join(dirname(log), "../journal.jsonl")]) {
    if (existsSync(file)) renameSync(file, `${file}.moved`);
  }
  process.kill(receiver, "SIGHUP");
  await until(
    "the old files are let go of",
    () => !openFilesOf(writer).some((path) => path.endsWith(".moved")),
  );
}

/** Has the actor print a word, and waits until it is in the log of today. */
async function printed(sandbox: Sandbox, word: string): Promise<void> {
  appendFileSync(`${sandbox.dir}/trigger`, `${word}\n`);
  const folder = fileBelow(sandbox, "logs");
  await until(`${word} is in the log`, () => readIfThere(`${folder}/a.log`).includes(word));
}

function openFilesOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      return [];
    }
  });
}

/** The one file of a name below the folder of the test. */
function fileBelow(sandbox: Sandbox, name: string): string {
  const found = (readdirSync(`${sandbox.dir}/state`, { recursive: true }) as string[]).filter((path) =>
    path.endsWith(`/${name}`)
  );
  assert.equal(found.length, 1, `${name}: ${found}`);
  return `${sandbox.dir}/state/${found[0]}`;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
