/** Logs that last: where lines go, how their files are rotated, and what is wrong with them. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

/** All that was written to a log and to those that it was before, the oldest first. */
function wholeLog(sandbox: Sandbox, name: string): string {
  const folder = join(sandbox.dir, "logs");
  const numberOf = (file: string) => Number(/\.(\d+)(?:\.gz)?$/.exec(file)?.[1] ?? 0);
  return readdirSync(folder).filter((file) => file.startsWith(name) && !file.endsWith(".new"))
    .sort((a, b) => numberOf(b) - numberOf(a))
    .map((file) => readFileSync(join(folder, file)))
    .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()).join("");
}

const range = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`);

/** The texts that `logs` shows of an actor. */
async function shown(sandbox: Sandbox, ...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await sandbox.supervise("logs", ...args, "--json");
  assert.equal(code, 0, stderr);
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).line);
}

/** Kills a process, and waits until it is gone. */
async function kill(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await until(
    `${pid} is gone`,
    () => !existsSync(`/proc/${pid}`) || /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8")),
  );
}

const LINES = 30_000;

e2e(
  "logs: under load no line is lost, doubled or split by any rotation, into whatever file",
  async (sandbox) => {
    const common = `max_size = "32KiB", keep = 1000, compress = true`;
    sandbox.config(`
    [actors.own]
    shell = "seq ${LINES}"
    log = { ${common} }
    [actors.raw]
    shell = "seq ${LINES}"
    log = { file = "logs/raw.log", ${common} }
    [actors.json]
    shell = "seq ${LINES}"
    log = { file = "logs/json.log", format = "json", ${common} }
  `);
    assert.equal((await sandbox.supervise("up", "--quiet")).code, 0);
    for (const actor of ["own", "raw", "json"]) {
      assert.deepEqual(await shown(sandbox, actor), range(LINES), actor);
      assert.deepEqual(await shown(sandbox, "-n", "5000", actor), range(LINES).slice(-5_000), actor);
    }
    assert.deepEqual(wholeLog(sandbox, "raw").split("\n").slice(0, -1), range(LINES));
    const objects = wholeLog(sandbox, "json").split("\n").slice(0, -1).map((line) => JSON.parse(line));
    assert.deepEqual(objects.map(({ line }) => line), range(LINES));
  },
);

/** An actor that prints a word when it is told to. */
const TELLER = `
  shell = "mkfifo go; exec 3<> go; while read word <&3; do echo told $word; echo and $word >&2; done"
  daemon = true
