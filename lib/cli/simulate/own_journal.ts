/** The journal of the tree whose file is simulated. */
import type { ErrorName } from "../../base/error_names.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { nameSome } from "../../base/name_some.ts";
import { UserError } from "../../base/user_error.ts";
import { readKeptJournal } from "../../engine/journal/journal_reader.ts";
import type { NoRecording } from "../../simulation/recorded/recording.ts";
import type { JournalEntry } from "../../supervision/journal_entry.ts";
import type { Context } from "../command.ts";
import { withKept } from "../which_tree.ts";

/** All entries that are kept, the oldest first; never none. @throws {UserError} `simulate/no-journal`, `simulate/unfit-journal` */
export async function ownJournal(context: Context): Promise<readonly JournalEntry[]> {
  return await withKept(context, async ({ folder, nothing }) => {
    const kept = readKeptJournal(context.host.files, folder);
    if (kept === null) throw await nothing("simulate/no-journal", "There is no journal of this tree");
    if (kept.entries.length > 0) return kept.entries;
    throw new UserError(
      "simulate/unfit-journal",
      `The journal in "${folder}" has no entry that can be read`,
      {
        exitCode: ExitCode.failed,
        hint:
          "it is empty or cut, or another version of supervise has written it; the next `supervise up` goes on with it",
      },
    );
  }, 0);
}

/** The error about a journal that nothing can be computed from. */
export function unfitJournal(problem: NoRecording): UserError {
  const [message, hint] = SAYINGS[problem.why](problem as never);
  const code: ErrorName = problem.why === "empty" ? "simulate/no-journal" : "simulate/unfit-journal";
  return new UserError(code, message, { exitCode: ExitCode.failed, hint });
}

type Sayings = {
  readonly [Why in NoRecording["why"]]: (
    problem: Extract<NoRecording, { readonly why: Why }>,
  ) => readonly [string, string];
};

const NEXT_LIFE = "the next life of the tree will have a whole one";

const SAYINGS: Sayings = {
  empty: () => ["There is no journal of this tree", "`supervise up` starts it"],
  no_beginning: ({ seq }) => [
    `The journal is cut: its last life begins with entry ${seq}, and those before are not kept`,
    NEXT_LIFE,
  ],
  gap: ({ after, before }) => [
    `The journal is cut: entries between ${after} and ${before} are missing, or cannot be read`,
    NEXT_LIFE,
  ],
  unknown_event: ({ event }) => [
    `The journal has an entry "${event}", which this version of supervise does not know`,
    "use the version that has written it",
  ],
  other_file: ({ paths }) => [
    `The journal is that of another file: this one has none of its actors (${nameSome(paths)})`,
    "`supervise events` shows the journal",
  ],
};
