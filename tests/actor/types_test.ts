/** What the compiler knows of another actor: the body is never run, only compiled. */
import assert from "node:assert/strict";
import type { ActorNursery, ContextCancelled, MsgStream, Portal } from "../../mod.ts";
import { openActorCluster, openActorNursery, runInActor, validated } from "../../mod.ts";
import { test } from "../harness/test.ts";
import { CALLS } from "./known_modules.ts";

/** Compiles only if both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

function same<A, B>(_: Same<A, B>): void {}

async function compiled(nursery: ActorNursery, calls: Portal<typeof import("./modules/calls.ts")>) {
  const sum = await calls.call.add(1, 2);
  same<typeof sum, number>(true);
  // @ts-expect-error The function takes two numbers.
  await calls.call.add(1);
  // @ts-expect-error The function takes numbers.
  await calls.call.add("1", 2);
  // @ts-expect-error There is no such function.
  await calls.call.subtract(1, 2);
  // @ts-expect-error What is no function cannot be called.
  await calls.call.version();
  // @ts-expect-error Neither can a promise.
  await calls.call.answer();

  const done = await calls.call.untilCancelled("one");
  same<typeof done, void>(true);
  const never = await calls.call.exit(1);
  same<typeof never, never>(true);

  const started = await nursery.startActor("one", { module: CALLS });
  same<typeof started, typeof calls>(true);
  const untyped = await nursery.startActor("one", { module: "./calls.ts" });
  // @ts-expect-error Of a module that is only named nothing is known.
  await untyped.call.add(1, 2);
  const named = await nursery.startActor<{ any(): unknown; nothing(): undefined }>("one", {
    module: "./calls.ts",
  });
  const nothing = await named.call.nothing();
  same<typeof nothing, undefined>(true);

  const one = await runInActor(CALLS, "add", [1, 2]);
  same<typeof one, number>(true);
  // @ts-expect-error The arguments are those of the function.
  await runInActor(CALLS, "add", ["1", 2]);
  // @ts-expect-error It has to be one of its functions.
  await runInActor(CALLS, "version", []);

  const shot = await nursery.startInActor(CALLS, "add", [1, 2]);
  const shotResult = await shot.result();
  same<typeof shotResult, number>(true);
  // @ts-expect-error The arguments are those of the function.
  await nursery.startInActor(CALLS, "add", ["1", 2]);
  // @ts-expect-error It has to be one of its functions.
  await nursery.startInActor(CALLS, "version", []);

  const value = await openActorNursery(() => 1);
  same<typeof value, number | undefined>(true);
  // @ts-expect-error A nursery that was cancelled gives undefined.
  const always: number = value;
  // Nobody can cancel that of a cluster but from around it, which raises.
  const clustered = await openActorCluster({ names: ["one"], module: CALLS }, () => 1);
  same<typeof clustered, number>(true);
  return always;
}

async function compiledContexts(portal: Portal<typeof import("./modules/contexts.ts")>) {
  const result = await portal.openContext("giveBack", ["a"], async (context, first) => {
    same<typeof first, string>(true);
    return await context.result();
  });
  same<typeof result, string>(true);
  await portal.openContext("giveBack", ["a"], async (context) => {
    const outcome = await context.outcome();
    if (outcome.how === "returned") same<typeof outcome.value, string>(true);
    if (outcome.how === "cancelled") same<typeof outcome.error, ContextCancelled>(true);
    // @ts-expect-error Whether there is a value depends on how it ended.
    return outcome.value;
  });
  await portal.openContext("returnsOnWord", [], (context) =>
    context.openStream(async (stream) => {
      same<typeof stream, MsgStream<never, string>>(true);
      await stream.send("word");
      // @ts-expect-error It receives texts.
      await stream.send(1);
    }));
  // @ts-expect-error The function takes a text.
  await portal.openContext("giveBack", [1], () => {});
  // @ts-expect-error The function takes an argument.
  await portal.openContext("giveBack", [], () => {});
  // @ts-expect-error There is no such context.
  await portal.openContext("take", [], () => {});
  // @ts-expect-error A context is opened, not called.
  await portal.call.giveBack("a");
}

async function compiledStreams(portal: Portal<typeof import("./modules/streams.ts")>) {
  const first = await portal.openStreamFrom("countTo", [3], async (values) => {
    same<typeof values, MsgStream<number, never>>(true);
    // @ts-expect-error A generator receives nothing.
    await values.send(1);
    return await values.receive();
  });
  same<typeof first, number>(true);
  // @ts-expect-error The generator takes a number.
  await portal.openStreamFrom("countTo", ["3"], () => {});
  // @ts-expect-error A generator is followed, not called.
  await portal.call.countTo(3);
  // @ts-expect-error There is no such generator.
  await portal.openStreamFrom("countDown", [3], () => {});
}

async function compiledShapes(
  portal: Portal<{
    // deno-lint-ignore no-explicit-any -- Functions of modules are not all typed well.
    untyped(): any;
    fails(): never;
    list: readonly string[];
    checked: ReturnType<typeof checkedAdd>;
  }>,
) {
  // deno-lint-ignore no-explicit-any -- See above.
  same<Awaited<ReturnType<typeof portal.call.untyped>>, any>(true);
  await portal.call.fails();
  // @ts-expect-error A list is no function.
  await portal.call.list();
  const sum = await portal.call.checked(1, 2);
  same<typeof sum, number>(true);
}

function checkedAdd() {
  return validated({}, (a: number, b: number) => a + b);
}

test("types: calls, contexts and streams have those of the module, and the compiler refuses others", () => {
  for (const never of [compiled, compiledContexts, compiledStreams, compiledShapes]) assert.ok(never);
});
