import assert from "node:assert/strict";
import { decodeText } from "../../../lib/config/text/decode_text.ts";
import { test } from "../../harness/test.ts";

function bytesOf(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/** Where and why bytes are no text; null if they are. */
function told(bytes: readonly number[]): string | null {
  const { problem } = decodeText("x.toml", Uint8Array.from(bytes));
  return problem === null ? null : `${problem.line}:${problem.column} ${problem.message}`;
}

test("decode: UTF-8 is text, with a byte order mark or without", () => {
  for (const text of ["", "name = 'caf\u00e9'\n", "\u{1f600}", "a\u0000b"]) {
    const { text: decoded, problem } = decodeText("x.toml", Uint8Array.from(bytesOf(text)));
    assert.deepEqual([decoded, problem], [text, null]);
  }
  assert.equal(decodeText("x.toml", Uint8Array.from([0xef, 0xbb, 0xbf, 0x61])).text, "a");
});

test("decode: a wrong byte is told at its place, in characters", () => {
  const cases: readonly (readonly [readonly number[], string])[] = [
    [[0xe9], "1:1 the byte 0xe9 is not UTF-8 here"],
    [[...bytesOf("name = 'caf"), 0xe9, ...bytesOf("'\n")], "1:12 the byte 0xe9 is not UTF-8 here"],
    [
      [...bytesOf("# \u00e9\u{1f600}\n# \u00e9\u{1f600}"), 0xff, ...bytesOf("\nmore")],
      "2:5 the byte 0xff is not UTF-8 here",
    ],
    [[...bytesOf("a"), 0xc0, 0x80], "1:2 the byte 0xc0 is not UTF-8 here"],
    // A half of a character of UTF-16, and a character that the file ends in.
    [[...bytesOf("ab"), 0xed, 0xa0, 0x80, ...bytesOf("c")], "1:3 the byte 0xed is not UTF-8 here"],
    [[...bytesOf("ab\n"), 0xf0, 0x9f, 0x98], "2:1 the byte 0xf0 is not UTF-8 here"],
    [[...bytesOf("ab"), 0x80, ...bytesOf("\n"), 0x80], "1:3 the byte 0x80 is not UTF-8 here"],
  ];
  for (const [bytes, expected] of cases) assert.equal(told(bytes), expected, String(bytes));
});

test("decode: other encodings are named", () => {
  const utf16 = [..."name = 1"].flatMap((character) => [character.charCodeAt(0), 0]);
  const swapped = utf16.flatMap((_, index) => index % 2 === 0 ? [utf16[index + 1]!, utf16[index]!] : []);
  for (const bytes of [[0xff, 0xfe, ...utf16], utf16, [0xfe, 0xff, ...swapped], swapped]) {
    assert.equal(told(bytes), "0:0 the file is UTF-16, and TOML is UTF-8");
  }
  assert.equal(told([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), "0:0 the file is UTF-32, and TOML is UTF-8");
  assert.equal(
    decodeText("x", Uint8Array.from(utf16)).problem!.hint,
    "save it as UTF-8: `iconv -f UTF-16 -t UTF-8`",
  );
});
