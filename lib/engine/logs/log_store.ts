/**
 * Writes the logs of all actors, each to a file of its own that is rotated by size.
 *
 * Invariants:
 * 1. `append` never waits, and what waits to be written is bounded: nothing that an actor prints can block us.
 * 2. Lines are written whole or not at all. Those that are lost are counted, and a line in their place says so.
 * 3. A disk that is slow has lines wait, and loses none as long as whoever appends asks for room before; a disk that
 *    stands still has them wait once, for a second, and then loses them: no actor hangs with it.
 */
import { concatBytes } from "../../base/bytes.ts";
import { after } from "../../base/instant.ts";
import { messageOf } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { AppendFile, Files } from "../../host/ports/files.ts";
import type { Clock } from "../../scope/clock.ts";
import { Event } from "../../sync/event.ts";
import { type Block, BlockQueue } from "./block_queue.ts";

/** How a log file grows. */
export interface LogLimits {
  /** Size at which a file is rotated, in bytes. */
  readonly maxBytes: number;
  /** How many rotated files are kept beside the current one. */
  readonly keep: number;
}

/** The limits that hold if nobody says otherwise. */
export const DEFAULT_LOG_LIMITS: LogLimits = { maxBytes: 10 * 1_024 * 1_024, keep: 5 };

/** What may wait to be written to one file, and what is to be there before whoever has more waits for room. */
const QUEUE_BYTES = 8 * 1_024 * 1_024;
const CROWDED_BYTES = 2 * 1_024 * 1_024;

/** What is written at once: larger writes gain nothing, and take a copy of several blocks. */
const WRITE_BYTES = 256 * 1_024;

const NEWLINE = 0x0a;

/** How long a disk that takes nothing is waited for. */
const PATIENCE_MS = 1_000;

/** What a store writes to. */
export interface LogStoreOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** The file of a log, by the log's name. */
  readonly fileOf: (name: string) => string;
  readonly limits: LogLimits;
  /** The line that stands for lines that are lost. */
  readonly gapMark: (lost: number, why: string) => Uint8Array;
  /** Told that lines of a log are being lost, once for each gap. */
  readonly onLost: (name: string, why: string) => void;
  /** Told that somebody had removed the file of a log, which was begun again. */
  readonly onRemade: (name: string) => void;
}

interface Log {
  readonly name: string;
  file: AppendFile | null;
  /** Size at which the file is rotated next. */
  rotateAt: number;
  readonly queue: BlockQueue;
  /** Those who wait for room. */
  readonly waiting: (() => void)[];
  /** Ends their patience no more; null if nobody waits. */
  stopWaiting: (() => void) | null;
  /** Whether the disk has been waited for in vain since it last took something. */
  stands: boolean;
  /** Lines lost since the last mark, and why. */
  lost: number;
  why: string;
}

