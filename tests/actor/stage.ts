/**
 * What the tests of actors run in: a program of its own, and at its end the proof from the table of processes that nothing
 * is left of it, not even a zombie, and that no task goes on.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { openSystem } from "../../lib/api/system.ts";
import type { ByteSource } from "../../lib/host/ports/processes.ts";
import { Event, run, type TaskInfo } from "../../mod.ts";
import { startBuiltActors } from "../harness/built.ts";
import { BELL_SUFFIX, JOURNAL_VARIABLE } from "./modules/journal.ts";

startBuiltActors();
// What the machine opens is opened once for the whole program: before the first test, so that none seems to leak it.
const { host } = await openSystem();

/** What a test sees of its actors beside what they say themselves. */
export interface Stage {
  /** What the actors have written down so far, in order. */
  readonly notes: () => readonly string[];
  /** Waits until a line has been written down. */
  readonly noted: (line: string) => Promise<void>;
  /** The numbers of the processes of actors that live. */
  readonly living: () => readonly number[];
  /** The same, without what has been written down before. */
  readonly fromNow: () => Stage;
}

/** See the module. */
export async function onStage(body: (stage: Stage) => unknown): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-actors-"));
  const journal = join(folder, "journal");
  writeFileSync(journal, "");
  process.env[JOURNAL_VARIABLE] = journal;
  const living = () => livingWith(journal);
  const allNotes = () => readFileSync(journal, "utf8").split("\n").slice(0, -1);
  const bell = new Bell(`${journal}${BELL_SUFFIX}`);
  const stageFrom = (start: number): Stage => {
    const notes = () => allNotes().slice(start);
    const noted = async (line: string) => {
      while (!notes().includes(line)) await bell.rung();
    };
    return { notes, noted, living, fromNow: () => stageFrom(allNotes().length) };
  };
  const tasks = new Set<TaskInfo>();
  const instrument = {
    taskSpawned: (task: TaskInfo) => void tasks.add(task),
    taskExited: (task: TaskInfo) => void tasks.delete(task),
  };
  try {
    await run(async () => void await body(stageFrom(0)), {
      interruptible: false,
      instruments: [instrument],
    });
  } finally {
    bell.close();
    const [left, zombies] = [living(), zombiesOfThis()];
    for (const pid of left) process.kill(pid, "SIGKILL");
    delete process.env[JOURNAL_VARIABLE];
    rmSync(folder, { recursive: true });
    assert.deepEqual({ left, zombies, tasks: [...tasks].map((task) => task.name) }, {
      left: [],
      zombies: [],
      tasks: [],
    });
  }
}

/** A pipe with a name: who writes to it wakes who waits for that. Watching a file would miss some of its changes. */
class Bell {
  readonly #write: number;
  readonly #source: ByteSource;
  #ring = new Event();

  constructor(path: string) {
    const { read, write } = host.descriptors.openPipe();
    symlinkSync(`/proc/${process.pid}/fd/${write}`, path);
    this.#write = write;
    this.#source = host.descriptors.sourceOf(read);
    void this.#listen();
  }

  async rung(): Promise<void> {
    await this.#ring.wait();
  }

  close(): void {
    this.#source.close();
    host.descriptors.close(this.#write);
  }

  async #listen(): Promise<void> {
    while (await this.#source.read() !== null) {
      this.#ring.set();
      this.#ring = new Event();
    }
  }
}

/** The journal of a test is the mark of all that it starts: it is inherited. */
function livingWith(journal: string): readonly number[] {
  const { processes } = host;
  return processes.table()
    .filter((row) => row.pid !== process.pid && processes.variableOf(row.pid, JOURNAL_VARIABLE) === journal)
    .map((row) => row.pid);
}

function zombiesOfThis(): readonly number[] {
  return host.processes.table()
    .filter((row) => row.parent === process.pid && row.state === "Z")
    .map((row) => row.pid);
}
