import assert from "node:assert/strict";
import type { NodeId } from "../../lib/config/plan.ts";
import { type FollowItem, REPLY_LIMITS, type ReplyMessage } from "../../lib/control/protocol.ts";
import { type Follower, Outbox } from "../../lib/control/outbox.ts";
import { connectionPair } from "../../lib/host/fake/connection_pair.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { Event } from "../../lib/sync/event.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { FrameDecoder } from "../../lib/wire/frames.ts";
import { test } from "../harness/test.ts";
import { readAll, readMessages, settled } from "./stage.ts";

/** Runs `body` with an outbox that sends, and the client's end of its connection. */
async function withOutbox(
  capacity: number,
  body: (outbox: Outbox, client: Connection, nursery: Nursery) => Promise<void>,
): Promise<void> {
  await runVirtual(async () => {
    const [client, server] = connectionPair({ capacity });
    const outbox = new Outbox(server);
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await outbox.run();
        server.close();
      });
      await body(outbox, client, nursery);
      client.close();
      nursery.cancelScope.cancel("done");
    }, { collapse: true });
  });
}

type Told = Parameters<Follower["push"]>[0];

function line(at: number, text: string): Told {
  return { kind: "line", line: { at, path: "a", stream: "stdout", text, cut: false } };
}

function entry(seq: number, reason = ""): Told {
  const common = {
    at: "2026-01-01T00:00:00.000Z",
    path: "a" as NodeId,
    event: "state_unwritten",
    cause: null,
  } as const;
  return { kind: "entry", entry: { ...common, seq, why: reason } };
}

function itemsOf(messages: readonly ReplyMessage[]): readonly FollowItem[] {
  return messages.flatMap((message) => "items" in message ? message.items as readonly FollowItem[] : []);
}

/** The stamps of lines, the numbers of entries, and what the markers say. */
function summary(items: readonly FollowItem[]): readonly string[] {
  return items.map((item) => {
    switch (item.kind) {
      case "line":
        return `line ${item.line.at}`;
      case "entry":
        return `entry ${item.entry.seq}`;
      case "lagged":
        return `${item.of} after ${item.after} up to ${item.upTo}`;
    }
  });
}

test("outbox: answers overtake what waits for followers", async () => {
  await withOutbox(1, async (outbox, client) => {
    const follower = outbox.follow(1);
    follower.push(line(1, "on its way"));
    await settled();
    follower.push(line(2, "waits for the first"));
    await settled();
    follower.push(line(3, "waits"));
    outbox.reply({ id: 2, result: {} });
    outbox.reply({ id: 3, result: {} });
    const messages = await readMessages(client, 5);
    assert.deepEqual(messages.map((message) => message.id), [1, 1, 2, 3, 1]);
  });
});

test("outbox: lines that a follower is too slow for are left out, and a marker says which", async () => {
  await withOutbox(1, async (outbox, client) => {
    const follower = outbox.follow(1);
    follower.push(line(1, "first"));
    await settled();
    follower.push(line(2, "blocked"));
    await settled();
    const big = "x".repeat(200 * 1_024);
    for (let at = 3; at <= 12; at++) follower.push(line(at, big));
    const late = readMessages(client, 3);
    await settled();
    follower.push(line(13, "again"));
    const items = summary(itemsOf([...await late, ...await readMessages(client, 1)]));
    assert.deepEqual(items, [
      "line 1",
      "line 2",
      "line 3",
      "line 4",
      "line 5",
      "line 6",
      "line 7",
      "lines after 7 up to 12",
      "line 13",
    ]);
  });
});

test("outbox: a short line is not put before a longer one that was left out", async () => {
  await withOutbox(1, async (outbox, client) => {
    const follower = outbox.follow(1);
    follower.push(line(1, "x".repeat(2_000_000)));
    follower.push(line(2, "short"));
    const items = summary(itemsOf(await readMessages(client, 1)));
    assert.deepEqual(items, ["lines after 0 up to 2"]);
  });
});

test("outbox: lines without any text are bounded too, and what waits fits into one frame", async () => {
  await withOutbox(1, async (outbox, client) => {
    const follower = outbox.follow(1);
    follower.push(line(1, ""));
    await settled();
    follower.push(line(2, ""));
    await settled();
    for (let at = 3; at <= 200_000; at++) follower.push(line(at, ""));
    const items = itemsOf(await readMessages(client, 3));
    assert.equal(items.at(-1)!.kind, "lagged");
    assert.ok(items.length < 20_000, `${items.length} items`);
  });
});

