/** Graphs of plans, in each form; the languages are held to what really reads them where that is installed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { renderDot } from "../../../lib/cli/render/graph_dot.ts";
import { renderMermaid } from "../../../lib/cli/render/graph_mermaid.ts";
import { type Graph, graphFields, graphOf } from "../../../lib/cli/render/graph_model.ts";
import { renderGraph } from "../../../lib/cli/render/graph_text.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import { widthOf } from "../../../lib/cli/render/width.ts";
import type { NodeId, Plan } from "../../../lib/config/plan.ts";
import type { StatusRow, TreeStatus } from "../../../lib/control/protocol.ts";
import { isInstalled } from "../../harness/installed.ts";
import { planOf } from "../../harness/plan.ts";
import { statusRow } from "../../harness/status_row.ts";
import { skip, test } from "../../harness/test.ts";

const PLAIN = painter(false);

/** A shop: two replicas, a tree that waits for them, and somebody who is started by hand. */
const SHOP = planOf({
  children: {
    db: { daemon: true },
    migrate: { needs: { db: "ready" } },
    "api.1": { daemon: true, replica: 1, needs: { migrate: "completed" } },
    "api.2": { daemon: true, replica: 2, needs: { migrate: "completed" } },
    pool: {
      strategy: "rest_for_one",
      needs: { "api.1": "ready", "api.2": "ready" },
      children: {
        queue: { daemon: true },
        worker: { daemon: true, needs: { "pool/queue": "ready", "api.2": "started" } },
        late: { daemon: true, autostart: false },
      },
    },
  },
});

function statusOf(rows: readonly (Partial<StatusRow> & Pick<StatusRow, "path" | "state">)[]): TreeStatus {
  return {
    name: "test",
    file: "/test/supervise.toml",
    state: "running",
    pid: 1,
    containment: "cgroup",
    actors: rows.map((row) => statusRow(row.path, { ready: null, pid: null, ...row })),
  };
}

const RUNNING = statusOf([
  { path: "db", state: "running", ready: true },
  { path: "migrate", state: "completed" },
  { path: "api.1", state: "running", ready: true },
  { path: "api.2", state: "failed", reason: 'exited with code 3: "no\nroom" <&> \\N' },
  { path: "pool", kind: "tree", state: "running", ready: false },
  { path: "pool/queue", state: "running", healthy: false },
  { path: "pool/worker", state: "waiting", reason: "waits for api" },
  { path: "old", state: "running" },
]);

function renamed(plan: Plan, from: string, to: string): Plan {
  const rename = <Id extends string>(path: Id) => (path === from ? to : path) as Id;
  return {
    ...plan,
    name: to,
    nodes: plan.nodes.map((node) => ({
      ...node,
      path: rename(node.path),
      name: rename(node.name),
      dependsOn: node.dependsOn.map(({ on, condition }) => ({ on: rename(on), condition })),
      ...(node.kind === "tree" ? { children: node.children.map(rename) } : {}),
    })) as Plan["nodes"],
  };
}

function crowd(size: number, state: (index: number) => StatusRow["state"]): Graph {
  const names = Array.from({ length: size }, (_, index) => `actor-${index}`);
  const children = Object.fromEntries(
    names.map((name, index) => [
      name,
      index === 0 ? { daemon: true } : { daemon: true, needs: { [names[index - 1]!]: "ready" as const } },
    ]),
  );
  const status = statusOf(names.map((path, index) => ({ path, state: state(index) })));
  return graphOf(planOf({ children }), status);
}

test("graph: a plan as text, with replicas as one node and siblings by their own names", () => {
  assert.equal(
    renderGraph(graphOf(SHOP, null), Infinity, PLAIN),
    `test not running (one_for_one)
  db
  migrate   after db
  api x2    after migrate (completed)
  pool/     rest_for_one; after api
    queue
    worker  after queue, api (.2 started)
    late    started by hand
longest chain: db > migrate > api > pool/queue > pool/worker`,
  );
});

test("graph: the states of a tree that runs, and what it has that the file does not have", () => {
  const graph = graphOf(SHOP, RUNNING);
  assert.equal(
    renderGraph(graph, Infinity, PLAIN),
    `test running (one_for_one)
  db        running
  migrate   completed            after db
  api x2    1 failed, 1 running  after migrate (completed); exited with code 3: "no room" <&> \\N
  pool/     running, not ready   rest_for_one; after api
    queue   running, unhealthy
    worker  waiting              after queue, api (.2 started); waits for api
    late    not in it            started by hand
longest chain: db > migrate > api > pool/queue > pool/worker`,
  );
  assert.deepEqual(graph.strangers, ["old"]);
  const coloured = painter(true);
  assert.ok(renderGraph(graph, Infinity, coloured).includes(coloured.red("1 failed, 1 running")));
});

test("graph: no line is wider than the terminal, however narrow it is", () => {
  for (const columns of [80, 50, 30, 20]) {
    for (const graph of [graphOf(SHOP, RUNNING), crowd(40, () => "running")]) {
      const lines = renderGraph(graph, columns, PLAIN).split("\n").slice(1);
      for (
        const line of lines.filter((line) => !/ (running|1 failed|completed|waiting|not in it)/.test(line))
      ) {
        assert.ok(widthOf(line) <= columns, `${columns}: ${line}`);
      }
      if (columns === 80) { for (const line of lines) assert.ok(widthOf(line) <= 80, line); }
    }
  }
});

