/** Explanations as the library gives them: data, the decisions that led there, and the sentences that `explain` makes of them. */
import type { Explanation } from "../explanation/explanation.ts";
import { allCausesOf } from "../explanation/past.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { explanationParts, type Part } from "../words/explaining/explanation_parts.ts";
import type { PlaceOf } from "../words/explaining/key_text.ts";
import { type WordedEntry, wordedEntry } from "../words/worded_entry.ts";

/** The state of an actor or a tree, its reasons, and what comes next: as `supervise explain` says it. Times are in milliseconds from then. */
export interface Explained extends Explanation {
  /** The decisions that led to its state, the first one first; only those that are kept. */
  readonly causes: readonly WordedEntry[];
  /** The same for people: sentences under the words of the page. */
  readonly parts: readonly Part[];
}

/** See the module. @param entries The journal of the present life. */
export function explainedWith(
  explanation: Explanation,
  entries: readonly JournalEntry[],
  placeOf: PlaceOf,
): Explained {
  const seqs = [explanation.cause, ...explanation.rootCauses];
  return {
    ...explanation,
    causes: allCausesOf(entries, seqs).map(wordedEntry),
    parts: explanationParts(explanation, placeOf),
  };
}
