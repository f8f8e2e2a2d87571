/** Finds the runs of actors in the entries of a journal. PURE. */
import type { NodeId } from "../../config/plan.ts";
import type { EntryOf } from "../../supervision/journal_entry.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { TimedEntry } from "../trace.ts";
import type { RecordedRun } from "./recorded_run.ts";
import { Surroundings } from "./surroundings.ts";

/** A run in the making. */
type Draft = { -readonly [Key in keyof RecordedRun]: RecordedRun[Key] };

/** The runs of an actor while its entries are read. */
interface Reading {
  readonly path: NodeId;
  readonly runs: { readonly draft: Draft; readonly own: TimedEntry[] }[];
}

/** A hook ends just before that which it lets happen. */
const JUST_MS = 0.0001;

/** The runs of each actor by their numbers. */
export type RecordedRuns = ReadonlyMap<NodeId, ReadonlyMap<number, RecordedRun>>;

/** Reads the runs. @param isActor Tells actors from trees. */
export function recordedRuns(
  entries: readonly TimedEntry[],
  isActor: (path: NodeId) => boolean,
): RecordedRuns {
  const readings = new Map<NodeId, Reading>();
  for (const entry of entries) {
    if (!isActor(entry.node)) continue;
    let reading = readings.get(entry.node);
    if (reading === undefined) readings.set(entry.node, reading = { path: entry.node, runs: [] });
    read(reading, entry);
  }
  const around = new Surroundings(entries);
  return new Map([...readings.values()].map(({ path, runs }) => [
    path,
    new Map(runs.map(({ draft, own }, index) => {
      const next = runs[index + 1]?.own[0] ?? null;
      return [draft.nth, {
        ...draft,
        ...around.clearOf(draft, own, next),
        failure: around.failureOf(draft, own),
      }];
    })),
  ]));
}

function read(reading: Reading, entry: TimedEntry): void {
  const current = reading.runs.at(-1);
  const run = opens(current?.draft ?? null, entry) ? open(reading, entry) : current;
  if (run === undefined) return;
  run.own.push(entry);
  note(run.draft, entry);
}

/** Whether an entry is the first about another run. */
function opens(run: Draft | null, { event, data }: TimedEntry): boolean {
  const isOver = run === null || run.exit !== null || run.failure !== null;
  switch (event) {
    case "started":
      return isOver || run.startedAt !== null || run.askedAt !== null || run.nth !== data.starts;
    case "start_failed":
      return isOver || run.startedAt !== null || run.askedAt !== null;
    case "hook_started":
      return data.hook === "pre_start";
    case "stopping":
      return isOver || run.askedAt !== null;
    default:
      return false;
  }
}

function open({ runs }: Reading, { event, data }: TimedEntry): Reading["runs"][number] {
  const nth = event === "started" ? data.starts : (runs.at(-1)?.draft.nth ?? 0) + 1;
  const draft: Draft = {
    nth,
    startedAt: null,
    failure: null,
    readyAt: null,
    lastError: null,
    hadJoined: null,
    health: [],
    askedAt: null,
    killedAt: null,
    exit: null,
    clearedAt: null,
    looks: [],
    hooks: {},
  };
  runs.push({ draft, own: [] });
  return runs.at(-1)!;
}

function note(run: Draft, entry: TimedEntry): void {
  const { atMs, event, data } = entry;
  switch (event) {
    case "started":
      run.startedAt = atMs;
      return endPreStart(run, atMs);
    case "start_failed":
      run.failure = { atMs, message: data.reason, isFinal: false };
      return endPreStart(run, atMs);
    case "ready":
      run.readyAt = atMs;
      return;
    case "timed_out":
      if (data.why.kind === "start_timeout") run.lastError = data.why.lastError;
      return;
    case "healthy":
      run.health = [...run.health, { atMs, healthy: true }];
      return;
    case "unhealthy":
      run.health = [...run.health, { atMs, healthy: false, ...data }];
      return;
    case "stopping":
      run.askedAt = atMs;
      run.hadJoined = data.cancel;
      return;
    case "killed":
      run.killedAt = atMs;
      return;
    case "exited":
      run.exit = { atMs, exit: exitOf(entry), error: data.error ?? null };
      return;
    case "hook_started":
      run.hooks = {
        ...run.hooks,
        [data.hook]: { begunAt: atMs, atMs, end: { how: "exited", code: 0 } },
      };
      return;
    case "hook_ended": {
      const begunAt = run.hooks[data.hook]?.begunAt ?? atMs;
      run.hooks = { ...run.hooks, [data.hook]: { begunAt, atMs, end: data.end } };
      return;
    }
    case "unseen":
      run.looks = [...run.looks, { atMs, rest: { found: "unknown", why: data.why, isFinal: false } }];
      return;
    case "failed": {
      const { why } = data;
      if (why.kind === "survivors") {
        run.looks = [...run.looks, {
          atMs,
          rest: { found: "survivors", processes: why.processes ?? [] },
        }];
      } else if (why.kind === "unseen") {
        run.looks = [...run.looks, { atMs, rest: { found: "unknown", why: why.why, isFinal: true } }];
      }
    }
  }
}

/** The hook before a start is over when that comes. */
function endPreStart(run: Draft, atMs: number): void {
  const { pre_start: hook } = run.hooks;
  if (hook !== undefined) run.hooks = { ...run.hooks, pre_start: { ...hook, atMs: atMs - JUST_MS } };
}

function exitOf({ data: { code, signal, reached } }: EntryOf<"exited">): Exit {
  const limits = reached === undefined ? {} : { reached };
  if (code !== null) return { how: "exited", code, ...limits };
  return signal !== null ? { how: "signalled", signal, ...limits } : { how: "unseen", ...limits };
}
