/** The nodes that random scripts of a plan can be about, and the course that nothing disturbs, by which they are measured. PURE. */
import type { ActorSpec, NodeId, Plan } from "../../config/plan.ts";
import type { ScriptLine } from "../script.ts";
import { type Simulated, simulateTrace, type SimulationOptions } from "../simulate.ts";

/** See the module. */
export interface Ground {
  readonly plan: Plan;
  /** Lines that hold in all courses, as somebody has given them. */
  readonly given: readonly ScriptLine[];
  /** The course under the given lines alone. */
  readonly calm: Simulated;
  /** The actors that run in it. */
  readonly actors: readonly ActorSpec[];
  /** The actors and trees that start in it, but for the root. */
  readonly nodes: readonly NodeId[];
}

/** Lays the ground. */
export function groundOf(
  plan: Plan,
  given: readonly ScriptLine[] = [],
  options: SimulationOptions = {},
): Ground {
  const calm = simulateTrace(plan, given, options);
  const begun = plan.nodes.filter(({ path }) => (calm.state.nodes.get(path)?.starts ?? 0) > 0);
  return {
    plan,
    given,
    calm,
    actors: begun.filter((node) => node.kind !== "tree"),
    nodes: begun.filter(({ parent }) => parent !== null).map(({ path }) => path),
  };
}
