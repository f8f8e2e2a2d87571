import type { DeclaredActor, DeclaredTree } from "../declared/declared.ts";
import type { NodeId } from "../plan.ts";
import { replicaPath } from "../replica_path.ts";

/** Index of a node among all, while names are being resolved. */
export type NodeNumber = number;

interface Placed {
  readonly id: NodeNumber;
  readonly path: NodeId;
  /** The same without the number of a replica: all replicas of an actor share it. */
  readonly sharedPath: string;
  readonly parent: NodeNumber | null;
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
export function numberNodes(root: DeclaredTree): readonly Node[] {
  const nodes: Node[] = [];
  addNode(root, null, "", nodes);
  return nodes;
}

function addNode(
  declared: DeclaredActor | DeclaredTree,
  parent: NodeNumber | null,
  sharedPath: string,
  nodes: Node[],
): NodeNumber {
  const id = nodes.length;
  if (declared.kind === "actor") {
    const path = replicaPath(sharedPath, declared.replica) as NodeId;
    nodes.push({ kind: "actor", id, path, sharedPath, parent, declared });
    return id;
  }
  const path = sharedPath as NodeId;
  const children: NodeNumber[] = [];
  nodes.push({ kind: "tree", id, path, sharedPath, parent, declared, children });
  for (const child of declared.children) {
    children.push(addNode(child, id, path === "" ? child.name : `${path}/${child.name}`, nodes));
  }
  return id;
}
