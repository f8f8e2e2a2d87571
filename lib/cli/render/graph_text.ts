/** The graph of a plan as text: trees indented, with what each waits for beside it. */
import { counted } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import { cutTo } from "./cut.ts";
import { nameOf } from "./graph_label.ts";
import {
  type Graph,
  type GraphEdge,
  type GraphNode,
  IN_TROUBLE,
  stateText,
  waitText,
} from "./graph_model.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { COLOURS } from "./rows.ts";
import { widthOf } from "./width.ts";
import { wrapTo } from "./wrap.ts";

/** So many nodes are read by people; of larger graphs some are left out. */
const MOST_NODES = 100;

/** Of these, so many are given to nodes in trouble, and so many to trees, before all others. */
const MOST_IN_TROUBLE = 40;
const MOST_TREES = 30;

/** So many links of the longest chain are named. */
const MOST_LINKS = 12;

/** A last column that is narrower has lines of its own below the node. */
const LEAST_COLUMNS = 24;
const GAP = 2;

interface Row {
  readonly name: string;
  readonly state: string;
  readonly paintState: (text: string) => string;
  readonly about: string;
}

/** See the module. @param columns Those of the terminal; Infinity where there is none. */
export function renderGraph(graph: Graph, columns: number, paint: Painter): string {
  const [root] = graph.nodes as readonly [GraphNode];
  const state = root.live === null ? paint.dim("not running") : paintOf(root, paint)(stateText(root.live));
  const head = `${paint.bold(printable(graph.name))} ${state} ${paint.dim(`(${root.strategy})`)}`;
  return [head, ...renderRows(rowsOf(graph, paint), columns, paint), ...chainLines(graph, columns, paint)]
    .join("\n");
}

function rowsOf(graph: Graph, paint: Painter): readonly Row[] {
  const shown = shownOf(graph);
  const children = Map.groupBy(graph.nodes, ({ parent }) => parent);
  const waits = Map.groupBy(graph.edges, ({ to }) => to);
  const hidden = hiddenBelow(graph, shown);
  const rows: Row[] = [];
  type Item = { readonly depth: number } & ({ readonly node: GraphNode } | { readonly more: number });
  const below = (path: string, depth: number): readonly Item[] => {
    const nodes: Item[] = (children.get(path) ?? []).filter((node) => shown.has(node.path))
      .map((node) => ({ depth, node }));
    const more = hidden.get(path) ?? 0;
    return more === 0 ? nodes : [...nodes, { depth, more }];
  };
  const pending = below("", 1).toReversed();
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const indent = "  ".repeat(item.depth);
    if ("more" in item) {
      const name = `${indent}... and ${counted(item.more, "more node")}`;
      rows.push({ name, state: "", paintState: paint.dim, about: "" });
      continue;
    }
    const { node, depth } = item;
    rows.push({
      name: indent + nameOf(node),
      state: node.live === null ? "" : stateText(node.live),
      paintState: paintOf(node, paint),
      about: aboutOf(node, waits.get(node.path) ?? []),
    });
    pending.push(...below(node.path, depth + 1).toReversed());
  }
  return rows;
}

/** The nodes that are shown: of a graph that is too large for people those in trouble, the trees, and the first others. */
function shownOf({ nodes }: Graph): ReadonlySet<string> {
  if (nodes.length <= MOST_NODES + 1) return new Set(nodes.map(({ path }) => path));
  const parents = new Map(nodes.map(({ path, parent }) => [path, parent]));
  const inTrouble = nodes.filter(({ live }) => live !== null && IN_TROUBLE.has(live.state));
  const trees = nodes.filter(({ kind }) => kind === "tree");
  const shown = new Set<string>();
  for (
    const { path } of [...inTrouble.slice(0, MOST_IN_TROUBLE), ...trees.slice(0, MOST_TREES), ...nodes]
  ) {
    if (shown.size >= MOST_NODES) break;
    for (let at: string | null = path; at !== null; at = parents.get(at) ?? null) shown.add(at);
  }
  return shown;
}

