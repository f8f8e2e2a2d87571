import assert from "node:assert/strict";
import process from "node:process";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const CALCULATOR = `
import { currentActor, sleepForever } from "supervise";
export const add = (a, b) => a + b;
export const path = () => currentActor().path;
export const die = () => process.exit(3);
export function fail() {
  raise();
}
function raise() {
  throw Object.assign(new RangeError("too far"), { cause: new Error("the map ends") });
}
export async function hold() {
  console.log("holds");
  try {
    await sleepForever();
  } finally {
    console.log("let go");
  }
}
export async function* count(to) {
  for (let i = 1; i <= to; i++) yield { i };
}
export async function* ticks() {
  try {
    for (let i = 1;; i++) {
      yield i;
      if (i === 2) await sleepForever();
    }
  } finally {
    console.log("stops ticking");
  }
}
export const odd = () => ({
  bytes: new Uint8Array([1, 2, 255]),
  big: 2n ** 70n,
  date: new Date(0),
  set: new Set([1]),
  map: new Map([["a", 1]]),
});
`;

async function upDetached(sandbox: Sandbox, config: string): Promise<void> {
  sandbox.write("calc.ts", CALCULATOR);
  sandbox.config(config);
  const { code, stderr } = await sandbox.supervise("up", "-d");
  assert.equal(code, 0, stderr);
}

async function down(sandbox: Sandbox): Promise<void> {
  const { code, stderr } = await sandbox.supervise("down");
  assert.equal(code, 0, stderr);
}

const ONE = `actors.calc = { module = "calc.ts", daemon = true }`;

e2e("call: prints what the function returns, as JSON", async (sandbox) => {
  await upDetached(sandbox, ONE);
  const cases: [readonly string[], string][] = [
    [["add", "1", "2"], "3"],
    [["add", "--", "-1", "2"], "1"],
    [["add", '"a"', '"b"', "--json"], '"ab"'],
    [["path"], '"calc"'],
    [
      ["odd"],
      '{"bytes":"AQL/","big":"1180591620717411303424","date":"1970-01-01T00:00:00.000Z","set":[1],"map":[["a",1]]}',
    ],
    [["count", "3", "--stream"], '{"i":1}\n{"i":2}\n{"i":3}'],
  ];
  for (const [words, expected] of cases) {
    const { code, stdout, stderr } = await sandbox.supervise("call", "calc", ...words);
    assert.deepEqual([code, stdout], [0, `${expected}\n`], stderr);
  }
  await down(sandbox);
});

e2e("call: what the function throws is shown with its stack over there", async (sandbox) => {
  await upDetached(sandbox, ONE);
  const { code, stdout, stderr } = await sandbox.supervise("call", "calc", "fail");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /error\[call\/failed\]: RangeError: too far\n +at raise \(.*calc\.ts:10:\d+\)/);
  assert.match(stderr, /caused by: Error: the map ends/);
  assert.match(stderr, /in actor "calc"/);
  const json = await sandbox.supervise("call", "calc", "fail", "--json");
  assert.equal(json.code, 1);
  const { error } = JSON.parse(json.stdout);
  assert.deepEqual([error.name, error.type, error.message, error.path], [
    "call/failed",
    "RangeError",
    "too far",
    ["calc"],
  ]);
  assert.match(error.stack, /at raise/);
  assert.equal(error.cause.message, "the map ends");
  await down(sandbox);
});

e2e("call: who or what cannot be called is told, each with its exit code", async (sandbox) => {
  await upDetached(
    sandbox,
    `${ONE}
    actors.off = { module = "calc.ts", daemon = true, autostart = false }
    actors.plain = { exec = "sleep 60", daemon = true }`,
  );
  const cases: [readonly string[], number, RegExp][] = [
    [
      ["calc", "ad"],
      4,
      /call\/unknown-function\]: Actor "calc" exposes no function "ad"\nhint: did you mean "add"\?/,
    ],
    [["calcc", "add"], 4, /target\/unknown\].*\nhint: did you mean "calc"\?/],
    [["off", "add"], 3, /call\/not-running\]: Nothing called "off" is ready: inactive/],
    [["plain", "add"], 1, /call\/not-an-actor\]: "plain" has no functions to call/],
    [["**", "add"], 2, /call\/not-one\]/],
    [["calc", "add", "1", "{x: 1}"], 2, /usage\/bad-json\]: Argument 2 is not JSON, at character 2, "x"/],
    [["calc", "count", "1"], 2, /call\/wrong-style\].*\nhint: --stream follows it/],
    [["calc", "add", "1", "2", "--stream"], 2, /call\/wrong-style\].*\nhint: leave out --stream/],
    [["off", "add", "--timeout", "2s"], 8, /timed-out\].*Nothing called "off" is ready/],
  ];
  for (const [words, code, expected] of cases) {
    const done = await sandbox.supervise("call", ...words);
    assert.equal(done.code, code, done.stderr);
    assert.match(done.stderr, expected);
  }
  await down(sandbox);
  assert.equal((await sandbox.supervise("call", "calc", "add")).code, 3);
});

