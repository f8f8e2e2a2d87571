import assert from "node:assert/strict";
import { ExitCode } from "../../lib/base/exit_code.ts";
import { UserError } from "../../lib/base/user_error.ts";
import {
  asksFor,
  type Option,
  type Parsed,
  parseWords,
  withDashes,
  withGlobals,
} from "../../lib/cli/option.ts";
import { test } from "../harness/test.ts";

const OPTIONS: readonly Option[] = [
  { name: "detach", short: "d", doc: "" },
  { name: "quiet", short: "q", doc: "" },
  { name: "json", doc: "" },
  { name: "timeout", short: "t", value: "DURATION", doc: "" },
  { name: "lines", short: "n", value: "N", doc: "" },
  { name: "seed", value: "N", range: { least: 0, most: 4_294_967_295 }, doc: "" },
  { name: "acts", short: "a", value: "N", range: { least: 1, most: 100 }, doc: "" },
  { name: "within", value: "DURATION", range: { least: 1, most: 86_400_000 }, doc: "" },
  { name: "file", short: "f", value: "FILE", doc: "" },
  { name: "only", value: "SEL", many: true, doc: "" },
];

function parse(...words: readonly string[]): Parsed {
  return parseWords(words, OPTIONS);
}

/** Everything that words set, by name. */
function given(...words: readonly string[]): Record<string, unknown> {
  const parsed = parse(...words);
  const values: Record<string, unknown> = {
    words: parsed.words,
    detach: parsed.has("detach"),
    quiet: parsed.has("quiet"),
    json: parsed.has("json"),
    timeout: parsed.duration("timeout"),
    lines: parsed.count("lines"),
    file: parsed.text("file"),
    only: parsed.list("only"),
  };
  const isSet = (value: unknown) =>
    value !== false && value !== null && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isSet(value)));
}

test("options: every way to write an option means the same", () => {
  const cases: readonly (readonly [readonly string[], Record<string, unknown>])[] = [
    [[], {}],
    [["a", "b/*"], { words: ["a", "b/*"] }],
    [["--detach"], { detach: true }],
    [["-d"], { detach: true }],
    [["-dq"], { detach: true, quiet: true }],
    [["-d", "-d", "--detach"], { detach: true }],
    [["--timeout", "5s"], { timeout: 5_000 }],
    [["--timeout=5s"], { timeout: 5_000 }],
    [["-t", "1h30m"], { timeout: 5_400_000 }],
    [["-t5s"], { timeout: 5_000 }],
    [["-t=5s"], { timeout: 5_000 }],
    [["-dt5s"], { detach: true, timeout: 5_000 }],
    [["-dqt", "5s", "x"], { detach: true, quiet: true, timeout: 5_000, words: ["x"] }],
    [["-n20"], { lines: 20 }],
    [["-n", "0"], { lines: 0 }],
    [["-fdev.toml"], { file: "dev.toml" }],
    [["-f./dev.toml"], { file: "./dev.toml" }],
    [["--file=a=b"], { file: "a=b" }],
    [["--file", "007"], { file: "007" }],
    [["007", "1e3"], { words: ["007", "1e3"] }],
    [["--only", "a", "x", "--only", "b,c"], { only: ["a", "b", "c"], words: ["x"] }],
    [["-"], { words: ["-"] }],
    [["--"], {}],
    [["-d", "--", "-q", "--json", "--nonsense", "--"], {
      detach: true,
      words: ["-q", "--json", "--nonsense", "--"],
    }],
  ];
  for (const [words, expected] of cases) assert.deepEqual(given(...words), expected, words.join(" "));
});

test("options: what a command has no option for was not given", () => {
  const parsed = parse("a");
  assert.deepEqual([parsed.count("none"), parsed.duration("none"), parsed.text("none")], [null, null, null]);
});

