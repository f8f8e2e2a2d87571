import { isProfileName, PROFILE_NAME } from "../profiles.ts";
import { list } from "../values/compound.ts";
import { text } from "../values/text.ts";
import type { Type } from "../values/type.ts";
import { quote } from "../wording.ts";

const profile: Type<string> = text({
  name: "a string",
  expected: 'a name such as "debug"',
  parse: (name, item, { report }) =>
    isProfileName(name)
      ? name
      : report.add("config/bad-name", item.span, `${quote(name)} cannot be the name of a profile`, {
        expected: PROFILE_NAME,
      }),
});

/** `profiles`: names, one of which has to be active. */
export const profiles: Type<readonly string[]> = list(profile, '["debug"]');
