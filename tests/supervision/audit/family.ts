/** Who belongs to whom, and who needs whom: read off the plan anew wherever it is asked, with no index that could be wrong. */
import type { NodeId, NodeSpec, TreeSpec } from "../../../lib/config/plan.ts";
import type { State } from "../../../lib/supervision/state.ts";

/** Those at the beginning and at the end of a step. */
interface Families {
  readonly known: Family;
  readonly family: Family;
}

/** The nodes among which a node is: those that there are when a step has ended, unless it is forgotten by then. */
export function familyOf({ known, family }: Families, id: NodeId): Family {
  return family.specs.has(id) ? family : known;
}

/** Whether the plan of today has a node no more, or has another kind of node at its address. */
export function isRemoved({ known, family }: Families, id: NodeId): boolean {
  const isTree = (of: Family) => of.spec(id).kind === "tree";
  return known.leaving.has(id) || family.leaving.has(id) || !family.specs.has(id) ||
    (known.specs.has(id) && isTree(known) !== isTree(family));
}

/** The nodes that there are: those of the plan, and those that it has no more and that are not over. */
export class Family {
  readonly specs: ReadonlyMap<NodeId, NodeSpec>;
  /** Those that the plan has no more. */
  readonly leaving: ReadonlySet<NodeId>;
  readonly #early = new Map<NodeId, boolean>();

  constructor({ plan, nodes, topology }: State) {
    const specs = new Map<NodeId, NodeSpec>();
    const left = topology.places.filter(({ isLeaving }) => isLeaving);
    this.leaving = new Set(left.map(({ id }) => id));
    // A new node that must wait until an old one has left its address, or something it needs, is not there yet.
    for (const spec of plan.nodes) {
      if (nodes.has(spec.path) && !this.leaving.has(spec.path)) specs.set(spec.path, spec);
    }
    for (const { id, spec } of left) specs.set(id, spec);
    this.specs = specs;
  }

  spec(id: NodeId): NodeSpec {
    return this.specs.get(id)!;
  }

  tree(id: NodeId): TreeSpec {
    return this.specs.get(id) as TreeSpec;
  }

  /** The children of a tree that the plan has, in the order of the file. */
  children(id: NodeId): readonly NodeId[] {
    return this.tree(id).children.filter((child) => this.specs.has(child) && !this.leaving.has(child));
  }

  /** The supervisors above a node, the nearest first. */
  above(id: NodeId): readonly NodeId[] {
    const above: NodeId[] = [];
    for (let at = this.spec(id).parent; at !== null; at = this.spec(at).parent) above.push(at);
    return above;
  }

  /** A node and all that is below it. */
  within(id: NodeId): readonly NodeId[] {
    return [...this.specs.keys()].filter((node) =>
      node === id || id === "" || node.startsWith(`${id}/`)
    );
  }

  /** What a node waits for, as far as it is there. */
  needs(id: NodeId): NodeSpec["dependsOn"] {
    return this.spec(id).dependsOn.filter(({ on }) =>
      this.specs.has(on) && this.leaving.has(on) === this.leaving.has(id)
    );
  }

  /** The nodes that wait for one. */
  dependents(id: NodeId): readonly NodeId[] {
    return [...this.specs.keys()].filter((node) => this.needs(node).some(({ on }) => on === id));
  }

  /** Whether a teardown ends an actor first: it is a one-shot, and no daemon needs it, directly or through others. */
  isEarly(id: NodeId): boolean {
    const known = this.#early.get(id);
    if (known !== undefined) return known;
    const spec = this.spec(id);
    const neededBy = (daemon: NodeSpec) => daemon.kind !== "tree" && daemon.daemon && this.#allNeeds(daemon.path).has(id);
    const isEarly = spec.kind !== "tree" && !spec.daemon && ![...this.specs.values()].some(neededBy);
    this.#early.set(id, isEarly);
    return isEarly;
  }

  /** Everything that has to be there before a node, however far. */
  #allNeeds(id: NodeId): ReadonlySet<NodeId> {
    const found = new Set<NodeId>();
    const visit = (node: NodeId): void => {
      for (const one of [node, ...this.above(node)]) {
        for (const { on } of this.needs(one)) {
          for (const needed of this.within(on)) {
            if (found.has(needed)) continue;
            found.add(needed);
            visit(needed);
          }
        }
      }
    };
    visit(id);
    return found;
  }
}
