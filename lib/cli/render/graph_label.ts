/** The lines in the box of a node, where a graph is drawn. */
import { cutTo } from "./cut.ts";
import { type GraphNode, stateText } from "./graph_model.ts";
import { printable } from "./printable.ts";

/** Reasons are cut there. */
const REASON_COLUMNS = 48;

/** The name of a node with the number of its replicas; that of a tree ends with a slash. */
export function nameOf({ name, kind, members }: GraphNode): string {
  return `${name}${kind === "tree" ? "/" : ""}${members.length > 1 ? ` x${members.length}` : ""}`;
}

/** All that is said of a node. */
export function labelLines(node: GraphNode): readonly string[] {
  const { strategy, starts } = node;
  return [
    nameOf(node),
    ...(strategy === null ? [] : [strategy]),
    ...(starts === null ? [] : [`started ${starts}`]),
    ...stateLines(node),
  ];
}

/** Its state and the reason for that; nothing where nothing runs. */
export function stateLines({ live }: GraphNode): readonly string[] {
  if (live === null) return [];
  return [stateText(live), ...(live.reason === null ? [] : [cutTo(oneLine(live.reason), REASON_COLUMNS)])];
}

/** A text without line breaks, nor what does not print. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " "));
}
