import assert from "node:assert/strict";
import { ExitCode } from "../../lib/base/exit_code.ts";
import { ROOT } from "../../lib/config/plan.ts";
import type { FollowItem, Op, Requests } from "../../lib/control/protocol.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { encodeFrame } from "../../lib/wire/frames.ts";
import type { UserError } from "../../lib/base/user_error.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { END, onStage, OWN_UID, readAll, settled, type Stage } from "./stage.ts";

/** Who the clients of a stage are: the machine in memory has no list of users. */
const ASKER = { uid: OWN_UID, user: null, pid: 1 };

test("service: what is asked of the engine are the nodes that the selectors mean", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    const cases: readonly (readonly [Op, object, object])[] = [
      ["start", { paths: ["a"], deps: false }, { type: "start_requested", nodes: ["a"], deps: false }],
      ["start", { paths: ["pool"], deps: true }, { type: "start_requested", nodes: ["pool"], deps: true }],
      ["stop", { paths: ["pool/*", "a"] }, { type: "stop_requested", nodes: ["a", "pool/b", "pool/c"] }],
      ["halt", { paths: ["a"] }, { type: "halt_requested", nodes: ["a"] }],
      ["reset", { paths: ["a"] }, { type: "reset_requested", nodes: ["a"] }],
      ["restart", { paths: ["**"] }, { type: "restart_requested", nodes: ["a", "pool/b", "pool/c"] }],
    ];
    for (const [op, fields, expected] of cases) {
      const asked = client.request(op, { ...fields, wait: true } as Requests[typeof op]);
      await settled();
      assert.deepEqual(stage.engine.asked[0]!.what, { ...expected, asker: ASKER });
      stage.engine.answer();
      await asked;
    }
  });
});

test("service: an action is answered when it is done, with the rows of what it touched", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    let isDone = false;
    const asked = client.request("stop", { paths: ["pool"], wait: true }).finally(() => isDone = true);
    await settled();
    assert.equal(isDone, false);
    stage.engine.answer({ ok: false });
    const { ok, actors } = await asked;
    assert.deepEqual([ok, ...actors.map((row) => row.path)], [false, "pool", "pool/b", "pool/c"]);
  });
});

test("service: an action that is not to be waited for is answered at once", async () => {
  await onStage(async (stage) => {
    const { ok, actors } = await stage.client().request("restart", { paths: ["a"], wait: false });
    assert.deepEqual([ok, actors.length, stage.engine.asked.length], [true, 1, 1]);
  });
});

test("service: an action that is not to be waited for is an error where it is refused at once", async () => {
  await onStage(async (stage) => {
    stage.engine.untilTaken = () => {
      stage.engine.answer({ ok: false, refusal: { kind: "torn_down", tree: ROOT } });
      return Promise.resolve();
    };
    const asked = stage.client().request("restart", { paths: ["a"], wait: false });
    await assert.rejects(asked, { code: "tree/refused" });
  });
});

test("service: a wait for readiness begins with the tree, and is answered with every row", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    const asked = client.request("await_ready", {});
    await settled();
    assert.equal(stage.engine.asked.length, 0);
    await client.request("begin", { owner: false });
    await settled();
    assert.deepEqual(stage.engine.asked[0]!.what, { type: "ready_awaited", nodes: [ROOT] });
    stage.engine.answer();
    assert.deepEqual((await asked).actors.map((row) => row.path), ["a", "pool", "pool/b", "pool/c"]);
  });
});

test("service: what the engine refuses is an error that says why", async () => {
  await onStage(async (stage) => {
    const asked = stage.client().request("start", { paths: ["a"], deps: true, wait: true });
    await settled();
    stage.engine.answer({ ok: false, refusal: { kind: "torn_down", tree: ROOT } });
    await assert.rejects(asked, {
      code: "tree/refused",
      message: "Nothing was done: the tree is being torn down",
      exitCode: ExitCode.notRunning,
    });
  });
});

test("service: a name that nothing has is an error with the nearest one", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    for (const op of ["start", "stop", "restart", "reset", "status"] as const) {
      const fields = { paths: ["a", "pol"], deps: true, wait: true };
      await assert.rejects(client.request(op, fields as Requests[typeof op]), {
        code: "target/unknown",
        exitCode: ExitCode.noSuchTarget,
        hint: 'did you mean "pool"?',
      });
    }
    assert.equal(stage.engine.asked.length, 0);
  });
});

