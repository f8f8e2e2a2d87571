import type { DeclaredTree } from "../declared/declared.ts";
import type { NodeSpec } from "../plan.ts";
import { resolveDependencies } from "./dependencies.ts";
import { environmentsOf } from "./environment.ts";
import { lifetimesOf } from "./lifetime.ts";
import { numberNodes } from "./nodes.ts";
import { type SpecContext, specOf } from "./specs.ts";
import { rejectCycles } from "./waiting.ts";
import { warnOfTraps } from "./warnings.ts";

/** The nodes of the plan: everything that `root` declares, with names found, defaults filled in and cycles refused. */
export function resolveNodes(root: DeclaredTree, context: SpecContext): readonly NodeSpec[] {
  const { report } = context;
  const nodes = numberNodes(root);
  if (nodes.every((node) => node.kind === "tree")) {
    report.add("config/empty", { start: 0, end: 1 }, "the file defines no actor", {
      expected: "at least one [actors.NAME]",
      hint: 'write [actors.web] and below it exec = "./web"',
    });
  }
  const lifetimes = lifetimesOf(nodes);
  const edges = resolveDependencies(nodes, lifetimes, report);
  rejectCycles(nodes, edges, report);
  warnOfTraps(nodes, lifetimes, report);
  const environments = environmentsOf(nodes);
  return nodes.map((node) =>
    specOf(node, {
      lifetime: lifetimes[node.id]!,
      edges: edges[node.id]!,
      environment: environments[node.id]!,
    }, context)
  );
}
