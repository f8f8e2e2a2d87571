/** Whether the engine plays what the rules compute. */
import assert from "node:assert/strict";
import type { Plan } from "../../lib/config/plan.ts";
import { rehearse } from "../../lib/rehearsal/rehearse.ts";
import { lineText } from "../../lib/simulation/check_script.ts";
import { sameCourse } from "../../lib/simulation/recorded/same_course.ts";
import type { ScriptLine } from "../../lib/simulation/script.ts";
import { type Simulated, simulateTrace, type SimulationOptions } from "../../lib/simulation/simulate.ts";

/** A course by both. */
export interface Agreed {
  readonly simulated: Simulated;
  readonly rehearsed: Simulated;
}

/**
 * Fails unless both come to the same, and to the millisecond: every entry of each node, in its order, with its cause and
 * its data, but for the numbers of processes and runs; and how it ends. Of entries of one instant that have nothing to do
 * with each other either may be first.
 */
export async function assertAgree(
  plan: Plan,
  script: readonly ScriptLine[],
  options: SimulationOptions = {},
): Promise<Agreed> {
  const simulated = simulateTrace(plan, script, options);
  const rehearsed = await rehearse(plan, script, options);
  const difference = sameCourse(rehearsed.entries, simulated.entries) ??
    sameCourse(simulated.entries, rehearsed.entries);
  const about = `\n${script.map(lineText).join("\n")}\n${JSON.stringify(difference, null, 1)}`;
  assert.equal(difference, null, about);
  assert.deepEqual(timesOf(rehearsed), timesOf(simulated), about);
  assert.deepEqual(endOf(rehearsed), endOf(simulated), about);
  return { simulated, rehearsed };
}

/** The times of the entries of each node. */
function timesOf({ plan, entries }: Simulated): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(plan.nodes.map(({ path }) => [
    path,
    entries.filter(({ node }) => node === path).map(({ atMs }) => atMs),
  ]));
}

function endOf({ outcome, unplayed, unanswered, state }: Simulated) {
  const phases = [...state.nodes.values()].map(({ id, phase }) => `${id}: ${phase.at}`);
  return { outcome, phases, unplayed, unanswered };
}
