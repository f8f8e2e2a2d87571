/**
 * Writes the logs of all actors, each to a file of its own that is rotated by size and age.
 *
 * Invariants:
 * 1. `append` never waits, and the waiting lines are bounded: nothing that an actor prints can block us.
 * 2. Lines are written whole or not at all. Those that are lost are counted, and a line in their place says so.
 * 3. A disk that is slow has lines wait, and loses none as long as the appender asks for room before; a disk that
 *    stands still has them wait once, for a second, and then loses them: no actor hangs with it.
 * 4. A rotation comes between two lines, and no file is larger than it may be but for one longer line.
 */
import { concatBytes } from "../../base/bytes.ts";
import { after } from "../../base/instant.ts";
import { messageOf } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { AppendFile, Files } from "../../host/ports/files.ts";
import type { Clock } from "../../scope/clock.ts";
import { openNursery } from "../../scope/nursery.ts";
import { Event } from "../../sync/event.ts";
import { type Block, BlockQueue } from "./block_queue.ts";
import { Compressor } from "./compressor.ts";
import { rotate } from "./rotated_files.ts";

/** Where a log is, and how it grows. */
export interface LogFile {
  readonly file: string;
  /** Size that the file is not to exceed: a line that does not fit rotates it. In bytes. */
  readonly maxBytes: number;
  /** How many rotated files are kept beside the current one. */
  readonly keep: number;
  /** Age at which the next line rotates it; null for any age. */
  readonly maxAgeMs: number | null;
  /** Whether rotated files are compressed. */
  readonly compress: boolean;
}

/** How a log file grows. */
export type LogLimits = Omit<LogFile, "file">;

/** How a file grows if nobody says otherwise. */
export const DEFAULT_LOG_LIMITS: LogLimits = {
  maxBytes: 10 * 1_024 * 1_024,
  keep: 5,
  maxAgeMs: null,
  compress: false,
};

/** How much may wait to be written to one file, and how much before an appender with more waits for room. */
const QUEUE_BYTES = 8 * 1_024 * 1_024;
const CROWDED_BYTES = 2 * 1_024 * 1_024;

/** How much is written at once: larger writes gain nothing, and take a copy of several blocks. */
const WRITE_BYTES = 256 * 1_024;

const NEWLINE = 0x0a;

/** How long a disk that takes nothing is waited for. */
const PATIENCE_MS = 1_000;

/** The parts of a store. */
export interface LogStoreOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** The date in milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Where a log is now, by its name; asked for all that is written. */
  readonly fileOf: (name: string) => LogFile;
  /** Makes a place for a file. @throws {FileError} */
  readonly prepare: (file: string) => void;
  /** The line that stands for lines that are lost. */
  readonly gapMark: (name: string, lost: number, why: string) => Uint8Array;
  /** Told that lines of a log are being lost, once for each gap. */
  readonly onLost: (name: string, why: string) => void;
  /** Told that somebody had removed the file of a log, which was begun again. */
  readonly onRemade: (name: string) => void;
}

