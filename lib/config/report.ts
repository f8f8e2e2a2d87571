import type { Problem } from "./problem.ts";
import { type ProblemName, PROBLEMS } from "./problem_names.ts";
import type { Locate, Span } from "./toml/source.ts";

/** What a problem says beside its message. */
export interface ProblemDetails {
  readonly expected?: string | null;
  readonly hint?: string | null;
}

/** Collects the problems of one file. */
export interface Report {
  /** Adds a problem; what could not be read is then undefined. */
  readonly add: (name: ProblemName, at: Span, message: string, details?: ProblemDetails) => undefined;
  /** The line on which something else stands, for messages. */
  readonly lineOf: (at: Span) => number;
  /** How many errors there are so far. */
  readonly errorCount: () => number;
  /** All of them in file order; what was said twice of one place stands once. */
  readonly problems: () => readonly Problem[];
}

/** An empty report on `file`. */
export function createReport(file: string, locate: Locate): Report {
  const found = new Map<string, Problem>();
  let errors = 0;
  return {
    add: (name, at, message, details = {}): undefined => {
      const { severity } = PROBLEMS[name];
      const { expected = null, hint = null } = details;
      const problem: Problem = { name, severity, file, ...locate(at), message, expected, hint };
      const key = JSON.stringify([name, problem.line, problem.column, message]);
      if (found.has(key)) return;
      found.set(key, problem);
      if (severity === "error") errors++;
    },
    lineOf: (at) => locate(at).line,
    errorCount: () => errors,
    problems: () => [...found.values()].sort((a, b) => a.line - b.line || a.column - b.column),
  };
}
