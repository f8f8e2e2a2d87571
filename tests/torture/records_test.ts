/** What is known of a tree, cut at any byte, or replaced by nonsense: no question is asked, and no promise broken. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { treeIdOf } from "../../lib/daemon/tree_id.ts";
import { listRecords, readRecord } from "../../lib/daemon/tree_record.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import type { Sandbox } from "../harness/supervise.ts";
import { pairOf } from "./pair.ts";
import type { Promises } from "./promises.ts";
import { chosen, few, torture } from "./torture.ts";

const host = await openSystemHost();
host.processes.close();

/** What a run of all tests has time for: that many of the cases, and that many harms of either kind in each. */
const FEW_CASES = few(3, 1);
const FEW = 1;

function configure(sandbox: Sandbox): void {
  sandbox.config(`
    [defaults]
    stop = { grace = "200ms" }
    ${pairOf(sandbox)}
  `);
}

const treeOf = (sandbox: Sandbox) => treeIdOf(host, process.getuid!(), `${sandbox.dir}/supervise.toml`);

/** What a file may come to: a part of itself, or anything else. */
type Harm = readonly [what: string, harm: (path: string, text: string) => void];

const cutAt = (
  byte: number,
): Harm => [`cut at byte ${byte}`, (path, text) => writeFileSync(path, text.slice(0, byte))];

const NONSENSE: readonly Harm[] = [
  ...[
    "null",
    "[]",
    "{}",
    "7",
    '"tree"',
    '{"guardian":{"pid":1}}',
    '{"supervisor":{"pid":1},"guardian":{"pid":1}}',
    "\0\0\0",
  ].map((text): Harm => [
    text,
    (path) => writeFileSync(path, text),
  ]),
  ["a link to nowhere", (path) => (rmSync(path), symlinkSync("/nowhere/at/all", path))],
  ["not there", (path) => rmSync(path)],
];

/** A tree that is up, one that was taken down, and one whose supervisor and guardian were killed in one instant. */
const STATES = ["up", "down", "lost"] as const;

async function bring(sandbox: Sandbox, promises: Promises, state: typeof STATES[number]): Promise<void> {
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  if (state === "down") assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  if (state !== "lost") return;
  const { supervisor, guardian } = promises.own();
  process.kill(guardian!.pid, "SIGSTOP");
  process.kill(supervisor!.pid, "SIGKILL");
  process.kill(guardian!.pid, "SIGKILL");
  await promises.untilOver();
}

torture("records: whatever a record is cut to, it is read whole or not at all", async (sandbox) => {
  configure(sandbox);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { record } = treeOf(sandbox);
  const text = readFileSync(record, "utf8");
  const whole = readRecord(host, { record });
  assert.ok(whole !== null);
  for (let byte = 0; byte <= text.length; byte++) {
    writeFileSync(record, text.slice(0, byte));
    const read = readRecord(host, { record });
    assert.ok(read === null || JSON.stringify(read) === JSON.stringify(whole), `cut at byte ${byte}`);
    assert.ok(Array.isArray(listRecords(host, process.getuid!())));
  }
  assert.match((await sandbox.supervise("down")).stdout, /0 left/);
});

const CASES = STATES.flatMap((state) => ["tree.json", "end.json"].map((file) => ({ state, file })));

for (const { state, file } of chosen("records", CASES, FEW_CASES)) {
  torture(
    `records: ${file} of a tree that is ${state} is harmed, and everything works`,
    async (sandbox, promises) => {
      configure(sandbox);
      const path = `${treeOf(sandbox).runFolder}/${file}`;
      await bring(sandbox, promises, "down");
      const cuts = Array.from({ length: readFileSync(path, "utf8").length }, (_, byte) => cutAt(byte));
      const harms = [
        ...chosen(`cuts ${state} ${file}`, cuts, FEW),
        ...chosen(`nonsense ${state} ${file}`, NONSENSE, FEW),
      ];
      for (const [what, harm] of harms) {
        try {
          await bring(sandbox, promises, state);
          if (readdirSync(treeOf(sandbox).runFolder).includes(file)) harm(path, readFileSync(path, "utf8"));
          const ps = await sandbox.supervise("ps");
          assert.equal(ps.code, state === "up" ? 0 : 3, ps.stderr);
          const again = await sandbox.supervise("up", "-d");
          assert.equal(again.code, state === "up" ? 1 : 0, again.stderr);
          await promises.assertStanding();
          const down = await sandbox.supervise("down");
          assert.equal(down.code, 0, down.stderr);
          assert.match(down.stdout, /0 left/);
          await promises.assertOver();
          assert.equal((await sandbox.supervise("down")).code, 3);
        } catch (error) {
          throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
  );
}
