/**
 * The notes of a supervisor for the one that goes on if it is killed: the decisions, before any of them is carried out,
 * which process is which run, and how those have ended that it reaps, before it does.
 *
 * A line is added for each, and the whole is written anew when it has grown. A reader passes over a line that is cut
 * off. Where the disk is full it goes on, and the missing lines are written as soon as there is room.
 */
import {
  anything,
  boolean,
  count,
  decodeJsonOrNull,
  dictionary,
  type JsonLimits,
  nullable,
  number,
  object,
  optional,
  processNumber,
  type Shape,
  text,
  whole,
  word,
} from "../../base/shape.ts";
import { isSameData } from "../../base/same_data.ts";
import { type ActorSpec, type LogSpec, nodeAt } from "../../config/plan.ts";
import { messageOf } from "../../base/user_error.ts";
import { keyOf } from "../../host/alive.ts";
import { FileError, type Files } from "../../host/ports/files.ts";
import type { Boot } from "../../host/ports/host.ts";
import { exitStatusShape, processIdShape } from "../../host/ports/process_shapes.ts";
import type { ExitStatus, ProcessId } from "../../host/ports/processes.ts";
import type { Instant } from "../../base/instant.ts";
import type { RunId, State } from "../../supervision/state.ts";
import type { SavedState } from "../../supervision/resumed_state.ts";
import {
  changeBetween,
  decodeChange,
  encodeChange,
  foldChanges,
  type StateChange,
  wholeOf,
} from "../../supervision/state_change.ts";

const VERSION = 3;

/** The versions that are read. */
export const READ_VERSIONS: readonly number[] = [VERSION];

/** The version that is written. */
export const WRITTEN_VERSION = VERSION;

/** How much may be added before the whole is written anew: this, or several times the whole. */
const GROWTH_CHARS = 256 * 1_024;
const GROWTH_FACTOR = 4;

/** The head of a log, for all of its lines. */
export interface LogHeader {
  readonly version: number;
  /** Tells the runs of this tree from those of any other. */
  readonly instance: string;
  /** The life of the machine, and its clock when the supervisor's stood at `now`. */
  readonly boot: Boot;
  readonly now: Instant;
}

/** A run whose process is known. */
export interface SavedRun extends ProcessId {
  readonly run: RunId;
  /** Fingerprint of what was started: that of another program, or environment, is another. */
  readonly spec: string;
  /** The version of the file that says that it is ready, from before its start; null if there was none. */
  readonly fileBefore: string | null;
  /** Whether it is to outlive the supervisor. */
  readonly survives: boolean;
  /** Where its output goes; undefined for where an earlier version had it go. */
  readonly log?: LogSpec | undefined;
  /** How it ended; null if it had not, or nobody has seen it. */
  readonly status: ExitStatus | null;
}

/** The saved state of a tree. */
export interface SavedTree {
  readonly header: LogHeader;
  readonly state: SavedState;
  /** The runs that there were when the last line was written. */
  readonly runs: readonly SavedRun[];
  /** Fingerprints of what the actors of its plan would have been started as, by address; null if none were written. */
  readonly plan: ReadonlyMap<string, string> | null;
}

type Entry =
  | { readonly header: LogHeader }
  | { readonly run: SavedRun }
  | { readonly plan: Readonly<Record<string, string>> }
  | { readonly died: ProcessId; readonly status: ExitStatus };

/** The parts of a log. */
export interface StateLogOptions {
  readonly files: Pick<Files, "append" | "replace">;
  readonly path: string;
  /** The head of the log, as of now. */
  readonly header: () => LogHeader;
  readonly fingerprintOf: (actor: ActorSpec) => string;
  /** Told that something could not be written, once until it can be again. */
  readonly onFailure: (why: string) => void;
}

/** See the module. */
export class StateLog {
  readonly #options: StateLogOptions;
  readonly #runs = new Map<string, SavedRun>();
  #state: State;
  #isBroken = false;
  #wholeChars = 0;
  #addedChars = 0;