`;

async function tell(sandbox: Sandbox, word: string): Promise<void> {
  await sandbox.run(["sh", "-c", `until test -p go; do :; done; echo ${word} > go`]).done;
}

e2e(
  "logs: where lines go changes in place, also for the guardian, and logs finds all of them",
  async (sandbox) => {
    const tree = (log: string) => `on_supervisor_death = "survive"\n[actors.teller]\n${TELLER}\n${log}`;
    const read = (name: string) => existsSync(join(sandbox.dir, name)) ? sandbox.read(name) : "";
    const saw = (name: string, text: string) => until(`${name} has ${text}`, () => read(name).includes(text));
    sandbox.config(tree(""));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { pid } = await sandbox.row("teller");
    await tell(sandbox, "one");
    await until("it is logged", async () => (await shown(sandbox)).length === 2);

    sandbox.config(tree(`log = { file = "logs/a.log" }`));
    const applied = await sandbox.json("apply");
    assert.equal(applied.ok, true);
    await tell(sandbox, "two");
    await saw("logs/a.log", "and two");
    assert.equal(read("logs/a.log").split("\n").sort().join("|"), "|and two|told two");

    sandbox.config(
      tree(`log = { file = "logs/b.log", format = "json", max_size = "1KiB", keep = 9, compress = true }`),
    );
    assert.equal((await sandbox.supervise("apply")).code, 0);
    await kill((await sandbox.json("ps")).pid);
    for (let number = 0; number < 10; number++) await tell(sandbox, `three-${number}`);
    await until("the guardian writes on", () => wholeLog(sandbox, "b.log").includes("and three-9"));
    await until("it compresses", () => existsSync(join(sandbox.dir, "logs/b.log.1.gz")));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);

    sandbox.config(tree(`log = "null"`));
    assert.equal((await sandbox.supervise("apply")).code, 0);
    await tell(sandbox, "four");
    sandbox.config(tree(""));
    assert.equal((await sandbox.supervise("apply")).code, 0);
    await tell(sandbox, "five");
    const words = ["one", "two", ...range(10).map((number) => `three-${Number(number) - 1}`), "five"];
    const expected = words.flatMap((word) => [`told ${word}`, `and ${word}`]).sort();
    await until("all are found", async () => (await shown(sandbox)).length >= expected.length);
    assert.deepEqual([...await shown(sandbox)].sort(), expected);
    assert.equal((await sandbox.row("teller")).pid, pid);
    assert.equal((await sandbox.json("down")).left, 0);
    assert.deepEqual([...await shown(sandbox)].sort(), expected);
  },
);

e2e(
  "logs: inherit has up print the lines as they are, and null keeps and shows nothing of them",
  async (sandbox) => {
    sandbox.config(`
    [actors.plain]
    shell = "echo {}; echo wrong >&2"
    log = "inherit"
    [actors.silent]
    shell = "echo ready; echo hidden; sleep 0.1"
    log = "null"
    ready = { log = "ready" }
    [actors.after]
    shell = "echo seen"
    depends_on = { plain = "completed", silent = "ready" }
  `);
    const { code, stdout, stderr } = await sandbox.supervise("up");
    assert.equal(code, 0);
    assert.equal(stdout, "{}\nafter     | seen\n");
    assert.match(stderr, /^wrong$/m);
    assert.deepEqual([...await shown(sandbox)].sort(), ["seen", "wrong", "{}"]);
    const none = await sandbox.supervise("logs", "silent");
    assert.equal(none.code, 4);
  },
);

e2e(
  "logs: a file that cannot be, of whatever kind, is told with its reason, and the actor runs on",
  async (sandbox) => {
    mkdirSync(join(sandbox.dir, "folder.log"));
    sandbox.write("target.log", "");
    sandbox.write("file", "");
    symlinkSync("target.log", join(sandbox.dir, "link.log"));
    const actors = ["folder.log", "link.log", "file/in.log", "missing/deep/a.log"];
    sandbox.config(
      actors.map((file, index) =>
        `[actors.a${index}]\nshell = "echo here; exec sleep 1000"\ndaemon = true\nready = { log = "here" }\nlog = { file = "${file}" }\n`
      ).join(""),
    );
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const told = async () => {
      const { stdout } = await sandbox.supervise("events", "--json");
      const entries = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
      return entries.filter(({ event }) => event === "lines_dropped").map(({ path, why }) => `${path} ${why}`)
        .sort();
    };
    await until("three are told", async () => (await told()).length === 3);
    const [folder, link, file] = await told();
    assert.match(folder!, /^a0 .*EISDIR/);
    assert.match(link!, /^a1 .*ELOOP/);
    assert.match(file!, /^a2 .*(ENOTDIR|EEXIST)/);
    assert.equal(sandbox.read("missing/deep/a.log"), "here\n");
    for (const actor of ["a0", "a1", "a2", "a3"]) assert.equal((await sandbox.row(actor)).ready, true);
    assert.equal((await sandbox.json("down")).left, 0);
  },
);

e2e(
  "logs: a folder that is removed, or cannot be written for a while, comes back with the next line",
  async (sandbox) => {
    if (process.getuid!() === 0) return;
    sandbox.config(`[actors.teller]\n${TELLER}\nlog = { file = "logs/a.log" }`);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await tell(sandbox, "one");
    await until("it is logged", () => existsSync(join(sandbox.dir, "logs/a.log")));
    rmSync(join(sandbox.dir, "logs"), { recursive: true });
    chmodSync(sandbox.dir, 0o555);
    await tell(sandbox, "two");
    chmodSync(sandbox.dir, 0o755);
    await tell(sandbox, "three");
    await until("it is logged again", () => sandbox.read("logs/a.log").includes("three"));
    assert.equal((await sandbox.json("down")).left, 0);
  },
);
