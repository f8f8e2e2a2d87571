/** Journal entries as sentences. */
import { counted, countedProcesses, grouped } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import { describeDuration } from "../../base/duration.ts";
import { ROOT } from "../../config/plan.ts";
import type { JournalEntry, JournalEntryOf } from "../../engine/journal/journal.ts";
import type { Asker } from "../../supervision/asker.ts";
import type { DueDoes, EntryEvent } from "../../supervision/journal_entry.ts";
import type { Outcome } from "../../supervision/state.ts";
import { describeAsker } from "../../words/describe_asker.ts";
import { describeCrash } from "../../words/describe_crash.ts";
import { describeError } from "../../words/describe_error.ts";
import { describeReached } from "../../words/describe_reached.ts";
import { describeHookFailure, describeReason } from "../../words/describe_reason.ts";
import { describeHalt, describeRefusal } from "../../words/describe_refusal.ts";
import { errorLines } from "./actor_error.ts";
import type { Colour, Painter } from "./paint.ts";
import { printable } from "./printable.ts";

/** The line of an entry: the node that it is about, and the sentence on it. */
export function describeEntry(entry: JournalEntry, paint: Painter): string {
  const who = entry.path === ROOT ? "the tree" : entry.path;
  const colour = COLOURS[entry.event];
  const say = colour === undefined ? paint.dim : paint[colour];
  return `${who}: ${say(printable(knownSentenceOf(entry)))}`;
}

/** An entry that another version has written may be of a kind that this one does not know: then its name is all there is to say. */
function knownSentenceOf(entry: JournalEntry): string {
  const name = entry.event.replaceAll("_", " ");
  try {
    return sentenceOf(entry) ?? name;
  } catch {
    return name;
  }
}

/** The lines below that of an entry: where an error was raised, and the errors that led to it; empty for nothing. */
export function entryDetails(entry: JournalEntry): readonly string[] {
  if (entry.event === "held") return heldDetails(entry).map((line) => `    ${printable(line)}`);
  const error = entry.event === "exited" ? entry.error : undefined;
  const lines = error === undefined ? [] : errorLines(error);
  // One line says no more than the entry itself.
  return lines.length === 1 ? [] : lines.map((line) => `    ${printable(line)}`);
}

/** The error with its stack, where it can be looked at, and how it goes on. */
function heldDetails({ report, inspector, pid }: JournalEntryOf<"held">): readonly string[] {
  return [
    ...report.split("\n"),
    `inspect it at ${inspector}`,
    `let it go on with: kill -CONT ${pid}`,
  ];
}

/** Entries that tell people nothing that they did not expect are left out unless they want to see all. */
export function isNews(entry: JournalEntry): boolean {
  switch (entry.event) {
    case "started":
    case "requested":
    case "stopping":
    case "rolling":
    case "hook_started":
    case "scheduled":
    case "orphan_reaped":
    // The log of the actor says it, too.
    case "unlimited":
      return false;
    case "exited":
      return entry.code !== 0 || entry.signal !== null || entry.reached !== undefined;
    case "due":
      return entry.does !== "run";
    case "cancelled":
    case "hurried":
    case "ended":
    case "refused":
    case "planned":
    case "rolled":
    case "roll_halted":
    case "resumed":
    case "short":
    case "not_looked_up":
      return true;
    default:
      return entry.path !== ROOT;
  }
}

const COLOURS: Partial<Readonly<Record<EntryEvent, Colour>>> = {
  ready: "green",
  completed: "green",
  failed: "red",
  start_failed: "red",
  hook_ended: "red",
  timed_out: "red",
  escalated: "red",
  gave_up: "red",
  killed: "red",
  hurried: "yellow",
  restarted: "yellow",
  held: "yellow",
  planned: "yellow",
  due: "yellow",
  resumed: "yellow",
  rolled: "green",
  roll_halted: "red",
  refused: "yellow",
  state_unwritten: "red",
  remade: "yellow",
  unmade: "red",
  lines_dropped: "red",
  short: "red",
  not_looked_up: "red",
  unlimited: "yellow",
  unwatched: "yellow",
  unhealthy: "red",
  healthy: "green",
  alert_failed: "yellow",
};

function sentenceOf<Event extends EntryEvent>(entry: JournalEntryOf<Event>): string {
  const say: (entry: JournalEntryOf<Event>) => string = SENTENCES[entry.event];
  return say(entry);
}

