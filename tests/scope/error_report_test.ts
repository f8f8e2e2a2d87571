import assert from "node:assert/strict";
import { inspect } from "node:util";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { reportError } from "../../lib/scope/error_report.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** An error without frames: what is left is the tree. */
function bare<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

function suppressedError(error: unknown, suppressed: unknown): Error {
  return bare(Object.assign(new Error("suppressed"), { name: "SuppressedError", error, suppressed }));
}

test("error report: a group is a tree with the names of the tasks", () => {
  const [a, b, c] = ["a", "b", "c"].map((text) => bare(new RangeError(text)));
  const inner = new ErrorGroup([a, b], new Map<unknown, string>([[a, "one"]]));
  const outer = new ErrorGroup([inner, c], new Map<unknown, string>([[inner, "nested"], [c, "two"]]));
  assert.deepEqual(reportError(outer).split("\n"), [
    "ErrorGroup: 2 tasks failed, first: 2 tasks failed, first: a",
    '|- task "nested": ErrorGroup: 2 tasks failed, first: a',
    '|  |- task "one": RangeError: a',
    "|  `- RangeError: b",
    '`- task "two": RangeError: c',
  ]);
});

test("error report: causes are shown below what they led to", () => {
  const root = bare(new Error("disk full"));
  const error = bare(new Error("not saved", { cause: bare(new TypeError("not written", { cause: root })) }));
  assert.deepEqual(reportError(error).split("\n"), [
    "Error: not saved",
    "`- caused by: TypeError: not written",
    "   `- caused by: Error: disk full",
  ]);
});

test("error report: causes that lead back to themselves end", () => {
  const [first, second] = [bare(new Error("first")), bare(new Error("second"))];
  first.cause = second;
  second.cause = first;
  assert.deepEqual(reportError(first).split("\n"), [
    "Error: first",
    "`- caused by: Error: second",
    "   `- caused by: Error: first (see above)",
  ]);
});

test("error report: an error that stands twice in a group is shown twice", () => {
  const error = bare(new Error("same"));
  assert.deepEqual(reportError(new ErrorGroup([error, error])).split("\n"), [
    "ErrorGroup: 2 tasks failed, first: same",
    "|- Error: same",
    "`- Error: same",
  ]);
});

test("error report: what cleanup raised is shown with what it interrupted", () => {
  const error = suppressedError(bare(new Error("close failed")), bare(new Error("work failed")));
  assert.deepEqual(reportError(error).split("\n"), [
    "SuppressedError: suppressed",
    "|- raised by cleanup: Error: close failed",
    "`- while there was: Error: work failed",
  ]);
});

test("error report: an AggregateError is a group without names", () => {
  const error = new AggregateError([bare(new Error("a")), "b"], "all failed");
  assert.deepEqual(reportError(error).split("\n"), [
    "AggregateError: all failed",
    "|- Error: a",
    "`- thrown: b",
  ]);
});

test("error report: what is thrown may be anything at all", () => {
  assert.equal(reportError("text"), "thrown: text");
  assert.equal(reportError(undefined), "thrown: undefined");
  assert.match(reportError(Object.create(null)), /^thrown: /);
  assert.equal(reportError(Symbol("s")), "thrown: Symbol(s)");
});

test("error report: each error has the frames of its own code, and a group has none", () => {
  const lines = reportError(new ErrorGroup([new Error("here")])).split("\n");
  assert.equal(lines[1], "`- Error: here");
  assert.match(lines[2]!, /^ {7}at .*error_report_test\.ts/);
});

test("error report: with colours the frames of the library are dimmed, and no others", async () => {
  await runVirtual(async () => {
    const group = await errorOf(ErrorGroup, () =>
      openNursery(async () => {
        await Promise.resolve();
        throw new Error("mine");
      }));
    const lines = reportError(group, { colors: true }).split("\n");
    const isDimmed = (line: string) => line.includes("\x1b[2m");
    const [own, library] = ["error_report_test.ts", "lib/scope/nursery.ts"].map((file) =>
      lines.filter((line) => line.includes(file))
    );
    assert.ok(own!.length > 0 && !own!.some(isDimmed), lines.join("\n"));
    assert.ok(library!.length > 0 && library!.every(isDimmed), lines.join("\n"));
    assert.equal(reportError(group).includes("\x1b"), false);
  });
});

test("error report: the console shows a group as the tree", () => {
  const error = bare(new RangeError("a"));
  const group = new ErrorGroup([error], new Map([[error, "one"]]));
  const shown = ["ErrorGroup: A task failed: a", '`- task "one": RangeError: a'].join("\n");
  assert.equal(inspect(group), shown);
  const deno = (globalThis as { Deno?: { inspect(value: unknown): string } }).Deno;
  if (deno !== undefined) assert.equal(deno.inspect(group), shown);
  const bun = (globalThis as { Bun?: { inspect(value: unknown): string } }).Bun;
  if (bun !== undefined) assert.equal(bun.inspect(group), shown);
});
