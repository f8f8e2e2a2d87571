import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf, type Surroundings } from "../compiling.ts";

function paramsOf(lines: string, surroundings?: Surroundings): unknown {
  return actorOf(`[actors.a]\nmodule = "a.ts"\n${lines}`, "a", surroundings).module?.params;
}

test("data: every value of TOML comes out as JSON has it", () => {
  const cases: [string, unknown][] = [
    ["'text'", "text"],
    ["''", ""],
    ["true", true],
    ["-5", -5],
    ["0xff", 255],
    ["1_000.5", 1_000.5],
    ["[]", []],
    ["{}", {}],
    ["[1, 'two', [3.5], { four = false }]", [1, "two", [3.5], { four: false }]],
    ["{ a.b = 1, 'c d' = [] }", { a: { b: 1 }, "c d": [] }],
  ];
  for (const [written, expected] of cases) {
    assert.deepEqual(paramsOf(`params = ${written}`), expected, written);
  }
  assert.deepEqual(paramsOf("[actors.a.params]\nx = 1\n[[actors.a.params.list]]\ny = 2"), {
    x: 1,
    list: [{ y: 2 }],
  });
  assert.deepEqual(paramsOf("params.a = 1\nparams.b.c = 2"), { a: 1, b: { c: 2 } });
});

test("data: dates and times come out as ISO text", () => {
  const cases: [string, string][] = [
    ["1979-05-27T07:32:00Z", "1979-05-27T07:32:00Z"],
    ["1979-05-27t07:32:00z", "1979-05-27T07:32:00Z"],
    ["1979-05-27 07:32:00.5-07:00", "1979-05-27T07:32:00.5-07:00"],
    ["1979-05-27 07:32:00", "1979-05-27T07:32:00"],
    ["1979-05-27", "1979-05-27"],
    ["07:32:00", "07:32:00"],
  ];
  for (const [written, expected] of cases) {
    assert.deepEqual(paramsOf(`params = { at = ${written} }`), { at: expected });
  }
});

test("data: placeholders are replaced in texts at any depth, and not in names", () => {
  const text = "params = { '${dir}' = [{ url = 'http://${env:HOST}/${replica}' }], kept = '$${dir}' }";
  assert.deepEqual(paramsOf(text, { environment: { HOST: "db" } }), {
    "${dir}": [{ url: "http://db/1" }],
    kept: "${dir}",
  });
  assert.deepEqual(problemsOf(`[actors.a]\nmodule = "a.ts"\n${text}\nenv = { A = "\${env:B}" }`), [
    'unset-variable 3:40 the variable "HOST" is not set',
    'unset-variable 4:14 the variable "B" is not set',
  ]);
});

test("data: a name like those of every object is a name as any other", () => {
  const params = paramsOf("params = { __proto__ = { x = 1 }, constructor = 2 }") as object;
  assert.deepEqual(Object.entries(params), [["__proto__", { x: 1 }], ["constructor", 2]]);
  assert.equal(Object.getPrototypeOf(params), Object.prototype);
});

test("data: numbers that JSON has not, or not exactly, are refused", () => {
  for (const written of ["nan", "inf", "-inf", "9007199254740993", "-9007199254740993"]) {
    assert.deepEqual(adviceOf(`[actors.a]\nmodule = "a.ts"\nparams = { x = ${written} }`), {
      message: `${written} cannot be handed on as a number`,
      expected: null,
      hint: `write it as text: "${written}"`,
    });
  }
});

test("data: what is nested deeper than any real file needs is refused, however it is written", () => {
  const tooDeep = (lines: string) => problemsOf(`[actors.a]\nmodule = "a.ts"\n${lines}`);
  assert.match(
    tooDeep(`params.${"x.".repeat(5_000)}y = 1`).join(),
    /^too-deep 3:\d+ this is nested too deeply$/,
  );
  assert.match(tooDeep(`params = ${"[".repeat(50)}${"]".repeat(50)}`).join(), /^too-deep 3:\d+ /);
  assert.deepEqual(tooDeep(`params.${"x.".repeat(30)}y = 1`), []);
});
