/** When the journal is rotated: by its size, or by its age, so that a quiet tree does not keep years of it. */
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Files } from "../../host/ports/files.ts";
import type { LogLimits } from "../logs/log_store.ts";

/** With what is kept beside the current file a quiet tree has a year, and a busy one at most 65 MiB. */
export const JOURNAL_LIMITS: LogLimits = {
  maxBytes: 5 * 1_024 * 1_024,
  keep: 12,
  maxAgeMs: null,
  compress: false,
};

/** How old the first entry of the current file may be. */
export const OLDEST_MS = 30 * 24 * 60 * 60 * 1_000;

/** The first entry of a file is read alone: its date stands at its begin. */
const HEAD_BYTES = 64;

/** Knows how old the current file is. */
export class JournalAge {
  /** The date of the first entry; null as long as there is none. */
  #begunAt: number | null = null;

  /** Looks at the file that an earlier life has left. */
  async look(files: Files, file: string): Promise<void> {
    const open = await fromPromise(files.openRead(file));
    if (open === null) return;
    try {
      const head = new TextDecoder().decode(await fromPromise(open.read(0, HEAD_BYTES)));
      const at = Date.parse(/"at":"([^"]+)"/.exec(head)?.[1] ?? "");
      if (!Number.isNaN(at)) this.#begunAt = at;
    } finally {
      await fromPromise(open.close());
    }
  }

  /** Takes an entry into account. @returns Whether the file is to be rotated behind it. */
  isOldAt(now: number): boolean {
    this.#begunAt ??= now;
    if (now - this.#begunAt < OLDEST_MS) return false;
    this.#begunAt = null;
    return true;
  }
}
