/**
 * Actors against their floors: the same work with nothing in between. Every measurement is a process of its own; a case and its
 * floor take turns in each round, so that whatever else the machine does meets both alike.
 *
 * Usage: bun bench/actors.ts [--rounds 5]
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ONE = fileURLToPath(new URL("./actors/one.ts", import.meta.url));
const BINARY = fileURLToPath(new URL("../dist/supervise", import.meta.url));
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  binary: [BINARY, "__script", ONE],
  Bun: ["bun", ONE],
  Deno: ["deno", "run", "--allow-all", "--no-check", `--config=${CONFIG}`, ONE],
};

interface Row {
  readonly title: string;
  readonly ours: string;
  readonly floor: string | null;
  readonly unit: string;
  /** Whether more is better. */
  readonly isRate: boolean;
}

const ROWS: readonly Row[] = [
  {
    title: "spawn to first reply",
    ours: "spawn supervise",
    floor: "spawn floor",
    unit: "ms",
    isRate: false,
  },
  {
    title: "call, p50",
    ours: "call supervise p50",
    floor: "call floor p50",
    unit: "us",
    isRate: false,
  },
  {
    title: "call, p99",
    ours: "call supervise p99",
    floor: "call floor p99",
    unit: "us",
    isRate: false,
  },
  {
    title: "calls, 500 at a time",
    ours: "pipelined supervise",
    floor: null,
    unit: "/s",
    isRate: true,
  },
  {
    title: "stream of small values",
    ours: "small items supervise",
    floor: null,
    unit: "/s",
    isRate: true,
  },
  {
    title: "stream of 64 KiB",
    ours: "blocks supervise",
    floor: "blocks floor",
    unit: "/s",
    isRate: true,
  },
  {
    title: "64 MiB there and back, bytes",
    ours: "large Uint8Array",
    floor: "large floor",
    unit: "ms",
    isRate: false,
  },
  {
    title: "64 MiB, floats",
    ours: "large Float64Array",
    floor: "large floor",
    unit: "ms",
    isRate: false,
  },
  {
    title: "64 MiB, a buffer",
    ours: "large ArrayBuffer",
    floor: "large floor",
    unit: "ms",
    isRate: false,
  },
  {
    title: "64 MiB, in an object",
    ours: "large object",
    floor: "large floor",
    unit: "ms",
    isRate: false,
  },
  {
    title: "teardown of 30 actors, depth 1",
    ours: "teardown of 30 at depth 1",
    floor: null,
    unit: "ms",
    isRate: false,
  },
  {
    title: "teardown of 30 actors, depth 4",
    ours: "teardown of 30 at depth 4",
    floor: "teardown of 30 at depth 1",
    unit: "ms",
    isRate: false,
  },
  {
    title: "an idle connection",
    ours: "idle connection",
    floor: "idle floor",
    unit: "% of a core",
    isRate: false,
  },
];

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);

for (const [runtime, command] of Object.entries(RUNTIMES)) {
  console.log(`\n${runtime}, median of ${rounds} rounds\n`);
  console.log("| | supervise | floor | ratio |\n| --- | --- | --- | --- |");
  for (const row of ROWS) {
    const [ours, floor]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(measure(command, row.ours));
      if (row.floor !== null) floor.push(measure(command, row.floor));
    }
    console.log(
      lineOf(row, median(ours), row.floor === null ? null : median(floor)),
    );
  }
}

function measure([program, ...args]: readonly string[], what: string): number {
  const env = {
    ...process.env,
    ...(program === BINARY ? { BENCH_BINARY: "1" } : {}),
  };
  const { stdout, stderr } = spawnSync(program!, [...args, what], {
    encoding: "utf8",
    env,
  });
  const value = Number(stdout.trim() || "NaN");
  if (Number.isNaN(value)) throw new Error(`${what}: ${stdout}${stderr}`);
  return value;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function lineOf(
  { title, unit, isRate }: Row,
  ours: number,
  floor: number | null,
): string {
  const figure = (value: number) =>
    `${value < 10 ? value.toFixed(2) : Math.round(value)} ${unit}`.replace(
      " /s",
      "/s",
    );
  if (floor === null) return `| ${title} | ${figure(ours)} | | |`;
  const ratio = isRate ? floor / ours : ours / floor;
  return `| ${title} | ${figure(ours)} | ${figure(floor)} | ${ratio.toFixed(2)} |`;
}
