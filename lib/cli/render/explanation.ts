/** Explanations as pages for people: a word at the left says what each part is about. */
import { counted } from "../../base/counted.ts";
import { describeDuration } from "../../base/duration.ts";
import { ROOT } from "../../config/plan.ts";
import type { JournalEntry } from "../../engine/journal/journal.ts";
import type { CauseLink } from "../../explanation/causes.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import { explanationParts } from "../../words/explaining/explanation_parts.ts";
import type { PlaceOf } from "../../words/explaining/key_text.ts";
import { describeEntry } from "./entry.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { COLOURS } from "./rows.ts";
import { wrapTo } from "./wrap.ts";

/** Where the sentences stand. */
const INDENT = 8;
/** Narrower than that no sentence is broken into lines. */
const LEAST_COLUMNS = 20;
/** More links of a chain are told by its beginning and its end. */
const MOST_LINKS = 7;

/** See the module. @param chain What led to it, the first cause first. */
export function renderExplanation(
  explanation: Explanation,
  chain: readonly CauseLink<JournalEntry>[],
  placeOf: PlaceOf,
  columns: number,
  paint: Painter,
): string {
  const { path, state, sinceMs } = explanation;
  const age = sinceMs === null ? "" : paint.dim(` for ${describeDuration(Math.max(0, sinceMs))}`);
  const head = `${paint.bold(nameOf(path))}  ${paint[COLOURS[state]](state.replace("_", " "))}${age}`;
  const parts = explanationParts(explanation, placeOf).map(({ about, lines }) => ({
    about,
    lines: partLines(about, lines, columns, paint),
  }));
  const isNow = parts[0]?.about === "now";
  return [
    head,
    ...isNow ? parts[0]!.lines : [],
    ...chainLines(chain, columns, paint),
    ...parts.slice(isNow ? 1 : 0).flatMap(({ lines }) => lines),
  ].join("\n");
}

/** The page of a node whose tree has ended: the journal alone tells of it. */
export function renderPast(
  path: string,
  chain: readonly CauseLink<JournalEntry>[],
  columns: number,
  paint: Painter,
): string {
  const head = `${paint.bold(nameOf(path))}  ${paint.dim("the tree does not run any more")}`;
  return [head, ...chainLines(chain, columns, paint)].join("\n");
}

function nameOf(path: string): string {
  return path === ROOT ? "the tree" : path;
}

function chainLines(
  chain: readonly CauseLink<JournalEntry>[],
  columns: number,
  paint: Painter,
): readonly string[] {
  const told = chain.map(({ entry, times }) => {
    const often = times === 1 ? "" : ` (${counted(times, "time")} since ${clockOf(entry)})`;
    return `${paint.dim(clockOf(entry))} ${describeEntry(entry, paint)}${paint.dim(often)}`;
  });
  const left = told.length - MOST_LINKS;
  const lines = left <= 0 ? told : [
    ...told.slice(0, 2),
    `... ${counted(left, "decision")} more, in \`supervise events\``,
    ...told.slice(2 + left),
  ];
  return partLines("because", lines, columns, paint);
}

function clockOf({ at }: JournalEntry): string {
  return at.slice(11, 19);
}

function partLines(
  label: string,
  lines: readonly string[],
  columns: number,
  paint: Painter,
): readonly string[] {
  const width = Math.max(LEAST_COLUMNS, columns - INDENT - 2);
  const broken = lines.flatMap((line) => {
    const depth = /^ */.exec(line)![0].length;
    const [first, ...rest] = wrapTo(printable(line.slice(depth)), width - depth);
    return [first!, ...rest.map((one) => `  ${one}`)].map((one) => " ".repeat(depth) + one);
  });
  return broken.map((line, index) => `  ${paint.dim((index === 0 ? label : "").padEnd(INDENT))}${line}`);
}
