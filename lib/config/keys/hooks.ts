import { command } from "../values/command.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { table } from "../values/table.ts";

const hook = command('["/bin/sh", "-c", "..."]');

const HOOK_KEYS = {
  pre_start: key(
    hook,
    null,
    "A command that is run before each start, which fails if it does.",
    '"./prepare.sh"',
  ),
  post_start: key(hook, null, "A command that is run once the actor is ready.", '["./tell", "up"]'),
  pre_stop: key(
    hook,
    null,
    "A command that is run before the actor is asked to stop, within the grace.",
    '["./drain", "5s"]',
  ),
  post_stop: key(hook, null, "A command that is run after each run, however that ended.", '"./clean.sh"'),
  timeout: key(duration(1), 30_000, "How long each of them may take.", '"1m"'),
} satisfies Keys;

/** `hooks`: commands around the runs of an actor. */
export const HOOKS: TableKind<typeof HOOK_KEYS> = { name: "hooks", title: "a hooks table", keys: HOOK_KEYS };

/** A value of `hooks`. */
export const hooks = table(HOOKS, '{ pre_start = "./prepare.sh", timeout = "30s" }');
