import assert from "node:assert/strict";
import {
  boolean,
  decode,
  decodeJson,
  decodeJsonOrNull,
  describeMisfit,
  dictionary,
  list,
  nullable,
  number,
  object,
  optional,
  recursive,
  type Shape,
  text,
  variant,
  where,
  whole,
  word,
} from "../../lib/base/shape.ts";
import { test } from "../harness/test.ts";
import { damagedText, damagedValue, forSeeds } from "../harness/damage.ts";

interface Tree {
  readonly name: string;
  readonly below: readonly Tree[];
}

interface Sample {
  readonly text: string;
  readonly number: number;
  readonly flag: boolean;
  readonly maybe: string | null;
  readonly extra?: number;
  readonly word: "a" | "b";
  readonly kind: { readonly how: "exited"; readonly code: number } | { readonly how: "gone" };
  readonly tree: Tree;
  readonly names: Readonly<Record<string, number>>;
}

const SAMPLE = object<Sample>({
  text,
  number,
  flag: boolean,
  maybe: nullable(text),
  extra: optional(whole) as Shape<number>,
  word: word("a", "b"),
  kind: variant<"how", Sample["kind"]>("how", { exited: object({ code: whole }), gone: object({}) }),
  tree: recursive<Tree>((self) => object<Tree>({ name: text, below: list(self) }), 3),
  names: dictionary(number),
});

const VALUE: Sample = {
  text: "x",
  number: 0.5,
  flag: true,
  maybe: null,
  word: "b",
  kind: { how: "exited", code: 3 },
  tree: { name: "root", below: [{ name: "leaf", below: [] }] },
  names: { one: 1 },
};

test("shape: data of a shape is read as it is, without what the shape does not name", () => {
  assert.deepEqual(decode(SAMPLE, { ...VALUE, more: [1], __proto__: { word: "c" } }), {
    ok: true,
    value: VALUE,
  });
  assert.deepEqual(decode(SAMPLE, { ...VALUE, extra: 1 }), { ok: true, value: { ...VALUE, extra: 1 } });
});

test("shape: what does not fit is named by its place, with what was expected", () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ text: 1 }, '"text" is not a text'],
    [{ number: Infinity }, '"number" is not a number'],
    [{ flag: 0 }, '"flag" is not true or false'],
    [{ extra: 0.5 }, '"extra" is not a whole number'],
    [{ word: "c" }, '"word" is not one of a, b'],
    [{ kind: { how: "constructor" } }, '"kind.how" is not one of exited, gone'],
    [{ kind: { how: "exited" } }, '"kind.code" is not a whole number'],
    [{ kind: null }, '"kind" is not an object'],
    [{ tree: { name: "a", below: [{ name: "b" }] } }, '"tree.below[0].below" is not a list'],
    [{ names: { one: "1" } }, '"names.one" is not a number'],
    [{ names: [] }, '"names" is not an object'],
  ];
  for (const [change, why] of cases) {
    const decoded = decode(SAMPLE, { ...VALUE, ...change });
    assert.equal(decoded.ok ? "it fits" : describeMisfit(decoded), why);
  }
  const inherited = decode(object<{ readonly toString: string }>({ toString: text as never }), {});
  assert.equal(inherited.ok, false, "what every object has is no field");
});

test("shape: a shape that holds itself ends at its depth", () => {
  let deep: Tree = { name: "leaf", below: [] };
  for (let level = 0; level < 3; level++) deep = { name: "x", below: [deep] };
  assert.equal(decode(SAMPLE, { ...VALUE, tree: deep }).ok, true);
  assert.equal(decode(SAMPLE, { ...VALUE, tree: { name: "x", below: [deep] } }).ok, false);
});

test("shape: a text of JSON is read within limits of its length and its depth", () => {
  const anything: Shape<unknown> = (value) => value;
  const limits = { maxChars: 20, maxDepth: 2 };
  assert.deepEqual(decodeJson(anything, '[["]]]]]"]]', limits), { ok: true, value: [["]]]]]"]] });
  assert.deepEqual(decodeJson(anything, "[[[]]]", limits), {
    ok: false,
    at: "",
    expected: "at most 2 levels",
  });
  assert.deepEqual(decodeJson(anything, " ".repeat(21), limits), {
    ok: false,
    at: "",
    expected: "at most 20 characters",
  });
  for (const none of ["", "{", "nul", '"\\', "[".repeat(1_000_000)]) {
    assert.equal(decodeJson(anything, none).ok, false);
  }
  assert.deepEqual(decodeJsonOrNull(where(number, (n) => n > 0, "more"), "-1"), null);
});

test("shape: fuzz: whatever comes, reading it ends with a value of the shape, or with a place", async () => {
  const json = JSON.stringify(VALUE);
  await forSeeds(2_000, (random) => {
    const decoded = random() < 0.5
      ? decodeJson(SAMPLE, damagedText(random, json))
      : decode(SAMPLE, damagedValue(random, VALUE));
    if (decoded.ok) assert.deepEqual(decode(SAMPLE, decoded.value), decoded);
    else assert.ok(decoded.expected !== "");
  });
});
