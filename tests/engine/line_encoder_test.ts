import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { instant } from "../../lib/base/instant.ts";
import { LineEncoder, type LineHearer } from "../../lib/engine/logs/line_encoder.ts";
import { decoderOf } from "../../lib/engine/logs/line_decoder.ts";
import { encodeLine, formatMicros, type LineFormat } from "../../lib/engine/logs/log_format.ts";
import { Stamps } from "../../lib/engine/logs/stamps.ts";
import { StreamLog } from "../../lib/engine/logs/stream_log.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";

const EPOCH_MS = Date.UTC(2026, 10, 22, 15, 31, 0, 999);
const SEEDS = 20;

/** Logs pieces of a stream; gives what went to the destination, and what a listener heard. */
function log(
  pieces: readonly Uint8Array[],
  { heard = false, passedMs = 0, format = "stamped" as LineFormat | null } = {},
) {
  const clock = { ms: 0 };
  const stamps = new Stamps({ wallClock: () => EPOCH_MS + clock.ms, now: () => instant(clock.ms) });
  const encoder = new LineEncoder(stamps);
  const blocks: { readonly text: string; readonly lines: number }[] = [];
  const told: string[] = [];
  const hearer: LineHearer = {
    line: (stream, at, bytes, cut) =>
      told.push(new TextDecoder().decode(encodeLine(at, stream, { bytes: bytes.slice(), cut }))),
    partial: () => {},
  };
  const append = (block: Uint8Array, lines: number) => {
    blocks.push({ text: new TextDecoder().decode(block), lines });
    block.fill(0x2a);
  };
  const stream = new StreamLog({
    encoder,
    encoding: { path: "job", stream: "stdout", format: () => format, append },
    hearer: () => heard ? hearer : null,
  });
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += encoder.input.length) {
      stream.readFrom({
        readInto(into) {
          const part = piece.subarray(at, at + into.length);
          into.set(part);
          return part.length;
        },
      });
    }
    clock.ms += passedMs;
  }
  stream.end(false);
  return { text: blocks.map(({ text }) => text).join(""), blocks, told };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("line encoder: the lines are those of the format, with stamps that rise by a microsecond in one piece", () => {
  const { text, blocks } = log([bytesOf("one\n\ntwo\n"), bytesOf("three\nrest")], { passedMs: 2 });
  const at = (ms: number, micros: number) => formatMicros((EPOCH_MS + ms) * 1_000 + micros);
  assert.deepEqual(text.split("\n"), [
    `${at(0, 0)} out one`,
    `${at(0, 1)} out `,
    `${at(0, 2)} out two`,
    // The second has changed.
    `${at(2, 0)} out three`,
    `${at(4, 0)} out rest`,
    "",
  ]);
  assert.deepEqual(blocks.map(({ lines }) => lines), [3, 1, 1]);
});

test("line encoder: whatever comes is in the log once, whole and in order, and listeners hear the same", () => {
  for (const seed of seedsOf(SEEDS)) {
    const random = seeded(seed);
    const lengths = Array.from({ length: 40 }, () => Math.floor(random() ** 9 * 200_000));
    const lines = lengths.map((length, index) => `${index} ${"\u00e9".repeat(length)}`);
    const bytes = bytesOf(`${lines.join("\n")}\n`);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(random() ** 3 * 300_000);
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    const { text, blocks, told } = log(pieces, { heard: true });
    const decode = decoderOf("stamped", "a", 0);
    const decoded = text.split("\n").slice(0, -1).map((line) => decode(line)!);
    assert.deepEqual(decoded.map(({ text }) => text), lines, `seed ${seed}`);
    assert.ok(decoded.every(({ at }, index) => index === 0 || at > decoded[index - 1]!.at), `seed ${seed}`);
    assert.equal(told.join(""), text, `seed ${seed}`);
    assert.equal(blocks.reduce((sum, { lines }) => sum + lines, 0), lines.length, `seed ${seed}`);
  }
});

test("line encoder: many empty lines go to the destination in several blocks, and one that is cut is marked", () => {
  const { text, blocks } = log([bytesOf("\n".repeat(30_000)), bytesOf("x".repeat(1_024 * 1_024 + 1))]);
  assert.ok(blocks.length > 3);
  const lines = text.split("\n").slice(0, -1);
  assert.equal(lines.length, 30_002);
  assert.equal(new Set(lines.map((line) => line.slice(0, 27))).size, 30_002);
  assert.match(lines.at(-2)!, /^\S+ out\+ x+$/);
  assert.match(lines.at(-1)!, /^\S+ out x$/);
});
