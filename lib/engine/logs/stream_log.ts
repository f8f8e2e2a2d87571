import type { PipeSource } from "../../host/ports/processes.ts";
import type { Encoding, LineEncoder, LineHearer } from "./line_encoder.ts";
import { LineSplitter } from "./line_splitter.ts";

/** The parts that a stream needs on its way into a log. */
export interface StreamLogOptions {
  readonly encoder: LineEncoder;
  readonly encoding: Encoding;
  /** The listener to single lines; asked for each piece that comes. */
  readonly hearer: () => LineHearer | null;
}

/** One output stream of an actor, on its way into the actor's log. */
export class StreamLog {
  readonly #options: StreamLogOptions;
  readonly #splitter = new LineSplitter();

  constructor(options: StreamLogOptions) {
    this.#options = options;
  }

  /** Reads a piece of what is there, and logs the lines that it completes. @returns See {@linkcode PipeSource.readInto}. */
  readFrom(source: Pick<PipeSource, "readInto">): number | null {
    const { encoder, encoding } = this.#options;
    const length = source.readInto(encoder.input);
    if (length === null || length === 0) return length;
    const hearer = this.#options.hearer();
    encoder.begin(encoding, hearer);
    this.#splitter.push(encoder.input, length, encoder);
    encoder.finish();
    hearer?.partial(this.#splitter.pending());
    return length;
  }

  /** Logs what has come of a line that has no end. @param cut Whether who reads on may find the rest of it. */
  end(cut: boolean): void {
    const { encoder, encoding, hearer } = this.#options;
    encoder.begin(encoding, hearer());
    this.#splitter.end(encoder, cut);
    encoder.finish();
  }
}
