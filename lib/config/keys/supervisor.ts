import { choice } from "../values/choice.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type SectionKey, type TableKind } from "../values/key.ts";
import { boolean, integer } from "../values/scalar.ts";
import { alerts } from "./alert.ts";
import { CHILD_KEYS } from "./child.ts";
import { includes } from "./include.ts";
import { env, envFiles } from "./env.ts";
import { intensity } from "./intensity.ts";
import { treeName } from "./tree_name.ts";

const SUPERVISOR_KEYS = {
  strategy: key(
    choice("strategy", ["one_for_one", "one_for_all", "rest_for_one"]),
    "one_for_one",
    "Which children are restarted with a failed one, as in OTP.",
    '"rest_for_one"',
  ),
  intensity: key(
    intensity,
    null,
    "How many restarts are granted within a time, to each child or to all together as `on_failure` says.",
    '{ restarts = 3, within = "10s" }',
  ),
  on_failure: key(
    choice("on_failure mode", ["fail_child", "escalate", "stop"]),
    null,
    "Whether one more leaves that child failed (`fail_child`, for one_for_one), fails the tree for its parent to handle (`escalate`, for the other strategies), or leaves the tree failed (`stop`).",
    '"escalate"',
  ),
  auto_shutdown: key(
    choice("auto_shutdown mode", ["any_significant", "all_significant", "never"]),
    "any_significant",
    "Which significant children end the tree when they have ended for good.",
    '"all_significant"',
  ),
  shutdown: key(duration(0), 30_000, "How long its teardown may take.", '"1m"'),
  start: key(
    choice("start mode", ["parallel", "sequential"]),
    "parallel",
    "Whether children start as dependencies allow, or each when the one before is ready.",
    '"sequential"',
  ),
  concurrency: key(
    integer(1),
    null,
    "How many children may be starting at once; any number without it.",
    "4",
  ),
  isolate: key(
    boolean,
    false,
    "Whether its actors are children of a process of their own, to which their orphans come.",
    "true",
  ),
  on_supervisor_death: key(
    choice("on_supervisor_death mode", ["die", "survive"]),
    "die",
    "The fate of the tree when its supervisor is killed: it ends (`die`), or goes on until the next `up` adopts it (`survive`).",
    '"survive"',
  ),
  env: key(env, null, "Variables of the environment for all below.", '{ LOG_LEVEL = "info" }'),
  env_file: key(envFiles, null, "Files with variables of the environment, below `env`.", '".env"'),
  defaults: section("defaults", false, "Keys that every actor below inherits."),
  actors: section("actor", true, "The actors by name."),
  trees: section("tree", true, "The nested trees by name."),
} satisfies Keys;

const include = key(
  includes,
  null,
  "More files that belong to this one, as paths and globs.",
  '["conf.d/*.toml"]',
);

const ROOT_KEYS = {
  name: key(treeName, null, "The label of the tree; without it, the name of the folder.", '"shop"'),
  include,
  alerts: key(
    alerts,
    [],
    "Commands that are run when something happens.",
    '[{ events = ["failed"], exec = "./tell" }]',
  ),
  ...SUPERVISOR_KEYS,
} satisfies Keys;

const TREE_KEYS = { ...SUPERVISOR_KEYS, ...CHILD_KEYS } satisfies Keys;

/** The file's top level. */
export const ROOT_TREE: TableKind<typeof ROOT_KEYS> = {
  name: "root",
  title: "the top level of the file",
  keys: ROOT_KEYS,
};

const { env: ownEnv, env_file: ownEnvFile, defaults, actors, trees } = SUPERVISOR_KEYS;

const INCLUDED_KEYS = {
  include,
  env: ownEnv,
  env_file: ownEnvFile,
  defaults,
  actors,
  trees,
} satisfies Keys;

/** A file that another one includes: what it declares is part of the other's tree. */
export const INCLUDED: TableKind<typeof INCLUDED_KEYS> = {
  name: "included",
  title: "an included file",
  keys: INCLUDED_KEYS,
};

/** `[trees.NAME]`. */
export const TREE: TableKind<typeof TREE_KEYS> = { name: "tree", title: "a nested tree", keys: TREE_KEYS };

function section(holds: SectionKey["holds"], isMany: boolean, doc: string): SectionKey {
  return { kind: "section", holds, isMany, doc };
}
