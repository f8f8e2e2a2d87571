import { ExitCode } from "../../base/exit_code.ts";
import { ROOT } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import { matches } from "../../config/select.ts";
import type { ControlClient } from "../../control/client.ts";
import type { FollowItem } from "../../control/protocol.ts";
import type { JournalEntry } from "../../engine/journal/journal.ts";
import { entriesBetween, readJournal } from "../../engine/journal/journal_reader.ts";
import { acrossHandOvers } from "../../daemon/across_hand_overs.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { wordedEntry } from "../../words/worded_entry.ts";
import type { Command, Context } from "../command.ts";
import { momentOf, MOMENTS } from "../moment.ts";
import { noEntryOf } from "../no_entry.ts";
import { describeEntry, entryDetails } from "../render/entry.ts";
import { type Kept, withKept } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

/** `supervise events`. */
export const events: Command = {
  usage: "[SEL...]",
  about: [
    "Shows what supervise has decided and why: each entry names the one that led to it. The journal outlives the tree. " +
    "With -f it goes on until the tree ends.",
    `TIME is ${MOMENTS}.`,
  ],
  options: [
    { name: "follow", short: "f", doc: "go on with what comes" },
    { name: "lines", short: "n", value: "N", doc: "only the last N entries" },
    { name: "since", value: "TIME", doc: "only entries from then on" },
  ],
  examples: [
    ["supervise events -n 20", "what happened last"],
    ["supervise events --since 10m api", "what became of one actor lately"],
    ["supervise events -f --json", "for programs"],
  ],
  words: [0, Infinity],
  takes: ["selector"],
  async run(context) {
    await withKept(context, (kept) =>
      whileRead(context, async () => {
        if (kept.client === null) await print(context, chosen(context, await history(context, kept)));
        else await followAll(context, kept.client, kept);
      }));
    return ExitCode.done;
  },
};

async function followAll(context: Context, first: ControlClient, kept: Kept): Promise<void> {
  let shown: number | null = null;
  await acrossHandOvers(context.host, kept.tree, first, async (client) => {
    await follow(context, client, kept, shown, (seq) => shown = seq);
  });
}

/** @param after Number of the last entry that was shown; null for none. @param onShown Told of each that is the last. */
async function follow(
  context: Context,
  client: ControlClient,
  kept: Kept,
  after: number | null,
  onShown: (seq: number) => void,
): Promise<void> {
  const { folder } = kept;
  let ready = false;
  let shown = after ?? 0;
  const early: FollowItem[] = [];
  const show = async (items: readonly FollowItem[]) => {
    const entries = items.flatMap((item) => entriesOf(context, folder, item));
    await print(context, wanted(context, entries.filter((entry) => entry.seq > shown)));
    onShown(entries.at(-1)?.seq ?? shown);
  };
  const following = client.follow({ lines: false, entries: true }, async (items) => {
    if (ready) await show(items);
    else early.push(...items);
  });
  await fromPromise(client.request("sync", {}));
  const past = await history(context, kept);
  await print(
    context,
    after === null ? chosen(context, past) : wanted(context, past.filter(({ seq }) => seq > after)),
  );
  shown = past.at(-1)?.seq ?? 0;
  onShown(shown);
  // Entries that come while these are shown must come after them.
  while (early.length > 0) await show(early.splice(0));
  ready = true;
  await fromPromise(following);
}

/** The entries that an item stands for; what was not sent because we were too slow is in the file. */
function entriesOf({ host }: Context, folder: string, item: FollowItem): readonly JournalEntry[] {
  if (item.kind === "entry") return [item.entry];
  if (item.kind !== "lagged" || item.of !== "entries") return [];
  const { after, upTo } = item;
  return entriesBetween(readJournal(host.files, folder) ?? [], after, upTo);
}

async function history(
  { host, args }: Context,
  { folder, nothing, client }: Kept,
): Promise<readonly JournalEntry[]> {
  const entries = readJournal(host.files, folder);
  if (entries === null) throw await nothing("events/none", "There is no journal of this tree");
  const isMeant = ({ path }: JournalEntry) => args.words.some((selector) => matches(selector, path));
  if (client === null && args.words.length > 0 && !entries.some(isMeant)) {
    const paths = new Set(entries.map(({ path }) => withoutReplica(path)));
    throw noEntryOf(args.words, [...paths].filter((path) => path !== ROOT));
  }
  return entries;
}

/** Those of past entries that are asked for: of the wanted ones since then, the last ones. */
function chosen(context: Context, entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const { host, args } = context;
  const [since, count] = [args.text("since"), args.count("lines")];
  const from = momentOf(host.wallClock(), "since", since) ?? -Infinity;
  const found = wanted(context, entries).filter(({ at }) => Date.parse(at) * 1_000 >= from);
  return count === null ? found : found.slice(-count || Infinity);
}

function wanted({ args }: Context, entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return args.words.length === 0
    ? entries
    : entries.filter(({ path }) => args.words.some((selector) => matches(selector, path)));
}

async function print({ ui }: Context, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  if (ui.json) return await fromPromise(ui.printJson(entries.map(wordedEntry)));
  await fromPromise(ui.print(entries.map((entry) => render(entry, ui.out)).join("\n")));
}

function render(entry: JournalEntry, paint: Context["ui"]["out"]): string {
  const cause = entry.cause === null ? "" : paint.dim(` <- ${entry.cause}`);
  const head = `${paint.dim(entry.at)} ${String(entry.seq).padStart(4)} ${
    describeEntry(entry, paint)
  }${cause}`;
  return [head, ...entryDetails(entry).map(paint.dim)].join("\n");
}
