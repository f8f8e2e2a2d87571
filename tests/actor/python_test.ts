/** An actor in another language, started by the library like any other: `examples/python`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  ActorDied,
  moveOnAfter,
  openActorNursery,
  openNursery,
  type Portal,
  RemoteActorError,
  TransportClosed,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { skip, test, type TestBody } from "../harness/test.ts";
import { onStage } from "./stage.ts";

const DEMO = fileURLToPath(new URL("../../examples/python/demo.py", import.meta.url));
/** Debian's own comes first: it is the one that Debian's packages are for. */
const PYTHON = ["/usr/bin/python3", "python3"].find((command) =>
  spawnSync(command, ["-c", "import cbor2"]).status === 0
);

function testOnPython(name: string, body: TestBody): void {
  if (PYTHON === undefined) skip(name, "no python3 with cbor2");
  else test(name, body);
}

/** Runs a test against the demo, and looks that it still answers afterwards. */
function onDemo(body: (portal: Portal) => unknown): Promise<void> {
  return onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("py", { exec: [PYTHON!, "-B", DEMO] }) as Portal;
      await body(portal);
      assert.equal(await portal.call["add"]!(1, 2), 3);
    }, { collapse: true })
  );
}

/** Returns when what a task that has just been started calls is under way: the first of these may be sent before it. */
async function hasBegun(portal: Portal): Promise<void> {
  for (let i = 0; i < 2; i++) await portal.call["add"]!(1, 1);
}

/** A file in a folder of its own that is not there yet. */
async function withFile(body: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-python-"));
  try {
    await body(join(folder, "file"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

testOnPython("python: calls give results, many at once", () =>
  onDemo(async (portal) => {
    const sums: unknown[] = [];
    await openNursery((nursery) => {
      for (let i = 0; i < 200; i++) {
        nursery.startSoon(async () => {
          sums[i] = await portal.call["add"]!(i, 0.5);
        });
      }
    });
    assert.deepEqual(sums, Array.from({ length: 200 }, (_, i) => i + 0.5));
  }));

testOnPython("python: values come back as they went", () =>
  onDemo(async (portal) => {
    const values = [
      null,
      true,
      -1,
      1.5,
      10n ** 30n,
      "text \u00e9 \ud83d\ude00",
      new Uint8Array([1, 2, 3]),
      [1, [2, []]],
      { a: { b: "c" } },
      new Date(1_500_000_000_250),
      new Set([1, 2]),
    ];
    for (const value of values) assert.deepEqual(await portal.call["echo"]!(value), value);
  }));

testOnPython("python: payloads that are longer than a frame cross both ways", () =>
  onDemo(async (portal) => {
    const long = Uint8Array.from({ length: 1_000_000 }, (_, i) => i);
    const [back, sum] = await Promise.all([portal.call["echo"]!(long), portal.call["add"]!(1, 1)]);
    assert.ok(Buffer.compare(back as Uint8Array, long) === 0);
    assert.equal(sum, 2);
  }));

testOnPython(
  "python: an exception arrives with its type, its text, its cause and its traceback",
  () =>
    onDemo(async (portal) => {
      const error = await errorOf(RemoteActorError, () => portal.call["fail"]!("as asked"));
      assert.deepEqual([error.type, error.original.message, error.path], ["ValueError", "as asked", [
        "main/py",
      ]]);
      assert.match(error.remoteStack!, /demo\.py.*\n.*raise ValueError/);
      assert.equal((error.original.cause as Error).name, "KeyError");
      const unknown = await errorOf(RemoteActorError, () => portal.call["nope"]!());
      assert.equal(unknown.original.message, 'Actor "main/py" exposes no call "nope"');
      const misused = await errorOf(RemoteActorError, () => portal.call["add"]!(1));
      assert.equal(misused.type, "TypeError");
    }),
);

testOnPython(
  "python: a context starts, talks both ways within its credit, and returns",
  () =>
    onDemo(async (portal) => {
      const total = 1_000;
      const returned = await portal.openContext("double", ["hello"] as never, async (ctx, started) => {
        assert.equal(started, "hello from Python");
        await ctx.openStream(async (stream) => {
          await openNursery((nursery) => {
            nursery.startSoon(async () => {
              for (let i = 0; i < total; i++) await stream.send(i);
            });
            nursery.startSoon(async () => {
              for (let i = 0; i < total; i++) assert.equal(await stream.receive(), 2 * i);
            });
          });
        }, { bufferSize: 5 });
        return await ctx.result();
      });
      assert.equal(returned, total);
    }),
);

testOnPython(
  "python: a generator yields no faster than it is read, and can be left",
  () =>
    onDemo(async (portal) => {
      const values: unknown[] = [];
      await portal.openStreamFrom("count", [500] as never, async (stream) => {
        for await (const value of stream) values.push(value);
      }, { bufferSize: 3 });
      assert.deepEqual(values, Array.from({ length: 500 }, (_, i) => i + 1));
      await portal.openStreamFrom("count", [2 ** 31] as never, async (stream) => {
        assert.equal(await stream.receive(), 1);
      });
    }),
);

testOnPython(
  "python: a cancel of one dialog ends that function, which cleans up",
  () =>
    withFile((file) =>
      onDemo(async (portal) => {
        assert.equal(await moveOnAfter(0, () => portal.call["hang"]!(file)), undefined);
        await openNursery(async (nursery) => {
          nursery.startSoon(() => portal.call["hang"]!(file));
          await hasBegun(portal);
          assert.equal(existsSync(file), false);
          nursery.cancelScope.cancel("enough");
        });
        assert.equal(readFileSync(file, "utf8"), "cleaned up");
      })
    ),
);

testOnPython(
  "python: a cancel of the actor ends all that it does, and its process",
  () =>
    withFile((file) =>
      onStage(async ({ living }) => {
        await openActorNursery(async (nursery) => {
          const portal = await nursery.startActor("py", { exec: [PYTHON!, "-B", DEMO] }) as Portal;
          nursery.startSoon(async () => {
            const error = await errorOf(Error, () => portal.call["hang"]!(file));
            assert.equal(error.name, "ContextCancelled");
          });
          await hasBegun(portal);
          await portal.cancelActor();
          await errorOf(TransportClosed, () => portal.call["add"]!(1, 2));
        }, { collapse: true });
        assert.equal(readFileSync(file, "utf8"), "cleaned up");
        assert.deepEqual(living(), []);
      })
    ),
);

testOnPython(
  "python: its death by SIGKILL is seen by whoever waits, and by its nursery",
  () =>
    onStage(async ({ living }) => {
      const died = await errorOf(ActorDied, () =>
        openActorNursery(async (nursery) => {
          const portal = await nursery.startActor("py", { exec: [PYTHON!, "-B", DEMO] }) as Portal;
          const pid = await portal.call["pid"]!() as number;
          assert.deepEqual(living(), [pid]);
          process.kill(pid, "SIGKILL");
          await errorOf(TransportClosed, () => portal.call["hang"]!("/dev/null"));
        }, { collapse: true }));
      assert.deepEqual(died.status, { how: "signalled", signal: "SIGKILL" });
      assert.deepEqual(living(), []);
    }),
);
