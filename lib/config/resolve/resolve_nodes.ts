import type { DeclaredTree } from "../declared/declared.ts";
import { ROOT_TREE } from "../keys/supervisor.ts";
import type { NodeSpec } from "../plan.ts";
import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import { suggestKey } from "../values/table.ts";
import { resolveDependencies } from "./dependencies.ts";
import { environmentsOf } from "./environment.ts";
import { lifetimesOf } from "./lifetime.ts";
import { rejectSharedLogs, warnOfUnusedFormats } from "./logs.ts";
import { type Node, numberNodes } from "./nodes.ts";
import { rejectInactive, warnOfUnknownProfiles } from "./profiles.ts";
import { rejectSharedSockets } from "./sockets.ts";
import { type SpecContext, specOf } from "./specs.ts";
import { supervisorDeaths } from "./supervisor_death.ts";
import { rejectCycles } from "./waiting.ts";
import { warnOfTraps } from "./warnings.ts";

/** The nodes of a plan, and where the file says what they are. */
export interface Resolved {
  readonly specs: readonly NodeSpec[];
  /** Where the value of a key of a node stands, such as `stop.grace`; null if it has none there. */
  readonly spanOf: (path: string, key: string) => Span | null;
}

/** The input of resolving beside the declarations of the files. */
export interface ResolveContext extends Omit<SpecContext, "nodes"> {
  /** The active profiles. */
  readonly active: readonly string[];
  /** The file that is started. */
  readonly file: string;
}

/** The nodes of the plan: everything that `root` declares, with names found, defaults filled in and cycles refused. */
export function resolveNodes(root: DeclaredTree, context: ResolveContext): Resolved {
  const { report, active, file } = context;
  const nodes = numberNodes(root, active);
  if (nodes.every((node) => node.kind === "tree")) reportEmpty(root, report);
  const lifetimes = lifetimesOf(nodes);
  const edges = resolveDependencies(nodes, lifetimes, report);
  rejectInactive(nodes, edges, report);
  warnOfUnknownProfiles(nodes, active, file, report);
  rejectCycles(nodes, edges, report);
  rejectSharedSockets(nodes, report);
  rejectSharedLogs(nodes, report);
  warnOfUnusedFormats(nodes, report);
  warnOfTraps(nodes, lifetimes, report);
  const environments = environmentsOf(nodes);
  const deaths = supervisorDeaths(nodes);
  const specs = nodes.map((node) =>
    specOf(node, {
      lifetime: lifetimes[node.id]!,
      edges: edges[node.id]!,
      environment: environments[node.id]!,
      supervisorDeath: deaths[node.id]!,
    }, { ...context, nodes })
  );
  return { specs, spanOf: (path, key) => spanOf(nodes.find((node) => node.path === path), key) };
}

function spanOf(node: Node | undefined, key: string): Span | null {
  let fields: Places = node?.declared.fields ?? {};
  let found: Places[string];
  for (const name of key.split(".")) {
    found = fields[name];
    const value = found?.value;
    fields = typeof value === "object" && value !== null && "fields" in value ? value.fields as Places : {};
  }
  return found?.at ?? null;
}

/** Values of a table, or of a table in it. */
type Places = Readonly<Record<string, { readonly at: Span; readonly value: unknown } | undefined>>;

/** Not where actors are there and could not be read: what is wrong with them has been said. */
function reportEmpty({ present }: DeclaredTree, report: Report): void {
  const meant = [...present.keys()].map((key) => suggestKey(key, ROOT_TREE.keys, []) ?? key);
  if (report.errorCount() > 0 && meant.some((key) => key === "actors" || key === "trees")) return;
  const who = present.has("include") ? "neither the file nor what it includes" : "the file";
  const defines = present.has("include") ? "defines an actor" : "defines no actor";
  report.add("config/empty", { start: 0, end: 1 }, `${who} ${defines}`, {
    expected: "at least one [actors.NAME]",
    hint: 'write [actors.web] and below it exec = "./web"',
  });
}
