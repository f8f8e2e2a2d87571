/** Selectors, as people type them: paths such as `pool/queue`, and globs such as `pool/*` and `**`. */
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";
import { compileGlob } from "./glob.ts";
import type { NodeId, Plan } from "./plan.ts";
import { withoutReplica } from "./replica_path.ts";

/** The nodes that selectors select, or the first selector that selects nothing. */
export type Selected =
  | { readonly ok: true; readonly nodes: readonly NodeId[] }
  | { readonly ok: false; readonly selector: string; readonly nearest: string | null };

/**
 * Finds the nodes that selectors name, in file order. A path names an actor or a tree; a glob names actors alone, because
 * a tree stands for all of its children: `*` is any part of one name, `**` any number of names. An actor's name stands for
 * all of its replicas, in a path as in a glob.
 */
export function select(plan: Plan, selectors: readonly string[]): Selected {
  const found = new Set<NodeId>();
  for (const selector of selectors) {
    const nodes = matching(plan, selector);
    if (nodes.length === 0) {
      const names = plan.nodes.slice(1).flatMap(({ path }) => [withoutReplica(path), path]);
      return { ok: false, selector, nearest: nearestName(selector, new Set(names)) };
    }
    for (const id of nodes) found.add(id);
  }
  return { ok: true, nodes: plan.nodes.filter(({ path }) => found.has(path)).map(({ path }) => path) };
}

/**
 * {@linkcode select}, for those who cannot go on without.
 *
 * @throws {UserError} `target/unknown`
 */
export function selectOrThrow(plan: Plan, selectors: readonly string[]): readonly NodeId[] {
  const selected = select(plan, selectors);
  if (selected.ok) return selected.nodes;
  throw new UserError("target/unknown", `Nothing in "${plan.name}" is called "${selected.selector}"`, {
    exitCode: ExitCode.noSuchTarget,
    hint: nameHint(selected.nearest),
  });
}

/** The hint about a name that nothing has. @param nearest A name that is much like it; null for none. */
export function nameHint(nearest: string | null): string {
  return nearest === null ? "`supervise plan` lists all names" : `did you mean "${nearest}"?`;
}

/** Whether a path is one that a selector names; what is selected by a tree's path is all below it. */
export function matches(selector: string, path: string): boolean {
  return namesOf(path).some(
    isGlob(selector) ? compileGlob(selector) : (name) => name === selector || name.startsWith(`${selector}/`),
  );
}

function matching(plan: Plan, selector: string): readonly NodeId[] {
  const children = plan.nodes.slice(1);
  const isMatch = isGlob(selector) ? compileGlob(selector) : null;
  return children.filter(({ kind, path }) =>
    isMatch === null ? namesOf(path).includes(selector) : kind !== "tree" && namesOf(path).some(isMatch)
  ).map(({ path }) => path);
}

/** The names of an actor or a tree: a replica has its own name, and that of all. */
function namesOf(path: string): readonly string[] {
  const shared = withoutReplica(path);
  return shared === path ? [path] : [path, shared];
}

function isGlob(selector: string): boolean {
  return selector.includes("*") || selector.includes("?");
}
