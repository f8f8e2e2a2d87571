import assert from "node:assert/strict";
import { compileGlob } from "../../lib/config/glob.ts";
import { seeded } from "../harness/seeded.ts";
import { test } from "../harness/test.ts";

/** The same glob as a regular expression, which says what it means. */
function patternOf(glob: string): RegExp {
  const meanings: Record<string, string> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
  const parts = glob.match(/\*\*\/|\*\*|[\s\S]/gu) ?? [];
  return new RegExp(`^${parts.map((part) => meanings[part] ?? RegExp.escape(part)).join("")}$`, "su");
}

test("glob: stars, names and slashes mean the same as the regular expression that spells them out", () => {
  for (let seed = 1; seed <= 20_000; seed++) {
    const random = seeded(seed);
    const text = (alphabet: readonly string[], most: number) =>
      Array.from(
        { length: Math.floor(random() * most) },
        () => alphabet[Math.floor(random() * alphabet.length)],
      )
        .join("");
    const glob = text(["a", "b", "/", "*", "*", "?", "**/", "."], 8);
    const path = text(["a", "b", "/", "a", "."], 8);
    assert.equal(compileGlob(glob)(path), patternOf(glob).test(path), `seed ${seed}: ${glob} on ${path}`);
  }
});

test("glob: a character is one, however it is encoded", () => {
  assert.equal(compileGlob("?")("\u{1f600}"), true);
  assert.equal(compileGlob("\u{1f600}*")("\u{1f600}x"), true);
  assert.equal(compileGlob("*\n*")("a\nb"), true);
});
