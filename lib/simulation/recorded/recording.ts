/**
 * The fate of a tree, from the journal of its life: how each run went, what was asked of it and when, and when its supervisor
 * was killed. It is a script with its own times. PURE.
 */
import { type NodeId, type Plan, ROOT } from "../../config/plan.ts";
import type { TreeEvent } from "../../supervision/event.ts";
import type { EntryEvent, EntryOf, JournalEntry } from "../../supervision/journal_entry.ts";
import type { TimedEntry } from "../trace.ts";
import { recordedLife } from "./recorded_life.ts";
import { type RecordedRuns, recordedRuns } from "./recorded_runs.ts";

/** See the module. Times are in milliseconds since the tree began. */
export interface Recording {
  /** The date at the beginning, in milliseconds since 1970. */
  readonly date: number;
  /** As far as they can be computed again. */
  readonly entries: readonly TimedEntry[];
  readonly runs: RecordedRuns;
  readonly asked: readonly { readonly atMs: number; readonly event: TreeEvent }[];
  readonly deaths: readonly { readonly atMs: number; readonly forMs: number }[];
  /** The delays of the restarts of each node, in their order. */
  readonly delays: ReadonlyMap<NodeId, readonly number[]>;
  /** The first entry that nothing can be computed from; null if there is none. */
  readonly end: { readonly entry: TimedEntry; readonly why: Unplayable } | null;
}

/** Why a life cannot be computed further: another plan, or a crash that was held, of which the journal says too little. */
export type Unplayable = "planned" | "held";

/** Why a life cannot be computed at all. */
export type NoRecording =
  | { readonly why: "empty" }
  /** Its first entries are not kept. */
  | { readonly why: "no_beginning"; readonly seq: number }
  /** Entries are missing between two. */
  | { readonly why: "gap"; readonly after: number; readonly before: number }
  /** Another version has written what this one does not know. */
  | { readonly why: "unknown_event"; readonly event: string }
  /** None of its actors is in the plan. */
  | { readonly why: "other_file"; readonly paths: readonly NodeId[] };

/** A life that was read, or why it cannot be. */
export type ReadRecording =
  | { readonly ok: true; readonly recording: Recording }
  | { readonly ok: false; readonly problem: NoRecording };

/** Reads the journal of one life. @param plan The plan that the life is to be computed by. */
export function readRecording(plan: Plan, entries: readonly JournalEntry[]): ReadRecording {
  const problem = problemOf(plan, entries);
  if (problem !== null) return { ok: false, problem };
  const { date, entries: all } = recordedLife(entries);
  const endIndex = all.findIndex(({ event }) => event in UNPLAYABLE);
  const played = endIndex < 0 ? all : all.slice(0, endIndex);
  const trees = new Set(plan.nodes.filter(({ kind }) => kind === "tree").map(({ path }) => path));
  const delays = new Map<NodeId, number[]>();
  for (const { event, node, data } of played) {
    if (event !== "restarted") continue;
    const known = delays.get(node);
    if (known === undefined) delays.set(node, [data.delayMs]);
    else known.push(data.delayMs);
  }
  const last = all[endIndex];
  return {
    ok: true,
    recording: {
      date,
      entries: played,
      runs: recordedRuns(played, (path) => path !== ROOT && !trees.has(path)),
      asked: played.flatMap((entry) => {
        const asked = askedBy(plan, entry, played);
        return asked === null ? [] : [asked];
      }),
      deaths: played.flatMap(({ event, atMs }, index) => {
        if (event !== "resumed") return [];
        const lastMs = played[index - 1]!.atMs;
        const forMs = Math.max((atMs - lastMs) / 2, atMs - lastMs - SOON_MS);
        return [{ atMs: atMs - forMs, forMs }];
      }),
      delays,
      end: last === undefined ? null : { entry: last, why: UNPLAYABLE[last.event]! },
    },
  };
}

/** A supervisor that was killed has lived until so long after its last entry, as far as anybody knows. */
const SOON_MS = 2;

const UNPLAYABLE: Partial<Readonly<Record<EntryEvent, Unplayable>>> = {
  planned: "planned",
  held: "held",
  released: "held",
  refused: "held",
};

/** Where an entry comes from: from outside, from the run of an actor, or from a decision about what came. */
const ORIGINS = {
  requested: "outside",
  started: "run",
  ready: "run",
  healthy: "run",
  unhealthy: "run",
  exited: "run",
  start_failed: "run",
  hook_started: "decision",
  hook_ended: "run",
  timed_out: "decision",
  restarted: "decision",
  scheduled: "decision",
  due: "decision",
  gave_up: "decision",
  escalated: "decision",
  cancelled: "decision",
  hurried: "outside",
  stopping: "decision",
  killed: "decision",
  unseen: "run",
  stopped: "decision",
  completed: "decision",
  failed: "decision",
  ended: "decision",
  planned: "outside",
  rolling: "decision",
  rolled: "decision",
  roll_halted: "decision",
  resumed: "outside",
  adopted: "decision",
  held: "outside",
  released: "outside",
  refused: "outside",
  orphan_reaped: "noted",
  not_looked_up: "noted",
  isolated: "noted",
  state_unwritten: "noted",
  remade: "noted",
  unmade: "noted",
  short: "noted",
  unlimited: "noted",
  files_changed: "outside",
  alert_failed: "noted",
  unwatched: "noted",
  lines_dropped: "noted",
} as const satisfies Readonly<Record<EntryEvent, "outside" | "run" | "decision" | "noted">>;

