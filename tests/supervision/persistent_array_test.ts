import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { LeastArray, LeastDraft } from "../../lib/supervision/least_array.ts";
import { Draft, PersistentArray } from "../../lib/supervision/persistent_array.ts";
import { Queue } from "../../lib/supervision/agenda.ts";
import { test } from "../harness/test.ts";

/** Around the sizes at which another level begins. */
const SIZES = [0, 1, 31, 32, 33, 1_023, 1_024, 1_025, 33_000];

/** The same array but for some items. */
function changed<T>(array: PersistentArray<T>, item: T, ...indexes: readonly number[]): PersistentArray<T> {
  const draft = new Draft(array);
  for (const index of indexes) draft.set(index, item);
  return draft.whole;
}

test("persistent array: a change gives another one, whatever the size, and the first stays as it was", () => {
  for (const size of SIZES) {
    const items = Array.from({ length: size }, (_, index) => index);
    const array = PersistentArray.from(items);
    assert.deepEqual([...array], items, `${size}`);
    for (const index of new Set([0, 31, 32, size >> 1, size - 1].filter((at) => at >= 0 && at < size))) {
      const other = changed(array, -1, index);
      assert.deepEqual([array.at(index), other.at(index)], [index, -1]);
      assert.deepEqual(array.differences(other), [index]);
      assert.deepEqual([...other], items.with(index, -1));
      assert.equal(changed(array, index, index), array, "no change gives the same");
    }
  }
});

test("persistent array: the differences of many changes are found in order", () => {
  const array = PersistentArray.from(Array.from({ length: 5_000 }, () => 0));
  const indexes = [4_999, 7, 1_024, 0, 2_048];
  assert.deepEqual(array.differences(changed(array, 1, ...indexes)), indexes.toSorted((a, b) => a - b));
});

test("persistent array: what a draft has given stays as it was when the draft is changed again", () => {
  const draft = new Draft(PersistentArray.from(Array.from({ length: 2_000 }, () => 0)));
  const given: (readonly [PersistentArray<number>, number])[] = [];
  for (let sum = 0; sum < 60; sum++) {
    if (sum % 3 === 0) given.push([draft.whole, sum]);
    draft.set((sum * 35) % 2_000, 1);
  }
  for (const [array, sum] of given) assert.equal([...array].reduce((one, other) => one + other, 0), sum);
});

test("least array: the least, and the first that is not above a bound, are those that a search finds", () => {
  const random = seeded(1);
  for (const size of SIZES) {
    const numbers = Array.from({ length: size }, () => Math.floor(random() * 1_000));
    const draft = new LeastDraft(LeastArray.from(numbers));
    const given: (readonly [LeastArray, readonly number[]])[] = [];
    for (let round = 0; round < 50; round++) {
      const from = Math.floor(random() * (size + 2));
      const bound = Math.floor(random() * 20) - 2;
      const found = numbers.findIndex((number, index) => index >= from && number <= bound);
      assert.equal(draft.firstUpTo(bound, from), found, `${size} numbers, from ${from} up to ${bound}`);
      if (round % 4 === 0) given.push([draft.whole, numbers.slice()]);
      if (size === 0) continue;
      const [index, number] = [Math.floor(random() * size), random() < 0.2 ? Infinity : round % 7];
      numbers[index] = number;
      draft.set(index, number);
      assert.equal(draft.at(index), number);
    }
    for (const [array, items] of given) {
      assert.deepEqual([...array], items);
      assert.equal(array.least, items.reduce((one, other) => Math.min(one, other), Infinity));
    }
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
