import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

test("module: it is run by this program, which is told the path of the actor", () => {
  const text = `
    [trees.pool.actors.api]
    module = "./src/../api.ts"
    daemon = true
    ready = { log = "up" }`;
  const { kind, argv, module, daemon, stop, ready } = actorOf(text, "pool/api");
  assert.deepEqual({ kind, argv, module, daemon }, {
    kind: "module",
    argv: ["/usr/bin/supervise", "actor", "pool/api"],
    module: { file: "/srv/shop/api.ts", export: "default", params: null, debug: false },
    daemon: true,
  });
  assert.deepEqual([stop.to, ready?.probe], ["process", { type: "log", pattern: "up" }]);
});

test("module: its export, params and debug are handed on, arguments follow the path", () => {
  const text = `
    [actors.job]
    module = "/opt/job.ts"
    export = "run"
    params = { port = 80 }
    debug = true
    args = ["-v"]`;
  const { argv, module, daemon, restart } = actorOf(text, "job");
  assert.deepEqual({ argv, module, daemon, restart }, {
    argv: ["/usr/bin/supervise", "actor", "job", "-v"],
    module: { file: "/opt/job.ts", export: "run", params: { port: 80 }, debug: true },
    daemon: false,
    restart: "never",
  });
});

test("module: each replica has its path and its params", () => {
  const text = `
    [actors.api]
    module = "./\${replica}.ts"
    replicas = 2
    params = { ports = ["808\${replica}"] }`;
  for (const number of [1, 2]) {
    const { argv, module } = actorOf(text, `api.${number}`);
    assert.equal(argv.at(-1), `api.${number}`);
    assert.deepEqual([module?.file, module?.params], [`/srv/shop/${number}.ts`, { ports: [`808${number}`] }]);
  }
});

test("module: actors of another kind have none, and their keys may only be inherited by them", () => {
  for (const line of ["exec = 'x'", "shell = 'x'", "script = 'x.ts'"]) {
    assert.equal(actorOf(`defaults.debug = true\n[actors.a]\n${line}`, "a").module, null);
  }
  assert.equal(actorOf("defaults.debug = true\n[actors.a]\nmodule = 'x.ts'", "a").module?.debug, true);
});

test("module: its keys at an actor of another kind are told", () => {
  for (const key of ["export = 'x'", "params = []", "debug = false"]) {
    const name = key.split(" ")[0]!;
    assert.deepEqual(adviceOf(`[actors.a]\n${key}\nshell = "x"`), {
      message: `"${name}" is only for modules, and this actor has "shell"`,
      expected: null,
      hint: 'remove it, or write module = "./file.ts" instead of "shell"',
    });
  }
  assert.deepEqual(problemsOf("[actors.a]\nexec = 'x'\nexport = 'x'\nparams = 1\nreplicas = 3"), [
    'only-for-modules 3:1 "export" is only for modules, and this actor has "exec"',
    'only-for-modules 4:1 "params" is only for modules, and this actor has "exec"',
  ]);
});

test("module: what follows from another mistake is not told on top", () => {
  assert.deepEqual(problemsOf("[actors.a]\nparams = 1"), [
    'missing-command 1:9 the actor "a" does not say what to run',
  ]);
  assert.deepEqual(problemsOf("[actors.a]\nmodule = 1\nparams = 1"), [
    "wrong-type 2:10 this is an integer, not a path",
  ]);
  assert.deepEqual(problemsOf("[actors.a]\nmodule = 'a.ts'\nexec = 'x'\nparams = 1"), [
    'two-commands 3:1 "module" already says what "a" runs',
  ]);
});

test("module: its keys take what the reference says", () => {
  assert.deepEqual(problemsOf("[actors.a]\nmodule = ''\nexport = 1\ndebug = 'yes'"), [
    "bad-value 2:10 an empty path",
    "wrong-type 3:10 this is an integer, not a string",
    "wrong-type 4:9 this is a string, not a boolean",
  ]);
});