  /** Begins anew. @param runs Those that there are already. */
  constructor(options: StateLogOptions, state: State, runs: readonly SavedRun[] = []) {
    this.#options = options;
    this.#state = state;
    for (const run of runs) this.#runs.set(keyOf(run), run);
    this.#writeWhole();
  }

  /** A step was taken; to be called before what it wants is done. */
  changed(before: State, after: State): void {
    this.#state = after;
    const change = changeBetween(before, after);
    if (change !== null) this.#add(encodeChange(change));
    if (after.plan === before.plan) return;
    this.#add(this.#planLine());
    this.#replaceLogs();
  }

  /** A run has a process. */
  started(run: Omit<SavedRun, "status">): void {
    const saved: SavedRun = { ...run, status: null };
    this.#runs.set(keyOf(saved), saved);
    this.#add(JSON.stringify({ run: saved } satisfies Entry));
  }

  /** A process has died, and is about to be reaped; nothing if it is that of no run. */
  died(process: ProcessId, status: ExitStatus): void {
    const known = this.#runs.get(keyOf(process));
    if (known === undefined) return;
    this.#runs.set(keyOf(process), { ...known, status });
    const { pid, startTime } = process;
    this.#add(JSON.stringify({ died: { pid, startTime }, status } satisfies Entry));
  }

  /** Writes all of it anew. */
  rewrite(): void {
    this.#writeWhole();
  }

  /** Where the output of a run goes is a rule that another plan changes. */
  #replaceLogs(): void {
    const logs = new Map<RunId, LogSpec>();
    for (const { id, phase } of this.#state.nodes.values()) {
      const spec = nodeAt(this.#state.plan, id);
      if ("run" in phase && spec !== undefined && spec.kind !== "tree") logs.set(phase.run, spec.log);
    }
    for (const [key, known] of this.#runs) {
      const log = logs.get(known.run);
      if (log === undefined || isSameData(log, known.log)) continue;
      const run: SavedRun = { ...known, log };
      this.#runs.set(key, run);
      this.#add(JSON.stringify({ run } satisfies Entry));
    }
  }