/** How many nodes are left out below each that is shown. */
function hiddenBelow({ nodes }: Graph, shown: ReadonlySet<string>): ReadonlyMap<string, number> {
  const parents = new Map(nodes.map(({ path, parent }) => [path, parent]));
  const hidden = new Map<string, number>();
  for (const { path, parent } of nodes) {
    if (shown.has(path)) continue;
    let at = parent!;
    while (!shown.has(at)) at = parents.get(at)!;
    hidden.set(at, (hidden.get(at) ?? 0) + 1);
  }
  return hidden;
}

function aboutOf({ strategy, starts, live, parent }: GraphNode, waits: readonly GraphEdge[]): string {
  // Beside a node its siblings are named as the file names them.
  const around = parent === null || parent === "" ? "" : `${parent}/`;
  const named = waits.map((edge) => {
    const how = waitText(edge);
    const name = edge.from.startsWith(around) ? edge.from.slice(around.length) : edge.from;
    return how === "" ? name : `${name} (${how})`;
  });
  return printable([
    ...(strategy === null ? [] : [strategy]),
    ...(named.length === 0 ? [] : [`after ${nameSome(named)}`]),
    ...(starts === null ? [] : [`started ${starts}`]),
    ...(live?.reason ? [live.reason.replace(/\s+/g, " ")] : []),
  ].join("; "));
}

function paintOf({ live }: GraphNode, paint: Painter): (text: string) => string {
  const state = live?.state ?? null;
  return paint[state === null ? "dim" : COLOURS[state]];
}

function renderRows(rows: readonly Row[], columns: number, paint: Painter): readonly string[] {
  const width = (of: (row: Row) => string) => Math.max(0, ...rows.map((row) => widthOf(of(row))));
  const hasAbout = rows.filter(({ about }) => about !== "");
  const nameWidth = Math.max(0, ...hasAbout.map(({ name }) => widthOf(name)), ...stateNames(rows));
  const stateWidth = width(({ state }) => state);
  const begin = nameWidth + GAP + (stateWidth === 0 ? 0 : stateWidth + GAP);
  const isBeside = columns - begin >= LEAST_COLUMNS;
  return rows.flatMap((row) => {
    const head = lineOf(row, nameWidth, stateWidth, columns, paint);
    if (row.about === "") return [head.painted];
    const indent = isBeside ? begin : row.name.length - row.name.trimStart().length + 4;
    const lines = wrapTo(row.about, Math.max(1, columns - indent));
    const [first, ...rest] = lines.map((line) => paint.dim(line)) as [string, ...string[]];
    const pad = " ".repeat(indent);
    if (!isBeside) return [head.painted, ...[first, ...rest].map((line) => pad + line)];
    const gap = " ".repeat(Math.max(GAP, begin - head.width));
    return [head.painted + gap + first, ...rest.map((line) => pad + line)];
  });
}

function stateNames(rows: readonly Row[]): readonly number[] {
  return rows.filter(({ state }) => state !== "").map(({ name }) => widthOf(name));
}

function lineOf(
  { name, state, paintState }: Row,
  nameWidth: number,
  stateWidth: number,
  columns: number,
  paint: Painter,
): { readonly painted: string; readonly width: number } {
  const shown = cutTo(name, columns);
  const painted = shown.replace(/\S.*$/, (text) => paint.cyan(text));
  if (stateWidth === 0 || state === "") return { painted, width: widthOf(shown) };
  const pad = " ".repeat(Math.max(GAP, nameWidth + GAP - widthOf(shown)));
  return {
    painted: `${painted}${pad}${paintState(state)}`,
    width: widthOf(shown) + pad.length + state.length,
  };
}

function chainLines({ longestChain }: Graph, columns: number, paint: Painter): readonly string[] {
  if (longestChain.length === 0) return [];
  const { length } = longestChain;
  const named = length <= MOST_LINKS
    ? longestChain
    : [...longestChain.slice(0, 6), `... ${length - 11} more ...`, ...longestChain.slice(-5)];
  return wrapTo(`longest chain: ${named.join(" > ")}`, columns).map((line) => paint.dim(line));
}
