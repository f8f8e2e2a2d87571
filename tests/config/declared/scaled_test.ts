import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { compileText } from "../compiling.ts";

const FILE = `
  include = ["more.toml"]
  [actors.plain]
  exec = "plain"
  [trees.pool.actors.worker]
  exec = "work \${replica}"
  replicas = 1`;
const MORE = `
  [actors.api]
  exec = "api \${replica}"
  replicas = 3`;

test("scaled: actors of any tree and any file have as many copies as was asked for, with their numbers", () => {
  const replicas = new Map([["pool/worker", 2], ["api", 1], ["plain", 4], ["nobody", 2], ["pool", 2]]);
  const { plan, scaled } = compileText(FILE, { files: { "/srv/shop/more.toml": MORE }, replicas });
  const commands = plan!.nodes.flatMap((node) =>
    node.kind === "tree" ? [] : [`${node.path}: ${node.argv.join(" ")}`]
  );
  assert.deepEqual(commands, [
    "plain: plain",
    "pool/worker.1: work 1",
    "pool/worker.2: work 2",
    "api.1: api 1",
  ]);
  assert.deepEqual(scaled, [
    { path: "pool/worker", replicas: 2, inFile: 1 },
    { path: "api", replicas: 1, inFile: 3 },
  ]);
});
