/** One measurement, in a process of its own: contender and case in, milliseconds (or bytes per task) out. */
import process from "node:process";
import { type Case, CASES, type Contender } from "./cases.ts";

const [, , name, what] = process.argv as [
  string,
  string,
  string,
  Case | "memory",
];
const { contender } = await import(`./${name}.ts`) as { contender: Contender };

if (what === "memory") {
  const count = 100_000;
  collectGarbage();
  const before = process.memoryUsage().rss;
  const held = await contender.park!(count);
  collectGarbage();
  console.log((process.memoryUsage().rss - before) / count);
  // What is parked is held until it has been measured.
  process.exit(held === undefined ? 1 : 0);
}

const act = contender[what];
if (act === undefined) {
  console.log("null");
  process.exit(0);
}
// Once with a tenth, so that what is measured is compiled code.
await act(CASES[what] / 10);
const start = performance.now();
await act(CASES[what]);
console.log(performance.now() - start);
process.exit(0);

function collectGarbage(): void {
  const runtime = globalThis as {
    Bun?: { gc(force: boolean): void };
    gc?: () => void;
  };
  runtime.Bun?.gc(true);
  runtime.gc?.();
}
