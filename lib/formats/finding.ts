/** Lines of reports of `import` and `export`: each tells the fate of one thing in a file of another tool, or of ours. */

/**
 * `kept`: it means the same there. `changed`: it means nearly the same, and the finding says what is different. `lost`: it has
 * no place there, and the finding says what to do instead.
 */
export type FindingOutcome = "kept" | "changed" | "lost";

/** One line of a report. */
export interface Finding {
  readonly outcome: FindingOutcome;
  /** The file that says it. */
  readonly file: string;
  /** Line in the file, from 1; null where it is about no one line. */
  readonly line: number | null;
  /** The key as it stands there, with that which it belongs to: `program:web autorestart`. */
  readonly from: string;
  /** Where it is now: `actors.web restart = "always"`; null if nowhere. */
  readonly to: string | null;
  /** How it differs, or why it is lost, as a clause; null for what is kept. */
  readonly why: string | null;
  /** The advice; null if there is nothing to do. */
  readonly hint: string | null;
}

/** Tells what became of one line. */
export interface LineReport {
  kept(to: string): void;
  changed(to: string, why: string, hint?: string | null): void;
  lost(why: string, hint?: string | null): void;
}

/** Findings in the order in which they are told, which is that of the file. */
export class FindingList {
  readonly #file: string;
  readonly #findings: Finding[];

  /** @param file The file that the findings are about. @param findings Where they are added. */
  constructor(file: string, findings: Finding[] = []) {
    this.#file = file;
    this.#findings = findings;
  }

  get all(): readonly Finding[] {
    return this.#findings;
  }

  /** Adds to the same list for another file, which the first one includes. */
  of(file: string): FindingList {
    return new FindingList(file, this.#findings);
  }

  kept(line: number | null, from: string, to: string): void {
    this.#add({ outcome: "kept", line, from, to, why: null, hint: null });
  }

  changed(line: number | null, from: string, to: string, why: string, hint: string | null = null): void {
    this.#add({ outcome: "changed", line, from, to, why, hint });
  }

  lost(line: number | null, from: string, why: string, hint: string | null = null): void {
    this.#add({ outcome: "lost", line, from, to: null, why, hint });
  }

  /** For all that there is to say of one line. */
  at(line: number | null, from: string): LineReport {
    return {
      kept: (to) => this.kept(line, from, to),
      changed: (to, why, hint = null) => this.changed(line, from, to, why, hint),
      lost: (why, hint = null) => this.lost(line, from, why, hint),
    };
  }

  #add(finding: Omit<Finding, "file">): void {
    this.#findings.push({ file: this.#file, ...finding });
  }
}

/** Findings by their lines: those of a file after those of the one that includes it, and what is about no line last. */
export function inFileOrder(findings: readonly Finding[], main: string): readonly Finding[] {
  const files = [...new Set([main, ...findings.map(({ file }) => file)])];
  return findings.toSorted((one, other) =>
    files.indexOf(one.file) - files.indexOf(other.file) ||
    (one.line ?? Infinity) - (other.line ?? Infinity) || 0
  );
}
