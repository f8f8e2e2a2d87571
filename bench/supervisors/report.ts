/** The samples of a run, as tables and as JSON. */
import { OURS } from "./contenders/supervise.ts";

/** Samples by contender and row. */
export type Samples = Map<string, Map<string, number[]>>;

interface Column {
  readonly title: string;
  readonly row: string;
  readonly of: (sorted: readonly number[]) => number;
  readonly show: (value: number) => string;
}

const quantile = (part: number) => (sorted: readonly number[]) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
const median = quantile(0.5);

const figure = (value: number) => value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
const inMs = (value: number) => `${figure(value)} ms`;
const inMib = (value: number) => `${figure(value)} MiB`;

function column(
  title: string,
  row: string,
  show: Column["show"] = inMs,
  of: Column["of"] = median,
): Column {
  return { title, row, show, of };
}

/** One table for each kind of work. */
export function tablesOf(samples: Samples, sizes: readonly number[]): string {
  const bySize = (name: string, show?: Column["show"]) =>
    sizes.map((size) => column(`${name}, ${size.toLocaleString("en")}`, `${name} ${size}`, show));
  const ofCrashes = sizes.filter((size) => size <= 100).flatMap((size) => [
    column(`crash to running, ${size}, median`, `crash ${size}`),
    column("p99", `crash ${size}`, inMs, quantile(0.99)),
  ]);
  return [
    bySize("start"),
    bySize("stop"),
    [...ofCrashes, column("200 that exit, spawns/s", "spawns", figure)],
    [...bySize("memory", inMib), ...bySize("processes", figure)],
    [...bySize("idle cpu"), ...bySize("idle wakeups", figure)],
    [
      ...bySize("list"),
      ...bySize("status"),
      column("version", "version"),
      column("help", "help"),
    ],
    [
      column("400,000 lines in blocks", "blocks"),
      column("line by line", "lines"),
    ],
  ].map((columns) => tableOf(samples, columns)).filter((table) => table !== "")
    .join("\n\n");
}

function tableOf(samples: Samples, all: readonly Column[]): string {
  const columns = all.filter(({ row }) => [...samples.values()].some((rows) => rows.has(row)));
  if (columns.length === 0) return "";
  const ours = samples.get(OURS);
  const lines = [...samples].filter(([, rows]) => columns.some(({ row }) => rows.has(row))).map(
    ([name, rows]) => {
      const cells = columns.map((one) => cellOf(one, rows, name === OURS ? undefined : ours));
      return `| ${name === OURS ? `**${name}**` : name} | ${cells.join(" | ")} |`;
    },
  );
  return [
    `| | ${columns.map(({ title }) => title).join(" | ")} |`,
    `|${" --- |".repeat(columns.length + 1)}`,
    ...lines,
  ]
    .join("\n");
}

/** The figure, and in which ratio it is to ours. */
function cellOf(
  { row, of, show }: Column,
  rows: Map<string, number[]>,
  ours: Map<string, number[]> | undefined,
): string {
  const value = valueOf(rows.get(row), of);
  if (value === null) return "-";
  const base = valueOf(ours?.get(row), of);
  return base === null || base === 0 ? show(value) : `${show(value)} (${(value / base).toFixed(2)}x)`;
}

function valueOf(
  values: readonly number[] | undefined,
  of: Column["of"],
): number | null {
  return values === undefined || values.length === 0 ? null : of(values.toSorted((a, b) => a - b));
}

/** All samples, with their medians. */
export function jsonOf(samples: Samples): object {
  return Object.fromEntries([...samples].map(([name, rows]) => [
    name,
    Object.fromEntries(
      [...rows].map((
        [row, values],
      ) => [row, { median: valueOf(values, median), values }]),
    ),
  ]));
}
