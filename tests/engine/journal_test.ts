import assert from "node:assert/strict";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";
import { OLDEST_MS } from "../../lib/engine/journal/journal_age.ts";
import { entriesBetween, readJournal } from "../../lib/engine/journal/journal_reader.ts";
import { Recorder } from "../../lib/engine/journal/recorder.ts";
import { journalFileOf } from "../../lib/engine/state_folder.ts";
import type { Files } from "../../lib/host/ports/files.ts";
import { ROOT } from "../../lib/config/plan.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { STATE_FOLDER } from "../../lib/rehearsal/staged_engine.ts";

const DAY_MS = 86_400_000;

/** Writes an entry a day from one day to another, as a life of a tree does. */
async function live(machine: FakeMachine, fromDay: number, toDay: number): Promise<void> {
  let day = fromDay;
  const host = { ...machine.host, wallClock: () => day * DAY_MS };
  const recorder = new Recorder({ host, folder: STATE_FOLDER, onLost: () => {}, onRemade: () => {} });
  await openNursery(async (nursery) => {
    nursery.startSoon(() => recorder.run(), { name: "recorder" });
    await sleep(1);
    for (; day < toDay; day++) {
      recorder.entry({ seq: day + 1, node: ROOT, event: "ready", cause: null, data: { afterMs: 1 } });
      await recorder.sync();
    }
    recorder.close();
  });
}

test("journal: a file is rotated when it is a month old, also over lives, and readers read on over it", async () => {
  await runVirtual(async (clock) => {
    const machine = new FakeMachine(clock);
    machine.disk.makeFolder(STATE_FOLDER, 0o700);
    for (const [from, to] of [[0, 20], [20, 50], [50, 75]] as const) await live(machine, from, to);
    const { files } = machine.host;
    const file = journalFileOf(STATE_FOLDER);
    const daysIn = (end: string) =>
      files.readText(`${file}${end}`)!.trim().split("\n").map((text) =>
        Date.parse(JSON.parse(text).at) / DAY_MS
      );
    assert.deepEqual([daysIn(".2").at(0), daysIn(".2").at(-1)], [0, OLDEST_MS / DAY_MS]);
    assert.deepEqual([daysIn(".1").at(0), daysIn(".1").at(-1)], [31, 61]);
    assert.deepEqual([daysIn("").at(0), daysIn("").at(-1)], [62, 74]);
    const entries = readJournal(files, STATE_FOLDER)!;
    assert.deepEqual(entries.map(({ seq }) => seq), Array.from({ length: 75 }, (_, index) => index + 1));
  });
});

function line(seq: number, life = 1): string {
  const at = new Date(life * DAY_MS + seq).toISOString();
  return JSON.stringify({ at, seq, path: "", event: "ready", cause: null, afterMs: 1 });
}

function textOf(...seqs: readonly number[]): string {
  return seqs.map((seq) => `${line(seq)}\n`).join("");
}

/** Files that are rotated behind the reader's first look at the current one. */
function rotatedMeanwhile(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) {
  const file = journalFileOf("/state");
  let now = before;
  const nameOf = (path: string) => path.slice(file.length);
  return {
    exists: (path: string) => now[nameOf(path)] !== undefined,
    readOwn: (path: string) => {
      const text = now[nameOf(path)] ?? null;
      now = after;
      return text;
    },
  } as unknown as Files;
}

test("journal: a rotation while it is read hides no entry and doubles none", () => {
  const before = { "": textOf(5, 6), ".1": textOf(3, 4), ".2": textOf(1, 2) };
  const cases = [
    // The whole rotation, with an entry in the file before it has moved, and one after.
    { "": textOf(8), ".1": textOf(5, 6, 7), ".2": textOf(3, 4), ".3": textOf(1, 2) },
    // A moment between its renames: a number is missing.
    { "": textOf(5, 6), ".2": textOf(3, 4), ".3": textOf(1, 2) },
    // The last rename is done, and nothing has been written since.
    { ".1": textOf(5, 6), ".2": textOf(3, 4), ".3": textOf(1, 2) },
  ];
  for (const after of cases) {
    const found = readJournal(rotatedMeanwhile(before, after), "/state")!;
    assert.deepEqual(found.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6]);
  }
  const none = rotatedMeanwhile({}, {});
  assert.equal(readJournal(none, "/state"), null);
});

test("journal: entries by their numbers are those of the present life alone", () => {
  const entries = [line(1), line(2), line(3), line(1, 2), line(2, 2)].map((text): JournalEntry =>
    JSON.parse(text)
  );
  assert.deepEqual(entriesBetween(entries, 0, 9), entries.slice(3));
  assert.deepEqual(entriesBetween(entries, 1, 2), entries.slice(4));
  assert.deepEqual(entriesBetween([], 0, 9), []);
});
