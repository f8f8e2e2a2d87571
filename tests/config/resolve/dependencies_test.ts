import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf, treeOf } from "../compiling.ts";

/** Trees and actors of one name at several places. */
const TREE = `
[actors.db]
exec = "x"
daemon = true
[actors.once]
exec = "x"
[trees.pool.actors.db]
exec = "x"
[trees.pool.actors.queue]
exec = "x"
daemon = true
[trees.pool.trees.inner.actors.a]
exec = "x"
depends_on = DEPENDS
`;

test("dependencies: a name is looked up among the siblings, then outward; a path from the root", () => {
  const cases: [string, string[]][] = [
    ['["db"]', ["pool/db completed"]],
    ['["queue"]', ["pool/queue ready"]],
    ['["once", "pool/queue"]', ["once completed", "pool/queue ready"]],
    ['{ "pool/db" = "started", once = "exited" }', ["pool/db started", "once exited"]],
    ['["db", "db", "pool/db"]', ["pool/db completed"]],
    ["[]", []],
  ];
  for (const [dependsOn, expected] of cases) {
    const text = TREE.replace("DEPENDS", dependsOn);
    const found = actorOf(text, "pool/inner/a").dependsOn.map(({ on, condition }) => `${on} ${condition}`);
    assert.deepEqual(found, expected, dependsOn);
  }
});

test("dependencies: a list waits until daemons are ready and one-shots completed, trees alike", () => {
  const text = `
    [trees.serves.actors.a]
    exec = "x"
    daemon = true
    [trees.ends.actors.a]
    exec = "x"
    [trees.t]
    depends_on = ["serves", "ends"]
    actors.a.exec = "x"`;
  assert.deepEqual(treeOf(text, "t").dependsOn.map(({ condition }) => condition), ["ready", "completed"]);
});

test("dependencies: an unknown name is told with the nearest one, or with the path of its like elsewhere", () => {
  const cases: [string, string, string | null, string | null][] = [
    ['["quue"]', 'nothing is called "quue" here, did you mean "queue"?', null, null],
    ['["xyz"]', 'nothing is called "xyz" here', "the name of an actor or a tree", null],
    ['["pool/quue"]', 'nothing is called "pool/quue" here, did you mean "pool/queue"?', null, null],
    ['["/db"]', 'nothing is called "/db" here, did you mean "db"?', null, null],
    ['[""]', 'nothing is called "" here', "the name of an actor or a tree", null],
  ];
  for (const [dependsOn, message, expected, hint] of cases) {
    assert.deepEqual(adviceOf(TREE.replace("DEPENDS", dependsOn)), { message, expected, hint }, dependsOn);
  }
  const elsewhere =
    "[actors.a]\nexec = 'x'\ndepends_on = ['deep']\n[trees.t.trees.u.actors.deep]\nexec = 'x'";
  assert.equal(adviceOf(elsewhere).hint, 'there is one elsewhere: write its path from the root, "t/u/deep"');
});

test("dependencies: nothing can wait for itself or for a tree that it is in", () => {
  assert.deepEqual(problemsOf(TREE.replace("DEPENDS", '["a", "inner", "pool"]')), [
    'cycle 14:15 "pool/inner/a" waits for itself: pool/inner/a -> pool/inner/a',
    'cycle 14:20 "pool/inner/a" waits for the tree that it is in: pool/inner/a -> pool/inner -> pool/inner/a',
    'cycle 14:29 "pool/inner/a" waits for the tree that it is in: pool/inner/a -> pool -> pool/inner/a',
  ]);
});

test("dependencies: the end of what never ends cannot be waited for", () => {
  const text = (lines: string, condition: string) =>
    `[actors.a]\nexec = 'x'\n${lines}\n[trees.t.actors.d]\nexec = 'x'\n${lines}\n[actors.b]\nexec = 'x'
depends_on = { a = '${condition}', t = '${condition}' }`;
  for (const condition of ["completed", "exited"]) {
    assert.deepEqual(problemsOf(text("daemon = true", condition)), [
      `never-completes 9:16 "a" is never ${condition}: it is a daemon that is always restarted`,
      `never-completes 9:${16 + `a = '${condition}', `.length} "t" is never ${condition}: it holds a daemon`,
    ]);
    assert.deepEqual(problemsOf(text("daemon = true\nrestart = 'on-failure'", condition)), []);
    assert.deepEqual(problemsOf(text("", condition)), []);
  }
  for (const condition of ["started", "ready"]) {
    assert.deepEqual(problemsOf(text("daemon = true", condition)), []);
  }
  assert.deepEqual(
    problemsOf(text("daemon = true\nrestart = 'nevr'", "exited")).map((problem) => problem[0]),
    [
      "b",
      "b",
    ],
  );
});
