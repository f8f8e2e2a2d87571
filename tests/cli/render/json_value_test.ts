import assert from "node:assert/strict";
import { jsonValue } from "../../../lib/cli/render/json_value.ts";
import { test } from "../../harness/test.ts";

test("json value: what JSON has no word for becomes text, a list, or null", () => {
  const cases: [unknown, unknown][] = [
    [undefined, null],
    [null, null],
    [[undefined, Number.NaN], [null, null]],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [2n ** 64n, "18446744073709551616"],
    [new Date(1_000), "1970-01-01T00:00:01.000Z"],
    [new Date(Number.NaN), null],
    [new Uint8Array([0, 255]), "AP8="],
    [new Uint8Array([0, 255]).buffer, "AP8="],
    [new Uint8Array(100_000), `${"A".repeat(133_334)}==`],
    [new Float32Array([0.5, 2]), [0.5, 2]],
    [new BigInt64Array([-1n]), ["-1"]],
    [new Set([new Date(0)]), ["1970-01-01T00:00:00.000Z"]],
    [new Map<unknown, unknown>([[1, new Set([2])]]), [[1, [2]]]],
  ];
  for (const [value, expected] of cases) {
    assert.deepEqual(JSON.parse(JSON.stringify(jsonValue(value))), expected);
  }
});
