/** `simulate --replay`: the last life of a tree, computed by the file as it is now. */
import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Plan } from "../../config/plan.ts";
import { loadCronDates } from "../../engine/cron_dates.ts";
import { readRecording, type Recording } from "../../simulation/recorded/recording.ts";
import { livesOf } from "../../simulation/recorded/recorded_life.ts";
import { replay, type Replayed } from "../../simulation/recorded/replay.ts";
import { journalEntryOf } from "../../words/journal_entry_of.ts";
import { wordedEntry } from "../../words/worded_entry.ts";
import type { Context } from "../command.ts";
import { type Option, usage } from "../option.ts";
import { describeDifference, describeEndOfReplay } from "../render/course_difference.ts";
import { describeSimulated } from "../render/simulated.ts";
import { ownJournal, unfitJournal } from "./own_journal.ts";

/** See the module. @param others Options that say something else of the course. @throws {UserError} */
export async function replayJournal(
  context: Context,
  plan: Plan,
  others: readonly Option[],
): Promise<number> {
  refuseOthers(context, others);
  const life = livesOf(await ownJournal(context)).at(-1)!;
  const read = readRecording(plan, life);
  if (!read.ok) throw unfitJournal(read.problem);
  const { recording } = read;
  const replayed = replay(plan, recording, await fromPromise(loadCronDates(plan)));
  await tell(context, recording, replayed);
  return replayed.difference === null ? ExitCode.done : ExitCode.failed;
}

function refuseOthers({ args }: Context, others: readonly Option[]): void {
  const values = [...others.map(({ name }) => name), "for", "seed", "expect", "explore", "faults", "except"];
  const given = ["like-last-week", "engine"].find((name) => args.has(name)) ??
    values.find((name) => args.list(name).length > 0);
  if (given === undefined) return;
  if (given === "engine") {
    throw usage(
      "usage/contradiction",
      "--replay and --engine were given",
      "a life is played again by the rules alone, because only there its times can be had as they were: leave --engine out",
    );
  }
  throw usage(
    "usage/contradiction",
    `--replay and --${given} were given`,
    "the journal says all that befell the tree: leave one of them out",
  );
}

async function tell(
  { ui }: Context,
  recording: Recording,
  { simulated, difference }: Replayed,
): Promise<void> {
  const { date, entries, end } = recording;
  if (!ui.json) {
    const lines = difference === null ? [] : describeDifference(recording, difference, ui.out);
    if (lines.length > 0) await fromPromise(ui.print(lines.join("\n")));
    await fromPromise(ui.say(describeEndOfReplay(recording, difference)));
    if (difference !== null) await fromPromise(ui.say(`by this file, ${describeSimulated(simulated)}`));
    return;
  }
  const shown = (entry: typeof entries[number]) => ({
    ...wordedEntry(journalEntryOf(entry, date)),
    atMs: entry.atMs,
  });
  const others = difference === null ? null : Object.fromEntries(
    Object.entries(difference).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null ? shown(value) : value,
    ]),
  );
  await fromPromise(ui.printJson([{
    name: simulated.plan.name,
    file: simulated.plan.file,
    begun: new Date(date).toISOString(),
    isSame: difference === null,
    difference: others,
    recorded: entries.length,
    until: end === null ? null : { why: end.why, entry: shown(end.entry) },
    entries: simulated.entries.map(shown),
  }]));
}
