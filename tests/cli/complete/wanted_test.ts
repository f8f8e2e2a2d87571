import assert from "node:assert/strict";
import { readCommandLine } from "../../../lib/cli/complete/wanted.ts";
import { VERBS } from "../../../lib/cli/verbs.ts";
import { test } from "../../harness/test.ts";

const commandOf = async (name: string) =>
  await VERBS.find((verb) => verb.name === name || verb.aliases.includes(name))?.load();

/** What the last word of a line is: what it names, and what of it is typed behind what stays. */
async function wanted(line: string): Promise<string | null> {
  const { wanted } = await readCommandLine(line.split(" "), commandOf);
  if (wanted === null) return null;
  const what = wanted.what === "value"
    ? typeof wanted.takes === "string" ? wanted.takes : wanted.takes[0]!
    : wanted.what;
  return `${what} ${wanted.stem}|${wanted.typed}`;
}

test("completions: the last word is a command, an option, the value of one, or what the command takes", async () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["", "verb |"],
    ["sta", "verb |sta"],
    ["--", "option |--"],
    ["-q ", "verb |"],
    ["-f ", "file |"],
    ["-f x.toml p", "verb |p"],
    ["-p ", "tree |"],
    ["--file=x", "file --file=|x"],
    ["nonsense ", null],
    ["ps ", "selector |"],
    ["ps api --fl", "option |--fl"],
    ["ps -p sh", "tree |sh"],
    ["ps --name=sh", "tree --name=|sh"],
    ["-qf x ps --watch a", "selector |a"],
    ["reload ", "file |"],
    ["up ", "file |"],
    ["up x.toml ", null],
    ["up --only a,po", "selector a,|po"],
    ["up --only=a,po", "selector --only=a,|po"],
    ["up -t ", "text |"],
    ["up --nonsense=", "option |--nonsense="],
    ["wait --for ready,co", "started ready,|co"],
    ["wait --for", "option |--for"],
    ["logs -f ", "selector |"],
    ["logs --stream ", "stdout |"],
    ["signal ", "signal |"],
    ["signal HUP a", "selector |a"],
    ["call ", "selector |"],
    ["call a ", "function |"],
    ["call a f ", "text |"],
    ["exec ", "selector |"],
    ["exec a -- l", "command |l"],
    ["exec a -- ls -", "command |-"],
    ["scale a", "count |a"],
    ["completions ", "bash |"],
  ];
  for (const [line, expected] of cases) assert.equal(await wanted(line), expected, line);
});

test("completions: options that were given are not offered again, but those that may be repeated", async () => {
  const { wanted } = await readCommandLine(["up", "-d", "--only", "a", "--timeout=5s", "--"], commandOf);
  assert.ok(wanted?.what === "option");
  const names = wanted.options.map(({ name }) => name);
  for (const name of ["detach", "timeout"]) assert.ok(!names.includes(name), name);
  for (const name of ["only", "keep", "file"]) assert.ok(names.includes(name), name);
});

test("completions: the tree is the one that the line says, by a word, an option before or behind", async () => {
  const cases: readonly (readonly [string, string | null, string | null])[] = [
    ["ps ", null, null],
    ["-f a.toml ps ", "a.toml", null],
    ["ps -f a.toml ", "a.toml", null],
    ["-fa.toml logs -f ", "a.toml", null],
    ["ps -p shop ", null, "shop"],
    ["up b.toml --only ", "b.toml", null],
    ["export systemd ", null, null],
  ];
  for (const [line, file, name] of cases) {
    const { tree } = await readCommandLine(line.split(" "), commandOf);
    assert.deepEqual(tree, { file, name }, line);
  }
});
