import { nearestName } from "../../base/nearest.ts";
import { anyOf, didYouMean, quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Type } from "./type.ts";

/** The knowledge about the words of a choice beside the words. */
export interface ChoiceOptions {
  /** Words that are known, but that this version refuses. */
  readonly later?: readonly string[];
  /** The words that other tools have for them, in lower case; `true` and `false` stand for booleans, too. */
  readonly others?: ReadonlyMap<string, string>;
  /** The key under which other tools have the word, in a table of its own: `{ condition = "..." }`. */
  readonly within?: string;
  /** The text to write in place of one that is none of the words; null if there is no guess. */
  readonly suggest?: (value: string) => string | null;
}

/** One of a few words; `what` names them in messages. */
export function choice<const T extends string>(
  what: string,
  values: readonly T[],
  { later = [], others = new Map(), within, suggest = () => null }: ChoiceOptions = {},
): Type<T> {
  const expected = anyOf(values.map(quote));
  return text<T>({
    name: /^[aeiou]/.test(what) ? `an ${what}` : `a ${what}`,
    expected,
    shape: { kind: "enum", values },
    parse: (value, item, { report }) => {
      const found = values.find((known) => known === value);
      if (found !== undefined) return found;
      if (later.includes(value)) {
        return report.add("config/not-supported-yet", item.span, `${quote(value)} is not supported yet`, {
          expected,
        });
      }
      const meant = others.get(value.trim().toLowerCase()) ??
        nearestName(value, [...values, ...later]);
      const message = `unknown ${what} ${quote(value)}${didYouMean(meant)}`;
      const suggestion = meant === null ? suggest(value) : null;
      return report.add("config/bad-value", item.span, message, {
        expected,
        hint: suggestion === null ? null : `write ${suggestion}`,
      });
    },
    suggest: (item) => {
      const word = item.kind === "table" && within !== undefined ? item.entries.get(within)?.item : item;
      if (word?.kind === "boolean") return quoted(others.get(String(word.value)));
      if (word === item || word?.kind !== "string") return null;
      return quoted(values.find((known) => known === word.value) ?? others.get(word.value.toLowerCase()));
    },
  });
}

function quoted(word: string | undefined): string | null {
  return word === undefined ? null : quote(word);
}
