import { parseDuration } from "../../base/duration.ts";
import { nearestName } from "../../base/nearest.ts";
import {
  type Bound,
  isMore,
  type Resource,
  type ResourceLimit,
  RESOURCES,
} from "../../base/resource_limits.ts";
import { parseSize } from "../../base/size.ts";
import type { Item, TableEntry, TableItem } from "../toml/item.ts";
import { text } from "../values/text.ts";
import { type Reading, rejectItem, type Shape, type Type } from "../values/type.ts";
import { anyOf, didYouMean, quote } from "../wording.ts";

/** The unit of the bounds of a resource. */
type Unit = "bytes" | "seconds" | "microseconds" | "number";

const UNITS: Readonly<Partial<Record<Resource, Unit>>> = {
  cpu: "seconds",
  rttime: "microseconds",
  ...Object.fromEntries(
    (["fsize", "data", "stack", "core", "rss", "memlock", "as", "msgqueue"] as const).map((
      name,
    ) => [name, "bytes"]),
  ),
};

const EXAMPLES: Readonly<Record<Unit, string>> = {
  bytes: '"64MiB"',
  seconds: '"30s"',
  microseconds: '"200ms"',
  number: "1024",
};

const US_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;

const BOUND: Shape = {
  kind: "any-of",
  shapes: [{ kind: "integer", min: 0, max: Number.MAX_SAFE_INTEGER }, { kind: "string" }],
};

/** `limits`: limits of resources, each one bound for both, or a soft and a hard one. */
export const limits: Type<ReadonlyMap<Resource, ResourceLimit>> = {
  name: "a table of limits",
  expected: 'a table such as { nofile = 1024, core = "unlimited" }',
  shape: {
    kind: "record",
    of: { kind: "any-of", shapes: [BOUND, { kind: "record", of: BOUND, names: ["soft", "hard"] }] },
    names: RESOURCES,
  },
  read: (item, reading) => {
    if (item.kind !== "table") return rejectItem(item, limits, reading);
    const found = new Map<Resource, ResourceLimit>();
    for (const entry of item.entries.values()) {
      const limit = readLimit(entry, reading);
      if (limit !== undefined) found.set(entry.key as Resource, limit);
    }
    return found;
  },
  suggest: () => null,
};

function readLimit({ key, keySpan, item }: TableEntry, reading: Reading): ResourceLimit | undefined {
  const resource = RESOURCES.find((name) => name === key);
  if (resource === undefined) {
    const bare = key.toLowerCase().replace(/^(?:rlimit_|limit_?)/, "");
    const nearest = RESOURCES.find((name) => name === bare) ?? nearestName(bare, RESOURCES);
    const message = `unknown limit ${quote(key)}${didYouMean(nearest)}`;
    return reading.report.add("config/bad-value", keySpan, message, { expected: anyOf(RESOURCES) });
  }
  const bound = boundOf(UNITS[resource] ?? "number");
  if (item.kind === "table") return readPair(item, bound, reading);
  const both = bound.read(item, reading);
  return both === undefined ? undefined : { soft: both, hard: both };
}

function readPair(item: TableItem, bound: Type<Bound>, reading: Reading): ResourceLimit | undefined {
  const before = reading.report.errorCount();
  for (const { key, keySpan } of item.entries.values()) {
    if (key === "soft" || key === "hard") continue;
    reading.report.add("config/unknown-key", keySpan, `unknown key ${quote(key)}`, {
      expected: "soft or hard",
    });
  }
  const read = (name: string): Bound | null => {
    const entry = item.entries.get(name);
    return entry === undefined ? null : bound.read(entry.item, reading) ?? null;
  };
  const limit = { soft: read("soft"), hard: read("hard") };
  if (limit.soft !== null && limit.hard !== null && isMore(limit.soft, limit.hard)) {
    reading.report.add("config/out-of-range", item.span, "the soft limit is above the hard one", {
      expected: "a soft limit that is at most the hard one",
    });
  }
  if (item.entries.size === 0) rejectItem(item, bound, reading);
  return reading.report.errorCount() === before ? limit : undefined;
}

function boundOf(unit: Unit): Type<Bound> {
  const expected = unit === "number"
    ? `a number such as ${EXAMPLES[unit]}, or "unlimited"`
    : `a number of ${unit}, a text such as ${EXAMPLES[unit]}, or "unlimited"`;
  const written = text<Bound>({
    name: "a limit",
    expected,
    parse: (value, item, { report }) => {
      const parsed = value === "unlimited" || value === "infinity" ? "unlimited" : parseAmount(value, unit);
      return parsed ??
        report.add("config/bad-value", item.span, `${quote(value)} is not a limit`, { expected });
    },
  });
  return {
    ...written,
    shape: BOUND,
    read: (item, reading) =>
      item.kind === "integer" ? readNumber(item, expected, reading) : written.read(item, reading),
  };
}

function readNumber(
  item: Item & { kind: "integer" | "float" },
  expected: string,
  reading: Reading,
): number | undefined {
  if (item.value >= 0) return item.value;
  return reading.report.add("config/out-of-range", item.span, `${item.source} is too small`, { expected });
}

function parseAmount(value: string, unit: Unit): number | null {
  if (unit === "number") return null;
  if (unit === "bytes") return parseSize(value);
  const ms = parseDuration(value);
  if (ms === null) return null;
  return unit === "microseconds" ? ms * US_PER_MS : Math.ceil(ms / MS_PER_SECOND);
}
