/** Whether what the scheduler does grows in proportion: the time for each of 10 times as many, against the time for one. */
import process from "node:process";
import { contender } from "./scopes/supervise.ts";

const CASES = {
  "start and join 100,000 tasks": [10_000, 100_000, 1_000_000],
  "cancel 100,000 parked tasks": [10_000, 100_000, 1_000_000],
  "nest 10,000 scopes": [1_000, 10_000, 100_000],
  "100,000 sleeps of 0 to 99 ms": [10_000, 100_000, 1_000_000],
} as const;

for (const [name, sizes] of Object.entries(CASES)) {
  const act = contender[name as keyof typeof CASES]!;
  await act(sizes[0]);
  const costs: string[] = [];
  for (const size of sizes) {
    const start = performance.now();
    await act(size);
    costs.push(
      `${size}: ${((performance.now() - start) * 1_000 / size).toFixed(2)} us each`,
    );
  }
  console.log(
    `${name.replace(/^1\d*,000 |1\d*,000 /, "")}: ${costs.join(", ")}`,
  );
}
process.exit(0);
