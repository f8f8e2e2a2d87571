import { text } from "../values/text.ts";
import type { Type } from "../values/type.ts";
import { quote } from "../wording.ts";

/** The number above all users and groups: it stands for none. */
const NOBODY_AT_ALL = 2 ** 32 - 1;

/** Nothing that would end a field of the lists that such names stand in. */
const NAME = /^(?!-)[^\s:/,]+$/;

/** A user or a group by its name or its number; `what` says which. */
function account(what: "user" | "group", example: string): Type<string | number> {
  const expected = `a ${what} such as ${quote(example)}, or its number`;
  const written = text<string | number>({
    name: `a ${what}`,
    expected,
    parse: (value, item, { report }) => {
      const number = /^\d+$/.test(value) ? Number(value) : null;
      const isFine = number === null ? NAME.test(value) : number < NOBODY_AT_ALL;
      if (isFine) return number ?? value;
      return report.add("config/bad-value", item.span, `${quote(value)} cannot be a ${what}`, { expected });
    },
    suggest: () => null,
  });
  return {
    ...written,
    shape: {
      kind: "any-of",
      shapes: [{ kind: "integer", min: 0, max: NOBODY_AT_ALL - 1 }, { kind: "string" }],
    },
    read: (item, reading) => {
      if (item.kind !== "integer") return written.read(item, reading);
      if (item.value >= 0 && item.value < NOBODY_AT_ALL) return item.value;
      return reading.report.add("config/out-of-range", item.span, `${item.source} cannot be a ${what}`, {
        expected,
      });
    },
  };
}

/** `user`. */
export const user: Type<string | number> = account("user", "postgres");

/** `group`. */
export const group: Type<string | number> = account("group", "www-data");