test("outbox: entries are bounded too, apart from lines, and a marker says which are left out", async () => {
  await withOutbox(1, async (outbox, client) => {
    const follower = outbox.follow(1);
    follower.push(entry(1));
    await settled();
    follower.push(entry(2));
    await settled();
    for (let seq = 3; seq <= 9; seq++) follower.push(entry(seq, "x".repeat(300 * 1_024)));
    follower.push(line(50, "a line"));
    const items = summary(itemsOf(await readMessages(client, 3)));
    assert.deepEqual(items, [
      "entry 1",
      "entry 2",
      "entry 3",
      "entry 4",
      "entry 5",
      "line 50",
      "entries after 5 up to 9",
    ]);
  });
});

test("outbox: one follower's lag is not another's", async () => {
  await withOutbox(1, async (outbox, client) => {
    const greedy = outbox.follow(1);
    const modest = outbox.follow(2);
    outbox.reply({ id: 9, result: {} });
    await settled();
    for (let at = 1; at <= 3; at++) greedy.push(line(at, "x".repeat(600 * 1_024)));
    modest.push(line(3, "short"));
    const messages = await readMessages(client, 3);
    const of = (id: number) => summary(itemsOf(messages.filter((message) => message.id === id)));
    assert.deepEqual([of(1), of(2)], [["line 1", "lines after 1 up to 3"], ["line 3"]]);
  });
});

test("outbox: a follower is drained when all that waited is on its way, and an answer then comes after it", async () => {
  await withOutbox(1, async (outbox, client, nursery) => {
    const follower = outbox.follow(1);
    for (let at = 1; at <= 50; at++) {
      follower.push(line(at, "x".repeat(100_000)));
      if (at % 10 === 0) await settled();
    }
    nursery.startSoon(async () => {
      await follower.drained();
      outbox.reply({ id: 1, result: {} });
      outbox.finish();
    });
    await settled();
    const messages = await readAll(client);
    const items = summary(itemsOf(messages));
    assert.match(items.at(-1)!, /^(line 50|lines after \d+ up to 50)$/);
    assert.deepEqual(messages.at(-1), { id: 1, result: {} });
  });
});

test("outbox: what waits at the end is sent before the connection closes", async () => {
  await withOutbox(1, async (outbox, client) => {
    for (let id = 1; id <= 20; id++) outbox.reply({ id, result: "x".repeat(1_000) });
    outbox.finish();
    const messages = await readAll(client);
    assert.deepEqual(messages.map((message) => message.id), Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

test("outbox: a client that asks and asks without reading is hung up on", async () => {
  await withOutbox(1, async (outbox, client) => {
    for (let id = 1; id <= 10_002; id++) outbox.reply({ id, result: {} });
    const messages = await readAll(client);
    assert.ok(messages.length <= 1);
  });
});

test("outbox: the greatest frame that can wait for a follower is one that a client accepts", async () => {
  for (const text of ["", "\u{1f600}".repeat(8_000), "\uffff".repeat(500_000)]) {
    await withOutbox(1, async (outbox, client) => {
      const follower = outbox.follow(1);
      outbox.reply({ id: 2, result: {} });
      await settled();
      outbox.reply({ id: 3, result: {} });
      await settled();
      for (let at = 1; at <= 80_000; at++) {
        follower.push(line(at, text));
        follower.push(entry(at));
      }
      const decoder = new FrameDecoder({
        ...REPLY_LIMITS,
        maxBytes: 16 * 1_024 * 1_024,
        maxItems: 1_000_000,
      });
      let items = 0;
      while (items === 0) {
        for (const message of decoder.push((await client.read())!) as readonly ReplyMessage[]) {
          items += itemsOf([message]).length;
        }
      }
      assert.ok(items > 1);
    });
  }
});

test("outbox: a marker is not sent before what it stands for is in the files, and what was told before is", async () => {
  await runVirtual(async () => {
    const [client, server] = connectionPair({ capacity: 1 });
    const recorded = new Event();
    const outbox = new Outbox(server, () => recorded.wait());
    await openNursery(async (nursery) => {
      nursery.startSoon(() => outbox.run());
      const follower = outbox.follow(1);
      follower.push(line(1, "first"));
      await settled();
      follower.push(line(2, "x".repeat(2_000_000)));
      const [first] = await readMessages(client, 1);
      assert.deepEqual(summary(itemsOf([first!])), ["line 1"]);
      const late = readMessages(client, 1);
      await settled();
      follower.push(line(3, "while the files are written"));
      recorded.set();
      assert.deepEqual(summary(itemsOf(await late)), ["lines after 1 up to 2"]);
      assert.deepEqual(summary(itemsOf(await readMessages(client, 1))), ["line 3"]);
      client.close();
      nursery.cancelScope.cancel("done");
    }, { collapse: true });
  });
});
