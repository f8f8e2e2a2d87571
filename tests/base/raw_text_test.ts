import assert from "node:assert/strict";
import { isUtf8, rawBytes, rawText } from "../../lib/base/raw_text.ts";
import { test } from "../harness/test.ts";

const CASES: readonly (readonly [bytes: readonly number[], text: string])[] = [
  [[], ""],
  [[0x63, 0x61, 0x66, 0xe9], "caf\udce9"],
  [[0x63, 0x61, 0x66, 0xc3, 0xa9], "caf\u00e9"],
  [[0xe9, 0x21], "\udce9!"],
  [[0xc3], "\udcc3"],
  [[0xf0, 0x9f, 0x98, 0x80, 0xff], "\u{1f600}\udcff"],
  [[0xf0, 0x9f, 0x98], "\udcf0\udc9f\udc98"],
  // A half of a surrogate pair, and a long form, are no UTF-8.
  [[0xed, 0xb3, 0xa9], "\udced\udcb3\udca9"],
  [[0xc0, 0x80], "\udcc0\udc80"],
  [[0xef, 0xbb, 0xbf, 0x80], "\ufeff\udc80"],
];

for (const [bytes, text] of CASES) {
  test(`raw text: ${bytes.map((byte) => byte.toString(16)).join(" ")} is kept`, () => {
    const given = Uint8Array.from(bytes);
    assert.equal(rawText(given), text);
    assert.deepEqual(rawBytes(text), given);
    assert.deepEqual(rawBytes(JSON.parse(JSON.stringify(text))), given);
    assert.equal(isUtf8(given), !/[\udc80-\udcff]/u.test(text));
  });
}

test("raw text: any bytes are kept", () => {
  let state = 1;
  for (let round = 0; round < 2_000; round++) {
    const bytes = Uint8Array.from({ length: round % 40 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state >> 16;
    });
    assert.deepEqual(rawBytes(rawText(bytes)), bytes);
  }
});
