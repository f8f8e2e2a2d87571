import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf } from "../compiling.ts";

/** The layers that set a variable, the strongest first, as lines of the file; those of the actor follow its header. */
const LAYERS: readonly (readonly [string, string])[] = [
  ["actor env", "env.V = 'actor env'"],
  ["actor file", "env_file = 'actor file'"],
  ["header", "[trees.t.actors.a]\nexec = 'x'"],
  ["inner defaults env", "[trees.t.defaults.env]\nV = 'inner defaults env'"],
  ["inner defaults file", "[trees.t.defaults]\nenv_file = 'inner defaults file'"],
  ["outer defaults env", "[defaults.env]\nV = 'outer defaults env'"],
  ["outer defaults file", "[defaults]\nenv_file = 'outer defaults file'"],
  ["tree env", "[trees.t.env]\nV = 'tree env'"],
  ["tree file", "[trees.t]\nenv_file = 'tree file'"],
  ["root env", "env.V = 'root env'"],
  ["root file", "env_file = 'root file'"],
];

test("environment: the layers win over each other in the documented order", () => {
  const files = Object.fromEntries(LAYERS.map(([name]) => [`/srv/shop/${name}`, `V=${name}`]));
  const sets = LAYERS.filter(([name]) => name !== "header").map(([name]) => name);
  for (const [index, strongest] of sets.entries()) {
    const left = sets.slice(0, index);
    const lines = LAYERS.filter(([name]) => !left.includes(name)).map(([, line]) => line).toReversed();
    assert.equal(actorOf(lines.join("\n"), "t/a", { files }).env.V, strongest);
  }
});

test("environment: what other layers set is kept", () => {
  const text = `env = { A = "root", B = "root" }
    [trees.t]
    env = { B = "tree", C = "tree" }
    [trees.t.actors.a]
    exec = "x"
    env = { C = "own" }
    [actors.b]
    exec = "x"`;
  assert.deepEqual(actorOf(text, "t/a").env, { A: "root", B: "tree", C: "own" });
  assert.deepEqual(actorOf(text, "b").env, { A: "root", B: "root" });
});
