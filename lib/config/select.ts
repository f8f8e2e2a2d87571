/** Selectors, as people type them: paths such as `pool/queue`, and globs such as `pool/*` and `**`. */
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";
import { compileGlob } from "./glob.ts";
import type { NodeId, Plan } from "./plan.ts";

/** What selectors select, or the first of them that selects nothing. */
export type Selected =
  | { readonly ok: true; readonly nodes: readonly NodeId[] }
  | { readonly ok: false; readonly selector: string; readonly nearest: string | null };

/**
 * Finds the nodes that selectors name, in file order. A path names an actor or a tree; a glob names actors alone, because
 * a tree stands for all of its children: `*` is any part of one name, `**` any number of names.
 */
export function select(plan: Plan, selectors: readonly string[]): Selected {
  const found = new Set<NodeId>();
  for (const selector of selectors) {
    const nodes = matching(plan, selector);
    if (nodes.length === 0) {
      const paths = plan.nodes.slice(1).map((node) => node.path);
      return { ok: false, selector, nearest: nearestName(selector, paths) };
    }
    for (const id of nodes) found.add(id);
  }
  return { ok: true, nodes: [...found].sort((a, b) => a - b) };
}

/**
 * {@linkcode select}, for those who cannot go on without.
 *
 * @throws {UserError} `target/unknown`
 */
export function selectOrThrow(plan: Plan, selectors: readonly string[]): readonly NodeId[] {
  const selected = select(plan, selectors);
  if (selected.ok) return selected.nodes;
  const { selector, nearest } = selected;
  throw new UserError("target/unknown", `Nothing in "${plan.name}" is called "${selector}"`, {
    exitCode: ExitCode.noSuchTarget,
    hint: nearest === null ? "`supervise plan` lists all names" : `did you mean "${nearest}"?`,
  });
}

/** Whether a path is one that a selector names; what is selected by a tree's path is all below it. */
export function matches(selector: string, path: string): boolean {
  return isGlob(selector)
    ? compileGlob(selector)(path)
    : path === selector || path.startsWith(`${selector}/`);
}

function matching(plan: Plan, selector: string): readonly NodeId[] {
  const children = plan.nodes.slice(1);
  if (!isGlob(selector)) return children.filter((node) => node.path === selector).map((node) => node.id);
  const isMatch = compileGlob(selector);
  return children.filter((node) => node.kind !== "tree" && isMatch(node.path)).map((node) => node.id);
}

function isGlob(selector: string): boolean {
  return selector.includes("*") || selector.includes("?");
}
