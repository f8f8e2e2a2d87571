/**
 * What the process of a run prints, line by line. It is always read on, whatever becomes of the lines, so that the process
 * never hangs on us; where the disk is slow a little later.
 */
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ByteSource } from "../../host/ports/processes.ts";
import type { Nursery } from "../../scope/nursery.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { Event } from "../../sync/event.ts";
import { type Line, LineSplitter } from "../logs/line_splitter.ts";
import type { MainProcess } from "./main_process.ts";

/**
 * How long to wait for lines of a process that has ended: as a rule they are there already, and what has ended should
 * not be reported before what it said. Somebody who still holds its streams open may not delay the report.
 */
const LAST_LINES_MS = 50;

/** What a pipe that nobody writes to any more may still hold, at most, and how long that may take. */
const PIPE_BYTES = 1_024 * 1_024;
const DRAIN_MS = 5_000;

/** Where lines go. */
export interface LineSink {
  line(stream: "stdout" | "stderr", line: Line): void;
  /** A line has begun that has no end yet; `bytes` gives what has come of it. */
  partial(bytes: () => Uint8Array): void;
  /** Waits until there is room for more lines, if it is worth it; null if there is. */
  room(): Promise<void> | null;
}

/** See the module. */
export class RunOutput {
  readonly #sink: LineSink;
  readonly #ended = new Event();
  #openStreams = 0;
  #bytes = 0;
  /** How many streams wait for room. */
  #waiting = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Reads both streams of a process in tasks of their own. A cancel lets go of them. */
  pump(nursery: Pick<Nursery, "startSoon">, child: Pick<MainProcess, "stdout" | "stderr">): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const source = child[stream];
      if (source === null) continue;
      this.#openStreams += 1;
      nursery.startSoon(() => this.#pump(stream, source), { name: stream });
    }
  }

  /** Gives the last lines of a process that has ended the time to come, and no more. */
  async lastLines(): Promise<void> {
    await moveOnAfter(LAST_LINES_MS, () => this.#ended.wait());
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

  #isOnItsWay(seen: number): boolean {
    return !this.#ended.isSet && (this.#bytes > seen || this.#waiting > 0);
  }

  async #pump(stream: "stdout" | "stderr", source: ByteSource): Promise<void> {
    const splitter = new LineSplitter();
    let isAtEnd = false;
    try {
      for (let bytes = await next(source); bytes !== null; bytes = await next(source)) {
        this.#bytes += bytes.length;
        for (const line of splitter.push(bytes)) this.#sink.line(stream, line);
        this.#sink.partial(() => splitter.pending());
        await this.#waitForRoom();
      }
      isAtEnd = true;
    } finally {
      source.close();
      // Whoever reads on may find the rest of the line.
      const rest = splitter.end();
      if (rest !== null) this.#sink.line(stream, { ...rest, cut: !isAtEnd });
      this.#openStreams -= 1;
      if (this.#openStreams === 0) this.#ended.set();
    }
  }

  async #waitForRoom(): Promise<void> {
    const room = this.#sink.room();
    if (room === null) return;
    this.#waiting += 1;
    try {
      await room;
    } finally {
      this.#waiting -= 1;
    }
  }
}

async function next(source: ByteSource): Promise<Uint8Array | null> {
  return await fromPromise(source.read());
}
