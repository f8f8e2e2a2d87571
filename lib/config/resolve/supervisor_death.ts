/** The fate of each tree when the supervisor is killed: its own word, or that of the tree around it. */
import { TREE } from "../keys/supervisor.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import type { Node } from "./nodes.ts";

/** See the module. */
export type SupervisorDeath = "die" | "survive";

/** That of every node, by its number: an actor has that of its tree. */
export function supervisorDeaths(nodes: readonly Node[]): readonly SupervisorDeath[] {
  const found: SupervisorDeath[] = [];
  for (const node of nodes) {
    const own = node.kind === "tree" ? node.declared.fields.on_supervisor_death : undefined;
    const around = node.parent === null
      ? valueOf(undefined, TREE.keys.on_supervisor_death)
      : found[node.parent]!;
    found.push(own?.value ?? around);
  }
  return found;
}

/** Warns of actors that do not do what their tree says. */
export function warnOfMortals(nodes: readonly Node[], report: Report): void {
  const deaths = supervisorDeaths(nodes);
  for (const node of nodes) {
    if (node.kind === "tree" || deaths[node.id] === "die") continue;
    const { name, fields: { module } } = node.declared;
    if (module === undefined) continue;
    const message = `${quote(name)} does not survive its supervisor: a module actor ends with its parent`;
    report.add("config/module-dies", module.at, message, {
      hint: "the next `supervise up` starts it anew; a script goes on",
    });
  }
}
