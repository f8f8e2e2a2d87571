/**
 * The graph of a plan in the language of Graphviz. An arrow leads from what starts first to what waits for it. Trees are
 * clusters; a point that is not seen stands in each, because an arrow cannot begin or end at a cluster itself.
 */
import { FILLS, SHADES } from "./graph_colours.ts";
import { labelLines, oneLine, stateLines } from "./graph_label.ts";
import { type Graph, type GraphNode, waitText } from "./graph_model.ts";
import { walkGraph } from "./graph_walk.ts";

/** See the module. */
export function renderDot(graph: Graph): string {
  const ids = new Map(graph.nodes.map(({ path }, index) => [path, `n${index}`]));
  const [root] = graph.nodes as readonly [GraphNode];
  const lines = [
    `digraph ${quoted([graph.name])} {`,
    "  rankdir=LR;",
    "  compound=true;",
    '  graph [fontname="sans-serif", labelloc=t];',
    '  node [fontname="sans-serif", style=filled, fillcolor="#ffffff"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    `  label=${quoted([`${graph.name}: ${root.strategy}`, ...stateLines(root)])};`,
  ];
  const trees = new Set<string>();
  for (const step of walkGraph(graph)) {
    const indent = "  ".repeat(step.depth);
    if ("end" in step) {
      lines.push(`${indent}}`);
      continue;
    }
    const { node } = step;
    const id = ids.get(node.path)!;
    if (node.kind !== "tree") {
      lines.push(`${indent}${id} [${actorAttributes(node)}];`);
      continue;
    }
    trees.add(node.path);
    lines.push(
      `${indent}subgraph cluster_${id} {`,
      `${indent}  label=${quoted(labelLines(node))};`,
      ...colourOf(node).map(([name, colour]) => `${indent}  ${name}="${colour}";`),
      `${indent}  ${id} [shape=point, style=invis];`,
    );
  }
  for (const edge of graph.edges) {
    const [from, to] = [ids.get(edge.from)!, ids.get(edge.to)!];
    const how = waitText(edge);
    const attributes = [
      ...(how === "" ? [] : [`label=${quoted([how])}`]),
      ...(trees.has(edge.from) ? [`ltail=cluster_${from}`] : []),
      ...(trees.has(edge.to) ? [`lhead=cluster_${to}`] : []),
    ];
    lines.push(`  ${from} -> ${to}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`};`);
  }
  return [...lines, "}"].join("\n");
}

function actorAttributes(node: GraphNode): string {
  const reason = node.live?.reason ?? null;
  return [
    `label=${quoted(labelLines(node))}`,
    `shape=${node.daemon ? "box" : "ellipse"}`,
    ...colourOf(node).map(([name, colour]) => `${name === "bgcolor" ? "fillcolor" : name}="${colour}"`),
    ...(reason === null ? [] : [`tooltip=${quoted([reason])}`]),
  ].join(", ");
}

function colourOf({ live }: GraphNode): readonly (readonly [name: "bgcolor" | "color", colour: string])[] {
  if (live === null || live.state === null) return [];
  const [fill, border] = FILLS[SHADES[live.state]];
  return [["bgcolor", fill], ["color", border]];
}

/**
 * Lines as a string of the language: a backslash would begin an escape such as `\N`, an ampersand the name of a character,
 * and a quote would end it.
 */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) => oneLine(line).replaceAll("&", "&amp;").replace(/["\\]/g, "\\$&"));
  return `"${escaped.join("\\n")}"`;
}
