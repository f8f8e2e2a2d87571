/** Logs that last: where lines go, how their files are rotated, and what is wrong with them. */
import assert from "node:assert/strict";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

/**
 * All that was written to a log and to those that it was before, the oldest first; without a file that is rotated or compressed
 * while it is read.
 */
function wholeLog(sandbox: Sandbox, name: string): string {
  const folder = join(sandbox.dir, "logs");
  const numberOf = (file: string) => Number(/\.(\d+)(?:\.gz)?$/.exec(file)?.[1] ?? 0);
  return readdirSync(folder).filter((file) => file.startsWith(name) && !file.endsWith(".new"))
    .sort((a, b) => numberOf(b) - numberOf(a))
    .map((file) => bytesOf(join(folder, file)))
    .map((bytes) => Buffer.from(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()).join("");
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    return new Uint8Array();
  }
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
  "logs: a folder that is removed, or is another user's for a while, is written to again as soon as it can be",
  async (sandbox) => {
    sandbox.config(`[actors.teller]\n${TELLER}\nlog = { file = "logs/a.log" }`);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const saw = (text: string) =>
      until(`${text} is logged`, () => {
        const file = join(sandbox.dir, "logs/a.log");
        return existsSync(file) && readFileSync(file, "utf8").includes(text);
      });
    await tell(sandbox, "one");
    await saw("one");
    rmSync(join(sandbox.dir, "logs"), { recursive: true });
    await tell(sandbox, "two");
    await saw("two");
    // Only root can give a folder away.
    if (process.getuid!() === 0) {
      rmSync(join(sandbox.dir, "logs"), { recursive: true });
      mkdirSync(join(sandbox.dir, "logs"));
      chownSync(join(sandbox.dir, "logs"), 12_345, 12_345);
      await tell(sandbox, "lost");
      await until(
        "it is told",
        async () => (await sandbox.supervise("events")).stdout.includes("another user (uid 12345)"),
      );
      assert.deepEqual(readdirSync(join(sandbox.dir, "logs")), []);
      chownSync(join(sandbox.dir, "logs"), 0, 0);
      await tell(sandbox, "three");
      await saw("and three");
      assert.match(
        sandbox.read("logs/a.log"),
        /^\[supervise: \d+ lines? (?:was|were) lost: its folder belongs/,
      );
    }
    assert.match((await sandbox.supervise("events")).stdout, /somebody has removed/);
    assert.equal((await sandbox.json("down")).left, 0);
  },
);

e2e(
  "logs: -f goes on over rotation, apply, a killed supervisor and the next, each line once, and ends with the tree",
  async (sandbox) => {
    const tree = (log: string) => `on_supervisor_death = "survive"\n[actors.teller]\n${TELLER}\n${log}`;
    sandbox.config(tree(`log = { max_size = "1KiB", keep = 100, compress = true }`));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const following = sandbox.start(["logs", "-f", "-n", "0", "--stream", "stdout"]);
    const words: string[] = [];
    /** Says some words, and waits until the follower has printed the last of them. */
    const say = async (word: string, count: number) => {
      for (let number = 0; number < count; number++) {
        words.push(`${word}-${number}`);
        await tell(sandbox, words.at(-1)!);
      }
      await following.line(new RegExp(`told ${words.at(-1)}$`, "m"));
    };
    // It says nothing of when it follows: what comes too early is repeated.
    let follows = false;
    following.line(/told early/).then(() => follows = true);
    await until("it follows", async () => {
      await tell(sandbox, "early");
      return follows;
    });
    await say("rotated", 40);
    sandbox.config(tree(`log = { file = "logs/a.log", format = "json" }`));
    assert.equal((await sandbox.supervise("apply")).code, 0);
    await say("applied", 3);
    await kill((await sandbox.json("ps")).pid);
    await say("kept", 3);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await say("resumed", 3);
    assert.equal((await sandbox.json("down")).left, 0);
    const { code, stdout, stderr } = await following.done;
    assert.equal(code, 0, stderr);
    const told = stdout.split("\n").slice(0, -1).map((line) => line.split("| told ")[1]).filter((word) =>
      word !== "early"
    );
    assert.deepEqual(told, words);
  },
);

e2e(
  "logs: --since, --until, --grep, --stream and -n say which lines, also after the tree has ended",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    shell = "echo alpha 1; echo alpha 2; echo beta 3 >&2; echo alpha 4"
    [actors.b]
    shell = "echo gamma 5; echo alpha 6 >&2"
    depends_on = ["a"]
  `);
    assert.equal((await sandbox.supervise("up", "-q")).code, 0);
    const all = (await sandbox.supervise("logs", "--json")).stdout.split("\n").slice(0, -1)
      .map((line) => JSON.parse(line) as { at: string; line: string });
    const texts = all.map(({ line }) => line);
    assert.equal(texts.length, 6);
    assert.deepEqual(
      await shown(sandbox, "--grep", "^alpha [0-9]$"),
      texts.filter((text) => text.startsWith("alpha")),
    );
    assert.deepEqual(await shown(sandbox, "--grep", "a|b", "--stream", "stderr"), ["beta 3", "alpha 6"]);
    assert.deepEqual(await shown(sandbox, "--grep", "alpha", "-n", "2", "a"), ["alpha 2", "alpha 4"]);
    assert.deepEqual(await shown(sandbox, "--since", all[2]!.at), texts.slice(2));
    assert.deepEqual(await shown(sandbox, "--until", all[2]!.at), texts.slice(0, 3));
    assert.deepEqual(
      await shown(sandbox, "--since", all[1]!.at, "--until", all[3]!.at, "-n", "2"),
      texts.slice(2, 4),
    );
    assert.deepEqual(await shown(sandbox, "--since", "1h"), texts);
    assert.deepEqual(await shown(sandbox, "--until", "1h"), []);
    for (
      const [args, name] of [
        [["--since", "tomorrow"], "usage/bad-value"],
        [["--since", "1h", "--until", "2h"], "usage/bad-value"],
        [["-f", "--until", "now"], "usage/bad-value"],
        [["--stream", "both"], "usage/bad-value"],
        [["--grep", "("], "usage/bad-pattern"],
        [["--grep", "(a)\\1"], "usage/bad-pattern"],
      ] as const
    ) {
      const { code, stderr } = await sandbox.supervise("logs", ...args);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, new RegExp(`error\\[${name}\\][^]*\nhint: `), args.join(" "));
    }
  },
);
