import assert from "node:assert/strict";
import { ErrorGroup, registerErrorType, RemoteActorError, runInActor } from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { actorTests } from "./actor_tests.ts";
import { ERRORS } from "./known_modules.ts";
import { onStage } from "./stage.ts";

const testOnOne = actorTests(ERRORS);

const remote = (act: () => unknown) => errorOf(RemoteActorError, act);

testOnOne(
  "remote error: it is of the type that was thrown, with its message and the stack of the other side",
  async (portal) => {
    const error = await remote(() => portal.call.throwsRangeError("too far"));
    assert.ok(error.is(RangeError) && !error.is(TypeError));
    assert.deepEqual([error.type, error.original.message], ["RangeError", "too far"]);
    assert.equal(error.cause, error.original);
    assert.equal(error.message, 'RangeError in actor "main/one": too far');
    assert.match(error.remoteStack!, /modules\/errors\.ts/);
    assert.match(error.original.stack!, /throwsRangeError/);
    assert.deepEqual(error.path, ["main/one"]);
  },
);

testOnOne("remote error: what the runtime itself throws arrives likewise", async (portal) => {
  assert.ok((await remote(() => portal.call.throwsTypeError())).is(TypeError));
});

testOnOne("remote error: it says here who has called, and there who has thrown", async (portal) => {
  const error = await remote(async function theCaller() {
    await portal.call.throwsRangeError();
  });
  assert.match(error.stack!, /errors_test\.ts/);
  assert.doesNotMatch(error.stack!, /modules\/errors\.ts/);
});

testOnOne(
  "remote error: of a class that is not known here its name, its text and its properties arrive",
  async (portal) => {
    const { original, type } = await remote(() => portal.call.throwsOutOfStock());
    assert.deepEqual([type, original.name, original.message], [
      "OutOfStock",
      "OutOfStock",
      "There is no tea",
    ]);
    assert.equal(Object.getPrototypeOf(original), Error.prototype);
    assert.deepEqual({ ...original }, { item: "tea", wanted: 3 });
  },
);

testOnOne(
  "remote error: of a class that was registered it is an instance, built without its constructor",
  async (portal) => {
    class Refusal extends Error {
      constructor() {
        super();
        throw new Error("the constructor is not to be called");
      }
      get isFinal(): boolean {
        return (this as unknown as { readonly times: number }).times > 2;
      }
    }
    registerErrorType(Refusal, "Refused");
    const error = await remote(() => portal.call.throwsRefused());
    assert.ok(error.is(Refusal));
    assert.equal((error.original as Refusal).isFinal, true);
    assert.equal(error.original.name, "Refused");
    registerErrorType(Refusal, "Refused");
    assert.throws(() => registerErrorType(class Refused extends Error {}), TypeError);
  },
);

testOnOne("remote error: the chain of its causes comes along", async (portal) => {
  const { original } = await remote(() => portal.call.throwsWithCauses());
  const second = original.cause as Error;
  const first = second.cause as Error;
  assert.deepEqual([original.message, second.message, first.message], [
    "third",
    "There is no milk",
    "first",
  ]);
  assert.equal((second as unknown as { readonly item: string }).item, "milk");
  assert.ok(first instanceof SyntaxError);
  assert.match(first.stack!, /modules\/errors\.ts/);
});

testOnOne(
  "remote error: properties that cannot be sent are left out, and the others arrive",
  async (portal) => {
    const { original } = await remote(() => portal.call.throwsWithUnsendable());
    assert.deepEqual({ ...original }, { code: "E_MORE", deep: { list: [1, 2] } });
  },
);

testOnOne("remote error: a group arrives as a group, with all that is in it", async (portal) => {
  const error = await remote(() => portal.call.throwsGroup());
  assert.ok(error.is(ErrorGroup));
  const group = error.original as ErrorGroup;
  assert.deepEqual(group.flatten().map((one) => (one as Error).message), [
    "one",
    "two",
    "There is no sugar",
  ]);
  assert.equal(group.subgroup(TypeError)?.flatten().length, 1);
});

testOnOne("remote error: what is thrown and is no error is told in words", async (portal) => {
  const error = await remote(() => portal.call.throwsText());
  assert.match(error.message, /just text/);
});

test("remote error: an error that comes through several actors is the original one, and names all of them", () =>
  onStage(async () => {
    const error = await remote(() => runInActor(ERRORS, "throwsBelow", [2], { name: "top" }));
    assert.ok(error.is(RangeError));
    assert.equal(error.original.message, "deep down");
    assert.deepEqual(error.path, ["main/top/level2/level1", "main/top/level2", "main/top"]);
  }));

test("remote error: trees of actors that fail give a group at every level, with nothing but errors of the leaves", () =>
  onStage(async () => {
    const error = await remote(() => runInActor(ERRORS, "throwsInTree", [2], { name: "top" }));
    const group = error.original;
    assert.ok(group instanceof ErrorGroup);
    for (const below of group.errors) {
      assert.ok(below instanceof Error);
      assert.equal(below.name, "ErrorGroup");
    }
    for (const leaf of group.flatten()) {
      assert.ok(leaf instanceof RemoteActorError && leaf.is(RangeError), String(leaf));
      // From the leaf up, each level is the parent of the one before.
      assert.equal(leaf.path.at(-1), "main/top");
      leaf.path.slice(1).forEach((hop, index) =>
        assert.equal(hop, leaf.path[index]!.replace(/\/[^/]+$/, ""))
      );
      assert.equal(leaf.original.message, "leaf");
    }
  }));