test("graph: of a thousand actors a hundred are shown, those in trouble among them, and the rest is counted", () => {
  const graph = crowd(1_000, (index) => index === 777 ? "failed" : "running");
  const lines = renderGraph(graph, 80, PLAIN).split("\n");
  assert.ok(lines.length < 110, String(lines.length));
  assert.ok(lines.some((line) => line.includes("actor-777 ")));
  // The root is one of the hundred.
  assert.ok(lines.includes("  ... and 901 more nodes"), lines.slice(-6).join("\n"));
  assert.equal((graphFields(graph)["nodes"] as unknown[]).length, 1_001);
  assert.match(lines.join(" "), /actor-5 > \.\.\. 989 more \.\.\. > actor-995/);
});

/** Names as no file may have them: the languages must not depend on what may be in a name elsewhere. */
const ODD = [
  'a"b',
  "back\\slash",
  "dots.and.more",
  "<b>&amp;",
  "end",
  "#35;",
  "`md` **x** _y_",
  "a;b|c]d}e)f",
  "%% no comment",
  "--> x",
];

test("graph: Mermaid has every text in quotes, without signs that its language would act upon", () => {
  for (const odd of ODD) {
    const lines = renderMermaid(graphOf(renamed(SHOP, "db", odd), RUNNING)).split("\n");
    const title = lines.indexOf("flowchart LR");
    assert.deepEqual([lines[0], lines[title - 1]], ["---", "---"]);
    assert.equal(JSON.parse(lines[1]!.replace(/^title: /, "")), `${odd}, one_for_one, running`);
    const text = String.raw`"(?:[^"#&<>\`\\;*_~[\]{}|]|#\d+;|<br/>)*"`;
    const known = [
      String.raw`n\d+\[${text}\]`,
      String.raw`n\d+\(\[${text}\]\)`,
      String.raw`subgraph n\d+\[${text}\]`,
      "end",
      String.raw`n\d+ -->(?:\|${text}\|)? n\d+`,
      String.raw`classDef \w+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#000000`,
      String.raw`class n\d+(?:,n\d+)* \w+`,
    ].map((one) => new RegExp(`^ *${one}$`));
    for (const line of lines.slice(title + 1)) {
      assert.ok(known.some((pattern) => pattern.test(line)), line);
    }
    const decoded = lines.join("\n").replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    assert.ok(decoded.includes(`["${odd}<br/>not in it"]`) || decoded.includes(`["${odd}<br/>`), odd);
  }
});

test("graph: dot has arrows from what starts first, and begins and ends them at clusters", () => {
  const dot = renderDot(graphOf(SHOP, null));
  assert.match(dot, /^digraph "test" \{$/m);
  assert.match(dot, /^ {2}n1 -> n2;$/m);
  assert.match(dot, /^ {2}n2 -> n3 \[label="completed"\];$/m);
  assert.match(dot, /^ {2}n3 -> n4 \[lhead=cluster_n4\];$/m);
  assert.match(dot, /^ {2}n3 -> n6 \[label="\.2 started"\];$/m);
});

/** A text of XML. */
function decoded(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll("\u00a0", " ")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

if (!isInstalled("dot")) skip("graph: Graphviz reads what is written for it", "dot not installed");
else {
  test("graph: Graphviz reads what is written for it, and every name comes out of it as it went in", () => {
    for (const odd of ODD) {
      const graph = graphOf(renamed(SHOP, "db", odd), RUNNING);
      const done = spawnSync("dot", ["-Tsvg"], { input: renderDot(graph), encoding: "utf8" });
      assert.equal(done.status, 0, done.stderr);
      assert.equal(done.stderr, "");
      const texts = [...done.stdout.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
        decoded(text!)
      );
      for (const text of [odd, `${odd}: one_for_one`, 'exited with code 3: "no room" <&> \\N']) {
        assert.ok(texts.includes(text), `${text} is not among ${texts.join("\n")}`);
      }
      const edges = done.stdout.match(/class="edge"/g)!;
      assert.equal(edges.length, graph.edges.length);
    }
    const large = spawnSync("dot", ["-Tjson"], {
      input: renderDot(crowd(200, () => "running")),
      encoding: "utf8",
    });
    assert.equal(large.status, 0, large.stderr);
  });
}

test("graph: nothing of a plan but its structure is shown", () => {
  const secret = "hunter2-secret";
  const plan = planOf({
    children: {
      db: { daemon: true, env: { PASSWORD: secret }, argv: ["db", secret], cwd: `/${secret}` },
    },
  });
  const graph = graphOf(plan, statusOf([{ path: "db" as NodeId, state: "running" }]));
  for (
    const text of [
      renderGraph(graph, 80, PLAIN),
      renderDot(graph),
      renderMermaid(graph),
      JSON.stringify(graphFields(graph)),
    ]
  ) {
    assert.ok(!text.includes(secret), text);
  }
});
