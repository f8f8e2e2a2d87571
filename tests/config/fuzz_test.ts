/**
 * Files broken at random: whatever stands in a file, compiling it ends, never throws, and tells a place in the file for
 * every problem.
 */
import assert from "node:assert/strict";
import { renderProblems } from "../../lib/cli/render/problems.ts";
import { test } from "../harness/test.ts";
import { compileText } from "./compiling.ts";

const INCLUDED = `env = { C = "c" }
include = ["**/leaf.toml", 'more/?.toml']
[defaults]
nice = 5
[actors.included]
exec = "./run"
depends_on = ["db"]
`;

const ROOT = "/srv/shop/supervise.toml";
const PART = "/srv/shop/parts/part.toml";

const VALID = `name = "shop"
include = ["parts/*.toml"]
strategy = "rest_for_one"
intensity = { restarts = 3, within = "10s" }
env = { A = "\${env:HOME:-/root}", B = 'x' }
[defaults]
backoff = { initial = "200ms", jitter = 0.5 }
[actors.db]
exec = ["postgres", "-D", "\${dir}/data"]
daemon = true
ready = { tcp = "127.0.0.1:5432", timeout = "20s" }
stop = { signal = "SIGINT", grace = "10s" }
[actors.migrate]
script = "./migrate.ts"
depends_on = { db = "ready" }
replicas = 2
success_exit_codes = [0, 3]
[trees.pool]
significant = true
depends_on = ["migrate"]
[trees.pool.actors.queue]
exec = "redis-server --port '6390'"
env.LONG = """
a \\
  b"""
[trees.pool.actors.api]
module = "./api-\${replica}.ts"
params = { at = 1979-05-27 07:32:00, of = [1, 2.5, { a = "\${dir}" }] }
[trees.pool.actors."worker"]
shell = 'python3 worker.py 2>&1 | tee worker.out # \u00e9\u{1f980}'
depends_on = ["queue", "db"]
run_timeout = "1h30m"
`;

/** What a mistake may put somewhere. */
const SCRAPS = [
  "include = '*.toml'",
  "include = ['**/*', '']",
  "[trees.pool.defaults]",
  "=",
  "[",
  "]",
  "{",
  "}",
  '"',
  "'",
  "\\",
  "\n",
  "\r\n",
  "\t",
  " ",
  ".",
  ",",
  "#",
  "$",
  "${env:",
  "${dir}",
  "$${",
  "}}",
  "\0",
  "\uFEFF",
  "\u{1f980}",
  "\ud800",
  "5",
  "-1",
  "1e999",
  "nan",
  "true",
  "1979-05-27",
  '"""',
  "'''",
  "[[actors]]",
  "[trees.pool]",
  "a.b.c",
  "__proto__ = 1",
  "exec = ",
  "depends_on = ['db']",
  "{ x = [",
  "replicas = 2",
  "replicas = 1000",
  "${replica}",
  "module = 'x.ts'",
  "params.a.b = ",
  "db.2",
  "\\u0000",
  "\\U0001F980",
] as const;

/** A generator of numbers in [0, 1) that a seed determines (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function mutate(text: string, random: () => number): string {
  const below = (limit: number) => Math.floor(random() * limit);
  const at = below(text.length + 1);
  const scrap = SCRAPS[below(SCRAPS.length)]!;
  const lines = text.split("\n");
  const line = below(lines.length);
  switch (below(8)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + below(4));
    case 1:
      return text.slice(0, at) + scrap + text.slice(at);
    case 2:
      return text.slice(0, at) + scrap + text.slice(at + 1 + below(6));
    case 3:
      return text.slice(0, at);
    case 4:
      return lines.toSpliced(line, 1).join("\n");
    case 5:
      return lines.toSpliced(line, 0, lines[below(lines.length)]!).join("\n");
    case 6:
      return lines.toSpliced(line, 1, scrap).join("\n");
    default:
      return text.slice(0, at) + String.fromCharCode(below(0x180)) + text.slice(at + 1);
  }
}

function check(text: string, included = INCLUDED): void {
  const { plan, problems, texts } = compileText(text, { files: { [ROOT]: text, [PART]: included } });
  assert.equal(plan === null, problems.some(({ severity }) => severity === "error"));
  const files = [...texts.keys()];
  assert.equal(files[0], ROOT);
  let last = [0, 0, 0];
  for (const { file, line, column, length, message } of problems) {
    const index = files.indexOf(file);
    const shown = texts.get(file)!.split("\n")[line - 1];
    assert.ok(shown !== undefined, `line ${line} of ${message}`);
    assert.ok(column >= 1 && column <= [...shown].length + 1, `column ${column} of ${message}`);
    assert.ok(length >= 1 && message !== "");
    const place = [index, line, column];
    const moved = place.findIndex((part, at) => part !== last[at]);
    assert.ok(moved === -1 || place[moved]! > last[moved]!, "sorted");
    last = place;
  }
  renderProblems(problems, texts, true);
}

test("fuzz: a file broken at random gives a plan, or errors with places in the file", () => {
  check(VALID);
  for (let seed = 0; seed < 4_000; seed++) {
    const random = randomFrom(seed);
    let text = VALID;
    for (let times = 1 + Math.floor(random() * 4); times > 0; times--) text = mutate(text, random);
    try {
      check(text);
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

test("fuzz: an included file broken at random gives a plan, or errors with places in one of the files", () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const random = randomFrom(seed);
    let text = INCLUDED;
    for (let times = 1 + Math.floor(random() * 4); times > 0; times--) text = mutate(text, random);
    try {
      check(VALID, text);
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

test("fuzz: every beginning of a file gives a plan, or errors with places in the file", () => {
  for (let end = 0; end <= VALID.length; end++) check(VALID.slice(0, end));
  for (let end = 0; end <= INCLUDED.length; end++) check(VALID, INCLUDED.slice(0, end));
});
