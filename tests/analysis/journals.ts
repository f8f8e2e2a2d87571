/** Journals by hand: a line an entry, `MS PATH EVENT`, with the data of some events; a tree has `started tree`. */
import type { NodeId } from "../../lib/config/plan.ts";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";

/** The date of the begin of every journal. */
export const BEGIN = Date.parse("2026-01-01T00:00:00.000Z");

const DATA: Readonly<Record<string, (value: string | undefined) => object>> = {
  started: (value) => value === "tree" ? { starts: 1 } : { pid: 1, run: 1, starts: 1 },
  ready: (value) => ({ afterMs: Number(value ?? 0) }),
  exited: (value) => ({ code: Number(value ?? 0), signal: null }),
  restarted: (value) => ({ delayMs: Number(value ?? 0), left: 4 }),
  stopping: (value) => ({ signal: "SIGTERM", graceMs: Number(value ?? 10_000), cancel: false }),
  hook_started: (value) => ({ hook: value ?? "pre_start" }),
  stopped: () => ({ why: "tree" }),
};

/** Entries of one life; `.` stands for the root. Numbers are made up, from 1. */
export function journal(text: string, beginMs = 0): readonly JournalEntry[] {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.map((line, index) => {
    const [at, path, event, value] = line.split(/\s+/);
    return {
      at: new Date(BEGIN + beginMs + Number(at)).toISOString(),
      seq: index + 1,
      path: (path === "." ? "" : path) as NodeId,
      event,
      cause: null,
      ...(DATA[event!]?.(value) ?? {}),
    } as unknown as JournalEntry;
  });
}
