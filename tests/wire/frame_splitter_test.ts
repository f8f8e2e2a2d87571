import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { seeded } from "../../lib/base/chance.ts";
import { FrameError, FrameSplitter } from "../../lib/wire/frame_splitter.ts";
import { test } from "../harness/test.ts";

const MAX_BYTES = 1_000;

function frame(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + content.length);
  new DataView(bytes.buffer).setUint32(0, content.length);
  bytes.set(content, 4);
  return bytes;
}

test("frame splitter: frames come out whole and in order, however the bytes are cut", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed);
    const longest = seed % 5 === 0 ? MAX_BYTES : 6;
    const contents = Array.from(
      { length: 30 },
      (_, i) => new Uint8Array(Math.floor(random() * (longest + 1))).fill(i),
    );
    const bytes = concatBytes(contents.map(frame));
    const splitter = new FrameSplitter(MAX_BYTES);
    const out: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + Math.floor(random() * (seed % 3 === 0 ? 400 : 5)));
      out.push(...splitter.push(bytes.slice(at, end)));
      at = end;
    }
    assert.deepEqual(out.map((one) => [...one]), contents.map((one) => [...one]), `seed ${seed}`);
    assert.equal(splitter.isInside, false);
  }
});

test("frame splitter: it is inside from the first byte of a header to the last of the content", () => {
  const splitter = new FrameSplitter(MAX_BYTES);
  const bytes = frame(new Uint8Array([1, 2]));
  assert.equal(splitter.isInside, false);
  for (const byte of bytes.subarray(0, -1)) {
    assert.deepEqual(splitter.push(new Uint8Array([byte])), []);
    assert.equal(splitter.isInside, true);
  }
  assert.deepEqual(splitter.push(bytes.subarray(-1)).map((one) => [...one]), [[1, 2]]);
  assert.equal(splitter.isInside, false);
});

test("frame splitter: a frame of no bytes is one", () => {
  assert.deepEqual(new FrameSplitter(MAX_BYTES).push(new Uint8Array(8)).map((one) => one.length), [0, 0]);
});

test("frame splitter: a frame that is too long is refused before any of it is kept", () => {
  const splitter = new FrameSplitter(MAX_BYTES);
  assert.throws(() => splitter.push(new Uint8Array([0, 0, 3, 0xe9])), FrameError);
  assert.throws(() => new FrameSplitter(MAX_BYTES).push(new Uint8Array([0xff, 0xff, 0xff, 0xff])), {
    message: "A frame of 4294967295 bytes; at most 1000 are allowed",
  });
});

test("frame splitter: a frame of the longest length is taken", () => {
  const splitter = new FrameSplitter(MAX_BYTES);
  assert.equal(splitter.push(frame(new Uint8Array(MAX_BYTES)))[0]?.length, MAX_BYTES);
});

test("frame splitter: fleeting frames are whole until the next push, and take no more memory", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed);
    const isFleeting = (fill: number) => fill % 3 !== 0;
    const contents = Array.from(
      { length: 30 },
      (_, i) => new Uint8Array(2 + Math.floor(random() * MAX_BYTES / 2)).fill(i),
    );
    const bytes = concatBytes(contents.map(frame));
    const splitter = new FrameSplitter(MAX_BYTES, (begun) => begun.length > 0 && isFleeting(begun[0]!));
    const scratches = new Set<ArrayBufferLike>();
    const kept: Uint8Array[] = [];
    let out = 0;
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + Math.floor(random() * 800));
      const read = bytes.slice(at, end);
      for (const content of splitter.push(read)) {
        assert.deepEqual([...content], [...contents[out++]!], `seed ${seed}`);
        if (!isFleeting(content[0]!)) kept.push(content);
        if (content.buffer.byteLength === MAX_BYTES) scratches.add(content.buffer);
      }
      at = end;
    }
    assert.equal(out, contents.length);
    assert.ok(scratches.size <= 2, `seed ${seed}: ${scratches.size}`);
    for (const content of kept) assert.ok(content.every((byte) => byte === content[0]), `seed ${seed}`);
  }
});
