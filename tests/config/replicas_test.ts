import assert from "node:assert/strict";
import { ROOT } from "../../lib/config/plan.ts";
import { test } from "../harness/test.ts";
import { actorOf, adviceOf, planOf, problemsOf, treeOf } from "./compiling.ts";

/** Paths of all that a file defines. */
function pathsOf(text: string): readonly string[] {
  return planOf(text).nodes.slice(1).map(({ path }) => path);
}

/** What a node of a file waits for. */
function waitsOf(text: string, path: string): readonly string[] {
  return planOf(text).nodes.find((node) => node.path === path)!.dependsOn
    .map(({ on, condition }) => `${on} ${condition}`);
}

test("replicas: each is a node of its own, in the place of its actor", () => {
  const text = `
    [actors.a]
    exec = "x"
    [actors.b]
    exec = "x"
    replicas = 3
    [trees.t.actors.b]
    exec = "x"
    replicas = 1
    [actors.c]
    exec = "x"`;
  assert.deepEqual(pathsOf(text), ["a", "b.1", "b.2", "b.3", "t", "t/b.1", "c"]);
  assert.deepEqual(treeOf(text, "").children, [
    "a",
    "b.1",
    "b.2",
    "b.3",
    "t",
    "c",
  ]);
  const { name, replica, parent, at, dependsOn } = actorOf(text, "b.2");
  assert.deepEqual({ name, replica, parent, line: at.line, dependsOn }, {
    name: "b.2",
    replica: 2,
    parent: ROOT,
    line: 4,
    dependsOn: [],
  });
  assert.equal(actorOf(text, "a").replica, 1);
});

test("replicas: every kind of actor can have them, from 1 to 1000", () => {
  for (const line of ["exec = 'x'", "shell = 'x'", "script = 'x.ts'"]) {
    assert.deepEqual(pathsOf(`[actors.a]\n${line}\nreplicas = 2`), ["a.1", "a.2"]);
  }
  assert.equal(pathsOf("[actors.a]\nexec = 'x'\nreplicas = 1000").at(-1), "a.1000");
  for (const [count, message] of [["0", "too small"], ["1001", "too large"], ["-1", "too small"]]) {
    assert.deepEqual(problemsOf(`[actors.a]\nexec = 'x'\nreplicas = ${count}\n`), [
      `out-of-range 3:12 ${count} is ${message}`,
    ]);
  }
  assert.equal(adviceOf("[actors.a]\nexec = 'x'\nreplicas = '2'").hint, "write 2");
});

test("replicas: ${replica} is the number in every text of an actor, inherited ones included", () => {
  const files = { "/srv/shop/2.env": "FROM=second", "/srv/shop/1.env": "FROM=first" };
  const text = `
    env = { OF_TREE = "\${replica}" }
    [defaults]
    env = { INHERITED = "\${replica}" }
    [trees.t.defaults]
    cwd = "data/\${replica}"
    [trees.t.actors.a]
    exec = ["\${replica}", "a\${replica}b"]
    args = "--port=808\${replica}"
    replicas = 2
    env_file = "\${replica}.env"
    env = { OWN = "\${env:NOT_SET:-\${replica}}", KEPT = "$\${replica}" }
    ready = { tcp = "808\${replica}" }
    stop = { command = "stop \${replica}" }
    stdin = "in-\${replica}"`.replace('args = "--port=808${replica}"', 'args = ["--port=808${replica}"]');
  for (const number of [1, 2]) {
    const actor = actorOf(text, `t/a.${number}`, { files });
    assert.deepEqual(actor.argv, [`${number}`, `a${number}b`, `--port=808${number}`]);
    assert.equal(actor.cwd, `/srv/shop/data/${number}`);
    assert.equal(actor.stdin, `/srv/shop/in-${number}`);
    assert.deepEqual(actor.env, {
      OF_TREE: "1",
      INHERITED: `${number}`,
      FROM: number === 1 ? "first" : "second",
      OWN: `${number}`,
      KEPT: "${replica}",
    });
    assert.deepEqual(actor.ready?.probe, { type: "tcp", host: "127.0.0.1", port: 8080 + number });
    assert.deepEqual(actor.stop.command, ["stop", `${number}`]);
  }
});

test("replicas: where there are none ${replica} is 1", () => {
  assert.equal(planOf("name = 'a-${replica}'\nactors.a.exec = 'x'").name, "a-1");
  assert.deepEqual(actorOf("actors.a.exec = 'x ${replica}'", "a").argv, ["x", "1"]);
});

test("replicas: a name stands for all of them, with a number for one", () => {
  const text = (dependsOn: string) => `
    [trees.t.actors.db]
    exec = "x"
    daemon = true
    replicas = 2
    [trees.t.actors.job]
    exec = "x"
    replicas = 2
    [trees.t.actors.a]
    exec = "x"
    replicas = 2
    depends_on = ${dependsOn}`;
  const cases: [string, readonly string[], readonly string[]][] = [
    ['["db"]', ["t/db.1 ready", "t/db.2 ready"], ["t/db.1 ready", "t/db.2 ready"]],
    ['["db.2"]', ["t/db.2 ready"], ["t/db.2 ready"]],
    ['["t/db.1", "t/job"]', ["t/db.1 ready", "t/job.1 completed", "t/job.2 completed"], [
      "t/db.1 ready",
      "t/job.1 completed",
      "t/job.2 completed",
    ]],
    ['["db.1", "db"]', ["t/db.1 ready", "t/db.2 ready"], ["t/db.1 ready", "t/db.2 ready"]],
    ['{ db = "started" }', ["t/db.1 started", "t/db.2 started"], ["t/db.1 started", "t/db.2 started"]],
    ['["db.${replica}"]', ["t/db.1 ready"], ["t/db.2 ready"]],
  ];
  for (const [dependsOn, first, second] of cases) {
    assert.deepEqual(waitsOf(text(dependsOn), "t/a.1"), first, dependsOn);
    assert.deepEqual(waitsOf(text(dependsOn), "t/a.2"), second, dependsOn);
  }
});

