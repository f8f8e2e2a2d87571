/** The graph of a plan as a flowchart of Mermaid. An arrow leads from what starts first to what waits for it. */
import { FILLS, type Shade, SHADES } from "./graph_colours.ts";
import { labelLines, oneLine, stateLines } from "./graph_label.ts";
import { type Graph, type GraphNode, waitText } from "./graph_model.ts";
import { walkGraph } from "./graph_walk.ts";

/** Mermaid draws no more than that unless its configuration allows it. */
export const MERMAID_LIMITS = { edges: 500, chars: 50_000 } as const;

/** See the module. */
export function renderMermaid(graph: Graph): string {
  const ids = new Map(graph.nodes.map(({ path }, index) => [path, `n${index}`]));
  const [root] = graph.nodes as readonly [GraphNode];
  const title = [graph.name, root.strategy!, ...stateLines(root)].join(", ");
  const lines = ["---", `title: ${JSON.stringify(oneLine(title))}`, "---", "flowchart LR"];
  for (const step of walkGraph(graph)) {
    const indent = "  ".repeat(step.depth);
    if ("end" in step) {
      lines.push(`${indent}end`);
      continue;
    }
    const { node } = step;
    const id = ids.get(node.path)!;
    const label = quoted(labelLines(node));
    if (node.kind === "tree") {
      lines.push(`${indent}subgraph ${id}[${label}]`);
    } else {
      lines.push(`${indent}${id}${node.daemon ? `[${label}]` : `([${label}])`}`);
    }
  }
  for (const edge of graph.edges) {
    const how = waitText(edge);
    const label = how === "" ? "" : `|${quoted([how])}|`;
    lines.push(`  ${ids.get(edge.from)} -->${label} ${ids.get(edge.to)}`);
  }
  return [...lines, ...classLines(graph, ids)].join("\n");
}

function classLines({ nodes }: Graph, ids: ReadonlyMap<string, string>): readonly string[] {
  const shaded = Map.groupBy(nodes.slice(1), shadeOf);
  return [...shaded].flatMap(([shade, members]) => {
    if (shade === null) return [];
    const [fill, border] = FILLS[shade];
    return [
      `  classDef ${shade} fill:${fill},stroke:${border},color:#000000`,
      `  class ${members.map(({ path }) => ids.get(path)).join(",")} ${shade}`,
    ];
  });
}

function shadeOf({ live }: GraphNode): Shade | null {
  return live === null || live.state === null ? null : SHADES[live.state];
}

/** Lines as a label: whatever the language, its Markdown or HTML would act upon is written as the number of its character. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    oneLine(line).replace(/["#&<>`\\;*_~[\]{}|]/g, (sign) => `#${sign.codePointAt(0)};`)
  );
  return `"${escaped.join("<br/>")}"`;
}
