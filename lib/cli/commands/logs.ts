import { nameSome } from "../../base/name_some.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { UserError } from "../../base/user_error.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import { matches } from "../../config/select.ts";
import type { ControlClient } from "../../control/client.ts";
import type { FollowItem } from "../../control/protocol.ts";
import { lineFields, type LogLine } from "../../engine/logs/log_format.ts";
import { loggedActors, type LogQuery, readLastLines } from "../../engine/logs/log_reader.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { type Command, type Context, RAW_OPTION } from "../command.ts";
import { eachKept } from "../kept_lines.ts";
import { LineRenderer } from "../render/log_line.ts";
import { type Kept, withKept } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

/** How many lines a follower is shown first, unless it says. */
const FOLLOW_AFTER_LINES = 20;

/** `supervise logs`. */
export const logs: Command = {
  usage: "[SEL...]",
  about: [
    "Shows the lines of all actors, or of those named, in the order in which they came; also after the tree has ended. " +
    "With -f it goes on, over restarts and rotation, until the tree ends, or nobody reads what it prints.",
    "On a terminal only the colours of the lines pass, each for its own line, and --raw shows the rest, too. Elsewhere " +
    "the lines are what the actors have printed.",
  ],
  options: [
    { name: "follow", short: "f", doc: "go on with what comes" },
    {
      name: "lines",
      short: "n",
      value: "N",
      doc: `only the last N lines; with -f ${FOLLOW_AFTER_LINES}, else all`,
    },
    RAW_OPTION,
  ],
  examples: [["supervise logs -n 100 api", "the last lines of one actor"], [
    "supervise logs -f 'pool/*'",
    "and what comes",
  ]],
  words: [0, Infinity],
  async run(context) {
    const { args } = context;
    await withKept(context, (kept) =>
      whileRead(context, async () => {
        const { client } = kept;
        const printer = await LinePrinter.open(context, kept);
        if (client === null) await printer.printHistory(args.count("lines"), Infinity);
        else await printer.follow(client, args.count("lines") ?? FOLLOW_AFTER_LINES);
      }));
    return ExitCode.done;
  },
};

/** Prints lines of the wanted actors, each once, wherever they come from. */
class LinePrinter {
  readonly #context: Context;
  readonly #folder: string;
  readonly #selectors: readonly string[];
  readonly #lines: LineRenderer;
  #last = 0;

  private constructor(context: Context, folder: string, logged: readonly string[]) {
    this.#context = context;
    this.#folder = folder;
    this.#selectors = context.args.words;
    this.#lines = new LineRenderer(logged.filter((path) => this.#isWanted(path)), context.ui);
  }

  /** @throws {UserError} `logs/none` and the like, if there is nothing that is wanted and nobody to wait for. */
  static async open(context: Context, { folder, client, nothing }: Kept): Promise<LinePrinter> {
    const logged = loggedActors(context.host.files, folder);
    const printer = new LinePrinter(context, folder, logged);
    if (client !== null || logged.some((path) => printer.#isWanted(path))) return printer;
    const { words } = context.args;
    throw words.length > 0 && logged.length > 0
      ? unknown(words, logged)
      : await nothing("logs/none", "There are no logs of this tree");
  }

  /** Prints what is in the files up to a stamp: all of it, or the last `count` lines. */
  async printHistory(count: number | null, upTo: number): Promise<void> {
    const { files } = this.#context.host;
    // Somebody may have printed a first line meanwhile.
    const query = { paths: this.#wantedNow(), after: 0, upTo };
    if (count !== null) {
      return await this.#print(await fromPromise(readLastLines(files, this.#folder, query, count)));
    }
    await this.#printAll(query);
  }

  /** Prints the last lines, and then what comes until the tree ends. */
  async follow(client: ControlClient, count: number): Promise<void> {
    let ready = false;
    const early: FollowItem[] = [];
    const following = client.follow({ lines: true, entries: false }, async (items) => {
      if (ready) await this.#show(items);
      else early.push(...items);
    });
    const { stamp } = await fromPromise(client.request("sync", {}));
    await this.printHistory(count, stamp);
    this.#last = Math.max(this.#last, stamp);
    // What comes while these are shown must come after them.
    while (early.length > 0) await fromPromise(this.#show(early.splice(0)));
    ready = true;
    await fromPromise(following);
  }

  async #show(items: readonly FollowItem[]): Promise<void> {
    for (const item of items) {
      if (item.kind === "line" && item.line.at > this.#last) await this.#print([item.line]);
      // What was not sent because we were too slow is in the files.
      else if (item.kind === "lagged" && item.of === "lines") {
        await this.#printAll({
          paths: this.#wantedNow(),
          after: Math.max(item.after, this.#last),
          upTo: item.upTo,
        });
      }
    }
  }

  async #printAll(query: LogQuery): Promise<void> {
    await eachKept(this.#context.host.files, this.#folder, query, async (lines) => {
      await this.#print(lines);
      return this.#context.ui.isRead;
    });
  }

  async #print(lines: readonly LogLine[]): Promise<void> {
    const { ui } = this.#context;
    const wanted = lines.filter((line) => this.#isWanted(line.path));
    this.#last = Math.max(this.#last, ...lines.slice(-1).map((line) => line.at));
    if (wanted.length === 0) return;
    if (ui.json) return await ui.printJson(wanted.map(lineFields));
    await ui.print(wanted.map((line) => this.#lines.line(line, true)).join("\n"));
  }

  #wantedNow(): readonly string[] {
    return loggedActors(this.#context.host.files, this.#folder).filter((path) => this.#isWanted(path));
  }

  #isWanted(path: string): boolean {
    return this.#selectors.length === 0 || this.#selectors.some((selector) => matches(selector, path));
  }
}

function unknown(selectors: readonly string[], logged: readonly string[]): UserError {
  const actors = new Set(logged.map(withoutReplica));
  const nearest = nearestName(selectors[0]!, [...actors, ...logged]);
  return new UserError("target/unknown", `No log is of "${selectors.join(" ")}"`, {
    exitCode: ExitCode.noSuchTarget,
    hint: nearest === null ? `there are logs of ${nameSome([...actors])}` : `did you mean "${nearest}"?`,
  });
}
