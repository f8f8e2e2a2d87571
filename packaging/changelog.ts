/** The entries of a changelog: `## VERSION (DATE)` or `## Unreleased`, and below it what has changed. */
export interface Entry {
  /** Null where it is not released yet. */
  readonly version: string | null;
  readonly date: string | null;
  /** The text below the heading. */
  readonly text: string;
  /** One string for each point of its lists. */
  readonly lines: readonly string[];
}

/** Reads a changelog, newest entry first. */
export function entriesOf(changelog: string): readonly Entry[] {
  return changelog.split(/^## /m).slice(1).map((part) => {
    const [heading, ...rest] = part.split("\n");
    const [, version, date] = /^(\d\S*) \((\d{4}-\d\d-\d\d)\)$/.exec(heading!) ?? [];
    const text = rest.join("\n").trim();
    const lines = text.split(/^- /m).slice(1).map((line) => line.replace(/\s+/g, " ").trim());
    return { version: version ?? null, date: date ?? null, text, lines };
  });
}
