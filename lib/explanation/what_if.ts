/** The consequences if an actor of a tree fails while all of it is well, computed from the plan alone. PURE. */
import { instant } from "../base/instant.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import { SimulatedTree } from "../simulation/simulated_tree.ts";
import { type Failing, type Forecast, forecast } from "./forecast.ts";

/** A tree whose start takes longer than that is looked at as it is then. */
const LONGEST_START = instant(3_600_000);

/** See the module. Null for one that does not run then. */
export function whatIf(plan: Plan, id: NodeId, failing: Failing): Forecast | null {
  const tree = new SimulatedTree({ plan, script: [], seed: 1 });
  tree.begin();
  const isRunning = () => tree.state.nodes.get(id)?.phase.at === "running";
  while (!isRunning() && tree.state.outcome === null && tree.next(LONGEST_START));
  return isRunning() ? forecast(tree.state, id, failing, { now: tree.now, date: tree.date }) : null;
}
