import assert from "node:assert/strict";
import { type Line, LineSplitter, type LineTaker } from "../../lib/engine/logs/line_splitter.ts";
import { concatBytes } from "../../lib/base/bytes.ts";
import { seeded } from "../../lib/base/chance.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";

const SEEDS = 300;

/** Keeps the lines that are found in bytes. */
function keepIn(lines: Line[], bytes: () => Uint8Array): LineTaker {
  return {
    line: (before, from, to, cut) =>
      lines.push({ bytes: concatBytes([before ?? new Uint8Array(0), bytes().slice(from, to)]), cut }),
  };
}

/** The lines of bytes that come at once. */
function push(splitter: LineSplitter, bytes: Uint8Array): readonly Line[] {
  const lines: Line[] = [];
  splitter.push(bytes, bytes.length, keepIn(lines, () => bytes));
  return lines;
}

/** Splits bytes that come in random pieces, in one buffer that is used again and again as a reader may do. */
function splitAtRandom(bytes: Uint8Array, longest: number, random: () => number): readonly Line[] {
  const splitter = new LineSplitter(longest);
  const buffer = new Uint8Array(bytes.length);
  const lines: Line[] = [];
  const taker = keepIn(lines, () => buffer);
  for (let at = 0; at < bytes.length;) {
    const size = Math.min(bytes.length - at, Math.floor(random() * 9));
    buffer.set(bytes.subarray(at, at + size));
    // What is behind the bytes is of a piece before.
    splitter.push(buffer, size, taker);
    buffer.fill(0x0a);
    at += size;
  }
  splitter.end(taker, false);
  return lines;
}

function randomText(random: () => number): string {
  const pick = () => "ab\u00e9\n\n\r"[Math.floor(random() * 6)]!;
  return Array.from({ length: Math.floor(random() * 60) }, pick).join("");
}

const shown = (lines: readonly Line[]) =>
  lines.map(({ bytes, cut }) => `${new TextDecoder().decode(bytes)}${cut ? "+" : ""}`);

test("line splitter: the lines are the same however the bytes come", () => {
  for (const seed of seedsOf(SEEDS)) {
    const random = seeded(seed);
    const text = randomText(random);
    const expected = text.split("\n");
    if (expected.at(-1) === "") expected.pop();
    const lines = splitAtRandom(new TextEncoder().encode(text), 1_000, random);
    assert.deepEqual(shown(lines), expected, `seed ${seed}`);
  }
});

test("line splitter: what is cut adds up to what came, and no part is longer than allowed", () => {
  for (const seed of seedsOf(SEEDS)) {
    const random = seeded(seed);
    const longest = 1 + Math.floor(random() * 6);
    const bytes = new TextEncoder().encode(randomText(random));
    const lines = splitAtRandom(bytes, longest, random);
    assert.ok(lines.every((line) => line.bytes.length <= longest), `seed ${seed}`);
    assert.ok(
      lines.every((line) => !line.cut || line.bytes.length > Math.max(0, longest - 4)),
      `seed ${seed}`,
    );
    const joined = lines.flatMap((line) => [...line.bytes, ...(line.cut ? [] : [0x0a])]);
    const expected = [...bytes, ...(bytes.length > 0 && bytes.at(-1) !== 0x0a ? [0x0a] : [])];
    assert.deepEqual(joined, expected, `seed ${seed}`);
  }
});

test("line splitter: a cut falls between characters", () => {
  for (
    const [text, longest, lines] of [
      ["a\u00e9b", 2, ["a+", "\u00e9+", "b"]],
      ["\u20ac\u20ac\u20ac", 5, ["\u20ac+", "\u20ac+", "\u20ac"]],
      ["ab\u{1f600}c", 5, ["ab+", "\u{1f600}c"]],
    ] as const
  ) {
    const splitter = new LineSplitter(longest);
    const found = push(splitter, new TextEncoder().encode(`${text}\n`));
    assert.deepEqual(shown(found), lines);
  }
  // What is no UTF-8 is cut anywhere, and comes whole.
  const splitter = new LineSplitter(3);
  const bytes = Uint8Array.of(0xff, 0xfe, 0xe9, 0xe9, 0x80, 0x80, 0x80, 0x80, 0x0a);
  assert.deepEqual(push(splitter, bytes).flatMap((line) => [...line.bytes]), [...bytes.subarray(0, -1)]);
});

test("line splitter: a line of just the longest length is whole, one byte more is cut", () => {
  const split = (text: string) => {
    const splitter = new LineSplitter(4);
    return shown(push(splitter, new TextEncoder().encode(text)));
  };
  assert.deepEqual(split("abcd\n"), ["abcd"]);
  assert.deepEqual(split("abcde\n"), ["abcd+", "e"]);
  assert.deepEqual(split("abcdefgh\n"), ["abcd+", "efgh"]);
});

test("line splitter: a stream that ends with a newline leaves no empty line behind", () => {
  const splitter = new LineSplitter();
  assert.deepEqual(shown(push(splitter, new TextEncoder().encode("one\n\n"))), ["one", ""]);
  splitter.end({ line: () => assert.fail("a line is left") }, false);
});
