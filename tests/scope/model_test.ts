/**
 * Random programs against a small reference model. A failing seed is printed with the smallest program that was found to
 * fail; run it alone with `SEED=n`, and more of them with `SEEDS=n`.
 */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { randomProgram, smaller, type Step } from "./model/program.ts";
import { runReal } from "./model/run_real.ts";
import { runReference } from "./model/run_reference.ts";

const SEEDS = 3_000;

test("model: random programs do what the rules say", async () => {
  for (const seed of seedsOf(SEEDS)) {
    const program = randomProgram(seeded(seed));
    if (await agrees(program, seed)) continue;
    const least = await shrink(program, seed);
    const [actual, expected] = [await runReal(least, seed), runReference(least)];
    assert.deepEqual(actual, expected, `seed ${seed}: ${JSON.stringify(least, null, 1)}`);
  }
});

async function agrees(program: readonly Step[], seed: number): Promise<boolean> {
  return (await runReal(program, seed)).join("\n") === runReference(program).join("\n");
}

async function shrink(program: readonly Step[], seed: number): Promise<readonly Step[]> {
  for (const less of smaller(program)) if (!await agrees(less, seed)) return await shrink(less, seed);
  return program;
}
