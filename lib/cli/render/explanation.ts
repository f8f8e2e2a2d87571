/** Explanations as pages for people: a word at the left says what each part is about. */
import { counted } from "../../base/counted.ts";
import { describeDuration } from "../../base/duration.ts";
import { ROOT } from "../../config/plan.ts";
import type { JournalEntry } from "../../engine/journal/journal.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import { culpritOf, type Past } from "../../explanation/past.ts";
import { explanationParts } from "../../words/explaining/explanation_parts.ts";
import type { PlaceOf } from "../../words/explaining/key_text.ts";
import { describeEntry } from "./entry.ts";
import { type Painter, painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { COLOURS } from "./rows.ts";
import { wrapHanging } from "./wrap.ts";

/** Where the sentences stand. */
const INDENT = 8;
/** Narrower than that no sentence is broken into lines. */
const LEAST_COLUMNS = 20;
/** More links of a chain are told by its beginning and its end. */
const MOST_LINKS = 7;
/** A page is read at one look, with the line that says what it is about. */
const MOST_LINES = 23;

const PLAIN = painter(false);

/** A part as it is shown: its sentences, each as the lines that it is broken into. */
interface Block {
  readonly label: string;
  readonly sentences: readonly (readonly string[])[];
}

/** See the module. @param past The decisions that led to it. */
export function renderExplanation(
  explanation: Explanation,
  past: Past<JournalEntry>,
  placeOf: PlaceOf,
  columns: number,
  paint: Painter,
): string {
  const { path, state, sinceMs } = explanation;
  const age = sinceMs === null ? "" : paint.dim(` for ${describeDuration(Math.max(0, sinceMs))}`);
  const head = `${paint.bold(nameOf(path))}  ${paint[COLOURS[state]](state.replace("_", " "))}${age}`;
  const parts = explanationParts(explanation, placeOf).map(({ about, lines }) =>
    blockOf(about, lines, columns)
  );
  const first = parts[0]?.label === "now" ? 1 : 0;
  const because = blockOf("because", chainLines(past), columns);
  const blocks = fitted([...parts.slice(0, first), because, ...parts.slice(first)]);
  return [head, ...blocks.flatMap((block) => blockLines(block, paint))].join("\n");
}

/** The page of a node whose tree has ended: the journal alone tells of it. @param endedMs How long ago; null if that is not known. */
export function renderPast(
  path: string,
  past: Past<JournalEntry>,
  endedMs: number | null,
  columns: number,
  paint: Painter,
): string {
  const ended = endedMs === null
    ? "does not run any more"
    : `ended ${describeDuration(Math.max(0, endedMs))} ago`;
  const head = `${paint.bold(nameOf(path))}  ${paint.dim(path === ROOT ? ended : `its tree ${ended}`)}`;
  const blocks = fitted([
    blockOf("because", chainLines(past), columns),
    blockOf("do", pastAdvice(culpritOf(past.links.map(({ entry }) => entry))), columns),
  ]);
  return [head, ...blocks.flatMap((block) => blockLines(block, paint))].join("\n");
}

function pastAdvice(culprit: string | null): readonly string[] {
  const again = "`supervise up -d` starts the tree again";
  return culprit === null ? [again] : [`\`supervise logs ${culprit}\` shows what it printed; ${again}`];
}

function nameOf(path: string): string {
  return path === ROOT ? "the tree" : path;
}

/** Without colours: sentences are broken into lines before they get any. */
function chainLines({ links, lost }: Past<JournalEntry>): readonly string[] {
  if (lost === "all") {
    return ["the journal does not tell: it was removed or cut since, or is that of another tree"];
  }
  let day = "";
  const told = links.map(({ entry, times }) => {
    const [date, clock] = [entry.at.slice(0, 10), clockOf(entry)];
    // The date is told where it is another one; all times are those of UTC, as in `events`.
    const when = date === day ? clock : `${date} ${clock}Z`;
    day = date;
    const often = times === 1 ? "" : ` (${counted(times, "time")} since ${clock})`;
    return `${when} ${describeEntry(entry, PLAIN)}${often}`;
  });
  const left = told.length - MOST_LINKS;
  const lines = left <= 1 ? told : [
    ...told.slice(0, 2),
    `... ${counted(left, "decision")} more, in \`supervise events\``,
    ...told.slice(2 + left),
  ];
  return lost === "nothing" ? lines : ["... the journal does not go back to what led to that", ...lines];
}

function clockOf({ at }: JournalEntry): string {
  return at.slice(11, 19);
}

function blockOf(label: string, sentences: readonly string[], columns: number): Block {
  // Lines that go on stand two columns further in.
  const width = Math.max(LEAST_COLUMNS, columns - INDENT - 4);
  return {
    label,
    sentences: sentences.map((sentence) => {
      const depth = /^ */.exec(sentence)![0].length;
      return wrapHanging(printable(sentence.slice(depth)), width - depth)
        .map((line) => " ".repeat(depth) + line);
    }),
  };
}

/** The blocks of a page that is not too long: the longest ones lose their last sentences first, and say so. */
function fitted(blocks: readonly Block[]): readonly Block[] {
  const kept = blocks.map(({ sentences }) => sentences.length);
  while (true) {
    const shown = blocks.map((block, index) => shortened(block, kept[index]!));
    const heights = shown.map(heightOf);
    if (heights.reduce((sum, height) => sum + height, 0) <= MOST_LINES) return shown;
    const candidates = heights.map((height, index) => kept[index]! > 1 ? height : 0);
    const longest = candidates.indexOf(Math.max(...candidates));
    if (candidates[longest] === 0) return shown;
    kept[longest]! -= 1;
  }
}

function shortened({ label, sentences }: Block, kept: number): Block {
  const left = sentences.length - kept;
  const more = left === 0 ? [] : [[`and ${left} more; --json has them all`]];
  return { label, sentences: [...sentences.slice(0, kept), ...more] };
}

function heightOf({ sentences }: Block): number {
  return sentences.reduce((sum, lines) => sum + lines.length, 0);
}

function blockLines({ label, sentences }: Block, paint: Painter): readonly string[] {
  return sentences.flat().map((line, index) =>
    `  ${paint.dim((index === 0 ? label : "").padEnd(INDENT))}${line}`
  );
}