test("service: a status without selectors has every node, one with a tree all that is in it", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    const rows = async (...paths: readonly string[]) =>
      (await client.request("status", { paths })).actors.map((row) => `${row.path} ${row.kind} ${row.state}`);
    assert.deepEqual(await rows(), [
      "a exec inactive",
      "pool tree inactive",
      "pool/b exec inactive",
      "pool/c exec inactive",
    ]);
    assert.deepEqual(await rows("pool"), [
      "pool tree inactive",
      "pool/b exec inactive",
      "pool/c exec inactive",
    ]);
    assert.deepEqual(await rows("*"), ["a exec inactive"]);
  });
});

test("service: a process that has died passes for none, whatever the core knows of it", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    stage.engine.runs(7);
    const row = async (process: ProcessRow) => {
      stage.processes.splice(0, Infinity, process);
      const { actors } = await client.request("status", { paths: ["a"] });
      return [actors[0]!.state, actors[0]!.ready, actors[0]!.pid];
    };
    assert.deepEqual(await row(processRow(7, "S")), ["running", true, 7]);
    assert.deepEqual(await row(processRow(8, "S")), ["stopping", false, null]);
    assert.deepEqual(await row(processRow(7, "Z")), ["stopping", false, null]);
  });
});

function processRow(pid: number, state: string): ProcessRow {
  return { pid, parent: 1, state, startTime: 1, group: pid, session: pid, name: "a", cpuMs: 0, rss: 0 };
}

test("service: a down names its cause, and an unknown one is a plain down", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    await client.request("begin", { owner: false });
    const asked = [
      client.request("down", { cause: "interrupt", withinMs: 5 }),
      client.request("down", { cause: "guardian_lost", withinMs: null }),
    ];
    await client.request("cut_grace", { toMs: 1_000 });
    assert.equal(stage.engine.isHurried, false);
    await client.request("cut_grace", { toMs: 0 });
    assert.equal(stage.engine.isHurried, true);
    assert.deepEqual(stage.engine.asked.map(({ what }) => what), [
      { type: "down_requested", cause: "interrupt", withinMs: 5, asker: ASKER },
      { type: "down_requested", cause: "down", withinMs: null, asker: ASKER },
    ]);
    assert.deepEqual(stage.engine.posted.map((event) => event.type === "grace_cut" && event.toMs), [
      1_000,
      0,
    ]);
    stage.engine.answer();
    stage.engine.answer({ ok: false, refusal: { kind: "tree_ended" } });
    await Promise.all(asked);
  });
});

test("service: a down before the begin calls the tree off", async () => {
  await onStage(async (stage) => {
    await stage.client().request("down", { cause: "down", withinMs: null });
    assert.equal(stage.service.calledOff.isSet, true);
    assert.equal(stage.engine.asked.length, 0);
  });
});

test("service: a down is an error while a crash is held, and says who is held and how it is let go", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    await client.request("begin", { owner: false });
    const asked = client.request("down", { cause: "down", withinMs: null });
    await settled();
    const report = "RangeError: no\n    at f (/a.ts:1:1)";
    stage.engine.answer({ ok: false, refusal: { kind: "crash_held", actor: "a", pid: 7, report } });
    await assert.rejects(asked, {
      code: "debug/held",
      message: 'Not taken down: actor "a" (pid 7) is held for inspection: RangeError: no',
      hint: "kill -CONT 7 lets it go on; `supervise down --force` does not wait for it",
    });
  });
});

/** Follows on a client of its own; what it is told is collected. */
function following(stage: Stage, wants: Requests["follow"]) {
  const items: FollowItem[] = [];
  const client = stage.client();
  const done = client.follow(wants, (more) => void items.push(...more));
  return { items, done, client };
}

test("service: a follower is told of what it asked for, and of nothing else", async () => {
  await onStage(async (stage) => {
    const lines = following(stage, { lines: true, entries: false });
    const entries = following(stage, { lines: false, entries: true });
    const both = following(stage, { lines: true, entries: true });
    await settled();
    stage.engine.says("hello");
    stage.engine.decides();
    stage.service.finish(END);
    await Promise.all([lines.done, entries.done, both.done]);
    const kinds = [lines, entries, both].map(({ items }) => items.map((item) => item.kind));
    assert.deepEqual(kinds, [["line"], ["entry"], ["line", "entry"]]);
  });
});

test("service: the last lines are delivered before a follow is answered", async () => {
  await onStage(async (stage) => {
    const { items, done } = following(stage, { lines: true, entries: false });
    await settled();
    for (let i = 0; i < 500; i++) stage.engine.says(`line ${i}`);
    stage.service.finish(END);
    stage.server.finish();
    await done;
    assert.equal(items.length, 500);
    assert.deepEqual(items.at(-1), {
      kind: "line",
      line: { at: 500, path: "a", stream: "stdout", text: "line 499", cut: false },
    });
  });
});

