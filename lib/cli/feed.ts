/**
 * The lines of the actors of a tree and the events, for a foreground `up`: each line once, and those of an actor in
 * their order. Lines that were not sent because they came too fast are in the files, and taken from there.
 */
import type { FollowItem } from "../control/protocol.ts";
import { entriesBetween, readJournal } from "../engine/journal/journal_reader.ts";
import type { JournalEntry } from "../engine/journal/journal.ts";
import { lineFields, type LogLine } from "../engine/logs/log_format.ts";
import { wordedEntry } from "../words/worded_entry.ts";
import type { Context } from "./command.ts";
import { eachKept } from "./kept_lines.ts";
import { describeEntry, entryDetails, isNews } from "./render/entry.ts";
import type { LineRenderer } from "./render/log_line.ts";

type Lagged = Extract<FollowItem, { readonly kind: "lagged" }>;

/** Where the files are, and of whom. */
export interface FeedSource {
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  /** Addresses of the actors that the tree begins with. */
  readonly paths: readonly string[];
  /** Those of them whose lines are shown as they are, each stream on its own. */
  readonly inherited: ReadonlySet<string>;
}

/** See the module. */
export class Feed {
  readonly #context: Context;
  readonly #lines: LineRenderer;
  readonly #folder: string;
  readonly #inherited: ReadonlySet<string>;
  /** The actors that there were so far: another plan brings others. */
  readonly #paths: Set<string>;
  /** The last item that was shown: a stamp, and the number of an entry. */
  #lastLine = 0;
  #lastEntry = 0;
  /** Up to where everything was shown from the files when another supervisor went on. */
  #keptLine = 0;
  #keptEntry = 0;
  /** The actors that have failed, the last one at the end. */
  readonly failed = new Set<string>();
  #skipsGaps = false;
  #isAbandoned = false;

  constructor(context: Context, lines: LineRenderer, source: FeedSource) {
    this.#context = context;
    this.#lines = lines;
    this.#folder = source.folder;
    this.#inherited = source.inherited;
    this.#paths = new Set(source.paths);
  }

  /** Shows what was sent. @throws {UserError} `output/not-writable` */
  async show(items: readonly FollowItem[]): Promise<void> {
    for (const alike of runsOf(items, ({ kind }) => kind)) {
      await this.#print(
        alike.flatMap((item) => item.kind === "line" && item.line.at > this.#keptLine ? [item.line] : []),
      );
      await this.#tell(
        alike.flatMap((item) =>
          item.kind === "entry" && item.entry.seq > this.#keptEntry ? [item.entry] : []
        ),
      );
      for (const item of alike) if (item.kind === "lagged") await this.#catchUp(item);
    }
  }

  /** Goes on with another supervisor: shows what was kept since, and none of that again when it is sent. */
  async resume(): Promise<void> {
    await this.finish();
    this.#keptLine = this.#lastLine;
    this.#keptEntry = this.#lastEntry;
  }

  /** Shows what could not be sent before the supervisor went, which does not wait for slow readers. */
  async finish(): Promise<void> {
    await this.#showKept(this.#lastLine, Infinity);
    await this.#tellKept(this.#lastEntry, Infinity);
  }

  /** Fills no more gaps from the files: what was printed too fast may take minutes to show, and somebody wants an end. */
  skipGaps(): void {
    this.#skipsGaps = true;
  }

  /** Shows no more lines, only what becomes of the actors; who wants the rest has it in the files. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  async #catchUp({ of, after, upTo, count }: Lagged): Promise<void> {
    if (of === "entries") return await this.#tellKept(after, upTo);
    const kept = this.#skipsGaps ? 0 : await this.#showKept(after, upTo);
    if (kept >= count || this.#isAbandoned) return;
    const why = this.#skipsGaps
      ? "`supervise logs` has what was kept of them"
      : "they came too fast to be read, or to be kept";
    await this.#context.ui.say(`${this.#lines.ownPrefix()}${count - kept} lines are missing here: ${why}`);
  }

  async #showKept(after: number, upTo: number): Promise<number> {
    const [folder, paths] = [this.#folder, [...this.#paths]];
    const { files } = this.#context.host;
    return await eachKept(files, folder, { paths, after, upTo }, async (lines) => {
      await this.#print(lines);
      return !this.#isAbandoned && !this.#skipsGaps;
    });
  }

  async #tellKept(after: number, upTo: number): Promise<void> {
    const entries = readJournal(this.#context.host.files, this.#folder) ?? [];
    await this.#tell(entriesBetween(entries, after, upTo));
  }

  async #print(lines: readonly LogLine[]): Promise<void> {
    const { ui } = this.#context;
    if (lines.length === 0 || this.#isAbandoned) return;
    this.#lastLine = lines.at(-1)!.at;
    if (ui.json) return await ui.printJson(lines.map(lineFields));
    for (const alike of runsOf(lines, (line) => this.#isRelayed(line))) {
      const texts = alike.map((line) =>
        this.#isBare(line) ? ui.shown(line.text) : this.#lines.line(line, false)
      );
      if (this.#isRelayed(alike[0]!)) await ui.relay(alike.map(({ text }) => text).join("\n"));
      else await ui.print(texts.join("\n"));
    }
  }

  /** Whether a line is shown as its actor has printed it. */
  #isBare({ path, stream }: LogLine): boolean {
    return stream !== "supervise" && this.#inherited.has(path);
  }

  #isRelayed(line: LogLine): boolean {
    return line.stream === "stderr" && this.#isBare(line);
  }

  async #tell(entries: readonly JournalEntry[]): Promise<void> {
    const { ui } = this.#context;
    if (entries.length === 0) return;
    this.#lastEntry = entries.at(-1)!.seq;
    for (const { event, path } of entries) {
      if (event === "started") this.#paths.add(path);
      if (event === "exited") this.failed.delete(path);
      if (event === "failed" || event === "gave_up") this.failed.add(path);
    }
    if (ui.json) return await ui.printJson(entries.map(wordedEntry));
    const news = entries.filter((entry) => ui.verbosity === "verbose" || isNews(entry));
    if (news.length === 0) return;
    const texts = news.flatMap((entry) => [
      `${this.#lines.ownPrefix()}${describeEntry(entry, ui.err)}`,
      ...entryDetails(entry).map(ui.err.dim),
    ]);
    await ui.say(texts.join("\n"));
  }
}

/** Neighbours of one kind together: what can be printed at once. */
function runsOf<T>(items: readonly T[], kindOf: (item: T) => unknown): readonly (readonly T[])[] {
  const runs: T[][] = [];
  let kind: unknown;
  for (const item of items) {
    const own = kindOf(item);
    if (runs.length > 0 && own === kind) runs.at(-1)!.push(item);
    else runs.push([item]);
    kind = own;
  }
  return runs;
}
