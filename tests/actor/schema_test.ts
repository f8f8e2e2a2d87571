/** Values that are checked at the border: by the actor that offers a function, and by the one that uses it. */
import assert from "node:assert/strict";
import { RemoteActorError, ValidationError } from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { actorTests } from "./actor_tests.ts";
import { SCHEMAS } from "./known_modules.ts";
import { number, trimmed } from "./modules/schemas.ts";

const testOnOne = actorTests(SCHEMAS);

/** The error of a check that was made over there. */
async function remotely(act: () => unknown): Promise<ValidationError> {
  const error = await errorOf(RemoteActorError, act);
  assert.ok(error.is(ValidationError), error.message);
  assert.deepEqual(error.path, ["main/one"]);
  return error.original as ValidationError;
}

const wrong = <T>(value: unknown): T => value as T;

testOnOne(
  "schemas: an argument that is wrong is refused by the actor that offers the function, which never runs",
  async (portal) => {
    const error = await remotely(() => portal.call.half(wrong("four")));
    assert.match(error.message, /^Argument 1 of "half": expected number, got string/);
    assert.deepEqual(error.issues, [{ path: "", message: "expected number, got string" }]);
  },
);

testOnOne("schemas: a result that is wrong is the mistake of the actor that gives it", async (portal) => {
  const error = await remotely(() => portal.call.half(3));
  assert.match(error.message, /^The result of "half": expected whole number/);
});

testOnOne(
  "schemas: values arrive as the validator has made them, also one that takes its time",
  async (portal) => {
    assert.equal(await portal.call.greet("  tea  "), "hello tea");
  },
);

testOnOne("schemas: what is wrong inside of a value is told with its place", async (portal) => {
  const error = await remotely(() => portal.call.total([1, wrong("2"), 3]));
  assert.deepEqual(error.issues, [{ path: "1", message: "expected number, got string" }]);
  assert.match(error.message, /^Argument 1 of "total": 1: expected number/);
});

testOnOne(
  "schemas: a context that starts, sends or returns what is wrong has made the mistake itself",
  async (portal) => {
    const open = (step: "start" | "send" | "result") =>
      remotely(() =>
        portal.openContext("checked", [step], (context) =>
          context.openStream(async (stream) => {
            for await (const _ of stream);
            await context.result();
          }))
      );
    assert.match((await open("start")).message, /^What "checked" starts with: expected number/);
    assert.match((await open("send")).message, /^What "checked" sends: expected number/);
    assert.match((await open("result")).message, /^The result of "checked": expected number/);
  },
);

testOnOne(
  "schemas: what is wrong that an opener sends is refused over there, when it is received",
  async (portal) => {
    const error = await remotely(() =>
      portal.openContext("sum", [], async (context) => {
        await context.openStream(async (stream) => {
          await stream.send(1);
          await stream.send(wrong("2"));
        });
        await context.result();
      })
    );
    assert.match(error.message, /^What "sum" receives: expected number/);
  },
);

testOnOne("schemas: what a generator yields is checked over there", async (portal) => {
  const seen: number[] = [];
  const error = await remotely(() =>
    portal.openStreamFrom("numbers", [], async (values) => {
      for await (const value of values) seen.push(value);
    })
  );
  assert.deepEqual(seen, [1, 2]);
  assert.match(error.message, /^What "numbers" sends: expected number/);
});

testOnOne(
  "schemas: the caller may check on its own side, before anything is sent and after it came",
  async (portal) => {
    const strict = portal.with({
      schemas: {
        plain: { args: [trimmed], result: number },
        plainContext: { started: number, result: number, sends: number, receives: number },
        plainNumbers: { sends: number },
      },
    });
    assert.equal(await strict.call.plain("  12 "), 12);
    const argument = await errorOf(ValidationError, () => strict.call.plain(wrong(5)));
    assert.match(argument.message, /^Argument 1 of "plain": expected string/);
    const result = await errorOf(ValidationError, () => strict.call.plain("no number"));
    assert.match(result.message, /^The result of "plain": expected number, got string/);

    const open = (step: string, sent: unknown = 1) =>
      errorOf(ValidationError, () =>
        strict.openContext("plainContext", [step], async (context) => {
          await context.openStream(async (stream) => {
            await stream.send(sent);
            await stream.receive();
          });
          await context.result();
        }));
    assert.match((await open("start")).message, /^What "plainContext" starts with/);
    assert.match((await open("send")).message, /^What "plainContext" sends/);
    assert.match((await open("result")).message, /^The result of "plainContext"/);
    assert.match((await open("none", "1")).message, /^What "plainContext" receives/);
    const yielded = await errorOf(
      ValidationError,
      () => strict.openStreamFrom("plainNumbers", [], (values) => values.receive()),
    );
    assert.match(yielded.message, /^What "plainNumbers" sends/);
  },
);
