import { choice } from "../values/choice.ts";
import { RESTART_WORDS } from "../values/foreign_values.ts";
import { key, type Keys } from "../values/key.ts";
import { boolean } from "../values/scalar.ts";
import { backoff } from "./backoff.ts";
import { dependsOn } from "./depends_on.ts";
import { profiles } from "./profiles.ts";

/** The keys that actors and nested trees have in common as children of a supervisor. */
export const CHILD_KEYS = {
  restart: key(
    choice("restart policy", ["always", "on-failure", "never"], { others: RESTART_WORDS }),
    null,
    "When to start it again after it has ended; `always` for daemons, `never` for one-shots.",
    '"on-failure"',
  ),
  backoff: key(backoff, null, "The pauses between restarts.", '{ initial = "200ms", max = "1m" }'),
  significant: key(boolean, false, "Whether its end is the end of its tree.", "true"),
  depends_on: key(
    dependsOn,
    null,
    "The actors and trees that it waits for at every start: for daemons until they are `ready`, for one-shots until they are `completed`, unless it says another condition.",
    '{ db = "ready", migrate = "completed" }',
  ),
  profiles: key(profiles, [], "It is started only when one of these profiles is active.", '["dev"]'),
} satisfies Keys;
