import assert from "node:assert/strict";
import type { Connection } from "../../../lib/host/ports/sockets.ts";
import { type Guarantee, textOf } from "./subject.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const BLOCK = new Uint8Array(64 * 1_024);
const BLOCKS = 64;
const MEBIBYTE = 1_024 * 1_024;
/** More than a system takes in of what nobody reads. */
const TOO_MUCH = 64 * MEBIBYTE;
/** Lengths of pieces that are sent together: more than a system takes in at once, again and again. */
const PIECE_BYTES = [1, 20, 9_000, 3, 70_000, 0, 40_000, 300_000, 7];
const ROUNDS = 8;
/** For so many bytes that come back a writer has not moved that is held back. */
const STILL_TURNS = 100;

/** Both sides of a connection. */
export interface Connected {
  readonly here: Connection;
  readonly there: Connection;
  /** Closes both, and whatever listened. */
  close(): void;
}

/** What every connection guarantees, whatever it goes over. */
export function connectionsContract<S>(
  guarantee: Guarantee<S>,
  connect: (subject: S) => Promise<Connected>,
): void {
  guarantee("bytes go both ways, and end when the other side closes", async (subject) => {
    const { here, there, close } = await connect(subject);
    assert.equal(await here.write(bytesOf("question")), true);
    assert.equal(new TextDecoder().decode((await there.read())!), "question");
    assert.equal(await there.write(bytesOf("answer")), true);
    there.close();
    assert.equal(await textOf(here), "answer");
    close();
  });

  guarantee("what nobody reads waits with the writer, and is counted", async (subject) => {
    const { here, there, close } = await connect(subject);
    const writes = Array.from({ length: BLOCKS }, () => here.write(BLOCK));
    assert.ok(here.backlog > 0);
    assert.equal(await receive(there, BLOCKS * BLOCK.length), BLOCKS * BLOCK.length);
    assert.ok((await Promise.all(writes)).every((written) => written));
    assert.equal(here.backlog, 0);
    close();
  });

  guarantee(
    "a writer is held back while nobody reads, and then all arrives, with its end",
    async (subject) => {
      const { here, there, close } = await connect(subject);
      let sent = 0;
      const filling = (async () => {
        for (; sent < TOO_MUCH; sent += BLOCK.length) if (!here.send([BLOCK])) await here.drained();
      })();
      for (let still = 0, before = 0; still < STILL_TURNS; still = sent === before ? still + 1 : 0) {
        before = sent;
        await there.write(BLOCK.subarray(0, 1));
        await here.read();
      }
      assert.ok(sent < TOO_MUCH);
      const received = receive(there, Infinity);
      await filling;
      await here.end();
      assert.equal(await received, TOO_MUCH);
      close();
    },
  );

  guarantee("a write that waits fails when the other side goes away", async (subject) => {
    const { here, there, close } = await connect(subject);
    const writes = Array.from({ length: BLOCKS }, () => here.write(BLOCK));
    there.close();
    assert.equal((await Promise.all(writes)).at(-1), false);
    assert.equal(await here.read(), null);
    close();
  });

  guarantee("a read that waits gets the end when its own side is closed", async (subject) => {
    const { here, close } = await connect(subject);
    const waiting = here.read();
    here.close();
    assert.equal(await waiting, null);
    assert.equal(await here.read(), null);
    assert.equal(await here.write(bytesOf("too late")), false);
    close();
  });

  guarantee("what comes in is handed over from what is there to the end, in order", async (subject) => {
    const { here, there, close } = await connect(subject);
    await there.write(bytesOf("first "));
    assert.equal(new TextDecoder().decode((await here.read())!), "first ");
    await there.write(bytesOf("second "));
    let text = "";
    const over = here.receiveWhile((bytes) => {
      text += new TextDecoder().decode(bytes);
      return true;
    });
    await there.write(bytesOf("third"));
    await there.end();
    await over;
    assert.equal(text, "second third");
    close();
  });

  guarantee("whoever wants no more, or throws, is handed no more", async (subject) => {
    const { here, there, close } = await connect(subject);
    const failure = new RangeError("no more");
    for (const [side, other, last] of [[here, there, "says so"], [there, here, "throws"]] as const) {
      let received = 0;
      const over = side.receiveWhile((bytes) => {
        received += bytes.length;
        if (received >= 3 && last === "throws") throw failure;
        return received < 3;
      });
      for (let i = 0; i < 3; i++) await other.write(bytesOf("x"));
      if (last === "throws") await assert.rejects(over, failure);
      else await over;
      await other.write(bytesOf("more"));
      assert.equal(received, 3);
    }
    close();
  });

  guarantee("what is handed over ends when its own side is closed", async (subject) => {
    const { here, close } = await connect(subject);
    const over = here.receiveWhile(() => true);
    here.close();
    await over;
    close();
  });

  guarantee(
    "what is sent without waiting arrives, and there is room again when it was read",
    async (subject) => {
      const { here, there, close } = await connect(subject);
      assert.equal(await here.drained(), true);
      let sent = BLOCK.length;
      while (here.send([BLOCK])) sent += BLOCK.length;
      const room = here.drained();
      assert.equal(await receive(there, sent), sent);
      assert.equal(await room, true);
      assert.equal(await here.drained(), true);
      close();
    },
  );

  guarantee(
    "pieces arrive as they were sent, one behind the other, also those that waited",
    async (subject) => {
      const { here, there, close } = await connect(subject);
      let sent = 0;
      const piece = (length: number) => Uint8Array.from({ length }, () => sent++ % 251);
      for (let round = 0; round < ROUNDS; round++) here.send(PIECE_BYTES.map(piece));
      let received = 0;
      while (received < sent) {
        const bytes = (await there.read())!;
        assert.ok(bytes.every((byte, at) => byte === (received + at) % 251));
        received += bytes.length;
      }
      close();
    },
  );

  guarantee("there is never room again when the other side goes away", async (subject) => {
    const { here, there, close } = await connect(subject);
    while (here.send([BLOCK]));
    there.close();
    // What the system takes in before it hears of that makes room, too.
    while (await here.drained()) here.send([BLOCK]);
    assert.equal(here.send([BLOCK]), false);
    close();
  });

  guarantee("the end arrives behind everything that was written before it", async (subject) => {
    const { here, there, close } = await connect(subject);
    const written = here.write(new Uint8Array(MEBIBYTE));
    const ended = Promise.all([here.end(), here.end()]);
    assert.deepEqual([here.send([BLOCK]), await here.write(BLOCK), await here.drained()], [
      false,
      false,
      false,
    ]);
    assert.equal(await receive(there, Infinity), MEBIBYTE);
    await ended;
    assert.equal(await written, true);
    assert.equal(await there.write(BLOCK), false);
    close();
  });

  guarantee("what comes in does not cut short what goes out before the end", async (subject) => {
    const { here, there, close } = await connect(subject);
    while (there.send([BLOCK]));
    here.send([new Uint8Array(MEBIBYTE)]);
    const ended = here.end();
    assert.equal(await here.read(), null);
    assert.equal(await there.drained(), true);
    there.send([BLOCK]);
    assert.equal(await receive(there, Infinity), MEBIBYTE);
    await ended;
    close();
  });

  guarantee(
    "behind an end that comes in nothing is written, and no write waits for ever",
    async (subject) => {
      const { here, there, close } = await connect(subject);
      const writes = Array.from({ length: BLOCKS }, () => here.write(BLOCK));
      await there.end();
      assert.equal(await here.read(), null);
      assert.deepEqual([await here.write(BLOCK), here.send([BLOCK]), await here.drained()], [
        false,
        false,
        false,
      ]);
      await Promise.all(writes);
      assert.equal(here.backlog, 0);
      await here.end();
      close();
    },
  );

  guarantee("both sides may end", async (subject) => {
    const { here, there, close } = await connect(subject);
    await Promise.all([here.end(), there.end()]);
    assert.deepEqual([await here.read(), await there.read()], [null, null]);
    close();
  });

  guarantee("an end is through when the other side goes away, or its own is closed", async (subject) => {
    for (const goes of ["here", "there"] as const) {
      const connected = await connect(subject);
      while (connected.here.send([BLOCK]));
      const ended = connected.here.end();
      connected[goes].close();
      await ended;
      connected.close();
      await connected.here.end();
    }
  });
}

/** Reads so many bytes, or up to the end; returns how many there were. */
async function receive(connection: Connection, atLeast: number): Promise<number> {
  let received = 0;
  while (received < atLeast) {
    const bytes = await connection.read();
    if (bytes === null) break;
    received += bytes.length;
  }
  return received;
}