test("service: a follow and a wait that come after the end are answered at once", async () => {
  await onStage(async (stage) => {
    stage.service.finish(END);
    const { items, done, client } = following(stage, { lines: true, entries: true });
    await done;
    assert.deepEqual(items, []);
    assert.deepEqual(await client.request("await_end", {}), END);
    assert.equal(stage.engine.listeners.size, 0);
  });
});

test("service: a client that stops reading is told what it missed, and slows neither the supervisor nor others", async () => {
  await onStage(async (stage) => {
    const deaf = stage.connect({ capacity: 1_000 });
    await deaf.write(encodeFrame({ id: 1, op: "follow", lines: true, entries: false }));
    const other = following(stage, { lines: true, entries: false });
    await settled();
    const text = "x".repeat(10_000);
    for (let i = 1; i <= 300; i++) {
      // Nothing that the supervisor does for its listeners may wait: it says all lines without a pause.
      assert.equal(stage.engine.says(text), i);
      if (i % 50 === 0) assert.equal((await other.client.request("sync", {})).stamp, i);
    }
    await settled();
    assert.equal(other.items.length, 300);
    assert.ok(other.items.every((item) => item.kind === "line"));
    stage.service.finish(END);
    await other.done;
    stage.server.finish();
    const messages = await readAll(deaf);
    const items = messages.flatMap((message) => "items" in message ? message.items as FollowItem[] : []);
    const lines = items.filter((item) => item.kind === "line");
    assert.ok(lines.length < 300, "everything was kept for a client that does not read");
    const after = lines.length;
    assert.deepEqual(items.at(-1), { kind: "lagged", of: "lines", after, upTo: 300, count: 300 - after });
    assert.deepEqual(messages.at(-1), { id: 1, result: {} });
  });
});

test("service: apply reads the file, and answers when it is done with what was touched", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    stage.engine.runs();
    const dry = await client.request("apply", { dry: true, wait: true });
    assert.deepEqual([dry.ok, dry.changes, dry.actors, stage.taken.length], [true, [], [], 0]);
    const plan = planOf({
      children: { a: { daemon: true }, b: { daemon: true }, c: { stop: { graceMs: 1 } } },
    });
    stage.file = () => ({ plan, problems: [], texts: new Map(), scaled: [], variables: new Map() });
    const would = await client.request("apply", { dry: true, wait: true });
    assert.deepEqual(would.changes.map(({ action, path }) => `${action} ${path}`), [
      "add b",
      "add c",
      "remove pool",
      "remove pool/b",
      "remove pool/c",
    ]);
    assert.equal(stage.engine.asked.length, 0);
    let isDone = false;
    const asked = client.request("apply", { dry: false, wait: true }).finally(() => isDone = true);
    await settled();
    assert.deepEqual([isDone, stage.taken], [false, [plan]]);
    assert.deepEqual(stage.engine.asked[0]!.what, { type: "plan_given", plan, rolling: false });
    stage.engine.answer({ ok: false });
    const { ok, actors, account } = await asked;
    assert.deepEqual([ok, actors.map(({ path }) => path), account?.survivors], [false, ["b", "c"], []]);
  });
});

test("service: a file that is not valid, and one that asks for what cannot be, leave all as it is", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    stage.engine.runs();
    stage.file = () => ({
      plan: null,
      problems: [],
      texts: new Map([["f", "x"]]),
      scaled: [],
      variables: new Map(),
    });
    const { ok, isValid, texts } = await client.request("apply", { dry: false, wait: true });
    assert.deepEqual([ok, isValid, texts], [false, false, { f: "x" }]);
    const plan = planOf({ children: { a: { daemon: true } }, isolate: true });
    stage.file = () => ({ plan, problems: [], texts: new Map(), scaled: [], variables: new Map() });
    await assert.rejects(client.request("apply", { dry: false, wait: true }), (error: unknown) => {
      const { code, exitCode } = error as UserError;
      assert.deepEqual([code, exitCode], ["apply/refused", ExitCode.failed]);
      return true;
    });
    assert.deepEqual([stage.taken, stage.engine.asked], [[], []]);
  });
});

test("service: what has not begun takes no other file", async () => {
  await onStage(async (stage) => {
    const refused = stage.client().request("apply", { dry: false, wait: true });
    await assert.rejects(refused, /Nothing was done: the tree has not begun yet/);
  });
});
