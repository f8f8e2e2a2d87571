import { VERSION } from "../../lib/base/version.ts";
import assert from "node:assert/strict";
import { ExitCode } from "../../lib/base/exit_code.ts";
import { askAlong, connectControl, ControlClient } from "../../lib/control/client.ts";
import { PROTOCOL_VERSION, REQUEST_LIMITS } from "../../lib/control/protocol.ts";
import { connectionPair } from "../../lib/host/fake/connection_pair.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { nextTurn } from "../../lib/host/shared/turn.ts";
import { currentTime } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { encodeFrame, FrameDecoder } from "../../lib/wire/frames.ts";
import { test } from "../harness/test.ts";
import { onStage, settled } from "./stage.ts";

const LOST = { name: "UserError", code: "control/lost", exitCode: ExitCode.noAnswer };

/** Runs `body` with a client whose supervisor is played by the test. */
async function withClient(body: (client: ControlClient, supervisor: Connection) => Promise<void>) {
  await runVirtual(async () => {
    const [mine, theirs] = connectionPair();
    const client = new ControlClient(mine);
    await body(client, theirs);
    client.close();
    await client.closed;
  });
}

async function nextRequest(supervisor: Connection): Promise<{ id: number; op: string }> {
  const bytes = await supervisor.read();
  return new FrameDecoder(REQUEST_LIMITS).push(bytes!)[0] as { id: number; op: string };
}

test("client: answers find their requests in whatever order they come", async () => {
  await withClient(async (client, supervisor) => {
    const first = client.request("sync", {});
    const second = client.request("sync", {});
    const ids = [(await nextRequest(supervisor)).id, (await nextRequest(supervisor)).id];
    await supervisor.write(encodeFrame({ id: ids[1], result: { stamp: 2 } }));
    await supervisor.write(encodeFrame({ id: ids[0], result: { stamp: 1 } }));
    assert.deepEqual([await first, await second], [{ stamp: 1 }, { stamp: 2 }]);
  });
});

test("client: what is asked along with the greeting is sent before that is answered", async () => {
  await onStage(async (stage) => {
    const [mine, theirs] = connectionPair();
    const host = { ...stage.host, sockets: { ...stage.host.sockets, connect: () => Promise.resolve(mine) } };
    const asked = askAlong("sync", {});
    const connecting = connectControl(host, "/x", () => null, asked.send);
    const [greeting, question] = [await nextRequest(theirs), await nextRequest(theirs)];
    assert.deepEqual([greeting.op, question.op], ["hello", "sync"]);
    await theirs.write(encodeFrame({ id: greeting.id, result: {} }));
    await theirs.write(encodeFrame({ id: question.id, result: { stamp: 7 } }));
    const client = (await connecting)!;
    assert.deepEqual(await asked.answer(), { stamp: 7 });
    client.close();
  });
});

test("client: a text that is no JSON is no answer, and the connection is lost", async () => {
  await withClient(async (client, supervisor) => {
    const asked = client.request("status", { paths: [] });
    const { id } = await nextRequest(supervisor);
    await supervisor.write(encodeFrame({ id, json: "{" }));
    await assert.rejects(asked, LOST);
  });
});

test("client: an error arrives with its name, text, hint and exit code", async () => {
  await withClient(async (client, supervisor) => {
    const asked = client.request("sync", {});
    const { id } = await nextRequest(supervisor);
    const error = { name: "x/y", message: "why", hint: "do so", exitCode: 4 };
    await supervisor.write(encodeFrame({ id, error }));
    await assert.rejects(asked, { code: "x/y", message: "why", hint: "do so", exitCode: 4 });
  });
});

test("client: a supervisor that dies in the middle of a request leaves a clear error with every request", async () => {
  for (const how of ["before it answers", "in the middle of an answer"]) {
    await withClient(async (client, supervisor) => {
      const asked = client.request("await_end", {});
      const followed = client.follow({ lines: true, entries: true }, () => {});
      const { id } = await nextRequest(supervisor);
      const answer = encodeFrame({ id, result: {} });
      if (how !== "before it answers") await supervisor.write(answer.subarray(0, answer.length - 1));
      supervisor.close();
      await assert.rejects(asked, LOST, how);
      await assert.rejects(followed, LOST, how);
      await client.closed;
      await assert.rejects(client.request("sync", {}), LOST, how);
    });
  }
});

test("client: a request that nobody awaits yet when the connection is lost is no unhandled rejection", async () => {
  const [mine, supervisor] = connectionPair();
  const client = new ControlClient(mine);
  const following = client.follow({ lines: true, entries: false }, () => {});
  const ended = client.request("await_end", {});
  supervisor.close();
  await client.closed;
  // A runtime complains of what nobody has taken by the next turn of its loop.
  await nextTurn();
  await assert.rejects(ended, LOST);
  await assert.rejects(following, LOST);
});

test("client: a supervisor that talks nonsense is as good as lost", async () => {
  const nonsense: readonly (readonly [string, Uint8Array])[] = [
    ["garbage", new TextEncoder().encode("HTTP/1.1 400 Bad Request")],
    ["null", encodeFrame(null)],
    ["a number", encodeFrame(3)],
    ["an error without fields", encodeFrame({ id: 1, error: null })],
    ["neither result nor error", encodeFrame({ id: 1 })],
    ["items that are no list", encodeFrame({ id: 1, items: 7 })],
  ];
  for (const [what, bytes] of nonsense) {
    await withClient(async (client, supervisor) => {
      const first = client.follow({ lines: true, entries: true }, (items) => void items.map(String));
      const second = client.request("sync", {});
      await supervisor.write(bytes);
      await assert.rejects(first, LOST, what);
      await assert.rejects(second, LOST, what);
    });
  }
});

