/** Who belongs to whom, and who needs whom: read off the plan, with no index that could be wrong. */
import { type NodeId, type NodeSpec, ROOT, type TreeSpec } from "../../../lib/config/plan.ts";
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
  /** The children of a tree that the plan has, in the order of the file. */
  readonly children = remembering((id: NodeId) =>
    this.tree(id).children.filter((child) => this.specs.has(child) && !this.leaving.has(child))
  );
  /** The supervisors above a node, the nearest first. */
  readonly above: (id: NodeId) => readonly NodeId[] = remembering((id: NodeId) => {
    const { parent } = this.spec(id);
    return parent === null ? [] : [parent, ...this.above(parent)];
  });
  /** A node and all that is below it. */
  readonly within = remembering((id: NodeId) =>
    [...this.specs.keys()].filter((node) => node === id || id === ROOT || node.startsWith(`${id}/`))
  );
  /** What a node waits for, as far as it is there. */
  readonly needs = remembering((id: NodeId) =>
    this.spec(id).dependsOn.filter(({ on }) =>
      this.specs.has(on) && this.leaving.has(on) === this.leaving.has(id)
    )
  );
  /** Whether something that a node needs has yet to come, because something of another kind has to leave its address. */
  readonly lacks = remembering((id: NodeId) =>
    !this.leaving.has(id) && this.#planned.get(id)!.dependsOn.some(({ on }) => this.#isToCome(on))
  );
  /** Whether something before a child of a tree, in the order of the file, has yet to come. */
  readonly isBehindOne = remembering((id: NodeId) => {
    const tree = this.#planned.get(this.spec(id).parent!);
    if (tree?.kind !== "tree" || this.leaving.has(id)) return false;
    return tree.children.slice(0, tree.children.indexOf(id)).some((child) => this.#isToCome(child));
  });
  /** The nodes that wait for one. */
  readonly dependents = remembering((id: NodeId) =>
    [...this.specs.keys()].filter((node) => this.needs(node).some(({ on }) => on === id))
  );
  /** Whether a teardown ends an actor first: it is a one-shot, and no daemon needs it, directly or through others. */
  readonly isEarly = remembering((id: NodeId) => {
    const spec = this.spec(id);
    const isNeeded = [...this.specs.values()].some((other) =>
      other.kind !== "tree" && other.daemon && this.#allNeeds(other.path).has(id)
    );
    return spec.kind !== "tree" && !spec.daemon && !isNeeded;
  });

  readonly #planned: ReadonlyMap<NodeId, NodeSpec>;

  constructor({ plan, nodes, topology }: State) {
    this.#planned = new Map(plan.nodes.map((spec) => [spec.path, spec]));
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

  #isToCome(planned: NodeId): boolean {
    return !this.specs.has(planned) || this.leaving.has(planned);
  }

  /** What the plan has at an address, be it that something has to leave from there first. */
  planned(id: NodeId): NodeSpec | undefined {
    return this.#planned.get(id);
  }

  spec(id: NodeId): NodeSpec {
    return this.specs.get(id)!;
  }

  tree(id: NodeId): TreeSpec {
    return this.specs.get(id) as TreeSpec;
  }

  /** Everything that has to be there before a node, however far. */
  readonly #allNeeds = remembering((id: NodeId): ReadonlySet<NodeId> => {
    const found = new Set<NodeId>();
    const visit = (node: NodeId): void => {
      for (const one of [node, ...this.above(node)]) {
        for (const needed of this.needs(one).flatMap(({ on }) => this.within(on))) {
          if (found.has(needed)) continue;
          found.add(needed);
          visit(needed);
        }
      }
    };
    visit(id);
    return found;
  });
}

/** The same answers, found once: the nodes of a family do not change. */
function remembering<T>(find: (id: NodeId) => T): (id: NodeId) => T {
  const known = new Map<NodeId, T>();
  return (id) => {
    if (!known.has(id)) known.set(id, find(id));
    return known.get(id)!;
  };
}
