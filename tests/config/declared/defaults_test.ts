import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, problemsOf } from "../compiling.ts";

const TEXT = `
[defaults]
daemon = true
cwd = "outer"
backoff = { initial = "200ms", factor = 3 }
stop = { signal = "SIGINT", grace = "5s" }
env = { A = "outer", B = "outer" }
[actors.plain]
exec = "x"
[actors.own]
exec = "x"
daemon = false
backoff = { max = "5s" }
stop = { grace = "1s" }
env = { A = "own" }
[trees.t.defaults]
cwd = "inner"
backoff = { factor = 4 }
env = { B = "inner" }
[trees.t.actors.a]
exec = "x"
[trees.t.trees.u.actors.b]
exec = "x"
backoff = { jitter = 0.5 }
`;

test("defaults: an actor has them unless it says otherwise, tables key by key and variables by name", () => {
  const plain = actorOf(TEXT, "plain");
  assert.deepEqual([plain.daemon, plain.cwd, plain.env], [true, "/srv/shop/outer", {
    A: "outer",
    B: "outer",
  }]);
  assert.deepEqual([plain.backoff.initialMs, plain.backoff.maxMs, plain.backoff.factor], [200, 30_000, 3]);
  const own = actorOf(TEXT, "own");
  assert.deepEqual([own.daemon, own.env], [false, { A: "own", B: "outer" }]);
  assert.deepEqual([own.backoff.initialMs, own.backoff.maxMs, own.backoff.factor], [200, 5_000, 3]);
  assert.deepEqual([own.stop.signal, own.stop.graceMs], ["SIGINT", 1_000]);
});

test("defaults: those of a nested tree stand over those above, for all below it", () => {
  const a = actorOf(TEXT, "t/a");
  assert.deepEqual([a.cwd, a.env, a.daemon], ["/srv/shop/inner", { A: "outer", B: "inner" }, true]);
  const { backoff, stop } = actorOf(TEXT, "t/u/b");
  assert.deepEqual([backoff.initialMs, backoff.factor, backoff.jitter], [200, 4, 0.5]);
  assert.equal(stop.signal, "SIGINT");
});

test("defaults: an inherited probe gives way to one of the actor, times of a probe are inherited", () => {
  const text = `
    [defaults]
    ready = { delay = "1s", interval = "5s" }
    [actors.inherits]
    exec = "x"
    [actors.own]
    exec = "x"
    ready = { tcp = "80" }`;
  assert.deepEqual(actorOf(text, "inherits").ready, {
    probe: { type: "delay", ms: 1_000 },
    intervalMs: 5_000,
  });
  assert.deepEqual(actorOf(text, "own").ready, {
    probe: { type: "tcp", host: "127.0.0.1", port: 80 },
    intervalMs: 5_000,
  });
  assert.equal(actorOf("defaults.ready.timeout = '1m'\nactors.a.exec = 'x'", "a").ready, null);
});

test("defaults: what says what one actor is cannot be inherited", () => {
  for (
    const key of ["exec", "shell", "script", "module", "export", "params", "args", "depends_on", "replicas"]
  ) {
    assert.match(
      problemsOf(`[defaults]\n${key} = 1\n[actors.a]\nexec = "x"`).join(),
      /^unknown-key 2:1 /,
      key,
    );
  }
});

test("defaults: a mistake in them is told once, not once an actor", () => {
  const text = "[defaults]\nbackoff = { initial = '1m' }\n[actors.a]\nexec = 'x'\n[actors.b]\nexec = 'x'";
  assert.deepEqual(problemsOf(text), [
    "out-of-range 2:23 the longest delay, 30s, is shorter than the first, 1m",
  ]);
});
