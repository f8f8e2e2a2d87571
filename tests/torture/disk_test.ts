/** Disks without a byte left: under the logs and the journal, and under what is known of the trees. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import type { Done, Sandbox } from "../harness/supervise.ts";
import { once } from "./once.ts";
import { pairOf } from "./pair.ts";
import { Promises } from "./promises.ts";
import { MOUNT_NEEDS, SmallDisks } from "./small_disks.ts";
import { torture } from "./torture.ts";

/** Where root's trees are known; nobody but root may mount anyway. */
const RUN = "/run/supervise";

/** One actor says a word when it is told to, the others run. */
function configure(sandbox: Sandbox): void {
  sandbox.config(`
    [defaults]
    backoff = { initial = "1ms" }
    stop = { grace = "200ms" }
    [actors.talking]
    shell = "${once("talking")} while read word < words; do echo said $word; echo > heard; done"
    daemon = true
    ${pairOf(sandbox)}
    umask = "0027"
  `);
}

async function say(sandbox: Sandbox, ...words: readonly string[]): Promise<void> {
  for (const word of words) await sandbox.run(["sh", "-c", `echo ${word} > words; read x < heard`]).done;
}

function assertDone({ code, stdout, stderr }: Done, expected = 0): string {
  assert.equal(code, expected, stdout + stderr);
  return stdout + stderr;
}

/** The whole lines of a file; a part of one is an error. */
function wholeLines(text: string): readonly string[] {
  assert.ok(text === "" || text.endsWith("\n"), `a line is not whole: ${text.slice(-100)}`);
  return text.split("\n").slice(0, -1);
}

function disk(
  name: string,
  folders: (sandbox: Sandbox) => readonly string[],
  body: (sandbox: Sandbox, disks: SmallDisks, promises: Promises) => Promise<void>,
): void {
  torture(name, async (sandbox) => {
    configure(sandbox);
    await sandbox.run(["mkfifo", "words", "heard"]).done;
    const disks = await SmallDisks.mount(sandbox, folders(sandbox));
    const promises = new Promises(sandbox, { root: disks.root });
    try {
      await body(sandbox, disks, promises);
    } finally {
      await promises.close();
      await disks.close();
    }
    promises.assertKept();
  }, { needs: MOUNT_NEEDS });
}

const stateOf = ({ dir }: Sandbox) => `${dir}/state`;

disk(
  "disk: while the logs have no room the tree goes on, and what is lost is counted, whole line by whole line",
  (sandbox) => [stateOf(sandbox)],
  async (sandbox, disks, promises) => {
    assertDone(await disks.start("up", "-d").done);
    await say(sandbox, "one");
    assertDone(await disks.start("logs", "talking").done);
    disks.fill(stateOf(sandbox));
    // What is longer than a block finds no room in the last one, either.
    for (const word of ["two", "three", "four"]) await say(sandbox, `${word}${"x".repeat(5_000)}`);
    for (let count = 0; count < 8; count++) assertDone(await disks.start("restart", "a", "b").done);
    const rowOfB = async () => JSON.parse((await disks.start("status", "b", "--json").done).stdout).actors[0];
    process.kill((await rowOfB()).pid, "SIGKILL");
    for (let row = await rowOfB(); row.restarts === 0 || row.pid === null;) row = await rowOfB();
    await promises.assertStatus();
    assertDone(await disks.start("events").done);
    disks.free(stateOf(sandbox));
    await say(sandbox, "five");
    assertDone(await disks.start("restart", "b").done);
    assertDone(await disks.start("events").done);
    assert.match(
      assertDone(await disks.start("logs", "talking").done),
      /said one[^]*3 lines were lost: [^]*said five/,
    );
    const [folder] = readdirSync(`${disks.root}${stateOf(sandbox)}/supervise`);
    const read = (file: string) =>
      readFileSync(`${disks.root}${stateOf(sandbox)}/supervise/${folder}/${file}`, "utf8");
    assert.equal(wholeLines(read("logs/talking.log")).length, 3);
    assertGaps(wholeLines(read("journal.jsonl")));
    disks.fill(stateOf(sandbox));
    assert.match(assertDone(await disks.start("down").done), /0 left/);
    assertDone(await disks.start("ps").done, 3);
    wholeLines(read("logs/talking.log"));
    wholeLines(read("journal.jsonl"));
  },
);

/** Every entry that is missing is counted in its place. */
function assertGaps(lines: readonly string[]): void {
  let next = 1;
  for (const { seq, event, lost } of lines.map((line) => JSON.parse(line))) {
    if (event === "entries_lost") next += lost;
    else assert.equal(seq, next++);
  }
  assert.ok(lines.some((line) => line.includes("entries_lost")), "nothing was lost");
}

disk(
  "disk: where nothing can be known of a tree it does not start, and says why",
  () => [RUN],
  async (_, disks) => {
    disks.fill(RUN);
    const up = await disks.start("up", "-d").done;
    assert.notEqual(up.code, 0);
    assert.match(up.stderr, /state\/not-writable.*no space is left/);
    assertDone(await disks.start("ps").done, 3);
    disks.free(RUN);
    assertDone(await disks.start("up", "-d").done);
    assert.match(assertDone(await disks.start("down").done), /0 left/);
  },
);

disk(
  "disk: a tree ends in order that can leave no word of it, and nobody takes it for killed",
  () => [RUN],
  async (_, disks, promises) => {
    assertDone(await disks.start("up", "-d").done);
    disks.fill(RUN);
    await promises.assertStatus();
    assert.match(assertDone(await disks.start("down").done), /0 left/);
    assert.doesNotMatch(assertDone(await disks.start("ps").done, 3), /killed/);
    disks.free(RUN);
    assertDone(await disks.start("up", "-d").done);
    disks.fill(RUN);
    const { supervisor } = promises.own();
    process.kill(supervisor!.pid, "SIGKILL");
    await promises.untilOver();
    assertDone(await disks.start("ps").done, 3);
    disks.free(RUN);
    assertDone(await disks.start("up", "-d").done);
    assert.match(assertDone(await disks.start("down").done), /0 left/);
  },
);
