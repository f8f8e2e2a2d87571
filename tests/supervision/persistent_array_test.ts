import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { LeastArray } from "../../lib/supervision/least_array.ts";
import { PersistentArray } from "../../lib/supervision/persistent_array.ts";
import { Queue } from "../../lib/supervision/agenda.ts";
import { test } from "../harness/test.ts";

/** Around the sizes at which another level begins. */
const SIZES = [0, 1, 31, 32, 33, 1_023, 1_024, 1_025, 33_000];

test("persistent array: a change gives another one, whatever the size, and the first stays as it was", () => {
  for (const size of SIZES) {
    const items = Array.from({ length: size }, (_, index) => index);
    const array = PersistentArray.from(items);
    assert.deepEqual([...array], items, `${size}`);
    for (const index of new Set([0, 31, 32, size >> 1, size - 1].filter((at) => at >= 0 && at < size))) {
      const other = array.with(index, -1);
      assert.deepEqual([array.at(index), other.at(index)], [index, -1]);
      assert.deepEqual(array.differences(other), [index]);
      assert.deepEqual([...other], items.with(index, -1));
      assert.equal(array.with(index, index), array, "no change gives the same");
    }
  }
});

test("persistent array: the differences of many changes are found in order", () => {
  const array = PersistentArray.from(Array.from({ length: 5_000 }, () => 0));
  const changed = [4_999, 7, 1_024, 0, 2_048];
  const other = changed.reduce((one, index) => one.with(index, 1), array);
  assert.deepEqual(array.differences(other), changed.toSorted((a, b) => a - b));
});

test("least array: the least, and the first that is not above a bound, are those that a search finds", () => {
  const random = seeded(1);
  for (const size of SIZES) {
    let numbers = Array.from({ length: size }, () => Math.floor(random() * 1_000));
    let array = LeastArray.from(numbers);
    for (let round = 0; round < 50; round++) {
      assert.equal(array.least, numbers.reduce((one, other) => Math.min(one, other), Infinity));
      const from = Math.floor(random() * (size + 2));
      const bound = Math.floor(random() * 20) - 2;
      const found = numbers.findIndex((number, index) => index >= from && number <= bound);
      assert.equal(array.firstUpTo(bound, from), found, `${size} numbers, from ${from} up to ${bound}`);
      if (size === 0) continue;
      const [index, number] = [Math.floor(random() * size), random() < 0.2 ? Infinity : round % 7];
      numbers = numbers.with(index, number);
      array = array.with(index, number);
      assert.equal(array.at(index), number);
    }
    assert.deepEqual([...array], numbers);
  }
});

test("queue: numbers come out in order, each once, also while others come in", () => {
  const random = seeded(2);
  const queue = new Queue();
  const present = new Set<number>();
  for (let round = 0; round < 5_000; round++) {
    if (random() < 0.6) {
      const number = Math.floor(random() * 300) - 150;
      queue.add(number);
      present.add(number);
    } else {
      const least = present.size === 0 ? undefined : Math.min(...present);
      assert.equal(queue.take(), least);
      if (least !== undefined) present.delete(least);
    }
    assert.equal(queue.isEmpty, present.size === 0);
  }
});
