import assert from "node:assert/strict";
import type { Peer } from "../../lib/host/ports/sockets.ts";
import { encodeFrame } from "../../lib/wire/frames.ts";
import { test } from "../harness/test.ts";
import { END, onStage, OWN_UID, readAll, settled } from "./stage.ts";

test("server: only the own user and root may connect", async () => {
  const cases: readonly (readonly [Peer | null, boolean])[] = [
    [{ pid: 1, uid: OWN_UID }, true],
    [{ pid: 1, uid: 0 }, true],
    [{ pid: 1, uid: OWN_UID + 1 }, false],
    [{ pid: 1, uid: -1 }, false],
    [null, false],
  ];
  for (const [peer, isTrusted] of cases) {
    await onStage(async (stage) => {
      const connection = stage.connect({ peer });
      await connection.write(encodeFrame({ id: 1, op: "begin", owner: true }));
      await settled();
      assert.equal(stage.service.begun.isSet, isTrusted, JSON.stringify(peer));
      if (!isTrusted) assert.deepEqual(await readAll(connection), []);
    });
  }
});

test("server: many clients at once each get their own answers", async () => {
  await onStage(async (stage) => {
    const clients = Array.from({ length: 200 }, () => stage.client());
    const ends = clients.map((client) => client.request("await_end", {}));
    const answers = await Promise.all(clients.flatMap((client, index) => {
      const path = ["a", "pool/b", "pool/c"][index % 3]!;
      return [path, ...(index % 2 === 0 ? [path] : [])].map(async (path) => {
        const { actors } = await client.request("status", { paths: [path] });
        return actors.map((row) => row.path).join() === path;
      });
    }));
    assert.deepEqual(answers, Array(300).fill(true));
    for (const client of clients.slice(0, 100)) client.close();
    const lost = await Promise.allSettled(ends.slice(0, 100));
    assert.ok(lost.every((end) => end.status === "rejected" && end.reason.code === "control/lost"));
    stage.service.finish(END);
    assert.equal((await Promise.all(ends.slice(100))).length, 100);
  });
});

test("server: the loss of the owner is told once, that of others is not", async () => {
  await onStage(async (stage) => {
    const owner = stage.client();
    const other = stage.client();
    await owner.request("begin", { owner: true });
    await other.request("begin", { owner: false });
    other.close();
    await settled();
    assert.equal(stage.ownersLost, 0);
    owner.close();
    await settled();
    assert.equal(stage.ownersLost, 1);
  });
});

test("server: an owner that sends garbage is lost", async () => {
  await onStage(async (stage) => {
    const owner = stage.connect();
    await owner.write(encodeFrame({ id: 1, op: "begin", owner: true }));
    await owner.write(new TextEncoder().encode("garbage"));
    await readAll(owner);
    await settled();
    assert.equal(stage.ownersLost, 1);
  });
});

test("server: what is open at the end is answered before the connection closes, and nobody else is accepted", async () => {
  await onStage(async (stage) => {
    const waiting = stage.client();
    const idle = stage.client();
    const ended = waiting.request("await_end", {});
    await idle.request("sync", {});
    stage.server.finish();
    await idle.closed;
    const late = stage.connect();
    assert.deepEqual(await readAll(late), []);
    stage.service.finish(END);
    assert.deepEqual(await ended, END);
    await waiting.closed;
  });
});

test("server: a client that connects in the very moment of the end does not hold it up", async () => {
  await onStage(async (stage) => {
    const late = stage.client();
    stage.server.finish();
    await late.closed;
  });
});
