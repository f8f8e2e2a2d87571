import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import type { Keys } from "../values/key.ts";
import { anyOf, quote } from "../wording.ts";

/** A table that has exactly one of some keys. */
export interface OneOf {
  /** The name of a table that has none of them. */
  readonly title: string;
  /** The name of another one of them. */
  readonly more: string;
  readonly keys: Keys;
  readonly among: readonly string[];
}

/** Reports a table that has none of the keys, and each that it has beside the first. */
export function requireOneOf(
  { title, more, keys, among }: OneOf,
  present: ReadonlyMap<string, Span>,
  at: Span,
  report: Report,
): void {
  const [first, ...others] = [...present].filter(([key]) => among.includes(key));
  const expected = anyOf(among.filter((key) => keys[key]!.kind === "value"));
  if (first === undefined) report.add("config/bad-probe", at, title, { expected: `one of ${expected}` });
  for (const [key, keyAt] of others) {
    report.add("config/bad-probe", keyAt, `${quote(key)} is ${more}, beside ${quote(first![0])}`, {
      expected: `only one of ${expected}`,
      hint: "keep the one that is true last",
    });
  }
}
