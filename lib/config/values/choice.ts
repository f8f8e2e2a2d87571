import { nearestName } from "../../base/nearest.ts";
import { anyOf, didYouMean, quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Type } from "./type.ts";

/**
 * One of a few words; `what` names them in messages. Those in `later` are known, but this version refuses them.
 */
export function choice<const T extends string>(
  what: string,
  values: readonly T[],
  later: readonly string[] = [],
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
      const nearest = nearestName(value, [...values, ...later]);
      const message = `unknown ${what} ${quote(value)}${didYouMean(nearest)}`;
      return report.add("config/bad-value", item.span, message, { expected });
    },
    suggest: () => null,
  });
}
