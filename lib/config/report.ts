import type { Problem } from "./problem.ts";
import { type ProblemName, PROBLEMS } from "../base/problem_names.ts";
import type { Sources, Span } from "./toml/source.ts";

/** The parts of a problem beside its message. */
export interface ProblemDetails {
  readonly expected?: string | null;
  readonly hint?: string | null;
}

/** Collects the problems of a configuration. */
export interface Report {
  /** Adds a problem; what could not be read is then undefined. */
  readonly add: (name: ProblemName, at: Span, message: string, details?: ProblemDetails) => undefined;
  /** Adds a problem of a text that could not even be decoded. */
  readonly addProblem: (problem: Problem) => undefined;
  /** Where something else stands, for a message about `from`: `on line 3`, with its file if that is another one. */
  readonly whereIs: (at: Span, from: Span) => string;
  /** How many errors there are so far. */
  readonly errorCount: () => number;
  /** All of them in file order; what was said twice of one place stands once. */
  readonly problems: () => readonly Problem[];
}

/** An empty report on `sources`. */
export function createReport(sources: Sources): Report {
  const found = new Map<string, Problem>();
  let errors = 0;
  const addProblem = (problem: Problem): undefined => {
    const { name, file, line, column, message, severity } = problem;
    const key = JSON.stringify([name, file, line, column, message]);
    if (found.has(key)) return;
    found.set(key, problem);
    if (severity === "error") errors++;
  };
  return {
    add: (name, at, message, details = {}): undefined => {
      const { severity } = PROBLEMS[name];
      const { expected = null, hint = null } = details;
      return addProblem({ name, severity, ...sources.locate(at), message, expected, hint });
    },
    addProblem,
    whereIs: (at, from) => {
      const { file, line } = sources.locate(at);
      return file === sources.locate(from).file ? `on line ${line}` : `on line ${line} of ${file}`;
    },
    errorCount: () => errors,
    problems: () => inFileOrder([...found.values()], sources.files()),
  };
}

/** Problems in the order of `files`, and by their places in each. */
export function inFileOrder(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const order = new Map(files.map((file, index) => [file, index]));
  const rank = ({ file }: Problem) => order.get(file) ?? files.length;
  return problems.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

/** A report for what counts from the beginning of a file that stands at `offset`. */
export function movedReport(report: Report, offset: number): Report {
  const moved = ({ start, end }: Span): Span => ({ start: start + offset, end: end + offset });
  return {
    ...report,
    add: (name, at, message, details) => report.add(name, moved(at), message, details),
    whereIs: (at, from) => report.whereIs(moved(at), moved(from)),
  };
}
