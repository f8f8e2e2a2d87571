/** The keys of the file that an explanation goes by. PURE. */
import { type NodeId, ROOT } from "../config/plan.ts";
import type { Explanation } from "./explanation.ts";
import type { Next } from "./next.ts";

/** A key of a node, dotted. */
export interface KeyOfNode {
  readonly path: NodeId;
  readonly key: string;
}

/** Each once. */
export function keysOf({ path, next, roots, budget }: Explanation): readonly KeyOfNode[] {
  const found = [
    ...next.flatMap((one) => keysIn(one, path)),
    ...roots.flatMap((root) => root.next.flatMap((one) => keysIn(one, root.path))),
    { path, key: "restart" },
    { path: budget?.sharedBy ?? path, key: "intensity" },
    { path: path === ROOT ? path : budget?.sharedBy ?? path, key: "on_failure" },
  ];
  return [...new Map(found.map((one) => [`${one.path} ${one.key}`, one])).values()];
}

function keysIn({ keys, holder }: Next, path: NodeId): readonly KeyOfNode[] {
  return keys.map((key) => ({ path: holder ?? path, key }));
}
