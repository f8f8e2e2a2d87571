/** The logs of the actors of a tree, a file each: whoever reads the actors' pipes writes them here. */
import type { Host } from "../../host/ports/host.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { LineEncoder, type LineHearer } from "./line_encoder.ts";
import type { Line } from "./line_splitter.ts";
import { encodeLine, type LogStream } from "./log_format.ts";
import { DEFAULT_LOG_LIMITS, LogStore } from "./log_store.ts";
import { Stamps } from "./stamps.ts";
import { StreamLog } from "./stream_log.ts";
import { logFileOf } from "../state_folder.ts";

/** What the logs are written to. */
export interface ActorLogsOptions {
  readonly host: Pick<Host, "files" | "wallClock" | "clock">;
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  /** Told that lines of an actor are being lost. */
  readonly onLost: (path: string, why: string) => void;
  /** Told that somebody had removed the log of an actor. */
  readonly onRemade: (path: string) => void;
}

/** See the module. */
export class ActorLogs {
  readonly #stamps: Stamps;
  readonly #store: LogStore;
  readonly #encoder: LineEncoder;

  constructor({ host, folder, onLost, onRemade }: ActorLogsOptions) {
    this.#stamps = new Stamps({ wallClock: host.wallClock, now: () => host.clock.now() });
    this.#encoder = new LineEncoder(this.#stamps);
    this.#store = new LogStore({
      files: host.files,
      clock: host.clock,
      limits: DEFAULT_LOG_LIMITS,
      fileOf: (path) => logFileOf(folder, path),
      gapMark: (lost, why) => this.#gapMark(lost, why),
      onLost,
      onRemade,
    });
  }

  /** Writes a line of an actor, soon; gives its stamp. */
  line(path: string, stream: LogStream, line: Line): number {
    const at = this.#stamps.next();
    this.#store.append(path, encodeLine(at, stream, line));
    return at;
  }

  /** Opens the way of an output stream of an actor into its log. @param hearer Who listens to single lines, if anybody. */
  open(path: string, stream: LogStream, hearer: () => LineHearer | null = () => null): StreamLog {
    const append = (block: Uint8Array, lines: number) => this.#store.append(path, block, lines);
    return new StreamLog({ encoder: this.#encoder, encoding: { stream, append }, hearer });
  }

  /** See {@linkcode LogStore.whenRoom}. */
  whenRoom(path: string, callback: () => void): boolean {
    return this.#store.whenRoom(path, callback);
  }

  /** Waits until every line is in its file, or lost; gives the stamp of the last one. */
  async sync(): Promise<number> {
    const stamp = this.#stamps.last;
    await this.#store.sync();
    return stamp;
  }

  /** Opens all files anew before it writes on. */
  reopen(): void {
    this.#store.reopen();
  }

  /** Writes until `close`, and then what is left; no cancel keeps it from that. */
  async run(): Promise<void> {
    await new CancelScope({ shield: true }).run(() => this.#store.run());
  }

  close(): void {
    this.#store.close();
  }

  #gapMark(lost: number, why: string): Uint8Array {
    const text = `${lost} ${lost === 1 ? "line was" : "lines were"} lost: ${why}`;
    return encodeLine(this.#stamps.next(), "supervise", {
      bytes: new TextEncoder().encode(text),
      cut: false,
    });
  }
}
