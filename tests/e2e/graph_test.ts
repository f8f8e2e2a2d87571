/** `graph`, as its users meet it: of a file alone, and of a tree that runs. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const TREE = `
  name = "graphed"
  [actors.db]
  exec = "sleep 600"
  daemon = true
  env = { DB_PASSWORD = "hunter2-secret" }
  [actors.broken]
  exec = "sh -c 'exit 3'"
  restart = "never"
  [actors.api]
  exec = "sleep 600"
  daemon = true
  replicas = 2
  depends_on = ["db"]
`;

e2e("graph: shows a file, and the states once its tree runs, in each form", async (sandbox) => {
  sandbox.config(TREE);
  const before = await sandbox.supervise("graph");
  assert.equal(before.code, 0, before.stderr);
  assert.equal(
    before.stdout,
    "graphed not running (one_for_one)\n  db\n  broken\n  api x2  after db\nlongest chain: db > api\n",
  );
  assert.equal((await sandbox.supervise("up", "-d", "--keep")).code, 1);
  const { running, nodes, edges } = await sandbox.json("graph");
  assert.equal(running, true);
  assert.deepEqual(edges, [{ from: "db", to: "api", condition: "ready", only: null }]);
  assert.deepEqual(
    // deno-lint-ignore no-explicit-any
    nodes.map(({ path, state }: any) => [path, state]),
    [["", "running"], ["db", "running"], ["broken", "failed"], ["api", "running"]],
  );
  const text = (await sandbox.supervise("graph", "supervise.toml")).stdout;
  assert.match(text, /^ {2}broken {2}failed {3}exit code 3$/m);
  const dot = (await sandbox.supervise("graph", "--format", "dot")).stdout;
  assert.match(dot, /n2 \[label="broken\\nfailed\\nexit code 3", shape=ellipse, fillcolor="#fbd5d5"/);
  const mermaid = (await sandbox.supervise("graph", "--format=mermaid")).stdout;
  assert.match(mermaid, /^ {2}class n2 bad$/m);
  for (const shown of [text, dot, mermaid]) assert.ok(!shown.includes("hunter2"));
  sandbox.config(TREE.replaceAll("api", "web"));
  const changed = await sandbox.supervise("graph");
  assert.match(changed.stdout, /^ {2}web x2 +not in it +after db$/m);
  assert.match(
    changed.stderr,
    /^note: the tree that runs has api\.1, api\.2, which the file does not have$/m,
  );
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("graph: says what is wrong with a form, a file or a selection of both", async (sandbox) => {
  sandbox.config(TREE);
  const form = await sandbox.supervise("graph", "--format", "svg");
  assert.equal(form.code, 2);
  assert.match(form.stderr, /error\[usage\/bad-value\]: --format is "svg"\nhint: write text, dot or mermaid/);
  const both = await sandbox.supervise("graph", "--format", "dot", "--json");
  assert.equal(both.code, 2);
  assert.match(both.stderr, /error\[usage\/contradiction\]/);
  sandbox.write("bad.toml", 'name = "x"\n[actors.a]\nexec = "true"\ndepends_on = ["b"]\n');
  const bad = await sandbox.supervise("graph", "bad.toml");
  assert.equal(bad.code, 5);
  assert.match(bad.stderr, /error\[config\/invalid\]/);
});