e2e("call: a name with replicas is any of them, and each has its own address", async (sandbox) => {
  await upDetached(sandbox, `actors.calc = { module = "calc.ts", daemon = true, replicas = 2 }`);
  assert.match(await sandbox.json("call", "calc", "path"), /^calc\.[12]$/);
  assert.equal(await sandbox.json("call", "calc.2", "path"), "calc.2");
  await sandbox.supervise("stop", "calc.1");
  assert.equal(await sandbox.json("call", "calc", "path"), "calc.2");
  await down(sandbox);
});

for (
  const [words, begun, ended] of [
    [["hold"], /holds/, /let go/],
    [["ticks", "--stream"], null, /stops ticking/],
  ] as const
) {
  e2e(`call: Ctrl-C cancels ${words[0]} over there and ends with 130`, async (sandbox) => {
    sandbox.write("calc.ts", CALCULATOR);
    sandbox.config(ONE);
    const up = sandbox.start(["up"]);
    await up.line(/calc: ready/);
    const call = sandbox.start(["call", "calc", ...words]);
    await (begun === null ? call.line(/^2$/) : up.line(begun));
    call.kill("SIGINT");
    assert.equal((await call.done).code, 130);
    await up.line(ended);
    assert.equal(await sandbox.json("call", "calc", "add", "1", "2"), 3);
    up.kill("SIGINT");
    assert.equal((await up.done).code, 130);
  });
}

e2e("call: a time that is over cancels what was called", async (sandbox) => {
  sandbox.write("calc.ts", CALCULATOR);
  sandbox.config(ONE);
  const up = sandbox.start(["up"]);
  await up.line(/calc: ready/);
  const { code, stderr } = await sandbox.supervise("call", "calc", "hold", "--timeout", "1s");
  assert.equal(code, 8);
  assert.match(stderr, /"hold" did not return within the given time, and was cancelled/);
  await up.line(/let go/);
  up.kill("SIGINT");
  await up.done;
});

e2e(
  "call: an actor that ends in the middle is a clear error, and one that restarts is waited for",
  async (sandbox) => {
    await upDetached(
      sandbox,
      `actors.calc = { module = "calc.ts", daemon = true, backoff = { initial = "1ms" } }`,
    );
    const lost = await sandbox.supervise("call", "calc", "die");
    assert.equal(lost.code, 1);
    assert.match(lost.stderr, /call\/lost\]: The connection to actor "calc" is closed/);
    const { pid } = await sandbox.json("call", "calc", "add", "1", "2", "--timeout", "1m")
      .then(() => sandbox.row("calc"));
    process.kill(pid, "SIGKILL");
    assert.equal(await sandbox.json("call", "calc", "add", "1", "2", "--timeout", "1m"), 3);
    await down(sandbox);
  },
);

e2e("call: a stream ends when nobody reads it any more", async (sandbox) => {
  sandbox.write("flood.ts", `export async function* flood() { for (let i = 0;; i++) yield i; }`);
  sandbox.config(`actors.flood = { module = "flood.ts", daemon = true }`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const quoted = [...SUPERVISE, "call", "flood", "flood", "--stream"].map((word) => `'${word}'`).join(" ");
  const { code, stdout } = await sandbox.run(["/bin/sh", "-c", `${quoted} | head -n 2`]).done;
  assert.deepEqual([code, stdout], [0, "0\n1\n"]);
  await down(sandbox);
});
