import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, problemsOf } from "../compiling.ts";

const A = '[actors.a]\nexec = "x"\n';
const B = '\n[actors.b]\nexec = "x"\n';

test("logs: two actors cannot log to one file, nor to one that the other is rotated to", () => {
  const told = 'duplicate-log 6:12 "a" logs to "/srv/shop/x.log", too';
  assert.deepEqual(problemsOf(`${A}log.file = "x.log"${B}log.file = "./x.log"`), [told]);
  assert.deepEqual(problemsOf(`${A}log.file = "x.log"${B}log.file = "x.log.2"`), [told]);
  assert.deepEqual(problemsOf(`${A}log.file = "x.log"${B}log.file = "y.log"`), []);
});

test("logs: replicas have a file each", () => {
  const [problem] = problemsOf(`${A}replicas = 2\nlog.file = "x.log"`);
  assert.match(problem!, /^duplicate-log 4:12 "a\.1" logs to/);
  const own = `${A}replicas = 2\nlog.file = "x.\${replica}.log"`;
  assert.deepEqual(problemsOf(own), []);
  assert.equal(actorOf(own, "a.2").log.file, "/srv/shop/x.2.log");
});

test("logs: a table is inherited key by key, a word as it is", () => {
  const defaults = "[defaults]\nlog = { compress = true, keep = 2 }\n";
  const { log } = actorOf(`${defaults}${A}log = { keep = 9 }`, "a");
  assert.deepEqual([log.to, log.compress, log.keep], ["file", true, 9]);
  assert.equal(actorOf(`${defaults}${A}log = "null"`, "a").log.to, "null");
  const word = actorOf(`[defaults]\nlog = "null"\n${A}log = { keep = 9 }`, "a").log;
  assert.deepEqual([word.to, word.keep], ["file", 9]);
});

test("logs: a format without a file is warned of, and what is no size or age is refused", () => {
  assert.deepEqual(problemsOf(`${A}log = { format = "json" }`), [
    "format-without-file 3:9 format says what a file looks like, and there is no file",
  ]);
  for (
    const [value, told] of [
      ['"none"', 'bad-value 3:7 unknown log "none"'],
      ["{ max_size = 5 }", "bad-value 3:20 5 has no unit"],
      ['{ max_size = "1B" }', 'out-of-range 3:20 "1B" is too small'],
      ["{ max_age = 5 }", "bad-duration 3:19 5 has no unit"],
      ["{ keep = -1 }", "out-of-range 3:16 -1 is too small"],
      ['{ format = "text" }', 'bad-value 3:18 unknown format "text"'],
      ["{ size = 5 }", 'unknown-key 3:9 unknown key "size"'],
    ]
  ) {
    const [problem] = problemsOf(`${A}log = ${value}`);
    assert.ok(problem?.startsWith(told!), `${value}: ${problem}`);
  }
});
