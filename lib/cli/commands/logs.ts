import { nameSome } from "../../base/name_some.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { messageOf, UserError } from "../../base/user_error.ts";
import { notLinearIn } from "../../config/values/linear_pattern.ts";
import { hasEnded, nextSupervisor } from "../../daemon/next_supervisor.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import { matches } from "../../config/select.ts";
import type { ControlClient } from "../../control/client.ts";
import type { FollowItem } from "../../control/protocol.ts";
import { lineFields, type LogLine, type LogStream } from "../../engine/logs/log_format.ts";
import { isWanted, type LineFilter, type LineSearch } from "../../engine/logs/line_filter.ts";
import { loggedActors, type LogQuery, readLastLines } from "../../engine/logs/log_reader.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { type Command, type Context, RAW_OPTION } from "../command.ts";
import { eachKept, LINES_AT_ONCE } from "../kept_lines.ts";
import { momentOf, MOMENTS } from "../moment.ts";
import { usage } from "../option.ts";
import { LineRenderer } from "../render/log_line.ts";
import { type Kept, withKept } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

/** How many lines a follower is shown first, unless it says. */
const FOLLOW_AFTER_LINES = 20;

const STREAMS: Readonly<Record<string, LogStream>> = {
  stdout: "stdout",
  out: "stdout",
  stderr: "stderr",
  err: "stderr",
  supervise: "supervise",
};

/** `supervise logs`. */
export const logs: Command = {
  usage: "[SEL...]",
  about: [
    "Shows the lines of all actors, or of those named, in the order in which they came; also after the tree has ended. " +
    "With -f it goes on, over restarts, rotation and another supervisor, until the tree ends, or nobody reads what it prints.",
    "On a terminal only the colours of the lines pass, each for its own line, and --raw shows the rest, too. Elsewhere " +
    "the lines are what the actors have printed.",
    `TIME is ${MOMENTS}. RE is a regular expression that is matched in time that grows with the line.`,
  ],
  options: [
    { name: "follow", short: "f", doc: "go on with what comes" },
    {
      name: "lines",
      short: "n",
      value: "N",
      doc: `only the last N lines; with -f ${FOLLOW_AFTER_LINES}, else all`,
    },
    { name: "since", value: "TIME", doc: "only lines from then on" },
    { name: "until", value: "TIME", doc: "only lines up to then" },
    { name: "grep", value: "RE", doc: "only lines that match" },
    {
      name: "stream",
      value: "STREAM",
      takes: ["stdout", "stderr", "supervise"],
      doc: "only lines of stdout, stderr, or supervise itself",
    },
    RAW_OPTION,
  ],
  examples: [
    ["supervise logs -n 100 api", "the last lines of one actor"],
    ["supervise logs -f 'pool/*'", "and what comes"],
    ["supervise logs --since 10m --grep 'timeout|refused' --stream stderr", "what went wrong lately"],
  ],
  words: [0, Infinity],
  takes: ["selector"],
  async run(context) {
    const wanted = await fromPromise(wantedOf(context));
    await withKept(context, (kept) =>
      whileRead(context, async () => {
        const { client } = kept;
        const printer = await LinePrinter.open(context, kept, wanted);
        if (client === null) await printer.printHistory(Infinity, "dated");
        else await printer.follow(client);
      }));
    return ExitCode.done;
  },
};

/** Which lines are asked for. */
interface Wanted {
  /** Lines after this stamp, and up to that. */
  readonly after: number;
  readonly upTo: number;
  readonly filter: LineFilter;
  /** How many at most; null for all. */
  readonly count: number | null;
}

/** @throws {UserError} `usage/bad-value`, `usage/bad-pattern` */
async function wantedOf({ host, args }: Context): Promise<Wanted> {
  const since = momentOf(host.wallClock(), "since", args.text("since"));
  const until = momentOf(host.wallClock(), "until", args.text("until"));
  if (until !== null && args.has("follow")) {
    throw usage(
      "usage/bad-value",
      "-f goes on with what comes, and --until ends before",
      "leave one of them out",
    );
  }
  if (since !== null && until !== null && until < since) {
    throw usage("usage/bad-value", "--until is before --since", "give the earlier moment to --since");
  }
  const name = args.text("stream");
  if (name !== null && !Object.hasOwn(STREAMS, name)) {
    throw usage("usage/bad-value", `--stream is "${name}"`, 'write "stdout", "stderr" or "supervise"');
  }
  const byDefault = args.has("follow") && since === null ? FOLLOW_AFTER_LINES : null;
  return {
    after: since === null ? 0 : Math.max(0, since - 1),
    upTo: until ?? Infinity,
    filter: {
      stream: name === null ? null : STREAMS[name]!,
      search: await searchOf(args.text("grep")),
    },
    count: args.count("lines") ?? byDefault,
  };
}

async function searchOf(pattern: string | null): Promise<LineSearch | null> {
  if (pattern === null) return null;
  const notLinear = notLinearIn(pattern);
  if (notLinear !== null) {
    const { what, construct, hint } = notLinear;
    throw usage(
      "usage/bad-pattern",
      `--grep "${pattern}" ${what} ("${construct}"), which cannot be matched in time that grows with the line and no faster`,
      hint,
    );
  }
  const { compileSearch } = await import("../../engine/logs/compile_search.ts");
  try {
    return await compileSearch(pattern);
  } catch (error) {
    throw usage(
      "usage/bad-pattern",
      `--grep "${pattern}" is not a regular expression: ${messageOf(error)}`,
      "put a backslash before ( ) [ ] { } . * + ? that stand for themselves",
    );
  }
}

/** Errors after which another supervisor may go on with the tree. */
const GOES_ON: ReadonlySet<string> = new Set(["control/lost", "control/handed-over"]);

