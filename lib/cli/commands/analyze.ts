import { ExitCode } from "../../base/exit_code.ts";
import { nameSome } from "../../base/name_some.ts";
import { nearestName } from "../../base/nearest.ts";
import { UserError } from "../../base/user_error.ts";
import { analyse, pathsIn } from "../../analysis/analysis.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { type Plan, ROOT } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import { matches } from "../../config/select.ts";
import { isSupervised } from "../../daemon/holder.ts";
import { loadPlan } from "../../daemon/load_plan.ts";
import { readRecord } from "../../daemon/tree_record.ts";
import type { JournalEntry } from "../../engine/journal/journal.ts";
import { readJournal } from "../../engine/journal/journal_reader.ts";
import type { Command, Context } from "../command.ts";
import { momentOf, MOMENTS } from "../moment.ts";
import { analysisFields } from "../render/analysis_fields.ts";
import { renderAnalysis } from "../render/analysis.ts";
import { type Kept, withKept } from "../which_tree.ts";

/** `supervise analyze`. */
export const analyze: Command = {
  usage: "[SEL...]",
  about: [
    "Reads the journal of a tree, which outlives it: which chain of waits made the last start take as long as it did and what " +
    "would make it faster, whom the last stop has waited for, how the start compares with earlier ones, and who " +
    "is restarted most.",
    "Who waits for whom is in the file of the tree; that the file has changed since is told where the journal shows it. With " +
    "selectors the start is over when all of these are ready, the stop when they are over, and only their restarts count.",
    `TIME is ${MOMENTS}.`,
  ],
  options: [{ name: "since", value: "TIME", doc: "only starts, stops and restarts from then on" }],
  examples: [
    ["supervise analyze", "why the start took so long"],
    ["supervise analyze api --since yesterday", "one actor, lately"],
    ["supervise analyze --json | jq '.start.gains'", "for programs"],
  ],
  words: [0, Infinity],
  takes: ["selector"],
  async run(context) {
    const { host, ui, args } = context;
    const from = momentOf(host.wallClock(), "since", args.text("since"));
    await withKept(context, async (kept) => {
      const entries = readJournal(host.files, kept.folder);
      if (entries === null) throw await kept.nothing("events/none", "There is no journal of this tree");
      if (entries.length === 0) throw empty(kept);
      const { plan, why } = planOf(context, kept);
      const selectors = args.words;
      requireKnown(selectors, plan, entries);
      const analysis = analyse({
        entries,
        plan,
        selection: selectors.length === 0
          ? null
          : (path) => selectors.some((selector) => matches(selector, path)),
        since: from === null ? null : from / 1_000,
        runsUntil: isSupervised(host, kept.tree) ? host.wallClock() : null,
      });
      if (why !== null) {
        await fromPromise(ui.say(`note: who waits for whom is not known, because ${why}`));
      }
      const about = { name: plan?.name ?? kept.tree.file, selectors };
      await fromPromise(
        ui.json
          ? ui.printJson([analysisFields(analysis, about)])
          : ui.print(renderAnalysis(analysis, about, ui.columns, ui.out)),
      );
    });
    return ExitCode.done;
  },
};

function empty({ folder }: Kept): UserError {
  return new UserError("analyze/empty", `The journal in "${folder}" has no entry that can be read`, {
    exitCode: ExitCode.failed,
    hint:
      "it is empty or cut, or another version of supervise has written it; the next `supervise up` goes on with it",
  });
}

/** The plan by which the tree was started, as far as its file still has it; null, and why, if that cannot be read. */
function planOf(
  { host, program }: Context,
  { tree }: Kept,
): { readonly plan: Plan | null; readonly why: string | null } {
  const record = readRecord(host, tree);
  try {
    const { plan } = loadPlan(host, program, tree.file, null, {
      profiles: record?.profiles ?? [],
      replicas: new Map(Object.entries(record?.scale ?? {})),
    });
    return { plan, why: plan === null ? `"${tree.file}" is not valid` : null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { plan: null, why: `"${tree.file}" cannot be read` };
  }
}

/** @throws {UserError} `target/unknown` */
function requireKnown(
  selectors: readonly string[],
  plan: Plan | null,
  entries: readonly JournalEntry[],
): void {
  const paths = [...new Set([...(plan?.nodes ?? []).map(({ path }) => path), ...pathsIn(entries)])]
    .filter((path) => path !== ROOT);
  const unknown = selectors.find((selector) => !paths.some((path) => matches(selector, path)));
  if (unknown === undefined) return;
  const names = [...new Set(paths.map(withoutReplica))];
  const nearest = nearestName(unknown, names);
  throw new UserError("target/unknown", `Neither the file nor the journal has "${unknown}"`, {
    exitCode: ExitCode.noSuchTarget,
    hint: nearest === null ? `there are ${nameSome(names)}` : `did you mean "${nearest}"?`,
  });
}
