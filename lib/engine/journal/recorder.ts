/** Keeps the words and acts of a tree, in files and for listeners: the lines of its actors, and its decisions. */
import type { Plan } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import type { Entry } from "../../supervision/journal_entry.ts";
import { ActorLogs } from "../logs/actor_logs.ts";
import { type JournalEntry, journalEntry } from "./journal.ts";
import type { LineHearer } from "../logs/line_encoder.ts";
import type { Line } from "../logs/line_splitter.ts";
import type { LogLine, LogStream } from "../logs/log_format.ts";
import { LogStore } from "../logs/log_store.ts";
import type { StreamLog } from "../logs/stream_log.ts";
import { JOURNAL_LIMITS, JournalAge } from "./journal_age.ts";
import { journalFileOf } from "../state_folder.ts";

/** Somebody who wants to know at once. Must not throw, and must not wait. */
export interface Listener {
  /** Null for who wants no lines, which cost more where somebody does. */
  readonly onLine: ((line: LogLine) => void) | null;
  onEntry(entry: JournalEntry): void;
}

/** The parts of a recorder. */
export interface RecorderOptions {
  readonly host: Host;
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  /** Told that lines of an actor are being lost. */
  readonly onLost: (path: string, why: string) => void;
  /** Told that somebody had removed a file, of an actor or, with null, of the journal. */
  readonly onRemade: (path: string | null, file: string) => void;
}

/** The name of the journal in its store. */
const JOURNAL = "journal";

/** See the module. */
export class Recorder {
  readonly #host: Host;
  readonly #logs: ActorLogs;
  readonly #journal: LogStore;
  readonly #file: string;
  readonly #age = new JournalAge();
  readonly #listeners = new Set<Listener>();
  /** How many of them want lines. */
  #hearers = 0;
  readonly #decoder = new TextDecoder();

  constructor({ host, folder, onLost, onRemade }: RecorderOptions) {
    this.#host = host;
    this.#logs = new ActorLogs({
      host,
      folder,
      onLost,
      onRemade,
    });
    this.#file = journalFileOf(folder);
    this.#journal = new LogStore({
      files: host.files,
      clock: host.clock,
      wallClock: () => host.wallClock(),
      fileOf: () => ({ ...JOURNAL_LIMITS, file: journalFileOf(folder) }),
      prepare: () => host.files.makeFolder(folder),
      gapMark: (_, lost, why) => encodeJson({ event: "entries_lost", lost, why }),
      onLost: () => {},
      onRemade: () => onRemade(null, journalFileOf(folder)),
    });
  }

  /** Has the actors of a plan log where it says, from now on. */
  place({ nodes }: Plan): void {
    for (const node of nodes) if (node.kind !== "tree") this.#logs.place(node.path, node.log);
  }

  /** Records a line of an actor. */
  line(path: string, stream: LogStream, line: Line): void {
    this.tellLine(path, stream, this.#logs.line(path, stream, line), line);
  }

  /** Opens the way of an output stream of an actor into its log. @param hearer Who listens to single lines, if anybody. */
  open(path: string, stream: LogStream, hearer: () => LineHearer | null): StreamLog {
    return this.#logs.open(path, stream, hearer);
  }

  /** Whether anybody listens to lines. */
  get isHeard(): boolean {
    return this.#hearers > 0;
  }

  /** Tells those who listen of a line that is in its log. */
  tellLine(path: string, stream: LogStream, at: number, { bytes, cut }: Line): void {
    if (!this.isHeard || this.#logs.isSilent(path)) return;
    const text = this.#decoder.decode(bytes);
    for (const { onLine } of this.#listeners) onLine?.({ at, path, stream, text, cut });
  }

  /** See {@linkcode ActorLogs.whenRoom}. */
  whenRoom(path: string, callback: () => void): boolean {
    return this.#logs.whenRoom(path, callback);
  }

  /** Records a decision; gives it as it is told. */
  entry(entry: Entry): JournalEntry {
    const told = journalEntry(entry, this.#host.wallClock());
    this.#journal.append(JOURNAL, encodeJson(told));
    if (this.#age.isOldAt(this.#host.wallClock())) this.#journal.rotate(JOURNAL);
    for (const listener of this.#listeners) listener.onEntry(told);
    return told;
  }

  /** Tells somebody of everything from now on, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (listener.onLine !== null) this.#hearers += 1;
    return () => {
      if (this.#listeners.delete(listener) && listener.onLine !== null) this.#hearers -= 1;
    };
  }

  /** Waits until everything that was told is in the files; gives the stamp of the last line. */
  async sync(): Promise<number> {
    const [stamp] = await Promise.all([this.#logs.sync(), this.#journal.sync()]);
    return stamp;
  }

  /** Opens all files anew before it writes on. */
  reopen(): void {
    this.#logs.reopen();
    this.#journal.reopen();
  }

  /** Writes until `close`, and then what is left; no cancel keeps it from that. */
  async run(): Promise<void> {
    const journal = async () => {
      await this.#age.look(this.#host.files, this.#file).catch(() => {});
      await this.#journal.run();
    };
    await new CancelScope({ shield: true }).run(() => Promise.all([this.#logs.run(), journal()]));
  }

  close(): void {
    this.#logs.close();
    this.#journal.close();
  }
}

const ENCODER = new TextEncoder();

function encodeJson(value: unknown): Uint8Array {
  return ENCODER.encode(`${JSON.stringify(value)}\n`);
}
