import assert from "node:assert/strict";
import {
  boxError,
  encodeError,
  type ErrorBox,
  type IsRelayed,
  readErrorBox,
} from "../../lib/wire/error_box.ts";
import { decodePayload } from "../../lib/wire/payload.ts";
import { test } from "../harness/test.ts";

const noneIsRelayed: IsRelayed = () => null;

function boxed(error: unknown): ErrorBox {
  return boxError(error, "root/a", noneIsRelayed);
}

/** As it arrives. */
function sent(error: unknown, relayed: IsRelayed = noneIsRelayed): ErrorBox {
  return readErrorBox(decodePayload(new Uint8Array(encodeError(error, "root/a", relayed))));
}

function countOf(box: ErrorBox): number {
  const inside = [...box.errors ?? [], ...(box.cause === null ? [] : [box.cause])];
  return inside.reduce((sum, one) => sum + countOf(one), 1);
}

test("error box: an error arrives with its name, its text, its stack, its properties and where it was raised", () => {
  class OutOfStock extends Error {
    override readonly name = "OutOfStock";
    article = "pen";
    left = new Map([["blue", 0]]);
  }
  const error = new OutOfStock("no pens");
  const box = sent(error);
  assert.deepEqual({ ...box, stack: null }, {
    type: "OutOfStock",
    message: "no pens",
    stack: null,
    properties: { article: "pen", left: new Map([["blue", 0]]) },
    cause: null,
    errors: null,
    path: ["root/a"],
  });
  assert.equal(box.stack, error.stack);
});

test("error box: causes come along, to the sixteenth", () => {
  const box = sent(new Error("a", { cause: new TypeError("b", { cause: "c" }) }));
  assert.deepEqual([box.cause?.type, box.cause?.message], ["TypeError", "b"]);
  assert.deepEqual([box.cause?.cause?.type, box.cause?.cause?.message], ["string", "c"]);
  let deep = new Error("0");
  for (let i = 1; i < 100; i++) deep = new Error(String(i), { cause: deep });
  assert.equal(countOf(sent(deep)), 17);
});

test("error box: what leads back to itself ends", () => {
  const error = new Error("round");
  error.cause = error;
  assert.equal(countOf(sent(error)), 17);
  const group = new AggregateError([], "round and round");
  group.errors.push(group, group);
  assert.ok(countOf(sent(group)) <= 1_000);
});

test("error box: the parts of a group come along, two hundred of them", () => {
  const box = sent(
    new AggregateError([new RangeError("a"), 5, new AggregateError([new Error("c")], "b")], "all"),
  );
  assert.deepEqual(box.errors?.map(({ type, message }) => [type, message]), [
    ["RangeError", "a"],
    ["number", "5"],
    ["AggregateError", "b"],
  ]);
  assert.equal(box.errors?.[2]?.errors?.[0]?.message, "c");
  assert.equal(sent(new AggregateError(Array(300).fill(new Error("x")), "many")).errors?.length, 200);
});

test("error box: a group of groups of groups does not explode", () => {
  let error: Error = new Error("x");
  for (let i = 0; i < 10; i++) error = new AggregateError(Array(200).fill(error), "y".repeat(100_000));
  const bytes = encodeError(error, "root/a", noneIsRelayed);
  assert.ok(countOf(readErrorBox(decodePayload(bytes))) <= 1_000);
  assert.ok(bytes.length < 20_000_000, `${bytes.length} bytes`);
});

test("error box: both parts of a suppressed error come along", () => {
  const error = Object.assign(new Error("s"), {
    name: "SuppressedError",
    error: new Error("a"),
    suppressed: new Error("b"),
  });
  assert.deepEqual(sent(error).errors?.map(({ message }) => message), ["a", "b"]);
});

test("error box: an error that came from another actor goes on as it came, with one more on its way", () => {
  const first = boxed(new RangeError("far away"));
  const remote = new Error("remote");
  const relayed: IsRelayed = (error) => error === remote ? { box: first } : null;
  const box = boxError(remote, "root", relayed);
  assert.deepEqual(box, { ...first, path: ["root/a", "root"] });
  const wrapped = boxError(new Error("here", { cause: remote }), "root", relayed);
  assert.deepEqual([wrapped.path, wrapped.cause?.path], [["root"], ["root/a", "root"]]);
});