/** Prints lines of the wanted actors, each once, wherever they come from. */
class LinePrinter {
  readonly #context: Context;
  readonly #kept: Kept;
  readonly #wanted: Wanted;
  readonly #selectors: readonly string[];
  /** Whether the actors are meant that were asked for. */
  readonly #named = new Map<string, boolean>();
  readonly #lines: LineRenderer;
  /** The stamp up to which all lines were shown, and where more of an actor were: of that one. */
  #shown: number;
  readonly #shownOf = new Map<string, number>();

  private constructor(context: Context, kept: Kept, wanted: Wanted, logged: readonly string[]) {
    this.#context = context;
    this.#kept = kept;
    this.#wanted = wanted;
    this.#shown = wanted.after;
    this.#selectors = context.args.words;
    this.#lines = new LineRenderer(logged.filter((path) => this.#isNamed(path)), context.ui);
  }

  /** @throws {UserError} `logs/none` and the like, if there is nothing that is wanted and nobody to wait for. */
  static async open(context: Context, kept: Kept, wanted: Wanted): Promise<LinePrinter> {
    const logged = loggedActors(context.host.files, kept.folder);
    const printer = new LinePrinter(context, kept, wanted, logged);
    if (kept.client !== null || logged.some((path) => printer.#isNamed(path))) return printer;
    const { words } = context.args;
    throw words.length > 0 && logged.length > 0
      ? unknown(words, logged)
      : await kept.nothing("logs/none", "There are no logs of this tree");
  }

  /** Prints what is in the files up to a stamp: all of it that is wanted, or the last of it. */
  async printHistory(upTo: number, unstamped: "dated" | "all"): Promise<void> {
    const { files } = this.#context.host;
    const { count } = this.#wanted;
    const query = { ...this.#query(upTo), unstamped };
    if (count === null) return await this.#printAll(query);
    const lines = await fromPromise(readLastLines(files, this.#kept.folder, query, count));
    for (let at = 0; at < lines.length && this.#context.ui.isRead; at += LINES_AT_ONCE) {
      await this.#print(lines.slice(at, at + LINES_AT_ONCE));
    }
  }

  /** Prints the last lines, and then what comes until the tree ends, from one supervisor after the other. */
  async follow(first: ControlClient): Promise<void> {
    let isFirst = true;
    for (let client: ControlClient | null = first; client !== null; isFirst = false) {
      try {
        return await this.#followOne(client, isFirst);
      } catch (error) {
        if (!(error instanceof UserError) || !GOES_ON.has(error.code)) throw error;
        client = await nextSupervisor(this.#context.host, this.#kept.tree, () => this.#printNew(Infinity));
        if (client === null && !hasEnded(this.#context.host, this.#kept.tree)) throw error;
      }
    }
  }

  async #followOne(client: ControlClient, isFirst: boolean): Promise<void> {
    let ready = false;
    const early: FollowItem[] = [];
    try {
      const following = client.follow({ lines: true, entries: false }, async (items) => {
        if (ready) await this.#show(items);
        else early.push(...items);
      });
      // It is waited for later, and may be lost before.
      following.catch(() => {});
      const { stamp } = await fromPromise(client.request("sync", {}));
      if (isFirst) await this.printHistory(stamp, "all");
      else await this.#printNew(stamp);
      this.#shown = Math.max(this.#shown, stamp);
      // Lines that come while these are shown must come after them.
      while (early.length > 0) await fromPromise(this.#show(early.splice(0)));
      ready = true;
      await fromPromise(following);
    } finally {
      client.close();
    }
  }

  /** Prints what is in the files and was not shown. */
  async #printNew(upTo: number): Promise<void> {
    await this.#printAll({ ...this.#query(upTo), after: this.#shown, afterOf: this.#shownOf });
  }

  async #show(items: readonly FollowItem[]): Promise<void> {
    for (const item of items) {
      if (item.kind === "line") {
        const { line } = item;
        if (line.at > this.#shownUpTo(line.path) && isWanted(this.#wanted.filter, line)) {
          await this.#print([line]);
        }
        // Lines that were not sent because we were too slow are in the files.
      } else if (item.kind === "lagged" && item.of === "lines") await this.#printNew(item.upTo);
    }
  }

  #shownUpTo(path: string): number {
    return Math.max(this.#shown, this.#shownOf.get(path) ?? 0);
  }

  #query(upTo: number): LogQuery {
    const { host: { files } } = this.#context;
    const { after, upTo: until, filter } = this.#wanted;
    // Somebody may have printed a first line meanwhile.
    const paths = loggedActors(files, this.#kept.folder).filter((path) => this.#isNamed(path));
    return { paths, after, upTo: Math.min(upTo, until), filter };
  }

  async #printAll(query: LogQuery): Promise<void> {
    await eachKept(this.#context.host.files, this.#kept.folder, query, async (lines) => {
      await this.#print(lines);
      return this.#context.ui.isRead;
    });
  }

  async #print(lines: readonly LogLine[]): Promise<void> {
    const { ui } = this.#context;
    const named = lines.filter((line) => this.#isNamed(line.path));
    for (const { path, at } of named) this.#shownOf.set(path, Math.max(at, this.#shownOf.get(path) ?? 0));
    if (named.length === 0) return;
    if (ui.json) return await ui.printJson(named.map(lineFields));
    await ui.print(named.map((line) => this.#lines.line(line, true)).join("\n"));
  }

  #isNamed(path: string): boolean {
    const known = this.#named.get(path);
    if (known !== undefined) return known;
    const isNamed = this.#selectors.length === 0 ||
      this.#selectors.some((selector) => matches(selector, path));
    this.#named.set(path, isNamed);
    return isNamed;
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
