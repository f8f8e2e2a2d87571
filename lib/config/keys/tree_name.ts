import { text } from "../values/text.ts";
import type { Type } from "../values/type.ts";
import { quote } from "../wording.ts";

/** Whether `name` can label a tree: printable text without slashes. */
export function isTreeName(name: string): boolean {
  return name.trim() !== "" && !/[/\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name);
}

/** `name`: the label of the whole tree. */
export const treeName: Type<string> = text({
  name: "a string",
  expected: 'a name such as "shop"',
  parse: (value, item, { report }) => {
    if (isTreeName(value)) return value;
    return report.add("config/bad-name", item.span, `${quote(value)} cannot be the name of a tree`, {
      expected: "printable text without slashes",
    });
  },
});
