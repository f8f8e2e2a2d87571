/** What the journal of a tree must be, whatever has happened to its supervisors. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { NodeFiles } from "../../lib/host/shared/node_files.ts";
import { readJournal } from "../../lib/engine/journal/journal_reader.ts";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";
import type { Sandbox } from "../harness/supervise.ts";

/** Files of all users, which a command would not believe. */
class FilesOfAnybody extends NodeFiles {
  override readOwn(path: string): string | null {
    return this.readText(path);
  }
}

/** The entries of one supervisor after the other; those who go on with a tree are as one. */
export function journalsOf({ dir }: Sandbox): readonly (readonly JournalEntry[])[] {
  const journals: JournalEntry[][] = [];
  const [folder] = foldersIn(`${dir}/state/supervise`);
  const entries = folder === undefined ? null : readJournal(new FilesOfAnybody(), folder);
  for (const entry of entries ?? []) {
    const last = journals.at(-1)?.at(-1);
    // Of a tree that somebody goes on with nothing may have been written before.
    if (entry.seq === 1 || last === undefined || (entry.event === "resumed" && entry.seq <= last.seq)) {
      journals.push([]);
    }
    journals.at(-1)!.push(entry);
  }
  return journals;
}

/**
 * Asserts that nothing is missing: only what its supervisor was killed with may be without an end, and only what was not
 * written yet when that was killed may be missing before another one goes on.
 */
export function assertJournals(sandbox: Sandbox): void {
  for (const journal of journalsOf(sandbox)) {
    let next = 1;
    for (const { seq, event, cause } of journal) {
      assert.ok(
        seq === next || (event === "resumed" && seq > next),
        `entry ${seq} follows entry ${next - 1}`,
      );
      next = seq + 1;
      assert.ok(cause === null || (cause >= 1 && cause < seq), `entry ${seq} has cause ${cause}`);
    }
    const open = openRuns(journal);
    if (hasEnded(journal)) assert.deepEqual([...open.keys()], [], "actors that have started, but not ended");
  }
}

/** The numbers of the processes of actors that have started and not ended, by their addresses. */
export function openRuns(journal: readonly JournalEntry[]): ReadonlyMap<string, number> {
  const open = new Map<string, number>();
  for (const entry of journal) {
    const { seq, path, event } = entry;
    // A supervisor that goes on says which runs it has found.
    if (event === "resumed") open.clear();
    if (event === "adopted") open.set(path, entry.pid);
    if (event === "started" && "pid" in entry) {
      const other = open.get(path) ?? entry.pid;
      assert.equal(other, entry.pid, `entry ${seq}: ${path} starts, and has not ended before`);
      open.set(path, entry.pid);
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