interface Log {
  readonly name: string;
  file: AppendFile | null;
  /** The path of the file that is open, or was last. */
  path: string;
  /** Size up to which a file grows on that could not be rotated. */
  growsTo: number;
  /** Whether it is to be rotated behind the lines that wait. */
  isToRotate: boolean;
  /** Date until which one that is too old is not tried again. */
  staysUntil: number;
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
  readonly #compressor: Compressor;
  /** Logs that have rotated files to compress. */
  readonly #unpacked = new Set<string>();
  #packing = new Event();
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
    this.#compressor = new Compressor(options.files, (file, why) => {
      for (const { name, path } of this.#logs.values()) {
        if (path === file) options.onLost(name, `a rotated log cannot be compressed: ${why}`);
      }
    });
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
    await openNursery(async (nursery) => {
      nursery.startSoon(() => this.#packAll(), { name: "compressor" });
      await this.#writeAll();
      // A file that is not compressed yet is when somebody writes on.
      this.#compressor.close();
      this.#packing.set();
    }, { collapse: true });
  }

  async #writeAll(): Promise<void> {
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
    // Lines that come after the end are written by nobody, and nobody is to wait for them.
    this.#settled = Infinity;
    await this.#closeFiles();
  }

  async #closeFiles(): Promise<void> {
    this.#isStale = false;
    for (const log of this.#logs.values()) await this.#close(log);
  }

  /** Rotates a log behind the lines that it was given so far, whatever its size. */
  rotate(name: string): void {
    this.#logOf(name).isToRotate = true;
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
      path: "",
      growsTo: 0,
      isToRotate: false,
      staysUntil: 0,
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
      const settings = this.#options.fileOf(log.name);
      const failure = await this.#ready(log, settings);
      const room = failure === null ? roomIn(log, settings) : WRITE_BYTES;
      const block = log.queue.take(Math.min(WRITE_BYTES, room));
      left -= block.bytes.length;
      if (log.queue.size < CROWDED_BYTES) this.#letIn(log);
      if (failure === null) await this.#write(log, block);
      else this.#lose(log, block.lines, failure);
    } while (left > 0);
    if (log.isToRotate && log.file !== null && log.file.size > 0) {
      log.isToRotate = false;
      await this.#rotate(log, this.#options.fileOf(log.name));
    }
  }

  /** Opens the file of a log, in which there is room for its next line then. @returns Null, or why that cannot be done. */
  async #ready(log: Log, settings: LogFile): Promise<string | null> {
    try {
      const isRemoved = await this.#letGoOfAnother(log, settings.file);
      if (log.file === null) await this.#open(log, settings);
      if (isRemoved) this.#options.onRemade(log.name);
    } catch (error) {
      return messageOf(error);
    }
    if (this.#isDue(log, settings)) await this.#rotate(log, settings);
    try {
      if (log.file === null) await this.#open(log, settings);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Whether a file is to be rotated before the next line. */
  #isDue(log: Log, settings: LogFile): boolean {
    const { size, madeAt } = log.file!;
    if (size === 0) return false;
    if (!log.queue.fits(roomIn(log, settings))) return true;
    const now = this.#options.wallClock();
    return settings.maxAgeMs !== null && now - madeAt >= settings.maxAgeMs && now >= log.staysUntil;
  }

  async #write(log: Log, { bytes, lines }: Block): Promise<void> {
    const { lost } = log;
    try {
      const mark = lost === 0 ? null : this.#options.gapMark(log.name, lost, log.why);
      await fromPromise(log.file!.append(mark === null ? bytes : concatBytes([mark, bytes])));
      log.stands = false;
      log.lost -= lost;
    } catch (error) {
      this.#lose(log, lines, messageOf(error));
    }
  }

  /** Lets go of a file that is not the one to be written to, or that somebody has removed. @returns Whether it was removed. */
  async #letGoOfAnother(log: Log, path: string): Promise<boolean> {
    if (log.file === null) return false;
    // Nobody would read what is written to a file that has no name.
    const isRemoved = log.path === path && !await fromPromise(log.file.isThere());
    if (log.path === path && !isRemoved) return false;
    await this.#close(log);
    return isRemoved;
  }

  async #close(log: Log): Promise<void> {
    const { file } = log;
    log.file = null;
    log.growsTo = 0;
    log.staysUntil = 0;
    if (file !== null) await fromPromise(file.close());
  }

  async #open(log: Log, { file, compress }: LogFile): Promise<void> {
    this.#options.prepare(file);
    log.file = await fromPromise(openWhole(this.#options.files, file));
    const isNew = log.path !== file;
    log.path = file;
    // An earlier writer may have left some that are not compressed yet.
    if (isNew && compress) this.#pack(file);
  }

  async #rotate(log: Log, settings: LogFile): Promise<void> {
    const { file, keep, maxBytes, maxAgeMs, compress } = settings;
    const { size } = log.file!;
    await this.#close(log);
    try {
      rotate(this.#options.files, file, keep, (...moved) => this.#compressor.moved(file, ...moved));
      if (compress) this.#pack(file);
    } catch (error) {
      // A file that cannot be renamed grows on: that is better than losing what comes. It is tried again, and said
      // again, when as much has come once more.
      log.growsTo = size + maxBytes;
      log.staysUntil = this.#options.wallClock() + (maxAgeMs ?? 0);
      this.#options.onLost(log.name, `the log cannot be rotated: ${messageOf(error)}`);
    }
  }

  /** Has the rotated files of a log compressed, beside all else. */
  #pack(file: string): void {
    this.#unpacked.add(file);
    this.#packing.set();
  }

  /** Compresses what is to be compressed, until `close`. */
  async #packAll(): Promise<void> {
    while (!this.#closed) {
      await this.#packing.wait();
      this.#packing = new Event();
      for (const file of this.#unpacked) {
        this.#unpacked.delete(file);
        await fromPromise(this.#compressor.packAll(file));
      }
    }
  }

  #lose(log: Log, count: number, why: string): void {
    if (log.lost === 0) this.#options.onLost(log.name, why);
    log.lost += count;
    log.why = why;
  }
}

/** How many bytes may be added to the file of a log before it is rotated. */
function roomIn({ file, growsTo }: Log, { maxBytes }: LogFile): number {
  return file === null ? 0 : Math.max(maxBytes, growsTo) - file.size;
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
