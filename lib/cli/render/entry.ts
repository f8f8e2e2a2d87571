/** Journal entries as sentences. */
import { describeDuration } from "../../base/duration.ts";
import type { JournalEntry } from "../../engine/journal/journal.ts";
import { type ActorError, describeError } from "../../supervision/actor_error.ts";
import type { EntryEvent } from "../../supervision/journal_entry.ts";
import { describeReached, type ReachedLimits } from "../../supervision/reached_limits.ts";
import { errorLines } from "./actor_error.ts";
import type { Colour, Painter } from "./paint.ts";
import { printable } from "./printable.ts";

/** What an entry says: who, and what about them. */
export function describeEntry(entry: JournalEntry, paint: Painter): string {
  const who = entry.path === "" ? "the tree" : entry.path;
  const colour = COLOURS[entry.event];
  const say = colour === undefined ? paint.dim : paint[colour];
  return `${who}: ${say(printable(SENTENCES[entry.event](entry)))}`;
}

/** What an entry has to show below what it says: where an error was raised, and those that led to it; empty for nothing. */
export function entryDetails(entry: JournalEntry): readonly string[] {
  if (entry.event === "held") return heldDetails(entry).map((line) => `    ${printable(line)}`);
  const error = entry["error"] as ActorError | undefined;
  const lines = error === undefined ? [] : errorLines(error);
  // One line says no more than the entry itself.
  return lines.length === 1 ? [] : lines.map((line) => `    ${printable(line)}`);
}

/** The error with its stack, where it can be looked at, and how it goes on. */
function heldDetails(entry: JournalEntry): readonly string[] {
  return [
    ...String(entry["report"]).split("\n"),
    `inspect it at ${entry["inspector"]}`,
    `let it go on with: kill -CONT ${entry["pid"]}`,
  ];
}

/** Entries that tell people nothing that they did not expect are left out unless they want to see all. */
export function isNews({ event, path, code, signal, reached }: JournalEntry): boolean {
  switch (event) {
    case "started":
    case "requested":
    case "stopping":
    case "orphan_reaped":
    // The log of the actor says it, too.
    case "unlimited":
      return false;
    case "exited":
      return code !== 0 || signal !== null || reached !== undefined;
    case "cancelled":
    case "ended":
    case "refused":
    case "resumed":
      return true;
    default:
      return path !== "";
  }
}

const COLOURS: Partial<Readonly<Record<EntryEvent, Colour>>> = {
  ready: "green",
  completed: "green",
  failed: "red",
  start_failed: "red",
  timed_out: "red",
  escalated: "red",
  killed: "red",
  restarted: "yellow",
  held: "yellow",
  resumed: "yellow",
  refused: "yellow",
  state_unwritten: "red",
  remade: "yellow",
  unmade: "red",
  lines_dropped: "red",
  unlimited: "yellow",
};

const SENTENCES: Readonly<Record<EntryEvent, (entry: JournalEntry) => string>> = {
  requested: (entry) => {
    const paths = entry["paths"] as readonly string[] | undefined;
    const by = entry["by"];
    return `${entry["verb"]} was asked for${paths === undefined ? ` (${by})` : `: ${paths.join(" ")}`}`;
  },
  started: (entry) => entry["pid"] === undefined ? "started" : `started (pid ${entry["pid"]})`,
  ready: (entry) => `ready after ${describeDuration(entry["afterMs"] as number)}`,
  exited: (entry) => {
    const [code, signal] = [entry["code"], entry["signal"]];
    const how = code !== null
      ? `exited with code ${code}`
      : signal !== null
      ? `ended by ${signal}`
      : "ended unseen";
    const error = entry["error"] as ActorError | undefined;
    const reached = entry["reached"] as ReachedLimits | undefined;
    const why = [
      ...(reached === undefined ? [] : [describeReached(reached)]),
      ...(error === undefined ? [] : [describeError(error)]),
    ];
    return [how, ...why].join(": ");
  },
  start_failed: (entry) => `could not be started: ${entry["reason"]}`,
  timed_out: (entry) => `${entry["reason"]}`,
  restarted: (entry) => {
    const delay = entry["delayMs"] as number;
    const when = delay === 0 ? "restarts now" : `restarts in ${describeDuration(delay)}`;
    return `${when} (${entry["left"]} more allowed)`;
  },
  escalated: (entry) => {
    const within = describeDuration(entry["withinMs"] as number);
    return `gives up: "${entry["by"]}" needs more than ${entry["restarts"]} restarts in ${within}`;
  },
  cancelled: () => "is being taken down",
  stopping: (entry) => {
    const by = entry["cancel"] === true ? `cancel, then ${entry["signal"]}` : entry["signal"];
    return `is asked to stop (${by}, ${describeDuration(entry["graceMs"] as number)})`;
  },
  killed: () => "did not stop in time and is killed",
  stopped: () => "stopped",
  completed: () => "completed",
  failed: (entry) => `failed: ${entry["reason"]}`,
  ended: (entry) => ENDS[entry["outcome"] as string] ?? "ended",
  held: (entry) => {
    const { actor, pid } = entry;
    const where = actor === entry.path ? `pid ${pid}` : `actor "${actor}", pid ${pid}`;
    return `"${entry["function"]}" has failed (${where}), ${entry["reason"]}`;
  },
  isolated: ({ pid }) => `its actors are children of process ${pid}`,
  state_unwritten: ({ why }) => `what it does cannot be written down for a later supervisor: ${why}`,
  remade: ({ file }) => `somebody has removed "${file}", which is made again`,
  unmade: ({ file, why }) => `somebody has removed "${file}", which cannot be made again: ${why}`,
  resumed: (entry) => `a new supervisor goes on, with ${counted(entry["runs"] as number)} of the last one`,
  adopted: (entry) => `is adopted (pid ${entry["pid"]})`,
  released: () => "is held no longer and goes on",
  refused: (entry) => `${entry["verb"]} was refused (${entry["by"]}): ${entry["reason"]}`,
  orphan_reaped: (entry) => `orphan ${entry["name"]} (${entry["pid"]}) ended and was reaped`,
  unlimited: (entry) => `runs without ${entry["reason"]}`,
  lines_dropped: (entry) => `lines of its log are lost: ${entry["why"]}`,
};

const ENDS: Readonly<Record<string, string>> = {
  completed: "completed",
  cancelled: "was taken down",
  failed: "failed",
  gave_up: "gave up",
};

function counted(runs: number): string {
  return runs === 1 ? "1 process" : `${runs} processes`;
}
