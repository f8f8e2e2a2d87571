/** What the journal of a tree must be, whatever has happened to its supervisors. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { NodeFiles } from "../../lib/host/shared/node_files.ts";
import { readJournal } from "../../lib/engine/journal_reader.ts";
import type { JournalEntry } from "../../lib/engine/journal.ts";
import type { Sandbox } from "../harness/supervise.ts";

/** The entries of one supervisor after the other. */
export function journalsOf({ dir }: Sandbox): readonly (readonly JournalEntry[])[] {
  const journals: JournalEntry[][] = [];
  const [folder] = foldersIn(`${dir}/state/supervise`);
  const entries = folder === undefined ? null : readJournal(new NodeFiles(), folder);
  for (const entry of entries ?? []) {
    if (entry.seq === 1) journals.push([]);
    journals.at(-1)!.push(entry);
  }
  return journals;
}

/** Asserts that nothing is missing: only what its supervisor was killed with may be without an end. */
export function assertJournals(sandbox: Sandbox): void {
  for (const journal of journalsOf(sandbox)) {
    const numbers = journal.map(({ seq }) => seq);
    assert.deepEqual(numbers, numbers.map((_, index) => index + 1), "the journal has a gap");
    for (const { seq, cause } of journal) {
      assert.ok(cause === null || (cause >= 1 && cause < seq), `entry ${seq} has cause ${cause}`);
    }
    const open = openRuns(journal);
    if (hasEnded(journal)) assert.deepEqual([...open.keys()], [], "actors that have started, but not ended");
  }
}

/** The numbers of the processes of actors that have started and not ended, by their addresses. */
export function openRuns(journal: readonly JournalEntry[]): ReadonlyMap<string, number> {
  const open = new Map<string, number>();
  for (const { seq, path, event, pid } of journal) {
    if (event === "started" && pid !== undefined) {
      assert.ok(!open.has(path), `entry ${seq}: ${path} starts, and has not ended before`);
      open.set(path, pid as number);
    }
    if (event === "exited") {
      assert.ok(open.delete(path), `entry ${seq}: ${path} ends, and has not started before`);
    }
  }
  return open;
}

function hasEnded(journal: readonly JournalEntry[]): boolean {
  return journal.some(({ path, event }) => path === "" && event === "ended");
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
