/** The logs of the actors of a tree, a file each: the reader of the actors' pipes writes them here. */
import { folderOf } from "../../base/posix_path.ts";
import { messageOf } from "../../base/user_error.ts";
import type { LogSpec } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { encodeAs, type LineFormat, type LogStream } from "./log_format.ts";
import { LineEncoder, type LineHearer } from "./line_encoder.ts";
import type { Line } from "./line_splitter.ts";
import { prepareFolder } from "./log_folder.ts";
import { rememberPlace } from "./log_places.ts";
import { DEFAULT_LOG_LIMITS, type LogFile, LogStore } from "./log_store.ts";
import { Stamps } from "./stamps.ts";
import { StreamLog } from "./stream_log.ts";
import { logFileOf } from "../state_folder.ts";

/** The parts of the logs. */
export interface ActorLogsOptions {
  readonly host: Pick<Host, "files" | "wallClock" | "clock">;
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  /** Told that lines of an actor are being lost. */
  readonly onLost: (path: string, why: string) => void;
  /** Told that somebody had removed the log of an actor. */
  readonly onRemade: (path: string, file: string) => void;
}

/** Where an actor logs to. */
interface Place {
  readonly spec: LogSpec;
  readonly file: LogFile;
}

/** See the module. */
export class ActorLogs {
  readonly #options: ActorLogsOptions;
  readonly #stamps: Stamps;
  readonly #store: LogStore;
  readonly #encoder: LineEncoder;
  /** Where those log to of whom that was said. */
  readonly #places = new Map<string, Place>();

  constructor(options: ActorLogsOptions) {
    const { host, onLost, onRemade } = options;
    this.#options = options;
    this.#stamps = new Stamps({ wallClock: host.wallClock, now: () => host.clock.now() });
    this.#encoder = new LineEncoder(this.#stamps);
    this.#store = new LogStore({
      files: host.files,
      clock: host.clock,
      wallClock: () => host.wallClock(),
      fileOf: (path) => this.#fileOf(path),
      prepare: (file) => this.#prepare(file),
      gapMark: (path, lost, why) => this.#gapMark(path, lost, why),
      onLost,
      onRemade: (path) => onRemade(path, this.#fileOf(path).file),
    });
  }

  /** Has an actor log to another place from now on. */
  place(path: string, spec: LogSpec): void {
    const { host: { files }, folder, onLost } = this.#options;
    const { file, maxBytes, keep, maxAgeMs, compress } = spec;
    if (this.#places.get(path)?.spec === spec) return;
    const at = file ?? logFileOf(folder, path);
    this.#places.set(path, { spec, file: { file: at, maxBytes, keep, maxAgeMs, compress } });
    if (file === null) return;
    try {
      rememberPlace(files, folder, path, { file, format: spec.format });
    } catch (error) {
      onLost(path, `where the log is cannot be written down: ${messageOf(error)}`);
    }
  }

  /** Whether nothing of what an actor says is to be kept or shown. */
  isSilent(path: string): boolean {
    return this.#places.get(path)?.spec.to === "null";
  }

  /** Writes a line of an actor, soon; gives its stamp. */
  line(path: string, stream: LogStream, line: Line): number {
    const at = this.#stamps.next();
    const format = this.#formatOf(path);
    if (format !== null) this.#store.append(path, encodeAs(format, path, at, stream, line));
    return at;
  }

  /** Opens the way of an output stream of an actor into its log. @param hearer Who listens to single lines, if anybody. */
  open(path: string, stream: LogStream, hearer: () => LineHearer | null = () => null): StreamLog {
    const append = (block: Uint8Array, lines: number) => this.#store.append(path, block, lines);
    const format = () => this.#formatOf(path);
    return new StreamLog({ encoder: this.#encoder, encoding: { path, stream, format, append }, hearer });
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

  #fileOf(path: string): LogFile {
    return this.#places.get(path)?.file ??
      { ...DEFAULT_LOG_LIMITS, file: logFileOf(this.#options.folder, path) };
  }

  /** Null for one whose lines are not kept. */
  #formatOf(path: string): LineFormat | null {
    const spec = this.#places.get(path)?.spec;
    if (spec === undefined) return "stamped";
    return spec.to === "null" ? null : spec.file === null ? "stamped" : spec.format;
  }

  #prepare(file: string): void {
    const { host: { files }, folder } = this.#options;
    // The folder of a tree has been looked at before anything was put there.
    if (file.startsWith(`${folder}/`)) return files.makeFolder(folderOf(file));
    prepareFolder(files, file, files.inspectFolder(folder)?.ownerUid ?? null);
  }

  #gapMark(path: string, lost: number, why: string): Uint8Array {
    const text = `${lost} ${lost === 1 ? "line was" : "lines were"} lost: ${why}`;
    return encodeAs(this.#formatOf(path) ?? "stamped", path, this.#stamps.next(), "supervise", {
      bytes: new TextEncoder().encode(text),
      cut: false,
    });
  }
}
