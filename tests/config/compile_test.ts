import assert from "node:assert/strict";
import { test } from "../harness/test.ts";
import { actorOf, compileText, nodeOf, planOf, problemsOf, treeOf } from "./compiling.ts";

/** The example of the reference, reduced to what this version supports. */
const EXAMPLE = `#:schema ./supervise.schema.json
name = "shop"                        # a label; default: the folder's name
strategy = "one_for_one"             # one_for_one | one_for_all | rest_for_one
intensity = { restarts = 5, within = "30s" }
shutdown = "30s"
env_file = [".env"]
env = { LOG_LEVEL = "\${env:LOG_LEVEL:-info}" }
on_supervisor_death = "die"

[defaults]
backoff = { initial = "200ms" }

[actors.db]
exec = ["postgres", "-D", "data"]
daemon = true
ready = { tcp = "127.0.0.1:5432", timeout = "20s" }
stop = { signal = "SIGINT", grace = "10s" }

[actors.migrate]
script = "./migrate.ts"
depends_on = { db = "ready" }

[actors.api]
exec = "./bin/api --port 8080"
daemon = true
depends_on = { db = "ready", migrate = "completed" }

[trees.pool]
strategy = "rest_for_one"
intensity = { restarts = 3, within = "10s" }

[trees.pool.actors.queue]
exec = "redis-server --port 6390"
daemon = true
ready = { log = "Ready to accept connections" }

[trees.pool.actors.worker]
shell = "python3 worker.py 2>&1 | tee worker.out"
daemon = true
depends_on = ["queue"]
`;

const FILES = { "/srv/shop/.env": "REGION=eu\nLOG_LEVEL=warn\n" };

test("compile: the example of the reference has no problem and becomes this plan", () => {
  const { plan, problems } = compileText(EXAMPLE, { files: FILES });
  assert.deepEqual(problems, []);
  assert.ok(plan !== null);
  assert.deepEqual([plan.name, plan.file, plan.dir], ["shop", "/srv/shop/supervise.toml", "/srv/shop"]);
  assert.deepEqual(plan.nodes.map(({ path, kind }) => `${path} ${kind}`), [
    " tree",
    "db exec",
    "migrate script",
    "api exec",
    "pool tree",
    "pool/queue exec",
    "pool/worker shell",
  ]);
  assert.deepEqual(plan.nodes.map(({ dependsOn }) => dependsOn), [
    [],
    [],
    [{ on: "db", condition: "ready" }],
    [{ on: "db", condition: "ready" }, { on: "migrate", condition: "completed" }],
    [],
    [],
    [{ on: "pool/queue", condition: "ready" }],
  ]);
});

test("compile: an actor of the example has every default filled in", () => {
  assert.deepEqual(actorOf(EXAMPLE, "api", { files: FILES }), {
    path: "api",
    name: "api",
    parent: "",
    at: { file: "/srv/shop/supervise.toml", line: 23, column: 9 },
    kind: "exec",
    replica: 1,
    argv: ["/srv/shop/bin/api", "--port", "8080"],
    module: null,
    cwd: "/srv/shop",
    env: { REGION: "eu", LOG_LEVEL: "info" },
    inheritEnv: true,
    stdin: null,
    sockets: [],
    privileges: null,
    cgroup: null,
    daemon: true,
    significant: false,
    restart: "always",
    backoff: { initialMs: 200, maxMs: 30_000, factor: 2, jitter: 0.1, resetAfterMs: 10_000 },
    autostart: true,
    profiles: [],
    dependsOn: [{ on: "db", condition: "ready" }, { on: "migrate", condition: "completed" }],
    successExitCodes: [0],
    successSignals: [],
    ready: null,
    startTimeoutMs: 30_000,
    runTimeoutMs: null,
    hooks: null,
    schedule: null,
    stop: { command: null, signal: "SIGTERM", to: "process", graceMs: 10_000, kill: "tree" },
    health: null,
    watch: null,
    log: {
      to: "file",
      file: null,
      format: "raw",
      maxBytes: 10 * 2 ** 20,
      keep: 5,
      maxAgeMs: null,
      compress: false,
    },
    intensity: null,
  });
});

