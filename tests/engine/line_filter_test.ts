/** Which lines are wanted, and what of them can be found before they are read. */
import assert from "node:assert/strict";
import { RE2JS } from "re2js";
import { seeded } from "../../lib/base/chance.ts";
import { compileSearch } from "../../lib/engine/logs/compile_search.ts";
import { decoderOf } from "../../lib/engine/logs/line_decoder.ts";
import { ALL_LINES, scanLines } from "../../lib/engine/logs/line_filter.ts";
import { encodeLine, formatMicros, type LogStream } from "../../lib/engine/logs/log_format.ts";
import { requiredText } from "../../lib/engine/logs/required_text.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";

const SEEDS = 500;

/** Patterns, with a text that may match and one that need not be looked at; null where nothing can be told beforehand. */
const REQUIRED: readonly (readonly [pattern: string, has: string, lacks: string | null])[] = [
  ["status 500", "a status 500", "status 200"],
  ["a+bcd", "xabcd", "bcd"],
  ["abc?d", "ab", "bcd"],
  ["ab*cd", "cd", "abc"],
  ["a{2}bc", "aabc", "abc"],
  ["(foo){2,}b", "foo", "fob"],
  ["ab{0,3}cd", "cd", "abc"],
  ["^GET /items/\\d+ from", "GET /items/1", "GET /items/ from"],
  ["GET [a-z]+ok", "GET o", "GE"],
  ["a\\.b\\/c", "a.b/c", "aab/c"],
  ["(abc)d", "abc", "ab"],
  ["(abc)?", "", null],
  ["timeout|refused", "was refused", "was accepted"],
  ["(error|fail(ed|ure)): disk", "xed: disk", "error: net"],
  ["one|(two)?", "", null],
  ["(?i)error", "ERRor", "erro"],
  ["a(?i)error", "", null],
  ["[5]0{2}$", "500 x", "50"],
  ["\\d{3}", "x 123", "12"],
  ["[a-f0-9]{8}", "0123abcd", "0123abc"],
  ["[^a]", "", null],
  ["[[:alpha:]]", "", null],
  ["[a\\]b]cd", "]cd", "xcd"],
  ["(?<=a)b", "", null],
  [".*", "", null],
  ["\\bword\\b", "sword", "wor"],
  ["x\\x41yz", "", null],
  ["x\u{1f600}*y", "x", "\u{1f600}"],
  ["", "", null],
];

test("line search: what every match has is found beforehand", () => {
  for (const [pattern, has, lacks] of REQUIRED) {
    const required = requiredText(pattern);
    if (lacks === null) assert.equal(required, null, pattern);
    else {
      assert.ok(required !== null && required.find(has, 0) >= 0, `${pattern}: ${has}`);
      assert.equal(required.find(lacks, 0), -1, `${pattern}: ${lacks}`);
    }
  }
});

test("line search: random patterns find the same lines with what they require as without", async () => {
  for (const seed of seedsOf(SEEDS)) {
    const random = seeded(seed);
    const pick = (parts: readonly string[]) => parts[Math.floor(random() * parts.length)]!;
    const parts = [
      "a",
      "b",
      "ab",
      "\\.",
      ".",
      "[ab]",
      "(ab)",
      "(a|b)",
      "(?:ab|c)",
      "|",
      "[^b]",
      "[a-c1]",
      "\\w",
      "\\W",
      "\\d",
      "\\x61",
      "\\u0061",
      "\\t",
      "^",
      "$",
      "c",
      "\\cA",
    ];
    const pattern = Array.from({ length: 1 + Math.floor(random() * 5) }, () => `${pick(parts)}`)
      .map((part) =>
        /^[\^$|]/.test(part) ? part : `${part}${pick(["", "", "", "?", "*", "+", "{2}", "{0,1}"])}`
      ).join("");
    let search;
    try {
      search = await compileSearch(pattern);
    } catch {
      continue;
    }
    const plain = RE2JS.compile(RE2JS.translateRegExp(pattern));
    const texts = Array.from(
      { length: 40 },
      () =>
        Array.from(
          { length: Math.floor(random() * 9) },
          () => pick(["a", "b", "c", ".", "1", "\t", "x", "6"]),
        ).join(""),
    );
    const text = texts.map((line) => `${line}\n`).join("");
    const found = scanLines(text, decoderOf("raw", "a", 1), { stream: null, search }, true);
    assert.deepEqual(
      found.map((line) => line.text),
      texts.filter((line) => plain.test(line)),
      `seed ${seed}: ${pattern}`,
    );
  }
});

test("line search: a line is searched as it was printed, and as people see it", async () => {
  const search = await compileSearch("ERROR: disk");
  const texts = ["\x1b[31mERROR\x1b[0m: disk", "10%\rERROR: disk", "an error", "ERROR: disk full"];
  const text = texts.map((line) => `${line}\n`).join("");
  const found = scanLines(text, decoderOf("raw", "a", 1), { stream: null, search }, true);
  assert.deepEqual(found.map((line) => line.text), [texts[0], texts[1], texts[3]]);
});

test("line filter: the stream of a line, and not the word for it in the file", async () => {
  const line = (at: number, stream: LogStream, text: string) =>
    new TextDecoder().decode(encodeLine(at, stream, { bytes: new TextEncoder().encode(text), cut: false }));
  const text = line(1, "stdout", "err one") + line(2, "stderr", "two") + line(3, "supervise", "three");
  const decode = decoderOf("stamped", "a", 0);
  const texts = (filter: Parameters<typeof scanLines>[2]) =>
    scanLines(text, decode, filter, true).map(({ text }) => text);
  assert.deepEqual(texts(ALL_LINES), ["err one", "two", "three"]);
  assert.deepEqual(texts({ stream: "stderr", search: null }), ["two"]);
  // The word and the stamp stand before the line, and are none of it.
  assert.deepEqual(texts({ stream: null, search: await compileSearch("err") }), ["err one"]);
  assert.deepEqual(texts({ stream: null, search: await compileSearch("1970") }), []);
});

test("line decoder: what is not ours is no line, of whatever format", () => {
  const stamp = formatMicros(1_234_567);
  const stamped = decoderOf("stamped", "a", 0);
  assert.deepEqual(stamped(`${stamp} err+ text`), {
    at: 1_234_567,
    path: "a",
    stream: "stderr",
    text: "text",
    cut: true,
  });
  for (
    const text of [
      "",
      "not ours",
      stamp,
      `${stamp} out`,
      `${stamp} foo text`,
      `${stamp}  out text`,
      `${stamp} out- text`,
      `x${stamp.slice(1)} out text`,
      `${stamp.slice(0, 20)}12a456Z out text`,
    ]
  ) assert.equal(stamped(text), null, text);
  const json = decoderOf("json", "a", 0);
  const fields = { at: stamp, path: "other", stream: "stdout", line: "x", cut: false, more: 1 };
  assert.deepEqual(json(JSON.stringify(fields)), {
    at: 1_234_567,
    path: "a",
    stream: "stdout",
    text: "x",
    cut: false,
  });
  for (
    const wrong of [
      "",
      "{}",
      "[]",
      "null",
      JSON.stringify({ ...fields, stream: "x" }),
      JSON.stringify({ ...fields, at: "x" }),
    ]
  ) {
    assert.equal(json(wrong), null, wrong);
  }
});
