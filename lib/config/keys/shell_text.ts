import { text } from "../values/text.ts";
import type { Type } from "../values/type.ts";

/** `shell`: a command line for a shell. */
export const shellText: Type<string> = text({
  name: "a string",
  expected: 'a command line such as "./web 2>&1 | tee web.out"',
  parse: (value, item, { report }) => {
    if (value.trim() !== "") return value;
    return report.add("config/empty-command", item.span, "an empty command", {
      expected: "a program to run",
    });
  },
});
