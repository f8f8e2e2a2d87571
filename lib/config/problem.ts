import type { AnyProblemName } from "../base/problem_names.ts";

/** Something wrong, or risky, in a configuration file. */
export interface Problem {
  /** Stable name such as `config/unknown-key`. */
  readonly name: AnyProblemName;
  readonly severity: "error" | "warning";
  readonly file: string;
  /** Counts from 1; 0 if it is about the whole file, or that could not be read. */
  readonly line: number;
  /** Counts characters from 1. */
  readonly column: number;
  /** How many characters to underline; at least 1. */
  readonly length: number;
  readonly message: string;
  /** A right value, as a noun: `a duration such as "5s"`. */
  readonly expected: string | null;
  /** The cure. */
  readonly hint: string | null;
}