test("compile: the root of an almost empty file has every default filled in", () => {
  assert.deepEqual(treeOf("actors.a.exec = 'x'", ""), {
    path: "",
    name: "",
    parent: null,
    at: { file: "/srv/shop/supervise.toml", line: 1, column: 1 },
    kind: "tree",
    children: ["a"],
    daemon: false,
    significant: false,
    restart: "never",
    backoff: { initialMs: 100, maxMs: 30_000, factor: 2, jitter: 0.1, resetAfterMs: 10_000 },
    autostart: true,
    profiles: [],
    dependsOn: [],
    strategy: "one_for_one",
    intensity: { restarts: 5, withinMs: 30_000 },
    onFailure: "fail_child",
    autoShutdown: "any_significant",
    shutdownMs: 30_000,
    onSupervisorDeath: "die",
    isolate: false,
    start: "parallel",
    concurrency: null,
  });
});

test("compile: headers, inline tables and dotted keys mean the same", () => {
  const spellings = [
    "[trees.a.trees.b.actors.c]\nexec = 'x'\nready = { tcp = '80' }",
    "[trees.a.trees.b.actors.c]\nexec = 'x'\n[trees.a.trees.b.actors.c.ready]\ntcp = '80'",
    "[trees]\n[trees.a]\n[trees.a.trees.b]\nactors.c.exec = 'x'\nactors.c.ready.tcp = '80'",
    "trees.a.trees.b.actors.c.exec = 'x'\ntrees.a.trees.b.actors.c.ready.tcp = '80'",
    "trees = { a = { trees = { b = { actors = { c = { exec = 'x', ready = { tcp = '80' } } } } } } }",
    "[trees.a]\ntrees = { b.actors.c = { exec = 'x', ready.tcp = '80' } }",
    `["trees".'a'.trees."b"]\n[trees.a.trees.b.actors]\nc = { "exec" = 'x', ready.'tcp' = '80' }`,
  ];
  const withoutPlace = (text: string) => ({ ...nodeOf(text, "a/b/c"), at: null });
  for (const text of spellings) assert.deepEqual(withoutPlace(text), withoutPlace(spellings[0]!), text);
});

test("compile: children stand in the order of their first appearance, nodes in preorder", () => {
  const text = `
    [actors.z]
    exec = "x"
    [trees.m.trees.inner.actors.deep]
    exec = "x"
    [actors.b]
    exec = "x"
    [trees.m.actors.first]
    exec = "x"
    [trees.k]
    actors = { q = { exec = "x" }, a = { exec = "x" } }
    [actors.a]
    exec = "x"`;
  assert.deepEqual(planOf(text).nodes.map(({ path, parent }) => `${path} < ${parent}`), [
    " < null",
    "z < ",
    "m < ",
    "m/inner < m",
    "m/inner/deep < m/inner",
    "m/first < m",
    "b < ",
    "k < ",
    "k/q < k",
    "k/a < k",
    "a < ",
  ]);
});

test("compile: the name is the folder's where the file gives none", () => {
  const cases: [string, string, string][] = [
    ["", "/srv/shop/supervise.toml", "shop"],
    ["", "/supervise.toml", "supervise"],
    ["", "/srv/a\tb/supervise.toml", "supervise"],
    ["name = 'my shop'", "/srv/shop/supervise.toml", "my shop"],
  ];
  for (const [line, file, name] of cases) {
    assert.equal(planOf(`${line}\nactors.a.exec = 'x'`, { file }).name, name, file);
  }
});

test("compile: the plan and the problems are deeply frozen", () => {
  const { plan, problems } = compileText(`${EXAMPLE}\n[actors.n]\nexec = "nginx"`, { files: FILES });
  const pending: unknown[] = [plan, problems];
  for (const value of pending) {
    if (typeof value !== "object" || value === null) continue;
    assert.ok(Object.isFrozen(value), JSON.stringify(value));
    pending.push(...Object.values(value));
  }
  assert.ok(pending.length > 100);
});

