import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, problemsOf } from "../compiling.ts";

function withReady(probe: string, replicas = "replicas = 3"): string {
  return `[actors.a]\nexec = "x"\n${replicas}\nready = { ${probe} }`;
}

test("fixed port: replicas that are to be ready at one address are told once", () => {
  assert.deepEqual(problemsOf(withReady('tcp = "8080"')), [
    'fixed-port 4:17 more than one replica of "a" is to be ready at 127.0.0.1:8080',
  ]);
  assert.deepEqual(problemsOf(withReady('http = "http://localhost:80/health/${replica}"')), [
    'fixed-port 4:18 more than one replica of "a" is to be ready at http://localhost',
  ]);
  assert.deepEqual(adviceOf(withReady('tcp = "8080"')), {
    message: 'more than one replica of "a" is to be ready at 127.0.0.1:8080',
    expected: "a port for each",
    hint: 'have each listen at its own, as in tcp = "127.0.0.1:808${replica}"',
  });
});

test("fixed port: one that is inherited is as fixed", () => {
  const text =
    '[defaults]\nready = { tcp = "80" }\n[actors.a]\nexec = "x"\nreplicas = 2\n[actors.b]\nexec = "x"';
  assert.deepEqual(problemsOf(text), [
    'fixed-port 2:17 more than one replica of "a" is to be ready at 127.0.0.1:80',
  ]);
});

test("fixed port: an address for each, one replica and other probes are no reason to warn", () => {
  const fine: readonly (readonly [string, string?])[] = [
    ['tcp = "808${replica}"'],
    ['tcp = "127.0.0.${replica}:80"'],
    ['http = "http://localhost:808${replica}/"'],
    ['tcp = "8080"', "replicas = 1"],
    ['tcp = "8080"', ""],
    ['log = "ready"'],
    ['delay = "1s"'],
    ['exec = "nc -z localhost 8080"'],
  ];
  for (const [probe, replicas] of fine) assert.deepEqual(problemsOf(withReady(probe, replicas)), [], probe);
  const twoActors = '[actors.NAME]\nexec = "x"\nready = { tcp = "80" }\n';
  assert.deepEqual(problemsOf(twoActors.replace("NAME", "a") + twoActors.replace("NAME", "b")), []);
});
