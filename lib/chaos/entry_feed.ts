/** The entries of a journal as they come, from a follower and, where that was too slow or not there, from the file. */
import { fromPromise } from "../bridge/from_promise.ts";
import type { ControlClient } from "../control/client.ts";
import type { FollowItem } from "../control/protocol.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { entriesBetween, readJournal } from "../engine/journal/journal_reader.ts";
import type { Host } from "../host/ports/host.ts";

/** See the module. */
export class EntryFeed {
  readonly #files: Host["files"];
  readonly #folder: string;
  #last = 0;
  #waiting: JournalEntry[] = [];

  /** @param folder Where the journal is. */
  constructor(files: Host["files"], folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Follows a supervisor from now on. @returns All entries so far, those of earlier lives of the tree among them. */
  async follow(client: ControlClient): Promise<readonly JournalEntry[]> {
    const early: FollowItem[] = [];
    let isReady = false;
    const following = client.follow({ lines: false, entries: true }, (items) => {
      if (isReady) this.#take(items);
      else early.push(...items);
    });
    // It ends with the connection, and the next request finds that out.
    following.catch(() => {});
    await fromPromise(client.request("sync", {}));
    const past = readJournal(this.#files, this.#folder) ?? [];
    const news = this.#last === 0 ? [] : entriesBetween(past, this.#last, Infinity);
    this.#add(news);
    this.#last = past.at(-1)?.seq ?? 0;
    isReady = true;
    this.#take(early);
    return past;
  }

  /** Those that have come since this was called last. */
  taken(): readonly JournalEntry[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  #take(items: readonly FollowItem[]): void {
    for (const item of items) {
      if (item.kind === "entry") this.#add([item.entry]);
      if (item.kind !== "lagged" || item.of !== "entries") continue;
      const all = readJournal(this.#files, this.#folder) ?? [];
      this.#add(entriesBetween(all, item.after, item.upTo));
    }
  }

  #add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (entry.seq <= this.#last) continue;
      this.#last = entry.seq;
      this.#waiting.push(entry);
    }
  }
}