const SENTENCES: { readonly [Event in EntryEvent]: (entry: JournalEntryOf<Event>) => string } = {
  requested: (entry) => `${requestOf(entry)}${byWhom(entry.asker)}`,
  started: (entry) => "pid" in entry ? `started (pid ${entry.pid})` : "started",
  ready: ({ afterMs }) => `ready after ${describeDuration(afterMs)}`,
  healthy: () => "healthy",
  unhealthy: ({ why, failures }) => `unhealthy (${counted(failures, "check")} failed): ${why}`,
  exited: ({ code, signal, reached, error }) => {
    const how = code !== null
      ? `exited with code ${code}`
      : signal !== null
      ? `ended by ${signal}`
      : "ended unseen";
    const why = [
      ...(reached === undefined ? [] : [describeReached(reached)]),
      ...(error === undefined ? [] : [describeError(error)]),
    ];
    return [how, ...why].join(": ");
  },
  start_failed: ({ reason }) => `could not be started: ${reason}`,
  hook_started: ({ hook }) => `its ${hook} hook runs`,
  hook_ended: (failure) => describeHookFailure(failure),
  timed_out: ({ why }) => describeReason(why),
  restarted: ({ delayMs, left }) => {
    const when = delayMs === 0 ? "restarts now" : `restarts in ${describeDuration(delayMs)}`;
    return left === null ? when : `${when} (${left} more allowed)`;
  },
  scheduled: ({ next }) => nextText(next),
  due: ({ does, date, next }) => `${DUE[does]} of ${date}; ${nextText(next)}`,
  gave_up: ({ restarts, withinMs }) =>
    `gives up: it needs more than ${restarts} restarts in ${describeDuration(withinMs)}`,
  escalated: ({ by, restarts, withinMs }) =>
    `gives up: "${by}" needs more than ${restarts} restarts in ${describeDuration(withinMs)}`,
  cancelled: () => "is being taken down",
  hurried: ({ withinMs, asker }) =>
    `${
      withinMs === 0
        ? "all that is to stop is killed now"
        : `all that is to stop has ${describeDuration(withinMs)} more at most`
    }${byWhom(asker)}`,
  stopping: ({ signal, graceMs, cancel }) =>
    `is asked to stop (${cancel ? `cancel, then ${signal}` : signal}, ${describeDuration(graceMs)})`,
  killed: () => "did not stop in time and is killed",
  unseen: ({ why }) => `is killed, and what is left of it cannot be looked at: ${why}`,
  stopped: () => "stopped",
  completed: () => "completed",
  failed: ({ why }) => `failed: ${describeReason(why)}`,
  ended: ({ outcome }) => ENDS[outcome],
  held: (entry) => {
    const { actor, path, pid } = entry;
    const where = actor === path ? `pid ${pid}` : `actor "${actor}", pid ${pid}`;
    return `"${entry.function}" has failed (${where}), ${describeCrash(entry)}`;
  },
  isolated: ({ pid }) => `its actors are children of process ${pid}`,
  state_unwritten: ({ why }) => `what it does cannot be written down for a later supervisor: ${why}`,
  remade: ({ file }) => `somebody has removed "${file}", which is made again`,
  unmade: ({ file, why }) => `somebody has removed "${file}", which cannot be made again: ${why}`,
  planned: ({ added, removed, outdated, changed, verb, asker }) =>
    `${
      verb === undefined || asker === undefined ? "" : `${verb} by ${describeAsker(asker)}: `
    }goes on under another plan: ${grouped(added.length)} added, ${grouped(removed.length)} removed, ${
      grouped(outdated.length)
    } started anew, ${grouped(changed.length)} changed`,
  rolling: () => "is restarted in its turn",
  rolled: () => "the rolling restart is done",
  roll_halted: ({ why, left }) => `the rolling restart has stopped: ${describeHalt(why, left)}`,
  resumed: ({ runs }) => `a new supervisor goes on, with ${countedProcesses(runs)} of the last one`,
  adopted: ({ pid }) => `is adopted (pid ${pid})`,
  released: () => "is held no longer and goes on",
  refused: ({ verb, by, why }) => `${verb} was refused (${by}): ${describeRefusal(why)}`,
  orphan_reaped: ({ name, pid }) => `orphan ${name} (${pid}) ended and was reaped`,
  not_looked_up: ({ why }) => `processes cannot be looked up, which is tried again: ${why}`,
  short: ({ reason, hint }) =>
    `has no room for more processes, which are tried again: ${reason}${hint === null ? "" : ` (${hint})`}`,
  unlimited: ({ reason }) => `runs without ${reason}`,
  files_changed: ({ files, count, signal }) => {
    const named = files.length === 0 ? "some of its files" : nameSome(files, files.length, count);
    return `${named} ${count === 1 ? "has" : "have"} changed: ${
      signal === null ? "it is restarted" : `it gets ${signal}`
    }`;
  },
  alert_failed: ({ command, why }) => `the alert "${command}" has failed: ${why}`,
  unwatched: ({ folder, why, hint }) =>
    `changes in "${folder}" are not seen: ${why}${hint === null ? "" : ` (${hint})`}`,
  lines_dropped: ({ why }) => `lines of its log are lost: ${why}`,
};

function requestOf(entry: JournalEntryOf<"requested">): string {
  if (entry.verb === "down") return `down was asked for (${entry.by})`;
  const names = nameSome(entry.paths);
  if (entry.verb === "halt") return `the end of rolling restarts was asked for: ${names}`;
  if (entry.verb === "exec") return `exec was asked for: ${names}: \`${entry.command}\``;
  if (entry.verb === "signal") {
    return `${entry.signal} was asked for${entry.toAll ? " to all processes" : ""}: ${names}`;
  }
  const bare = entry.verb === "start" && entry.deps === false ? " without dependencies" : "";
  return `${"rolling" in entry ? "rolling " : ""}${entry.verb}${bare} was asked for: ${names}`;
}

function byWhom(asker: Asker | undefined): string {
  return asker === undefined ? "" : ` by ${describeAsker(asker)}`;
}

const DUE: Readonly<Record<DueDoes, string>> = {
  run: "begins the run",
  skip: "goes on, and leaves out the run",
  queue: "goes on, and then begins the run",
  replace: "is stopped for the run",
  miss: "has missed the run",
};

function nextText(next: string | null): string {
  return next === null ? "there is no next run" : `the next run is at ${next}`;
}

const ENDS: Readonly<Record<Outcome["kind"], string>> = {
  completed: "completed",
  cancelled: "was taken down",
  failed: "failed",
  gave_up: "gave up",
};