test("options: each mistake has its own error, and every one exits with the code for wrong usage", () => {
  const cases: readonly (readonly [readonly string[], string, string, string])[] = [
    [["--jsn"], "unknown-option", 'There is no option "--jsn"', 'did you mean "--json"?'],
    [["--timeuot=5s"], "unknown-option", 'There is no option "--timeuot"', 'did you mean "--timeout"?'],
    [["--wholly-other"], "unknown-option", 'There is no option "--wholly-other"', "--help lists the options"],
    [["--no-json"], "unknown-option", 'There is no option "--no-json"', "--help lists the options"],
    [["--__proto__"], "unknown-option", 'There is no option "--__proto__"', "--help lists the options"],
    [["--=x"], "unknown-option", 'There is no option "--"', "--help lists the options"],
    [["-x"], "unknown-option", 'There is no option "-x"', "--help lists the options"],
    [["-dx"], "unknown-option", 'There is no option "-x"', "--help lists the options"],
    [["-1"], "unknown-option", 'There is no option "-1"', "--help lists the options"],
    [["-?"], "unknown-option", 'There is no option "-?"', "--help lists the options"],
    [["-\u00e9"], "unknown-option", 'There is no option "-\u00e9"', "--help lists the options"],
    [["--file"], "missing-value", "--file needs a value", "write --file FILE"],
    [["--file", "--json"], "missing-value", "--file needs a value", "write --file FILE"],
    [["--file="], "missing-value", "--file needs a value", "write --file FILE"],
    [["-f"], "missing-value", "--file needs a value", "write --file FILE"],
    [["-df"], "missing-value", "--file needs a value", "write --file FILE"],
    [["-t="], "missing-value", "--timeout needs a value", "write --timeout DURATION"],
    [["--only", "a,,b"], "missing-value", "--only needs a value", "write --only SEL"],
    [["--only", ","], "missing-value", "--only needs a value", "write --only SEL"],
    [["--json=no"], "unexpected-value", "--json takes no value", "write --json, or leave it out"],
    [["--json="], "unexpected-value", "--json takes no value", "write --json, or leave it out"],
    [["-d=false"], "unexpected-value", "--detach takes no value", "write --detach, or leave it out"],
    [["--file", "a", "-f", "b"], "repeated-option", "--file is given 2 times", "give it once"],
    [["-t1s", "-t2s", "-t3s"], "repeated-option", "--timeout is given 3 times", "give it once"],
    [["-t", "5"], "bad-value", '--timeout is "5"', 'write a duration such as "10s"'],
    [["-t", "soon"], "bad-value", '--timeout is "soon"', 'write a duration such as "10s"'],
    [["-n", "many"], "bad-value", '--lines is "many"', "write a whole number"],
    [["-n", "1.5"], "bad-value", '--lines is "1.5"', "write a whole number"],
    [["-n", "-5"], "bad-value", '--lines is "-5"', "write a whole number"],
    [["--seed", "-1"], "bad-value", '--seed is "-1"', "write a whole number from 0 to 4,294,967,295"],
    [["--seed=-1"], "bad-value", '--seed is "-1"', "write a whole number from 0 to 4,294,967,295"],
    [
      ["--seed", "4294967296"],
      "bad-value",
      '--seed is "4294967296"',
      "write a whole number from 0 to 4,294,967,295",
    ],
    [["-da", "-1"], "bad-value", '--acts is "-1"', "write a whole number from 1 to 100"],
    [["-a0"], "bad-value", '--acts is "0"', "write a whole number from 1 to 100"],
    [["-a", "x"], "bad-value", '--acts is "x"', "write a whole number from 1 to 100"],
    [["--within", "0s"], "bad-value", '--within is "0s"', "write a duration from 1ms to 1d"],
    [["--within", "-1s"], "bad-value", '--within is "-1s"', "write a duration from 1ms to 1d"],
    [["--within", "25h"], "bad-value", '--within is "25h"', "write a duration from 1ms to 1d"],
    [["-1"], "unknown-option", 'There is no option "-1"', "--help lists the options"],
    [["--file", "-1"], "unknown-option", 'There is no option "-1"', "--help lists the options"],
  ];
  for (const [words, code, message, hint] of cases) {
    assert.throws(() => parse(...words), (error) => {
      assert.ok(error instanceof UserError);
      const { exitCode } = error;
      assert.deepEqual([error.code, error.message, error.hint, exitCode], [
        `usage/${code}`,
        message,
        hint,
        ExitCode.usage,
      ], words.join(" "));
      return true;
    });
  }
});

test("options: a switch is seen among words that are wrong otherwise, but not behind two dashes or in a value", () => {
  const cases: readonly (readonly [readonly string[], boolean])[] = [
    [["up", "-q", "--nonsense"], true],
    [["up", "--quiet"], true],
    [["up", "-dq"], true],
    [["up", "-qx"], true],
    [["up", "-xq"], false],
    [["up", "-fq"], false],
    [["up", "--", "-q"], false],
    [["up", "--quieter"], false],
    [["q"], false],
    [[], false],
  ];
  for (const [words, expected] of cases) {
    assert.equal(asksFor(words, "quiet", OPTIONS), expected, words.join(" "));
  }
});

test("options: a command's own options hide global ones by name, and take their letters", () => {
  const own: readonly Option[] = [{ name: "follow", short: "f", doc: "own" }, { name: "json", doc: "own" }];
  const globals: readonly Option[] = [
    { name: "file", short: "f", value: "FILE", doc: "global" },
    { name: "json", short: "j", doc: "global" },
    { name: "quiet", short: "q", doc: "global" },
  ];
  assert.deepEqual(withGlobals(own, globals), [
    ...own,
    { name: "file", value: "FILE", doc: "global" },
    { name: "quiet", short: "q", doc: "global" },
  ]);
});

test("options: behind the first word of another program's command line there are none", () => {
  const options: Option[] = [
    { name: "names", short: "n", value: "NAME", many: true, doc: "" },
    { name: "shell", short: "s", doc: "" },
  ];
  const cases: [string, string][] = [
    ["ls -l", "-- ls -l"],
    ["-s ls -l", "-s -- ls -l"],
    ["-n a ls -n", "-n a -- ls -n"],
    ["-sn a ls", "-sn a -- ls"],
    ["-na ls", "-na -- ls"],
    ["--names a ls", "--names a -- ls"],
    ["--names=a ls --shell", "--names=a -- ls --shell"],
    ["-s -- ls -- x", "-s -- ls -- x"],
    ["-s", "-s"],
    ["- x", "-- - x"],
  ];
  for (const [words, expected] of cases) {
    assert.deepEqual(withDashes(words.split(" "), options), expected.split(" "), words);
  }
});