test("error box: whatever is thrown has a type and a text", () => {
  const cases: [unknown, string, string][] = [
    [undefined, "undefined", "undefined"],
    [null, "object", "null"],
    [5, "number", "5"],
    [10n, "bigint", "10"],
    ["text", "string", "text"],
    [Symbol("s"), "symbol", "Symbol(s)"],
    [{ a: 1 }, "object", "[object Object]"],
    [Object.create(null), "object", "(an object without a text)"],
  ];
  for (const [value, type, message] of cases) {
    const box = sent(value);
    assert.deepEqual([box.type, box.message, box.stack], [type, message, null]);
  }
});

test("error box: what cannot be read or sent of an error is left out, and the rest arrives", () => {
  const error = Object.assign(new Error("kept"), {
    f: () => {},
    when: new Date(5),
    deep: { a: Symbol("s") },
    huge: Array(2_000).fill(0),
    half: "\ud83d",
    missing: undefined,
  });
  const thrower = (name: string) =>
    Object.defineProperty(error, name, {
      enumerable: true,
      configurable: true,
      get(): never {
        throw new TypeError("no");
      },
    });
  thrower("bad");
  assert.deepEqual(sent(error).properties, { when: new Date(5) });
  for (const name of ["stack", "cause", "name", "errors"]) thrower(name);
  const box = sent(error);
  assert.deepEqual([box.type, box.message, box.stack, box.cause, box.errors], [
    "Error",
    "kept",
    null,
    null,
    null,
  ]);
  thrower("message");
  assert.equal(sent(error).message, "(an object without a text)");
});

test("error box: names and texts of other types do not keep an error from being sent", () => {
  const error = new Error("x");
  for (const value of [5, null, Symbol("s"), () => {}, { a: 1 }]) {
    for (const field of ["name", "message", "stack"]) {
      Object.defineProperty(error, field, { value, configurable: true });
    }
    const { type, message, stack } = sent(error);
    assert.deepEqual([typeof type, typeof message, stack], ["string", "string", null]);
  }
});

test("error box: a proxy that answers nothing is an object like others", () => {
  const refuse = () => {
    throw new Error("no");
  };
  const traps = { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse };
  assert.deepEqual([sent(new Proxy({}, traps)).type, sent(new Proxy(new Error("x"), traps)).type], [
    "object",
    "object",
  ]);
});

test("error box: text is cut, and is text afterwards", () => {
  const box = sent(new Error("\ud83d\ude00".repeat(50_000) + "\ud83d"));
  assert.ok(box.message.length <= 64 * 1_024 + 3);
  assert.ok(box.message.isWellFormed());
  assert.ok(sent(new Error("a\ud83d")).message.startsWith("a"));
});

test("error box: a box that came in too deep to go on goes on without what is in it", () => {
  let properties: unknown = {};
  for (let i = 0; i < 62; i++) properties = { properties };
  const remote = new Error("remote");
  const relayed: IsRelayed = (error) =>
    error === remote ? { box: { ...boxed(new Error("deep")), properties: { properties } } } : null;
  let error: Error = remote;
  for (let i = 0; i < 5; i++) error = new Error(`hop ${i}`, { cause: error });
  const box = sent(error, relayed);
  assert.deepEqual([box.message, box.cause, box.path], ["hop 4", null, ["root/a"]]);
});

test("error box: whatever comes in is read as one", () => {
  const empty = {
    type: "Error",
    message: "(no message)",
    stack: null,
    properties: {},
    cause: null,
    errors: null,
    path: [],
  };
  for (const value of [undefined, null, 5, "text", [], [1], new Map(), new Date(0), new Uint8Array(3)]) {
    assert.deepEqual(readErrorBox(value), empty);
  }
  const wrong = {
    type: 5,
    message: {},
    stack: [],
    properties: [],
    cause: undefined,
    errors: {},
    path: [1, "a", null],
  };
  assert.deepEqual(readErrorBox(wrong), { ...empty, path: ["a"] });
});

test("error box: properties that came in do not stand in for what an error is", () => {
  const properties = { message: 5, stack: 1, name: [], cause: 2, errors: "x", line: 3, kept: 1 };
  assert.deepEqual(readErrorBox({ properties }).properties, { kept: 1 });
});

test("error box: what came in too deep is read to the seventeenth level", () => {
  let value: unknown = { message: "innermost" };
  for (let i = 0; i < 60; i++) value = { message: String(i), cause: value };
  assert.equal(countOf(readErrorBox(value)), 18);
  for (let i = 0; i < 60; i++) value = { errors: [value] };
  assert.equal(countOf(readErrorBox(value)), 18);
});