test("client: answers to nothing are passed over", async () => {
  await withClient(async (client, supervisor) => {
    const asked = client.request("sync", {});
    const { id } = await nextRequest(supervisor);
    await supervisor.write(encodeFrame({ id: 0, error: { name: "control/bad-frame" } }));
    await supervisor.write(encodeFrame({ id: id + 50, result: {} }));
    await supervisor.write(encodeFrame({ id, result: { stamp: 5 } }));
    assert.deepEqual(await asked, { stamp: 5 });
  });
});

test("client: a follower that throws ends its own request with what it threw, and the others go on", async () => {
  await onStage(async (stage) => {
    const client = stage.client();
    const thrown = new RangeError("cannot print");
    let told = 0;
    const following = client.follow({ lines: true, entries: false }, () => {
      told += 1;
      throw thrown;
    });
    await client.request("sync", {});
    stage.engine.says("one");
    await assert.rejects(following, thrown);
    stage.engine.says("two");
    await client.request("sync", {});
    await settled();
    assert.equal(told, 1);
  });
});

test("client: nothing more is read while a follower is busy", async () => {
  await onStage(async (stage) => {
    const client = stage.client({ capacity: 1 });
    const seen: string[] = [];
    let goOn = () => {};
    const following = client.follow({ lines: true, entries: false }, async (items) => {
      for (const item of items) if (item.kind === "line") seen.push(item.line.text);
      await new Promise<void>((resolve) => goOn = resolve);
    });
    following.catch(() => {});
    await client.request("sync", {});
    stage.engine.says("one");
    await settled();
    stage.engine.says("two");
    await settled();
    assert.deepEqual(seen, ["one"]);
    goOn();
    await settled();
    assert.deepEqual(seen, ["one", "two"]);
    goOn();
  });
});

test("client: to connect where nobody listens gives null", async () => {
  const host = { sockets: { connect: () => Promise.resolve(null) } } as unknown as Host;
  assert.equal(await connectControl(host, "/x", () => null), null);
});

test("client: a supervisor that does not answer at all is given up on", async () => {
  await onStage(async (stage) => {
    const [mine, theirs] = connectionPair();
    const host = { ...stage.host, sockets: { ...stage.host.sockets, connect: () => Promise.resolve(mine) } };
    const start = currentTime();
    await assert.rejects(connectControl(host, "/x", () => null), {
      code: "control/no-answer",
      exitCode: ExitCode.noAnswer,
    });
    assert.equal(currentTime() - start, 5_000);
    // The greeting lies there unread, and the connection is closed.
    assert.notEqual(await theirs.read(), null);
    assert.equal(await theirs.read(), null);
  });
});

test("client: a supervisor that hangs up at the greeting is lost, not silent", async () => {
  await onStage(async (stage) => {
    const [mine, theirs] = connectionPair();
    theirs.close();
    const host = { ...stage.host, sockets: { ...stage.host.sockets, connect: () => Promise.resolve(mine) } };
    await assert.rejects(connectControl(host, "/x", () => null), LOST);
  });
});

test("client: a connection is made to a supervisor, who says which it is", async () => {
  await onStage(async (stage) => {
    const client = await connectControl(stage.host, "/test/control.sock", () => null);
    assert.ok(client);
    const { protocol, name, file } = client.greeted;
    assert.deepEqual([protocol, name, file], [PROTOCOL_VERSION, "test", "/test/supervise.toml"]);
  });
});

test("client: a supervisor of another version is asked what all have in common, and told nothing else", async () => {
  await onStage(async (stage) => {
    const [mine, theirs] = connectionPair();
    const host = { ...stage.host, sockets: { ...stage.host.sockets, connect: () => Promise.resolve(mine) } };
    const connecting = connectControl(host, "/x", () => null);
    const hello = await nextRequest(theirs);
    const about = { protocol: PROTOCOL_VERSION + 1, version: "9.8.7", name: "n", file: "/f" };
    await theirs.write(encodeFrame({ id: hello.id, result: about }));
    const client = await connecting;
    assert.ok(client);
    await assert.rejects(client.request("restart", { paths: ["a"], wait: true }), {
      code: "control/version",
      message: `This tree is run by supervise 9.8.7, and this command is of ${VERSION}`,
    });
    const asked = client.request("status", { paths: [] });
    const status = await nextRequest(theirs);
    assert.equal(status.op, "status");
    const row = { path: "a", kind: "exec", state: "running", pid: 7, news: "that nobody here knows" };
    await theirs.write(encodeFrame({ id: status.id, json: JSON.stringify({ name: "n", actors: [row] }) }));
    const [told] = (await asked).actors;
    assert.deepEqual([told!.pid, told!.exit, told!.restarts], [7, null, 0]);
  });
});

test("client: a request that an older supervisor does not know is one of another version, not a mistake", async () => {
  await onStage(async (stage) => {
    for (const version of ["0.0.1", VERSION]) {
      const [mine, theirs] = connectionPair();
      const host = {
        ...stage.host,
        sockets: { ...stage.host.sockets, connect: () => Promise.resolve(mine) },
      };
      const connecting = connectControl(host, "/x", () => null);
      const hello = await nextRequest(theirs);
      const about = { protocol: PROTOCOL_VERSION, version, name: "n", file: "/f" };
      await theirs.write(encodeFrame({ id: hello.id, result: about }));
      const client = (await connecting)!;
      const asked = client.request("explain", { paths: [] });
      const { id } = await nextRequest(theirs);
      const error = {
        name: "control/bad-request",
        message: 'There is no request "explain"',
        hint: null,
        exitCode: 2,
      };
      await theirs.write(encodeFrame({ id, error }));
      await assert.rejects(asked, {
        code: version === VERSION ? "control/bad-request" : "control/version",
      });
      client.close();
    }
  });
});
