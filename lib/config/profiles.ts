/**
 * Profiles: an actor or a tree that names some is started by itself only when one of them is active, as in docker compose.
 * `*` among the active ones stands for all.
 */
import { ancestorsOf, type NodeId, type Plan, specAt } from "./plan.ts";

const ALL = "*";

/** As nouns, for messages. */
export const PROFILE_NAME = "letters, digits, _, . and -, the first a letter or a digit";

const LONGEST = 200;

/** Whether `name` can be the name of a profile. */
export function isProfileName(name: string): boolean {
  return name.length <= LONGEST && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name);
}

/** Whether `name` can be said to be active. */
export function canBeActive(name: string): boolean {
  return name === ALL || isProfileName(name);
}

/** Whether something with these profiles is started by itself. */
export function isActive(profiles: readonly string[], active: readonly string[]): boolean {
  return profiles.length === 0 || active.includes(ALL) ||
    profiles.some((profile) => active.includes(profile));
}

/** The node that keeps `id` from being started by itself: it, or the nearest tree above it; null if nothing does. */
export function gateOf(plan: Plan, id: NodeId): NodeId | null {
  const gate = [id, ...ancestorsOf(plan, id)].find((node) =>
    !isActive(specAt(plan, node).profiles, plan.profiles)
  );
  return gate ?? null;
}

/** The profiles that have to be active, beside those that are, if `nodes` are to be started. */
export function profilesFor(plan: Plan, nodes: readonly NodeId[]): readonly string[] {
  const gates = nodes.flatMap((id) => [id, ...ancestorsOf(plan, id)])
    .map((id) => specAt(plan, id).profiles)
    .filter((profiles) => !isActive(profiles, plan.profiles));
  return [...new Set(gates.flat())];
}
