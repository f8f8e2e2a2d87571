/** What waits to be written to a socket of Bun. The queue itself needs nothing of Bun. */
import assert from "node:assert/strict";
import { giveAway, takeMemory } from "../../lib/base/own_memory.ts";
import { beginTick, WriteQueue } from "../../lib/host/bun/write_queue.ts";
import { nextTurn } from "../../lib/host/shared/turn.ts";
import { test } from "../harness/test.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A queue over a socket that takes so many bytes of each write, and what it has taken. */
function open(...takes: readonly number[]) {
  const written: string[] = [];
  const left = [...takes];
  let emptied = 0;
  const queue = new WriteQueue((bytes) => {
    const taken = Math.min(left.shift() ?? Infinity, bytes.length);
    if (taken >= 0) written.push(new TextDecoder().decode(bytes.subarray(0, taken)));
    return taken;
  }, () => emptied += 1);
  const send = (...texts: readonly string[]) => {
    for (const text of texts) queue.add(bytesOf(text), null);
    queue.flush();
  };
  return { queue, written, send, emptied: () => emptied };
}

test("write queue: the first goes out at once, what follows in the same tick together", async () => {
  const { queue, written, send } = open();
  send("first");
  send("second", "third");
  send("fourth");
  assert.deepEqual(written, ["first"]);
  assert.equal(queue.bytes, "secondthirdfourth".length);
  await nextTurn();
  assert.deepEqual(written, ["first", "secondthirdfourth"]);
  send("fifth");
  assert.deepEqual(written, ["first", "secondthirdfourth", "fifth"]);
});

test("write queue: when something has come in, what follows goes out at once again", async () => {
  const { queue, written, send } = open(Infinity, Infinity, 2);
  send("first");
  beginTick();
  assert.equal(queue.tryWrite(bytesOf("answer")), true);
  assert.equal(queue.tryWrite(bytesOf("more")), false);
  assert.deepEqual(written, ["first", "answer"]);
  beginTick();
  assert.equal(queue.tryWrite(bytesOf("long")), true);
  assert.deepEqual([written.at(-1), queue.bytes, queue.hasRoom], ["lo", 2, false]);
  send("behind");
  await nextTurn();
  beginTick();
  assert.equal(queue.tryWrite(bytesOf("not before")), false);
  queue.flushNow();
  assert.deepEqual([written.slice(2).join(""), queue.bytes], ["longbehind", 0]);
});

test("write queue: what the system does not take waits until it has room, in order", async () => {
  const { queue, written, send, emptied } = open(4, 0, 3);
  const settled: boolean[] = [];
  queue.add(bytesOf("abcdef"), (isThere) => settled.push(isThere));
  send("gh", "ij");
  assert.equal(queue.hasRoom, false);
  await nextTurn();
  assert.deepEqual(written, ["abcd"]);
  queue.flushNow();
  queue.flushNow();
  assert.deepEqual([written.join(""), settled, queue.bytes, emptied()], ["abcdefg", [true], 3, 0]);
  queue.flushNow();
  assert.deepEqual([written.join(""), queue.bytes, emptied()], ["abcdefghij", 0, 1]);
  assert.equal(queue.hasRoom, true);
});

test("write queue: pieces of no length settle in their turn", () => {
  const { queue, written, send } = open();
  const settled: string[] = [];
  queue.add(bytesOf(""), () => settled.push("empty"));
  queue.add(bytesOf("a"), () => settled.push("a"));
  queue.add(bytesOf(""), () => settled.push("last"));
  send();
  assert.deepEqual([written.join(""), settled, queue.bytes], ["a", ["empty", "a", "last"], 0]);
});

test("write queue: when nothing can be written any more, who waits is told so", () => {
  const { queue, written, send } = open(2, -1);
  const settled: boolean[] = [];
  queue.add(bytesOf("abc"), (isThere) => settled.push(isThere));
  send();
  queue.flushNow();
  assert.deepEqual([written, settled], [["ab"], []]);
  queue.clear();
  assert.deepEqual([settled, queue.bytes], [[false], 0]);
});

test("write queue: a long piece goes out by itself and as it is, and its memory serves again", async () => {
  const pieces: Uint8Array[] = [];
  const queue = new WriteQueue((bytes) => {
    pieces.push(bytes);
    return bytes.length;
  }, () => {});
  const long = giveAway(new Uint8Array(takeMemory(64 * 1_024)));
  queue.add(bytesOf("first"), null);
  queue.add(bytesOf("second"), null);
  queue.add(long, null);
  queue.add(bytesOf("last"), null);
  queue.flush();
  await nextTurn();
  assert.deepEqual(pieces.map(({ length }) => length), [11, long.length, 4]);
  assert.equal(pieces[1], long);
  assert.equal(takeMemory(long.length), long.buffer);
});

test("write queue: memory of what the system has taken in part is not used until it has all", () => {
  const takes = [1_000, Infinity];
  const queue = new WriteQueue((bytes) => Math.min(takes.shift()!, bytes.length), () => {});
  const long = giveAway(new Uint8Array(takeMemory(64 * 1_024)));
  beginTick();
  assert.equal(queue.tryWrite(long), true);
  assert.notEqual(takeMemory(long.length), long.buffer);
  queue.flushNow();
  assert.equal(takeMemory(long.length), long.buffer);
});
