import { counted, grouped } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { baseName } from "../../base/posix_path.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { ROOT } from "../../config/plan.ts";
import { matches } from "../../config/select.ts";
import type { ControlClient } from "../../control/client.ts";
import { connectSupervisor } from "../../daemon/connect_supervisor.ts";
import type { JournalEntry } from "../../engine/journal/journal.ts";
import { type KeptJournal, lastLifeIn, readKeptJournal } from "../../engine/journal/journal_reader.ts";
import { endedAt, endOf, NO_PAST, type Past, pastOf } from "../../explanation/past.ts";
import { wordedEntry } from "../../words/worded_entry.ts";
import { placesIn } from "../../words/explaining/key_text.ts";
import type { Command, Context } from "../command.ts";
import { explainKey } from "../explain/explain_key.ts";
import { noEntryOf } from "../no_entry.ts";
import type { Painter } from "../render/paint.ts";
import { renderExplanation, renderPast } from "../render/explanation.ts";
import { type Kept, withKept } from "../which_tree.ts";

/** `supervise explain`. */
export const explain: Command = {
  usage: "[SEL... | KEY | FILE:LINE]",
  about: [
    "Says what actors are doing and since when, what led to it, what happens next and by which line of the file, how many " +
    "restarts are left, what follows if it goes on failing, and what to do. Without SEL it says so of the whole tree.",
    "For one that waits it shows all that it waits for, down to where it hangs. After the tree has ended it says why, from " +
    "the journal.",
    "KEY is a key of a configuration, as `help` knows it, and FILE:LINE a line of one: it says what the key means, where the " +
    "file sets it and for whom, and what follows from it there. A name that an actor and a key have is that of the actor; " +
    "`actor.exec` is the key.",
  ],
  options: [],
  examples: [
    ["supervise explain", "the whole tree"],
    ["supervise explain api", "one actor"],
    ["supervise explain supervise.toml:12", "what a line of the file does"],
    ["supervise explain stop.grace", "what a key means, and what it does in the file"],
    ["supervise explain --json api", "for programs"],
  ],
  words: [0, Infinity],
  takes: ["selector"],
  async run(context) {
    if (await explainKey(context)) return ExitCode.done;
    await withKept(context, async (kept) => {
      const client = await fromPromise(connectSupervisor(context.host, kept.tree));
      if (client === null) return await explainEnd(context, kept);
      try {
        await explainPresent(context, kept, client);
      } finally {
        client.close();
      }
    });
    return ExitCode.done;
  },
};

async function explainPresent(
  { host, ui, args }: Context,
  { folder }: Kept,
  client: ControlClient,
): Promise<void> {
  const { actors, more, changedFiles } = await fromPromise(client.request("explain", { paths: args.words }));
  const { entries, unread } = lastLife(readKeptJournal(host.files, folder));
  const told = actors.map((one) => ({ one, past: pastOf(entries, [one.cause, ...one.rootCauses]) }));
  if (ui.json) {
    const values = told.map(({ one, past }) => ({ ...one, ...pastFields(past) }));
    return await fromPromise(
      ui.printJson([{ ended: false, actors: values, more, unreadEntries: unread, changedFiles }]),
    );
  }
  const pages = told.map(({ one, past }) => renderExplanation(one, past, placesIn(one), ui.columns, ui.out));
  const rest = more === 0 ? [] : [ui.out.dim(`and ${grouped(more)} more: name some of them`)];
  const changed = changedFiles.length === 0 ? [] : [changedLine(changedFiles, ui.out)];
  await fromPromise(ui.print([...pages, ...changed, ...unreadLines(unread, ui.out), ...rest].join("\n\n")));
}

/** A file that was saved since does nothing before somebody applies it. */
function changedLine(files: readonly string[], paint: Painter): string {
  const names = nameSome(files.map((file) => `"${baseName(file)}"`));
  return paint.yellow(
    `${names} ${
      files.length === 1 ? "is" : "are"
    } not what the tree goes by: \`supervise apply --dry-run\` shows what that would change`,
  );
}

/** Lines that say nothing may have been those that are missed. */
function unreadLines(unread: number, paint: Painter): readonly string[] {
  if (unread === 0) return [];
  return [paint.dim(`${counted(unread, "line")} of the journal cannot be read: cut, or of another version`)];
}

async function explainEnd({ host, ui, args }: Context, { folder, nothing }: Kept): Promise<void> {
  const kept = readKeptJournal(host.files, folder);
  if (kept === null) throw await nothing("events/none", "There is no journal of this tree");
  const { entries, unread } = lastLife(kept);
  const paths = [...new Set(entries.map(({ path }) => path))];
  const meant = args.words.length === 0
    ? [ROOT]
    : paths.filter((path) => args.words.some((selector) => matches(selector, path)));
  if (meant.length === 0) throw noEntryOf(args.words, paths.filter((path) => path !== ROOT));
  const told = meant.map((path) => {
    const end = endOf(entries, path);
    return { path, past: end === null ? NO_PAST : pastOf(entries, [end.seq]) };
  });
  if (ui.json) {
    const values = told.map(({ path, past }) => ({ path, ...pastFields(past) }));
    return await fromPromise(ui.printJson([{ ended: true, actors: values, unreadEntries: unread }]));
  }
  const at = endedAt(entries);
  const endedMs = at === null ? null : host.wallClock() - at;
  const pages = told.map(({ path, past }) => renderPast(path, past, endedMs, ui.columns, ui.out));
  await fromPromise(ui.print([...pages, ...unreadLines(unread, ui.out)].join("\n\n")));
}

/** The causes, for JSON. */
function pastFields({ links, lost }: Past<JournalEntry>) {
  return { causes: links.map(({ entry, times }) => ({ ...wordedEntry(entry), times })), lostCauses: lost };
}

function lastLife(kept: KeptJournal | null): KeptJournal {
  if (kept === null) return { entries: [], unread: 0 };
  return { ...kept, entries: lastLifeIn(kept.entries) };
}
