import { type NodeId, ROOT } from "../config/plan.ts";

/** A node in a sentence: its address in quotes, or "the tree" for the whole. */
export function nameOf(id: NodeId): string {
  return id === ROOT ? "the tree" : `"${id}"`;
}
