/** The keys of the file that an explanation goes by. PURE. */
import { type NodeId, ROOT } from "../config/plan.ts";
import type { Explanation } from "./explanation.ts";

/** A key of a node, dotted. */
export interface KeyOfNode {
  readonly path: NodeId;
  readonly key: string;
}

/** Each once. */
export function keysOf({ path, next, roots, budget }: Explanation): readonly KeyOfNode[] {
  const found = [
    ...next.flatMap(({ keys }) => keys.map((key) => ({ path, key }))),
    ...roots.flatMap((root) =>
      root.next.flatMap(({ keys }) => keys.map((key) => ({ path: root.path, key })))
    ),
    { path, key: "restart" },
    { path: budget?.sharedBy ?? path, key: "intensity" },
    { path: path === ROOT ? path : budget?.sharedBy ?? path, key: "on_failure" },
  ];
  return [...new Map(found.map((one) => [`${one.path} ${one.key}`, one])).values()];
}
