import assert from "node:assert/strict";
import { keyFinder } from "../../lib/config/toml/key_location.ts";
import { test } from "../harness/test.ts";

const TEXT = `[defaults]
restart = "always"
backoff = { max = "1m" }

[actors.api]
exec = "api"
stop.grace = "3s"

[trees.pool.defaults]
restart = "never"

[trees.pool.actors.queue]
exec = "queue"
start_timeout = "5s"
`;

function at(path: string, key: string): string | null {
  const found = keyFinder(new Map([["/s.toml", TEXT]]))(path, key);
  return found === null ? null : `${found.line}:${found.column} ${found.from}`;
}

test("A key is found in the table of its node, dotted or not", () => {
  assert.equal(at("api", "stop.grace"), "7:6 node");
  assert.equal(at("pool/queue", "start_timeout"), "14:1 node");
});

test("A key that a node has not is found in the nearest defaults", () => {
  assert.equal(at("api", "restart"), "2:1 defaults");
  assert.equal(at("pool/queue", "restart"), "10:1 defaults");
  assert.equal(at("pool/queue", "backoff.max"), "3:13 defaults");
});

test("A replica has the keys of its actor", () => {
  assert.equal(at("api.2", "exec"), "6:1 node");
});

test("Keys and nodes that no text has are nowhere, and a broken text has none", () => {
  assert.equal(at("api", "run_timeout"), null);
  assert.equal(at("nobody", "exec"), null);
  assert.equal(keyFinder(new Map([["/s.toml", "[actors.api"]]))("api", "exec"), null);
});

test("An actor of an included file has its defaults, then those of the file around", () => {
  const texts = new Map([
    ["/a.toml", 'include = ["b.toml"]\n[defaults]\nrestart = "never"\n'],
    ["/b.toml", '[actors.x]\nexec = "x"\n'],
  ]);
  assert.deepEqual(keyFinder(texts)("x", "restart"), {
    file: "/a.toml",
    line: 3,
    column: 1,
    from: "defaults",
  });
});