test("replicas: one that there is not is told with those that there are", () => {
  const hint = (replicas: string, wanted: string) => {
    const { message, hint } = adviceOf(
      `[actors.db]\nexec = 'x'\n${replicas}\n[actors.a]\nexec = 'x'\ndepends_on = ['${wanted}']`,
    );
    assert.equal(message, `nothing is called "${wanted}" here`);
    return hint;
  };
  assert.equal(hint("replicas = 3", "db.4"), 'the replicas of "db" are "db.1" to "db.3"');
  assert.equal(hint("replicas = 1", "db.2"), '"db" has one replica, "db.1"');
  assert.equal(hint("", "db.1"), '"db" has no replicas: write its name alone');
  const elsewhere =
    "[actors.a]\nexec = 'x'\ndepends_on = ['b.2']\n[trees.t.actors.b]\nexec = 'x'\nreplicas = 2";
  assert.equal(adviceOf(elsewhere).hint, 'there is one elsewhere: write its path from the root, "t/b.2"');
});

test("replicas: where their number cannot be read, none of them is told to be missing", () => {
  const text = "[actors.a]\nexec = 'x'\ndepends_on = ['db.2']\n[actors.db]\nexec = 'x'\nreplicas = 0\n";
  assert.deepEqual(problemsOf(text), ["out-of-range 6:12 0 is too small"]);
});

test("replicas: a mistake is told once, not once a replica", () => {
  const actor = (lines: string) => `[actors.a]\nexec = 'x'\nreplicas = 50\n${lines}`;
  const cases: [string, readonly string[]][] = [
    ["cwdd = 'x'", ['unknown-key 4:1 unknown key "cwdd", did you mean "cwd"?']],
    ["ready = { tcp = 'no-${replica}' }", ['bad-address 4:17 "no-1" is not an address']],
    ["ready = { tcp = '655${replica}' }\ncwd = '~'", [
      `bad-value 5:7 no shell replaces the "~" here`,
    ]],
    ["depends_on = ['a']", [`cycle 4:15 "a" waits for itself: a -> a`]],
    ["depends_on = ['a.7']", [`cycle 4:15 "a.7" waits for itself: a.7 -> a.7`]],
    ["depends_on = ['b']", ['unknown-dependency 4:15 nothing is called "b" here']],
    ["significant = true\ndaemon = true\nintensity = 'unlimited'", [
      'significant-never-ends 4:15 "a" is always restarted, so that it never ends its tree',
    ]],
  ];
  for (const [lines, expected] of cases) assert.deepEqual(problemsOf(actor(lines)), expected, lines);
  assert.deepEqual(problemsOf("[defaults]\ncwd = '~/${replica}'\n[actors.a]\nexec = 'x'\nreplicas = 5"), [
    'bad-value 2:7 no shell replaces the "~" here',
  ]);
  assert.deepEqual(problemsOf("[actors.a]\nreplicas = 5"), [
    'missing-command 1:9 the actor "a" does not say what to run',
  ]);
});

test("replicas: what is wrong with a later one alone is told too", () => {
  assert.deepEqual(
    problemsOf("[actors.a]\nexec = 'x'\nreplicas = 50\nready = { tcp = '6553${replica}' }"),
    ["bad-address 4:17 there is no port 65536"],
  );
  assert.deepEqual(
    problemsOf(
      "[actors.a]\nexec = 'x'\nreplicas = 3\ndepends_on = ['b.${replica}']\n[actors.b]\nexec = 'x'\nreplicas = 2",
    ),
    ['unknown-dependency 4:15 nothing is called "b.3" here'],
  );
});

test("replicas: those that wait for each other are one cycle", () => {
  const text = "[actors.a]\nexec = 'x'\nreplicas = 3\ndepends_on = ['b']\n" +
    "[actors.b]\nexec = 'x'\nreplicas = 3\ndepends_on = ['a']";
  assert.deepEqual(problemsOf(text), [
    "cycle 4:15 nothing of this can start, each waits for the next: a.1 -> b.1 -> a.1",
  ]);
  const inTurn = "[actors.a]\nexec = 'x'\nreplicas = 2\n[actors.b]\nexec = 'x'\ndepends_on = ['a.1']";
  assert.deepEqual(problemsOf(inTurn), []);
});

test("replicas: no other name can look like theirs", () => {
  assert.deepEqual(problemsOf("[actors.a]\nexec = 'x'\nreplicas = 2\n[actors.'a.1']\nexec = 'x'"), [
    'bad-name 4:9 "a.1" cannot be a name',
  ]);
  assert.deepEqual(problemsOf("[actors.a]\nexec = 'x'\nreplicas = 2\n[trees.a.actors.b]\nexec = 'x'"), [
    'duplicate-name 4:8 "a" is already an actor, on line 1',
  ]);
});

test("replicas: thousands of them that wait for each other compile", () => {
  const text =
    "[actors.a]\nexec = 'x'\nreplicas = 1000\n[actors.b]\nexec = 'x'\nreplicas = 500\ndepends_on = ['a']";
  assert.equal(actorOf(text, "b.500").dependsOn.length, 1_000);
});
