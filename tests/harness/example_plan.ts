import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import type { Plan } from "../../lib/config/plan.ts";
import { compileText } from "../config/compiling.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** The plan of a file of the examples. @param file Its path there. */
export function examplePlan(file: string): Plan {
  const text = readFileSync(new URL(file, EXAMPLES), "utf8");
  const { plan, problems } = compileText(text, { environment: { PATH: "/usr/bin:/bin" } });
  assert.ok(plan !== null, JSON.stringify(problems));
  return plan;
}
