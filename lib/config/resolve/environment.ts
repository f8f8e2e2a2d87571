import type { Variables } from "../keys/env.ts";
import type { Node } from "./nodes.ts";

/**
 * The variables that the file sets for every node, by its id: those of a node itself over those of its tree, over those of
 * the tree above.
 */
export function environmentsOf(nodes: readonly Node[]): readonly Variables[] {
  const environments: Variables[] = [];
  for (const { id, parent, declared } of nodes) {
    const above = parent === null ? [] : [environments[parent]!];
    environments[id] = overlay([...above, ...declared.layers]);
  }
  return environments;
}

/** One set of variables out of several, of which a later one wins. */
function overlay(layers: readonly Variables[]): Variables {
  return new Map(layers.flatMap((layer) => [...layer]));
}
