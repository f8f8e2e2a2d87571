import { counted, grouped } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import type { Problem } from "../../config/problem.ts";
import { excerptOf } from "./excerpt.ts";
import { printable } from "./printable.ts";

/** So many problems are shown; a text for people is not read further. */
const MOST_SHOWN = 100;

/** A text that is longer than this, such as the list of all keys, is said once. */
const LONGEST_REPEATED = 80;

/** Text in one style; without colour the text itself. */
type Paint = (style: keyof typeof STYLES, text: string) => string;

const STYLES = { error: "1;31", warning: "1;33", title: "1", frame: "1;34", label: "1;36" } as const;

/**
 * Problems as people read them: what is wrong, where, the line with the place underlined, what was expected and what to
 * do; at the end their number. A problem that is the same at several places is shown at the first, with the other places.
 * Empty for no problems.
 *
 * @param texts The files by name.
 * @param columns Those of the terminal; Infinity where there is none.
 */
export function renderProblems(
  problems: readonly Problem[],
  texts: ReadonlyMap<string, string>,
  color: boolean,
  columns = Infinity,
): string {
  if (problems.length === 0) return "";
  const paint: Paint = (style, text) => color ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
  const lines = new Map(
    [...texts].map(([file, text]) => [file, text.replace(/^\uFEFF/, "").split(/\r?\n/)]),
  );
  const groups = alike(problems);
  const shown = shownOf(groups.map(([first]) => first));
  const said = new Set<string>();
  const blocks = groups.filter(([first]) => shown.includes(first)).map(([problem, ...others]) => {
    const line = lines.get(problem.file)?.[problem.line - 1];
    return [
      ...headerOf(problem, paint),
      ...excerptLines(problem, line, columns, paint),
      ...adviceOf(problem, said, paint),
      ...othersOf(problem, others, paint),
      "",
    ];
  });
  const more = groups.length - blocks.length;
  const untold = more === 0 ? [] : [`and ${grouped(more)} more; --json has them all`, ""];
  return `${[...blocks.flat(), ...untold, countOf(problems)].join("\n")}\n`;
}

/** Problems that differ in their places alone, in the order of the first of each. */
function alike(problems: readonly Problem[]): readonly (readonly [Problem, ...Problem[]])[] {
  const groups = new Map<string, [Problem, ...Problem[]]>();
  for (const problem of problems) {
    const { name, severity, message, expected, hint } = problem;
    const key = JSON.stringify([name, severity, message, expected, hint]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()];
}

/** Where there are more than anybody reads, errors come before warnings. */
function shownOf(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_SHOWN + 1) return problems;
  const isError = ({ severity }: Problem) => severity === "error";
  const byWeight = [...new Set([...problems.filter(isError), ...problems])];
  const shown = new Set(byWeight.slice(0, MOST_SHOWN));
  return problems.filter((problem) => shown.has(problem));
}

function headerOf({ name, severity, message, file, line, column }: Problem, paint: Paint): readonly string[] {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const margin = " ".repeat(String(line).length);
  return [
    paint(severity, `${severity}[${name}]`) + paint("title", `: ${printable(message)}`),
    `${margin}${paint("frame", "-->")} ${printable(place)}`,
  ];
}

function excerptLines(
  problem: Problem,
  line: string | undefined,
  columns: number,
  paint: Paint,
): readonly string[] {
  if (line === undefined) return [];
  const number = String(problem.line);
  const room = columns - `${number} | `.length;
  const { text, underline } = excerptOf(line, problem.column, problem.length, room);
  const margin = " ".repeat(number.length);
  return [
    paint("frame", `${margin} |`),
    `${paint("frame", `${number} |`)} ${text}`.trimEnd(),
    `${paint("frame", `${margin} |`)} ${paint(problem.severity, underline)}`,
  ];
}

/** @param said What has been said before, and is long. */
function adviceOf({ expected, hint }: Problem, said: Set<string>, paint: Paint): readonly string[] {
  const lines = [["expected", expected], ["hint", hint]] as const;
  return lines.flatMap(([label, text]) => {
    if (text === null) return [];
    const isKnown = said.has(text);
    if (text.length > LONGEST_REPEATED) said.add(text);
    return [`  ${paint("label", `${label}:`)} ${isKnown ? "as above" : printable(text)}`];
  });
}

function othersOf({ file }: Problem, others: readonly Problem[], paint: Paint): readonly string[] {
  if (others.length === 0) return [];
  const places = others.map((other) =>
    `${other.file === file ? "" : `${other.file}:`}${other.line}:${other.column}`
  );
  return [`  ${paint("label", "also at:")} ${printable(nameSome(places))}`];
}

function countOf(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const parts = [[errors, "error"], [problems.length - errors, "warning"]] as const;
  return parts.filter(([count]) => count > 0).map(([count, noun]) => counted(count, noun)).join(", ");
}

/** A problem for JSON. */
export function problemFields(problem: Problem): Record<string, unknown> {
  const { name, severity, file, line, column, message, expected, hint } = problem;
  return { name, severity, file, line, column, message, expected, hint };
}