/** See the module. */
export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #logs = new Map<string, Log>();
  /** Those that there is something to write for. */
  #due = new Set<Log>();
  #work = new Event();
  #written = new Event();
  /** How often lines were taken, and how much of that has been written or lost. */
  #taken = 0;
  #settled = 0;
  #closed = false;
  /** Whether the files are to be opened anew. */
  #isStale = false;

  constructor(options: LogStoreOptions) {
    this.#options = options;
  }

  /** Takes lines, encoded, to be written soon. Their memory may be used again. */
  append(name: string, block: Uint8Array, lines = 1): void {
    this.#taken += 1;
    this.#work.set();
    const log = this.#logOf(name);
    this.#due.add(log);
    if (log.queue.size + block.length > QUEUE_BYTES) {
      return this.#lose(log, lines, "they come faster than the disk takes them");
    }
    log.queue.add(block, lines);
  }

  /**
   * Calls back once when there is room for more lines of a log, or waiting for it longer is not worth it.
   *
   * @returns False if that is so now: then it does not call back.
   */
  whenRoom(name: string, callback: () => void): boolean {
    const log = this.#logOf(name);
    if (log.queue.size < CROWDED_BYTES || log.stands) return false;
    log.waiting.push(callback);
    const { clock } = this.#options;
    log.stopWaiting ??= clock.schedule(after(clock.now(), PATIENCE_MS), () => {
      log.stands = true;
      this.#letIn(log);
    });
    return true;
  }

  #letIn(log: Log): void {
    log.stopWaiting?.();
    log.stopWaiting = null;
    for (const callback of log.waiting.splice(0)) callback();
  }

  /** Writes what comes, until `close`, and then what is left. To be run as a task. */
  async run(): Promise<void> {
    while (true) {
      await this.#work.wait();
      const closing = this.#closed;
      if (!closing) this.#work = new Event();
      if (this.#isStale) await this.#closeFiles();
      const due = this.#due;
      this.#due = new Set();
      const taken = this.#taken;
      if (closing) { for (const log of this.#logs.values()) if (log.lost > 0) due.add(log); }
      await Promise.all([...due].map((log) => this.#flush(log, closing)));
      this.#settled = taken;
      this.#written.set();
      this.#written = new Event();
      if (closing) break;
    }
    // What comes after the end is written by nobody, and nobody is to wait for it.
    this.#settled = Infinity;
    await this.#closeFiles();
  }

  async #closeFiles(): Promise<void> {
    this.#isStale = false;
    for (const log of this.#logs.values()) {
      const { file } = log;
      log.file = null;
      if (file !== null) await fromPromise(file.close());
    }
  }

  /** Rotates a log behind the lines that it was given so far, whatever its size. */
  rotate(name: string): void {
    this.#logOf(name).rotateAt = 0;
    this.#work.set();
  }

  /** Waits until everything that was appended is in the files, or is lost. */
  async sync(): Promise<void> {
    const taken = this.#taken;
    while (this.#settled < taken) await this.#written.wait();
  }

  /** Opens all files anew before it writes on: they may have been moved away. */
  reopen(): void {
    this.#isStale = true;
    this.#work.set();
  }

  /** Lets `run` end when everything is written. */
  close(): void {
    this.#closed = true;
    this.#work.set();
  }

  #logOf(name: string): Log {
    const known = this.#logs.get(name);
    if (known !== undefined) return known;
    const log: Log = {
      name,
      file: null,
      rotateAt: this.#options.limits.maxBytes,
      queue: new BlockQueue(),
      waiting: [],
      stopWaiting: null,
      stands: false,
      lost: 0,
      why: "",
    };
    this.#logs.set(name, log);
    return log;
  }

  /** Writes what waits now, in pieces that fit into the file. @param isLast Whether nothing follows that lost lines could be told with. */
  async #flush(log: Log, isLast: boolean): Promise<void> {
    let left = log.queue.size;
    if (left === 0 && !isLast) return;
    do {
      // How much there is in a file that is yet to be opened is not known.
      const room = log.file === null ? 0 : log.rotateAt - log.file.size;
      const block = log.queue.take(Math.min(WRITE_BYTES, room));
      left -= block.bytes.length;
      if (log.queue.size < CROWDED_BYTES) this.#letIn(log);
      if (await this.#write(log, block)) await this.#rotateIfFull(log);
    } while (left > 0);
  }

  /** @returns Whether that could be done; if not the lines are lost. */
  async #write(log: Log, { bytes, lines }: Block): Promise<boolean> {
    const { lost } = log;
    try {
      const isRemoved = await this.#letGoOfRemoved(log);
      log.file ??= await this.#open(log.name);
      if (isRemoved) this.#options.onRemade(log.name);
      const mark = lost === 0 ? null : this.#options.gapMark(lost, log.why);
      await fromPromise(log.file.append(mark === null ? bytes : concatBytes([mark, bytes])));
      log.stands = false;
      log.lost -= lost;
      return true;
    } catch (error) {
      this.#lose(log, lines, messageOf(error));
      return false;
    }
  }

  async #rotateIfFull(log: Log): Promise<void> {
    const { size } = log.file!;
    if (size < log.rotateAt) return;
    try {
      await this.#rotate(log);
      log.rotateAt = this.#options.limits.maxBytes;
    } catch (error) {
      // A file that cannot be renamed grows on: that is better than losing what comes. It is tried again, and said
      // again, when as much has come once more.
      log.rotateAt = size + this.#options.limits.maxBytes;
      this.#options.onLost(log.name, `the log cannot be rotated: ${messageOf(error)}`);
    }
  }

  /** Nobody would read any more what is written to a file that somebody has removed. @returns Whether it is one. */
  async #letGoOfRemoved(log: Log): Promise<boolean> {
    if (log.file === null || await fromPromise(log.file.isThere())) return false;
    await fromPromise(log.file.close());
    log.file = null;
    log.rotateAt = this.#options.limits.maxBytes;
    return true;
  }

  async #open(name: string): Promise<AppendFile> {
    const file = this.#options.fileOf(name);
    this.#options.files.makeFolder(file.slice(0, file.lastIndexOf("/")));
    return await fromPromise(openWhole(this.#options.files, file));
  }

  async #rotate(log: Log): Promise<void> {
    const { files, limits: { keep } } = this.#options;
    const file = this.#options.fileOf(log.name);
    await fromPromise(log.file!.close());
    log.file = null;
    if (keep === 0) return files.remove(file);
    // Only what is in the way moves on, so that an attempt which fails at its end can be repeated without harm.
    let last = 1;
    while (last < keep && files.exists(`${file}.${last}`)) last += 1;
    for (let number = last - 1; number >= 1; number--) {
      files.rename(`${file}.${number}`, `${file}.${number + 1}`);
    }
    files.rename(file, `${file}.1`);
  }

  #lose(log: Log, count: number, why: string): void {
    if (log.lost === 0) this.#options.onLost(log.name, why);
    log.lost += count;
    log.why = why;
  }
}

/** Opens a file so that what is appended begins a line, also behind one that a writer has left in parts who was killed. */
async function openWhole(files: Files, path: string): Promise<AppendFile> {
  const file = await files.openAppend(path);
  try {
    if (file.size > 0 && await lastByteOf(files, path) !== NEWLINE) await file.append(Uint8Array.of(NEWLINE));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function lastByteOf(files: Files, path: string): Promise<number | undefined> {
  const file = await files.openRead(path);
  if (file === null) return undefined;
  try {
    return (await file.read(await file.size() - 1, 1))[0];
  } finally {
    await file.close();
  }
}
