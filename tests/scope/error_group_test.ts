import assert from "node:assert/strict";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

const [range, type, syntax] = [new RangeError("range"), new TypeError("type"), new SyntaxError("syntax")];
const inner = new ErrorGroup([range, type], new Map<unknown, string>([[range, "a"], [type, "b"]]));
const outer = new ErrorGroup([inner, syntax], new Map<unknown, string>([[inner, "nested"], [syntax, "c"]]));

test("error group: it is an AggregateError whose message counts, and whose cause is the first error", () => {
  assert.ok(outer instanceof AggregateError);
  assert.deepEqual([inner.message, inner.cause], ["2 tasks failed, first: range", range]);
  assert.equal(new ErrorGroup([syntax]).message, "A task failed: syntax");
  assert.equal(new ErrorGroup(["text", null]).message, "2 tasks failed, first: text");
});

test("error group: there is none of no errors", () => {
  assert.throws(() => new ErrorGroup([]), TypeError);
});

test("error group: flatten gives the errors that are no groups, in order", () => {
  assert.deepEqual(outer.flatten(), [range, type, syntax]);
});

test("error group: split by class keeps the shape on both sides, and the names of the tasks", () => {
  const [picked, others] = outer.split(TypeError);
  assert.deepEqual([picked?.flatten(), others?.flatten()], [[type], [range, syntax]]);
  const pickedInner = picked!.errors[0];
  assert.ok(pickedInner instanceof ErrorGroup);
  assert.deepEqual([picked!.taskOf(pickedInner), pickedInner.taskOf(type)], ["nested", "b"]);
  assert.deepEqual(others!.errors.map((error) => others!.taskOf(error)), ["nested", "c"]);
  assert.equal(picked!.taskOf(syntax), null);
});

test("error group: a side of a split that has nothing is null, and one that has all is the group itself", () => {
  assert.deepEqual(outer.split(URIError), [null, outer]);
  assert.deepEqual(outer.split(() => true), [outer, null]);
  assert.deepEqual(outer.split((error) => !(error instanceof ErrorGroup)), [outer, null]);
});

test("error group: a predicate is asked of each group before its parts, and of each part once", () => {
  const asked: unknown[] = [];
  outer.split((error) => {
    asked.push(error);
    return error === inner;
  });
  assert.deepEqual(asked, [outer, inner, syntax]);
});

test("error group: a group that is picked is picked as a whole", () => {
  const [picked, others] = outer.split((error) => error === inner);
  assert.deepEqual([picked?.errors, others?.errors], [[inner], [syntax]]);
});

test("error group: subgroup gives what is picked, or null", () => {
  assert.deepEqual(outer.subgroup(SyntaxError)?.flatten(), [syntax]);
  assert.equal(outer.subgroup(URIError), null);
  assert.equal(outer.subgroup(Error), outer);
});

test("error group: what was thrown need not be an Error, and may be the same thing twice", () => {
  const group = new ErrorGroup(["text", 5, "text"]);
  const [texts, others] = group.split((error) => typeof error === "string");
  assert.deepEqual([texts?.errors, others?.errors], [["text", "text"], [5]]);
});

test("error group: a nursery names the tasks, its body included, by what they are called", async () => {
  await runVirtual(async () => {
    const group = await errorOf(ErrorGroup, () =>
      openNursery((nursery) => {
        nursery.startSoon(function byFunction() {
          throw range;
        });
        nursery.startSoon(() => Promise.reject(type), { name: "by option" });
        nursery.startSoon(() => Promise.reject(syntax));
        throw inner;
      }));
    const names = [range, type, syntax, inner].map((error) => group.taskOf(error));
    assert.deepEqual(names, ["byFunction", "by option", "task", "main"]);
  });
});

/** What cannot be described by any means of the language. */
const UNDESCRIBABLE: Readonly<Record<string, unknown>> = {
  "an object without a prototype": Object.create(null),
  "an object whose toString throws": {
    toString() {
      throw new Error("no text");
    },
  },
  "an error whose message throws": Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("no message");
    },
  }),
  "a symbol": Symbol("thrown"),
  "undefined": undefined,
};

for (const [what, thrown] of Object.entries(UNDESCRIBABLE)) {
  test(`error group: a task may throw ${what}, and the nursery raises it`, async () => {
    await runVirtual(async () => {
      const group = await errorOf(
        ErrorGroup,
        () => openNursery((nursery) => nursery.startSoon(() => Promise.reject(thrown))),
      );
      assert.equal(group.errors[0], thrown);
    });
  });
}
