/** Compiles the active profiles. */
import { nameSome } from "../../base/name_some.ts";
import { nearestName } from "../../base/nearest.ts";
import { TREE } from "../keys/supervisor.ts";
import { isProfileName } from "../profiles.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { didYouMean, quote } from "../wording.ts";
import type { Edge } from "./dependencies.ts";
import type { Node } from "./nodes.ts";

/**
 * Refuses dependencies of what is started on what is not, for want of a profile: as in docker compose, a profile is never
 * made active by a dependency.
 */
export function rejectInactive(
  nodes: readonly Node[],
  edges: readonly (readonly Edge[])[],
  report: Report,
): void {
  for (const node of nodes) {
    if (node.gate !== null) continue;
    for (const { on, at } of edges[node.id]!) {
      const target = nodes[on]!;
      if (target.gate === null) continue;
      const gate = nodes[target.gate]!;
      const names = profilesOf(gate).map(quote);
      const whose = gate === target ? "it is" : `its tree ${quote(gate.path)} is`;
      const profiles = names.length === 1
        ? `the profile ${names[0]}, which is not active`
        : `the profiles ${nameSome(names)}, none of which is active`;
      report.add(
        "config/inactive-dependency",
        at,
        `${quote(target.sharedPath)} is not started: ${whose} for ${profiles}`,
        {
          hint: `write --profile ${profilesOf(gate)[0]}, or give ${quote(node.sharedPath)} the same profile`,
        },
      );
    }
  }
}

/** Warns of active profiles that nothing has: they are named on a command line, and so have no place in a file. */
export function warnOfUnknownProfiles(
  nodes: readonly Node[],
  active: readonly string[],
  file: string,
  report: Report,
): void {
  const known = new Set(nodes.flatMap(profilesOf));
  for (const name of active) {
    if (!isProfileName(name) || known.has(name)) continue;
    report.addProblem({
      name: "config/unknown-profile",
      severity: "warning",
      file,
      line: 0,
      column: 0,
      length: 1,
      message: `nothing has the profile ${quote(name)}${didYouMean(nearestName(name, known))}`,
      expected: null,
      hint: known.size === 0 ? "write profiles = [...] at actors and trees" : null,
    });
  }
}

function profilesOf({ declared }: Node): readonly string[] {
  return valueOf(declared.fields.profiles, TREE.keys.profiles);
}
