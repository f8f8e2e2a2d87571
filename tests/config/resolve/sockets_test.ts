import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, problemsOf } from "../compiling.ts";

const A = '[actors.a]\nexec = "x"\n';
const B = '\n[actors.b]\nexec = "x"\n';

test("sockets: two actors cannot listen at one address, nor one twice", () => {
  const socket = 'sockets = ["tcp://127.0.0.1:80"]';
  assert.deepEqual(problemsOf(A + socket + B + socket), [
    'duplicate-socket 6:11 "a" listens at tcp://127.0.0.1:80, too',
  ]);
  assert.deepEqual(problemsOf(`${A}sockets = ["unix:///x", "unix:///y/../x"]`), [
    "duplicate-socket 3:11 unix:///x stands here twice",
  ]);
});

test("sockets: replicas share theirs, or have one each", () => {
  const shared = `${A}replicas = 2\nsockets = ["unix:///x"]`;
  assert.deepEqual(problemsOf(shared), []);
  assert.deepEqual(actorOf(shared, "a.1").sockets, actorOf(shared, "a.2").sockets);
  const own = `${A}replicas = 2\nsockets = ["tcp://127.0.0.1:808\${replica}"]`;
  assert.deepEqual(problemsOf(own), []);
  assert.deepEqual(actorOf(own, "a.2").sockets, [{ type: "tcp", host: "127.0.0.1", port: 8_082 }]);
});

test("sockets: a connection to one's own socket says nothing about being ready", () => {
  const own = `${A}sockets = ["tcp://127.0.0.1:80"]\n`;
  assert.deepEqual(problemsOf(`${own}ready = { tcp = "80" }`), [
    'ready-own-socket 4:17 port 80 takes connections from before "a" is started',
  ]);
  for (const ready of ['tcp = "81"', 'http = "http://127.0.0.1:80/"', 'log = "up"']) {
    assert.deepEqual(problemsOf(`${own}ready = { ${ready} }`), [], ready);
  }
});

test("sockets: they are not inherited", () => {
  const [problem] = problemsOf(`[defaults]\nsockets = ["unix:///x"]\n${A}`);
  assert.match(problem!, /^unknown-key 2:1 /);
});
