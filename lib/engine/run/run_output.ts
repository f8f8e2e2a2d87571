/**
 * The output of the process of a run, on its way into the log. It is always read on, even if the lines are lost, so that the
 * process never hangs on us; where the disk is slow a little later. No task waits for it: the pipes call back.
 */
import type { PipeSource } from "../../host/ports/processes.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { Event } from "../../sync/event.ts";
import type { StreamLog } from "../logs/stream_log.ts";
import type { MainProcess } from "./main_process.ts";

/**
 * How long to wait for lines of a process that has ended: as a rule they are there already, and what has ended should
 * not be reported before what it said. Somebody who still holds its streams open may not delay the report.
 */
const LAST_LINES_MS = 50;

/** How much a pipe that nobody writes to any more may still hold, and how long that may take. */
const PIPE_BYTES = 1_024 * 1_024;
const DRAIN_MS = 5_000;

/** Where lines go. */
export interface OutputSink {
  /** Opens the way of one of the streams. */
  open(stream: "stdout" | "stderr"): StreamLog;
  /**
   * Calls back once when there is room for more lines, or waiting for it longer is not worth it; false, without calling back,
   * if that is so now.
   */
  whenRoom(callback: () => void): boolean;
}

/** A stream that is read. */
interface OpenStream {
  readonly source: PipeSource;
  readonly log: StreamLog;
  /** Reads a piece, and asks for the next. */
  readonly onReadable: () => void;
  readonly onRoom: () => void;
  waitsForRoom: boolean;
}

/** See the module. */
export class RunOutput {
  readonly #sink: OutputSink;
  readonly #ended = new Event();
  readonly #open = new Set<OpenStream>();
  #bytes = 0;

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  /** Reads both streams of a process, until `close`. */
  begin(child: Pick<MainProcess, "stdout" | "stderr">): void {
    for (const name of ["stdout", "stderr"] as const) {
      const source = child[name];
      if (source === null) continue;
      const stream: OpenStream = {
        source,
        log: this.#sink.open(name),
        onReadable: () => {
          if (this.#read(stream)) this.#ask(stream);
        },
        onRoom: () => {
          stream.waitsForRoom = false;
          if (this.#open.has(stream)) source.whenReadable(stream.onReadable);
        },
        waitsForRoom: false,
      };
      this.#open.add(stream);
      source.whenReadable(stream.onReadable);
    }
  }

  /** Waits until both streams are at their ends. */
  async untilEnded(): Promise<void> {
    if (this.#open.size > 0) await this.#ended.wait();
  }

  /** Gives the last lines of a process that has ended the time to come, and no more. */
  async lastLines(): Promise<void> {
    for (const stream of [...this.#open]) this.#readRest(stream);
    if (this.#open.size > 0) await moveOnAfter(LAST_LINES_MS, () => this.#ended.wait());
  }

  /** Waits until all is read that is still in the pipes, when nobody is left that writes to them. */
  async drain(): Promise<void> {
    const before = this.#bytes;
    await moveOnAfter(DRAIN_MS, async () => {
      for (let seen = -1; this.#isOnItsWay(seen) && this.#bytes - before <= PIPE_BYTES;) {
        seen = this.#bytes;
        await this.lastLines();
      }
    });
  }

  /** Lets go of the streams that are not at their ends. The next reader may find the rest of their last lines. */
  close(): void {
    for (const stream of [...this.#open]) this.#end(stream, true);
  }

  #isOnItsWay(seen: number): boolean {
    return this.#open.size > 0 &&
      (this.#bytes > seen || [...this.#open].some(({ waitsForRoom }) => waitsForRoom));
  }

  /** Reads a piece. @returns Whether more may come. */
  #read(stream: OpenStream): boolean {
    const length = stream.log.readFrom(stream.source);
    if (length === null) this.#end(stream, false);
    else this.#bytes += length;
    return length !== null;
  }

  #ask(stream: OpenStream): void {
    stream.waitsForRoom = this.#sink.whenRoom(stream.onRoom);
    if (!stream.waitsForRoom) stream.source.whenReadable(stream.onReadable);
  }

  /** Reads what is there at once, as far as there is room for it. */
  #readRest(stream: OpenStream): void {
    const before = this.#bytes;
    while (!stream.waitsForRoom && this.#bytes - before <= PIPE_BYTES) {
      const seen = this.#bytes;
      if (!this.#read(stream) || this.#bytes === seen) return;
      stream.waitsForRoom = this.#sink.whenRoom(stream.onRoom);
    }
  }

  #end(stream: OpenStream, isCut: boolean): void {
    this.#open.delete(stream);
    stream.source.close();
    stream.log.end(isCut);
    if (this.#open.size === 0) this.#ended.set();
  }
}