test("compile: all problems of a file are found in one run, in the order of the file", () => {
  const text = `strategy = "one_for_al"
bogus = 1
[actors.db]
exec = "postgres 'x"
daemon = "yes"
[actors.api]
depends_on = ["dv"]
[trees.pool]
shutdown = 5
[trees.pool.actors.w]
exec = "w"
ready = { tcp = "x", interval = "0s" }`;
  assert.deepEqual(problemsOf(text).map((problem) => problem.split(" ").slice(0, 2).join(" ")), [
    "bad-value 1:12",
    "unknown-key 2:1",
    "unbalanced-quote 4:18",
    "wrong-type 5:10",
    "missing-command 6:9",
    "unknown-dependency 7:15",
    "bad-duration 9:12",
    "bad-address 12:17",
    "out-of-range 12:33",
  ]);
});

test("compile: a byte order mark and Windows line endings change nothing", () => {
  const text = "[actors.a]\nexec = 'x'\n\n[actors.b]\nexec = 'y'\ndaemon = 1\n";
  assert.deepEqual(problemsOf(`\uFEFF${text.replaceAll("\n", "\r\n")}`), problemsOf(text));
});

test("compile: a column counts characters, not units", () => {
  const text = "actors.a = { exec = '\u{1f980}\u00e9', daemon = 1 }";
  assert.deepEqual(problemsOf(text), ["wrong-type 1:36 this is an integer, not a boolean"]);
});

test("compile: names that objects have of themselves are names like any other", () => {
  const plan = planOf(`[actors.constructor]\nexec = "x"\nenv = { __proto__ = "1", toString = "2" }\n
    [actors.__proto__]\nexec = "y"\ndepends_on = ["constructor"]`);
  assert.deepEqual(plan.nodes.map(({ name }) => name), ["", "constructor", "__proto__"]);
  const [, first] = plan.nodes;
  assert.ok(first !== undefined && first.kind !== "tree");
  assert.deepEqual(Object.entries(first.env), [["__proto__", "1"], ["toString", "2"]]);
  assert.deepEqual(
    problemsOf("[actors.a]\nexec = 'x'\nvalueOf = 1").map((problem) => problem.split(" ")[0]),
    [
      "unknown-key",
    ],
  );
  assert.deepEqual(problemsOf("[actors.a]\nexec = '${env:constructor}'").length, 1);
});

test("compile: what is nested deeper than any real file is refused, whatever the depth", () => {
  for (const depth of [33, 300, 20_000]) {
    const text = `[${"trees.t.".repeat(depth)}actors.a]\nexec = "x"\n`;
    assert.match(problemsOf(text).join(), /^too-deep 1:264 trees are nested at most 32 levels deep/);
    for (
      const nested of [
        `${"[".repeat(depth)}${"]".repeat(depth)}`,
        `${"{a=".repeat(depth)}1${"}".repeat(depth)}`,
      ]
    ) {
      const { plan, problems } = compileText(`actors.a = { exec = "x", env = ${nested} }`);
      assert.equal(plan, null);
      assert.ok(problems.some(({ name }) => name === "config/too-deep"), String(depth));
    }
  }
  assert.equal(planOf(`[${"trees.t.".repeat(32)}actors.a]\nexec = "x"\n`).nodes.length, 34);
});

test("compile: a thousand actors that wait for each other in a row are a plan", () => {
  const actors = Array.from({ length: 1_000 }, (_, index) => {
    const dependsOn = index === 0 ? "" : `depends_on = ["a${index - 1}"]`;
    return `[actors.a${index}]\nexec = "x --index ${index}"\ndaemon = true\n${dependsOn}\n`;
  });
  assert.equal(planOf(actors.join("")).nodes.length, 1_001);
});