  #planLine(): string {
    const { nodes } = this.#state.plan;
    const plan = Object.fromEntries(
      nodes.flatMap((node) => node.kind === "tree" ? [] : [[node.path, this.#options.fingerprintOf(node)]]),
    );
    return JSON.stringify({ plan } satisfies Entry);
  }

  #add(line: string): void {
    this.#addedChars += line.length;
    const isGrown = this.#addedChars > Math.max(GROWTH_CHARS, GROWTH_FACTOR * this.#wholeChars);
    if (this.#isBroken || isGrown) return this.#writeWhole();
    this.#attempt(() => this.#options.files.append(this.#options.path, `${line}\n`));
  }

  #writeWhole(): void {
    const present = new Set(
      [...this.#state.nodes.values()].map(({ phase }) => "run" in phase ? phase.run : null),
    );
    for (const [key, { run }] of this.#runs) if (!present.has(run)) this.#runs.delete(key);
    const runs = [...this.#runs.values()].map((run): Entry => ({ run }));
    const header: Entry = { header: this.#options.header() };
    const lines = [
      JSON.stringify(header),
      encodeChange(wholeOf(this.#state)),
      this.#planLine(),
      ...runs.map((run) => JSON.stringify(run)),
    ];
    const text = `${lines.join("\n")}\n`;
    this.#attempt(() => {
      this.#options.files.replace(this.#options.path, text);
      this.#wholeChars = text.length;
      this.#addedChars = 0;
    });
  }

  #attempt(write: () => void): void {
    try {
      write();
      this.#isBroken = false;
    } catch (error) {
      if (!this.#isBroken) this.#options.onFailure(messageOf(error));
      this.#isBroken = true;
    }
  }
}

/** Reads what was written of a tree; null if that is nothing to go on with. */
export function readStateLog(files: Pick<Files, "readOwn">, path: string): SavedTree | null {
  const lines = textOf(files, path).split("\n").filter((line) => line !== "");
  const changes: StateChange[] = [];
  const runs = new Map<string, SavedRun>();
  let header: LogHeader | null = null;
  let plan: SavedTree["plan"] = null;
  for (const line of lines) {
    const change = decodeChange(line);
    if (change !== null) changes.push(change);
    else {
      const entry = readEntry(line, runs);
      if (entry !== null && "header" in entry) header = entry.header;
      else if (entry !== null) plan = new Map(Object.entries(entry.plan));
    }
  }
  const folded = foldChanges(changes);
  if (header === null || header.version !== VERSION || folded === null) return null;
  const present = new Set([...folded.nodes.values()].map(({ phase }) => "run" in phase ? phase.run : null));
  return {
    header,
    state: folded,
    // Of a run that has been told of twice, another process has become the main one.
    runs: [...new Map([...runs.values()].map((saved) => [saved.run, saved])).values()]
      .filter(({ run }) => present.has(run)),
    plan,
  };
}

/** The header of a log, of whatever version that is; null if it has none. */
export function readLogHeader(files: Pick<Files, "readOwn">, path: string): LogHeader | null {
  const text = textOf(files, path);
  const first = decodeJsonOrNull(HEADER, text.slice(0, text.indexOf("\n") + 1), LINE_LIMITS);
  return first?.header ?? null;
}

/** A file that cannot be read tells nothing. */
function textOf(files: Pick<Files, "readOwn">, path: string): string {
  try {
    return files.readOwn(path) ?? "";
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return "";
  }
}

/** The header that a log of today begins with. */
export function logHeader(about: Omit<LogHeader, "version">): LogHeader {
  return { version: VERSION, ...about };
}

/** Takes a line about runs into account; gives a line about all of the tree. A line that is nothing of the kind tells nothing. */
function readEntry(
  line: string,
  runs: Map<string, SavedRun>,
): Extract<Entry, { header: LogHeader } | { plan: unknown }> | null {
  const entry = decodeJsonOrNull(ENTRY, line, LINE_LIMITS);
  if (entry === null) return null;
  if ("header" in entry || "plan" in entry) return entry;
  if ("run" in entry) {
    runs.set(keyOf(entry.run), entry.run);
    return null;
  }
  const known = runs.get(keyOf(entry.died));
  if (known !== undefined) runs.set(keyOf(known), { ...known, status: entry.status });
  return null;
}

const LINE_LIMITS: JsonLimits = { maxChars: 16 * 1_024 * 1_024, maxDepth: 16 };

const HEADER = object<{ readonly header: LogHeader }>({
  header: object<LogHeader>({
    version: whole,
    instance: text,
    boot: object<Boot>({ id: text, uptimeMs: number }),
    now: number as Shape<Instant>,
  }),
});

const logShape = object<LogSpec>({
  to: word("file", "inherit", "null"),
  file: nullable(text),
  format: word("raw", "json"),
  maxBytes: number,
  keep: count,
  maxAgeMs: nullable(number),
  compress: boolean,
});

const RUN = object<{ readonly run: SavedRun }>({
  run: object<SavedRun>({
    pid: processNumber,
    startTime: number,
    run: count,
    spec: text,
    fileBefore: nullable(text),
    survives: boolean,
    log: optional(logShape),
    status: nullable(exitStatusShape),
  }),
});

const PLAN = object<{ readonly plan: Readonly<Record<string, string>> }>({ plan: dictionary(text) });

const DEATH = object<{ readonly died: ProcessId; readonly status: ExitStatus }>({
  died: processIdShape,
  status: exitStatusShape,
});

const ENTRY: Shape<Entry> = (value, at) => {
  const names = Object.keys(dictionary(anything)(value, at));
  return names.includes("header")
    ? HEADER(value, at)
    : names.includes("run")
    ? RUN(value, at)
    : names.includes("plan")
    ? PLAN(value, at)
    : DEATH(value, at);
};
