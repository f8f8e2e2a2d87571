/** What `docs/protocol.md` says is what the code does: the kinds, the limits, the values, and every frame byte by byte. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { concatBytes } from "../../lib/base/bytes.ts";
import { FrameSplitter } from "../../lib/wire/frame_splitter.ts";
import {
  ACTOR_PROTOCOL,
  decodeMessage,
  encodeMessage,
  Kind,
  MAX_FRAME_BYTES,
  MIN_PART_BYTES,
  PART_BYTES,
} from "../../lib/wire/message.ts";
import { decodePayload, encodePayload, PAYLOAD_LIMITS } from "../../lib/wire/payload.ts";
import { MAX_BIGINT_BYTES } from "../../lib/wire/why_not_carried.ts";
import { test } from "../harness/test.ts";

const TEXT = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

/** The cells of the table whose first column is headed so, without the marks of code around them. */
function table(heading: string): readonly (readonly string[])[] {
  const lines = TEXT.split("\n");
  const head = lines.findIndex((line) => new RegExp(`^\\|\\s*${heading}\\s*\\|`).test(line));
  assert.ok(head >= 0, `no table of ${heading}`);
  const rows = lines.slice(head + 2, lines.indexOf("", head));
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")));
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.trim().split(/\s+/), (pair) => parseInt(pair, 16));
}

interface Example {
  /** Kind, dialog and number. */
  readonly head: readonly [string, number, number];
  /** Null if there is none. */
  readonly payload: Uint8Array | null;
  readonly bytes: Uint8Array;
}

/** The worked examples; what stands behind the bytes of a line is for people. */
function examples(): readonly Example[] {
  return [...TEXT.matchAll(/^```frame\n(\S+) (\d+) (\d+) ?(.*)\n\n([^]*?)^```$/gm)].map((match) => {
    const [, kind, dialog, number, json, lines] = match as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const hex = lines.split("\n").map((line) => /^\s*((?:[\da-f]{2}(?: |$))*)/.exec(line)![1]).join(" ");
    return {
      head: [kind, Number(dialog), Number(number)],
      payload: json === "" ? null : encodePayload(JSON.parse(json)),
      bytes: bytesOf(hex),
    };
  });
}

/** What the examples in the table of values stand for. */
const VALUES: Readonly<Record<string, unknown>> = {
  "null": null,
  "undefined": undefined,
  "4294967295": 4_294_967_295,
  "4294967296": 4_294_967_296,
  "5n": 5n,
  "2n ** 64n": 2n ** 64n,
  '"a"': "a",
  '[1, "a"]': [1, "a"],
  "{ a: 1 }": { a: 1 },
  "new Map([[1, 2]])": new Map([[1, 2]]),
  "new Set([1])": new Set([1]),
  "new Date(5000)": new Date(5_000),
  "Uint8Array.of(1, 2)": Uint8Array.of(1, 2),
  "buffer of 1, 2": Uint8Array.of(1, 2).buffer,
  "Uint16Array.of(1)": Uint16Array.of(1),
};

test("protocol: the kinds are those of the document", () => {
  const kinds = table("kind").map(([name, number]) => [name, Number(number)]);
  assert.deepEqual(Object.fromEntries(kinds), Kind);
  assert.equal(kinds.length, Object.keys(Kind).length);
});

test("protocol: the version and the limits are those of the document", () => {
  assert.match(TEXT, new RegExp(`This is version ${ACTOR_PROTOCOL}\\.`));
  const { maxBytes, maxDepth, maxItems } = PAYLOAD_LIMITS;
  const limits = [
    MAX_FRAME_BYTES,
    PART_BYTES,
    MIN_PART_BYTES,
    maxBytes,
    4 * maxBytes,
    maxItems,
    MAX_BIGINT_BYTES,
  ];
  for (const limit of limits) assert.ok(TEXT.includes(limit.toLocaleString("en-US")), String(limit));
  assert.match(TEXT, new RegExp(`${maxDepth} arrays and maps in each other`));
});

test("protocol: values are the bytes that the document says", () => {
  const rows = table("value");
  assert.deepEqual(new Set(rows.map(([, , example]) => example)), new Set(Object.keys(VALUES)));
  for (const [, , example, hex] of rows) {
    const value = VALUES[example!];
    const bytes = bytesOf(hex!);
    assert.deepEqual([...encodePayload(value)], [...bytes], example);
    assert.deepEqual(decodePayload(bytes), value, example);
  }
});

test("protocol: every example is a whole frame with the message that it says", () => {
  assert.equal(examples().length, TEXT.match(/^```frame$/gm)?.length);
  for (const { head: [name, dialog, number], payload, bytes } of examples()) {
    const kind = (Kind as Readonly<Record<string, Kind>>)[name]!;
    assert.deepEqual([...concatBytes(encodeMessage({ kind, dialog, number, payload }))], [...bytes], name);
    const frames = new FrameSplitter(MAX_FRAME_BYTES).push(bytes);
    assert.equal(frames.length, 1);
    const message = decodeMessage(frames[0]!);
    assert.deepEqual([message.kind, message.dialog, message.number], [kind, dialog, number]);
  }
});
