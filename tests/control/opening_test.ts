import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { ACTOR_DIALOG, ACTOR_PROTOCOL, encodeMessage, Kind } from "../../lib/wire/message.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { test } from "../harness/test.ts";
import { onStage, readAll, settled } from "./stage.ts";

const HELLO = concatBytes(encodeMessage({
  kind: Kind.hello,
  dialog: ACTOR_DIALOG,
  number: ACTOR_PROTOCOL,
  payload: new Uint8Array([0xf6]),
}));

test("opening: a connection that begins with a message of actors is handed over with what was read of it", async () => {
  for (const pieces of [[HELLO], [...HELLO].map((byte) => new Uint8Array([byte]))]) {
    await onStage(async (stage) => {
      const connection = stage.connect();
      for (const piece of pieces) await connection.write(piece);
      await settled();
      assert.equal(stage.adopted.length, 1);
      const { reader, connection: theirs } = stage.adopted[0]!;
      assert.deepEqual(await reader.next(), HELLO.subarray(4));
      theirs.close();
    });
  }
});

test("opening: a connection that says nothing, or too little to tell what it speaks, is hung up", async () => {
  for (const said of [new Uint8Array(0), HELLO.subarray(0, 4)]) {
    await onStage(async (stage) => {
      const connection = stage.connect();
      if (said.length > 0) await connection.write(said);
      await sleep(10_000);
      assert.deepEqual(await readAll(connection), []);
      assert.equal(stage.adopted.length, 0);
    });
  }
});

test("opening: a connection that has said nothing is hung up when the server finishes", async () => {
  await onStage(async (stage) => {
    const connection = stage.connect();
    await settled();
    stage.server.finish();
    assert.deepEqual(await readAll(connection), []);
  });
});
