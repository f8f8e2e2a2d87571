import type { DeclaredActor, DeclaredTree } from "../declared/declared.ts";
import { TREE } from "../keys/supervisor.ts";
import type { NodeId } from "../plan.ts";
import { isActive } from "../profiles.ts";
import { replicaPath } from "../replica_path.ts";
import { valueOf } from "../values/key.ts";

/** Index of a node among all, while names are being resolved. */
export type NodeNumber = number;

interface Placed {
  readonly id: NodeNumber;
  readonly path: NodeId;
  /** The same without the number of a replica: all replicas of an actor share it. */
  readonly sharedPath: string;
  readonly parent: NodeNumber | null;
  /** Whether one of its profiles is active, or it has none. */
  readonly isActive: boolean;
  /** The nearest of it and the trees above it that is not active, by which it is not started by itself; null for none. */
  readonly gate: NodeNumber | null;
}

/** An actor with its place in the tree. */
export interface ActorNode extends Placed {
  readonly kind: "actor";
  readonly declared: DeclaredActor;
}

/** A supervisor with its place in the tree. */
export interface TreeNode extends Placed {
  readonly kind: "tree";
  readonly declared: DeclaredTree;
  readonly children: readonly NodeNumber[];
}

/** A child that has its number; nodes are numbered in file order, parents before their children. */
export type Node = ActorNode | TreeNode;

/** Numbers everything below `root`, which is node 0. */
export function numberNodes(root: DeclaredTree, active: readonly string[]): readonly Node[] {
  const nodes: Node[] = [];
  addNode(root, null, "", { nodes, active });
  return nodes;
}

interface Numbering {
  readonly nodes: Node[];
  readonly active: readonly string[];
}

function addNode(
  declared: DeclaredActor | DeclaredTree,
  parent: NodeNumber | null,
  sharedPath: string,
  numbering: Numbering,
): NodeNumber {
  const { nodes, active } = numbering;
  const id = nodes.length;
  const isOpen = isActive(valueOf(declared.fields.profiles, TREE.keys.profiles), active);
  const gate = !isOpen ? id : parent === null ? null : nodes[parent]!.gate;
  const placed = { id, sharedPath, parent, isActive: isOpen, gate };
  if (declared.kind === "actor") {
    const path = replicaPath(sharedPath, declared.replica) as NodeId;
    nodes.push({ kind: "actor", ...placed, path, declared });
    return id;
  }
  const path = sharedPath as NodeId;
  const children: NodeNumber[] = [];
  nodes.push({ kind: "tree", ...placed, path, declared, children });
  for (const child of declared.children) {
    children.push(addNode(child, id, path === "" ? child.name : `${path}/${child.name}`, numbering));
  }
  return id;
}