function problemOf(plan: Plan, entries: readonly JournalEntry[]): NoRecording | null {
  const [first] = entries;
  if (first === undefined) return { why: "empty" };
  const unknown = entries.find(({ event }) => !Object.hasOwn(ORIGINS, event));
  if (unknown !== undefined) return { why: "unknown_event", event: unknown.event };
  if (first.seq !== 1 || first.path !== ROOT || first.event !== "started") {
    return { why: "no_beginning", seq: first.seq };
  }
  const gap = entries.findIndex(({ seq }, index) => index > 0 && seq !== entries[index - 1]!.seq + 1);
  if (gap >= 0) return { why: "gap", after: entries[gap - 1]!.seq, before: entries[gap]!.seq };
  const known = new Set(plan.nodes.map(({ path }) => path));
  const paths = [...new Set(entries.map(({ path }) => path))].filter((path) => path !== ROOT);
  const isOther = paths.length > 0 && paths.every((path) => !known.has(path));
  return isOther ? { why: "other_file", paths } : null;
}

/** An entry that tells of something that came from outside, as the event that it was. */
function askedBy(
  plan: Plan,
  entry: TimedEntry,
  all: readonly TimedEntry[],
): Recording["asked"][number] | null {
  const { atMs, node, event, data } = entry;
  if (event === "requested") return { atMs, event: requestOf(plan, entry, all) };
  if (event === "hurried") {
    const { withinMs, asker } = data as EntryOf<"hurried">["data"];
    return { atMs, event: { type: "grace_cut", toMs: withinMs, ...(asker === undefined ? {} : { asker }) } };
  }
  if (event === "files_changed") return changeOf(plan, entry);
  if (ORIGINS[event] !== "noted") return null;
  return { atMs, event: { type: "noted", node, event, data } as TreeEvent };
}

function requestOf(
  plan: Plan,
  { seq, data }: EntryOf<"requested">,
  all: readonly TimedEntry[],
): TreeEvent {
  const asked = { request: null, ...(data.asker === undefined ? {} : { asker: data.asker }) };
  switch (data.verb) {
    case "start":
      return { type: "start_requested", nodes: data.paths, deps: data.deps ?? true, ...asked };
    case "stop":
      return { type: "stop_requested", nodes: data.paths, ...asked };
    case "restart":
      return "rolling" in data
        ? { type: "rolling_restart_requested", nodes: data.paths, ...asked }
        : { type: "restart_requested", nodes: data.paths, ...asked };
    case "reset":
      return { type: "reset_requested", nodes: data.paths, ...asked };
    case "halt":
      return { type: "halt_requested", nodes: data.paths, ...asked };
    case "signal":
      return {
        type: "signal_requested",
        nodes: data.paths,
        signal: data.signal,
        toAll: data.toAll,
        ...asked,
      };
    case "exec":
      return { type: "exec_requested", nodes: data.paths, command: data.command, ...asked };
    case "down":
      return { type: "down_requested", cause: data.by, withinMs: withinOf(plan, seq, all), ...asked };
  }
}

/** Somebody who gives a tree less time than its file does is not told of but by that time. */
function withinOf(plan: Plan, request: number, all: readonly TimedEntry[]): number | null {
  const root = plan.nodes.find(({ path }) => path === ROOT)!;
  const cancelled = all.find((entry) => entry.event === "cancelled" && entry.cause === request);
  if (cancelled?.event !== "cancelled" || root.kind !== "tree") return null;
  return cancelled.data.withinMs < root.shutdownMs ? cancelled.data.withinMs : null;
}

/** Files had changed some time before anything was done about it. */
function changeOf(plan: Plan, { atMs, node, data }: TimedEntry & EntryOf<"files_changed">) {
  const spec = plan.nodes.find(({ path }) => path === node);
  const debounceMs = spec === undefined || spec.kind === "tree" ? 0 : spec.watch?.debounceMs ?? 0;
  const unnamed = Array.from(
    { length: data.count - data.files.length },
    (_, index) => `another file ${index + 1}`,
  );
  const files = [...data.files, ...unnamed];
  return { atMs: Math.max(0, atMs - debounceMs), event: { type: "files_changed", node, files } } as const;
}
