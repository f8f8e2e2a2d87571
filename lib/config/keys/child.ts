import { choice } from "../values/choice.ts";
import { RESTART_WORDS } from "../values/foreign_values.ts";
import { key, type Keys } from "../values/key.ts";
import { boolean } from "../values/scalar.ts";
import { backoff } from "./backoff.ts";
import { dependsOn } from "./depends_on.ts";
import { profiles } from "./profiles.ts";

/** What actors and nested trees have in common as children of a supervisor. */
export const CHILD_KEYS = {
  restart: key(
    choice("restart policy", ["always", "on-failure", "never"], { others: RESTART_WORDS }),
    null,
    "When to start it again after it has ended; `always` for daemons, `never` for one-shots.",
  ),
  backoff: key(backoff, null, "The pauses between restarts."),
  significant: key(boolean, false, "Whether its end is the end of its tree."),
  depends_on: key(dependsOn, null, "What it waits for at every start."),
  profiles: key(profiles, [], "It is started only when one of these profiles is active."),
} satisfies Keys;
