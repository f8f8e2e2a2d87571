import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, planOf, problemsOf } from "../compiling.ts";

/** Actors and what they depend on: `a:b,c` stands for an actor of a tree path and its dependencies. */
function file(...children: readonly string[]): string {
  return children.map((child) => {
    const [path = "", dependencies = ""] = child.split(":");
    const isTree = path.endsWith("/");
    const parts = path.replace(/\/$/, "").split("/");
    const above = parts.slice(0, -1).map((part) => `trees.${part}.`).join("");
    const list = dependencies.split(",").filter((name) => name !== "").map((name) => `"${name}"`);
    const dependsOn = `depends_on = [${list.join(", ")}]\n`;
    return `[${above}${isTree ? "trees" : "actors"}.${parts.at(-1)}]\n${
      isTree ? "" : 'exec = "x"\n'
    }${dependsOn}`;
  }).join("");
}

const CANNOT = "nothing of this can start, each waits for the next: ";

test("cycles: each is told once, as a path, at a dependency in it", () => {
  const cases: [string[], string[]][] = [
    [["a:b", "b:a"], [`cycle 3:15 ${CANNOT}a -> b -> a`]],
    [["a:b", "b:c", "c:a"], [`cycle 3:15 ${CANNOT}a -> b -> c -> a`]],
    [["x:", "a:x,b", "b:a", "y:a"], [`cycle 6:20 ${CANNOT}a -> b -> a`]],
    [["a:b", "b:a", "c:d", "d:c"], [`cycle 3:15 ${CANNOT}a -> b -> a`, `cycle 9:15 ${CANNOT}c -> d -> c`]],
    [["a/:b", "a/x:", "b/:a", "b/x:"], [`cycle 2:15 ${CANNOT}a -> b -> a`]],
    [["a:b,c", "b:a", "c:a"], [`cycle 3:15 ${CANNOT}a -> b -> a`]],
  ];
  for (const [children, expected] of cases) assert.deepEqual(problemsOf(file(...children)), expected);
});

test("cycles: a child waits for what its tree waits for, and a tree for its children", () => {
  const cases: [string[], string, string][] = [
    [
      ["pool/:api", "pool/queue:", "api:pool/queue"],
      `${CANNOT}pool -> api -> pool/queue -> pool`,
      '"pool/queue" waits for all that its tree "pool" waits for',
    ],
    [
      ["api:pool", "pool/worker:api"],
      `${CANNOT}api -> pool -> pool/worker -> api`,
      'the tree "pool" waits for its child "pool/worker"',
    ],
  ];
  for (const [children, message, hint] of cases) {
    const advice = adviceOf(file(...children));
    assert.deepEqual([advice.message, advice.hint], [message, hint], children.join(" "));
  }
});

test("cycles: in a sequential tree each child waits for the one before", () => {
  const text = file("a:b", "b:");
  planOf(text);
  const { message, hint } = adviceOf(`start = "sequential"\n${text}`);
  assert.equal(message, `${CANNOT}a -> b -> a`);
  assert.equal(hint, 'with start = "sequential", "b" waits for "a"');
  planOf(`start = "sequential"\n${file("b:", "a:b")}`);
});

test("cycles: a child that is started by hand does not hold up its tree", () => {
  const text = `${
    file("api:pool", "pool/other:")
  }[trees.pool.actors.worker]\nexec = "x"\nautostart = false\n`;
  planOf(`${text}depends_on = ["api"]`);
});

test("cycles: waiting for a start is not waiting for the tree to be ready", () => {
  planOf(
    `[trees.t.actors.a]\nexec = "x"\ndepends_on = { b = "ready" }\n[actors.b]\nexec = "x"\ndepends_on = { t = "started" }`,
  );
});

test("cycles: a very long one is found without recursion, and shown by both of its ends", () => {
  const children = Array.from({ length: 5_000 }, (_, index) => `a${index}:a${(index + 1) % 5_000}`);
  const { message } = adviceOf(file(...children));
  assert.match(message, /: a0 -> a1 -> .* -> a9 -> 4,981 more -> a4991 -> .* -> a4999 -> a0$/);
});
