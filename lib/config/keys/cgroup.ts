import type { Item } from "../toml/item.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { processorShare } from "../values/processor_share.ts";
import { boolean, integer } from "../values/scalar.ts";
import { size } from "../values/size.ts";
import { table } from "../values/table.ts";
import { joinPieces, readPieces } from "../values/text.ts";
import { type Reading, rejectItem, type Type } from "../values/type.ts";
import { quote } from "../wording.ts";

/** The word of the kernel for no limit; an actor lifts an inherited one with it. */
const NO_LIMIT = "max";
/** The words of other systems for it. */
const OTHER_WORDS = /^(?:unlimited|infinity|inf|none|-1)$/i;

/** No limit is enforced on less than a page. */
const PAGE_BYTES = 4_096;

const CGROUP_KEYS = {
  memory_max: key(
    orMax(size(PAGE_BYTES, "64MiB")),
    null,
    "How much memory all of its processes may have together.",
    '"256MiB"',
  ),
  cpu_max: key(
    orMax(processorShare),
    null,
    "How much processor time they may use, in percent of one processor.",
    '"150%"',
  ),
  pids_max: key(orMax(integer(1)), null, "How many processes and threads there may be of it.", "100"),
  required: key(boolean, false, "Whether it must not run where these limits cannot be kept.", "true"),
} satisfies Keys;

/** `cgroup`: limits for all processes of an actor together. */
export const CGROUP: TableKind<typeof CGROUP_KEYS> = {
  name: "cgroup",
  title: "a cgroup table",
  keys: CGROUP_KEYS,
};

/** A value of `cgroup`. */
export const cgroup = table(CGROUP, '{ memory_max = "64MiB", pids_max = 100 }');

/** `type`, or the word for no limit, which is null. */
function orMax(type: Type<number>): Type<number | null> {
  const limit: Type<number | null> = {
    name: type.name,
    expected: `${type.expected}, or "${NO_LIMIT}"`,
    shape: { kind: "any-of", shapes: [type.shape, { kind: "enum", values: [NO_LIMIT] }] },
    read: (item, reading) => {
      const isNumber = item.kind === "integer" || item.kind === "float";
      if (item.kind !== "string") {
        return isNumber ? type.read(item, reading) : rejectItem(item, limit, reading);
      }
      const pieces = readPieces(item, reading);
      if (pieces === undefined) return undefined;
      const value = joinPieces(pieces);
      if (value === NO_LIMIT) return null;
      return OTHER_WORDS.test(value) ? rejectWord(value, item, limit, reading) : type.read(item, reading);
    },
    suggest: (item) => type.suggest(item),
  };
  return limit;
}

function rejectWord(
  value: string,
  item: Item,
  { name, expected }: Type<number | null>,
  { report }: Reading,
): undefined {
  return report.add("config/bad-value", item.span, `${quote(value)} is not ${name}`, {
    expected,
    hint: `write "${NO_LIMIT}" for no limit`,
  });
}
