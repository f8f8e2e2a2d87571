/** Logs that are rotated by size and age, compressed, moved by another plan, and in files of the user's. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import type { LogSpec } from "../../lib/config/plan.ts";
import { ActorLogs } from "../../lib/engine/logs/actor_logs.ts";
import { readLastLines, readLines } from "../../lib/engine/logs/log_reader.ts";
import { logFileOf } from "../../lib/engine/state_folder.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { SystemClock } from "../../lib/host/shared/system_clock.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { run } from "../../lib/scope/run.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

const FOLDER = "/state";
const OWN = logFileOf(FOLDER, "job");
const USERS = "/srv/logs/job.log";
const SEEDS = 4;
const EVERYTHING = { paths: ["job"], after: 0, upTo: Infinity, unstamped: "all" } as const;

const LOG: LogSpec = {
  to: "file",
  file: null,
  format: "raw",
  maxBytes: 2_000,
  keep: 3,
  maxAgeMs: null,
  compress: false,
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A machine whose disk the logs of an actor are written to. */
function machine() {
  const { host, disk } = new FakeMachine(new VirtualClock());
  disk.makeFolder(FOLDER, 0o700);
  const clock = { ms: 0 };
  const told: string[] = [];
  return {
    files: host.files,
    disk,
    clock,
    told,
    host: { ...host, wallClock: () => host.wallClock() + clock.ms },
  };
}

/** Logs as long as `body` lasts; it is given what prints a piece, and what waits until all is written. */
async function logging(
  { host, told }: ReturnType<typeof machine>,
  body: (logs: ActorLogs, print: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const logs = new ActorLogs({
    host,
    folder: FOLDER,
    onLost: (_, why) => told.push(why),
    onRemade: (_, file) => told.push(`remade ${file}`),
  });
  await run(() =>
    openNursery(async (nursery) => {
      nursery.startSoon(() => logs.run());
      const stream = logs.open("job", "stdout");
      const print = async (text: string) => {
        let rest = bytesOf(text);
        while (rest.length > 0) {
          stream.readFrom({
            readInto(into) {
              const part = rest.subarray(0, into.length);
              into.set(part);
              rest = rest.subarray(part.length);
              return part.length;
            },
          });
        }
        await logs.sync();
      };
      try {
        await body(logs, print);
      } finally {
        logs.close();
      }
    }, { collapse: true }), { clock: new SystemClock() });
}

async function textsIn({ files }: ReturnType<typeof machine>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { text } of readLines(files, FOLDER, EVERYTHING)) found.push(text);
  return found;
}

test("log rotation: by any size, whatever comes, no line is lost, doubled or split, and no file is too large", async () => {
  for (const seed of seedsOf(SEEDS)) {
    for (const [format, file] of [["raw", null], ["raw", USERS], ["json", USERS]] as const) {
      const random = seeded(seed);
      const here = machine();
      const lines = Array.from(
        { length: 300 },
        (_, index) => `${index} ${"x".repeat(Math.floor(random() ** 4 * 1_500))}`,
      );
      const maxBytes = 1_024 + Math.floor(random() * 9_000);
      await logging(here, async (logs, print) => {
        logs.place("job", { ...LOG, file, format, maxBytes, keep: 1_000 });
        for (let at = 0; at < lines.length;) {
          const count = 1 + Math.floor(random() * 60);
          await print(lines.slice(at, at + count).map((line) => `${line}\n`).join(""));
          at += count;
        }
      });
      assert.deepEqual(await textsIn(here), lines, `seed ${seed}`);
      assert.deepEqual(
        (await readLastLines(here.files, FOLDER, EVERYTHING, 50)).map(({ text }) => text),
        lines.slice(-50),
      );
      const current = file ?? OWN;
      for (let number = 0; here.files.exists(number === 0 ? current : `${current}.${number}`); number++) {
        const text = here.files.readText(number === 0 ? current : `${current}.${number}`)!;
        assert.ok(text.length <= maxBytes || text.indexOf("\n") === text.length - 1, `seed ${seed}`);
      }
      assert.deepEqual(here.told, []);
    }
  }
});

test("log rotation: only so many are kept, also when it is fewer than before, and none with keep = 0", async () => {
  const here = machine();
  await logging(here, async (logs, print) => {
    const fill = async (spec: Partial<LogSpec>) => {
      logs.place("job", { ...LOG, ...spec });
      for (let number = 0; number < 12; number++) await print(`${"x".repeat(900)}\n`);
      return here.files.list("/state/logs");
    };
    assert.deepEqual(await fill({ keep: 3 }), ["job.log", "job.log.1", "job.log.2", "job.log.3"]);
    assert.deepEqual(await fill({ keep: 1 }), ["job.log", "job.log.1"]);
    assert.deepEqual(await fill({ keep: 0 }), ["job.log"]);
  });
});

test("log rotation: by age when the next line comes, also of a file that an earlier supervisor has begun", async () => {
  const here = machine();
  const spec = { ...LOG, maxAgeMs: 60_000 };
  for (const passed of [0, 59_000, 2_000, 60_000]) {
    here.clock.ms += passed;
    await logging(here, async (logs, print) => {
      logs.place("job", spec);
      await print(`at ${here.clock.ms}\n`);
    });
  }
  const textOf = (file: string) =>
    here.files.readText(file)!.split("\n").slice(0, -1).map((line) => line.slice(32));
  // The fake disk dates its files by a clock of its own, which stands still.
  assert.deepEqual([textOf(`${OWN}.2`), textOf(`${OWN}.1`), textOf(OWN)], [
    ["at 0", "at 59000"],
    ["at 61000"],
    ["at 121000"],
  ]);
});

test("log compression: rotated files are compressed beside all else, and read back as if they were not", async () => {
  const here = machine();
  const lines = Array.from({ length: 40 }, (_, index) => `${index} ${"x".repeat(300)}`);
  await logging(here, async (logs, print) => {
    logs.place("job", { ...LOG, compress: true, keep: 1_000 });
    for (const line of lines) await print(`${line}\n`);
    await fromPromise(until("all are compressed", () => {
      const names = here.files.list("/state/logs");
      return names.length > 3 && names.every((name) => name === "job.log" || name.endsWith(".gz"));
    }));
  });
  assert.deepEqual(await textsIn(here), lines);
  const last = await readLastLines(here.files, FOLDER, EVERYTHING, 20);
  assert.deepEqual(last.map(({ text }) => text), lines.slice(-20));
  const [first] = last;
  const after: string[] = [];
  for await (const { text } of readLines(here.files, FOLDER, { ...EVERYTHING, after: first!.at })) {
    after.push(text);
  }
  assert.deepEqual(after, lines.slice(-19));
});

test("log compression: what a killed supervisor has left in parts is begun anew, and of two the whole one counts", async () => {
  const here = machine();
  const { files, disk } = here;
  const stamped = (at: number, text: string) => `2026-01-01T00:00:0${at}.000000Z out ${text}\n`;
  const draft = `${OWN}.gz.new`;
  disk.write(`${OWN}.2`, stamped(1, "oldest"));
  disk.write(`${OWN}.1`, stamped(2, "older"));
  disk.write(draft, "half of it");
  assert.deepEqual(await textsIn(here), ["oldest", "older"]);
  await logging(here, async (logs, print) => {
    logs.place("job", { ...LOG, compress: true });
    await print("new\n");
    await fromPromise(
      until("both are compressed", () => files.exists(`${OWN}.1.gz`) && !files.exists(draft)),
    );
  });
  assert.deepEqual(files.list("/state/logs"), ["job.log", "job.log.1.gz", "job.log.2.gz"]);
  assert.deepEqual(await textsIn(here), ["oldest", "older", "new"]);
  // Killed between the two steps of the last moment.
  disk.write(`${OWN}.1`, stamped(2, "older"));
  assert.deepEqual(await textsIn(here), ["oldest", "older", "new"]);
});

test("log compression: a file that is rotated meanwhile is compressed under its new number, and one that goes is left", async () => {
  // It is held up before it opens either file.
  for (const [keep, holdsSource] of [[5, false], [1, false], [5, true], [1, true]] as const) {
    const here = machine();
    const { files } = here;
    const lines = Array.from({ length: 10 }, (_, index) => `${index} ${"x".repeat(900)}`);
    let letGo = () => {};
    const held = new Promise<void>((resolve) => letGo = resolve);
    const openAppend = files.openAppend.bind(files);
    files.openAppend = async (path) => {
      if (path.endsWith(".gz.new") && !holdsSource) await held;
      return await openAppend(path);
    };
    const openRead = files.openRead.bind(files);
    files.openRead = async (path) => {
      if (path.endsWith(".log.1") && holdsSource) await held;
      return await openRead(path);
    };
    await logging(here, async (logs, print) => {
      logs.place("job", { ...LOG, maxBytes: 2_000, compress: true, keep });
      for (const line of lines) await print(`${line}\n`);
      letGo();
      await fromPromise(until("all are compressed", () => {
        const names = files.list("/state/logs");
        return names.every((name) => name === "job.log" || name.endsWith(".gz"));
      }));
    });
    const numbers = (await textsIn(here)).map((text) => Number(text.split(" ")[0]));
    assert.deepEqual(numbers, keep === 1 ? [6, 7, 8, 9] : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], `${keep}`);
  }
});

test("log compression: one that cannot be done is told, and leaves the file as it was", async () => {
  const here = machine();
  await logging(here, async (logs, print) => {
    logs.place("job", { ...LOG, compress: true });
    here.disk.deny(`${OWN}.gz.new`, "writing");
    for (let number = 0; number < 4; number++) await print(`${"x".repeat(900)}\n`);
    await fromPromise(until("it is told", () => here.told.length > 0));
  });
  assert.equal(here.told[0], "a rotated log cannot be compressed: permission denied (EACCES)");
  assert.equal((await textsIn(here)).length, 4);
});

test("log files: raw has the lines as they are, JSON an object each, and gaps are told in both", async () => {
  const here = machine();
  const { files, disk } = here;
  const json = "/srv/logs/job.jsonl";
  await logging(here, async (logs, print) => {
    logs.place("job", { ...LOG, file: USERS });
    await print("one\n\n\x1b[1mtwo\x1b[0m\r\n");
    disk.freeBytes = 3;
    await print("lost\n");
    disk.freeBytes = Infinity;
    await print("three\n");
    logs.place("job", { ...LOG, file: json, format: "json" });
    logs.line("job", "supervise", { bytes: bytesOf("a remark"), cut: false });
    await print('"\\\x01\n');
  });
  const gap = "[supervise: 1 line was lost: no space is left on the disk (ENOSPC)]";
  assert.equal(files.readText(USERS), `one\n\n\x1b[1mtwo\x1b[0m\r\n${gap}\nthree\n`);
  const objects = files.readText(json)!.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(objects.map(({ path, stream, line, cut }) => [path, stream, line, cut]), [
    ["job", "supervise", "a remark", false],
    ["job", "stdout", '"\\\x01', false],
  ]);
  assert.equal(objects[0].at < objects[1].at, true);
  // All of it is found, wherever it is.
  assert.deepEqual(
    [...await textsIn(here)].sort(),
    [
      ...["one", "", "\x1b[1mtwo\x1b[0m\r", gap, "three", "a remark", '"\\\x01'],
    ].sort(),
  );
  assert.equal(files.exists(OWN), false);
});

test("log files: null keeps nothing, and those who listen to single lines hear all the same", async () => {
  const here = machine();
  await logging(here, async (logs, print) => {
    logs.place("job", { ...LOG, to: "null" });
    assert.equal(logs.isSilent("job"), true);
    await print("one\ntwo");
    logs.line("job", "supervise", { bytes: bytesOf("a remark"), cut: false });
    logs.place("job", LOG);
    await print(" three\n");
  });
  assert.deepEqual(await textsIn(here), ["two three"]);
});

test("log files: one that cannot be written is told once, and the actor goes on; it is written as soon as it can be", async () => {
  const here = machine();
  await logging(here, async (logs, print) => {
    here.disk.deny(USERS, "writing");
    logs.place("job", { ...LOG, file: USERS });
    await print("lost\n");
    await print("lost too\n");
    here.disk.deny(USERS, "writing", false);
    await print("kept\n");
    here.disk.remove("/srv/logs");
    await print("after all\n");
  });
  assert.deepEqual(here.told, ["permission denied (EACCES)", `remade ${USERS}`]);
  assert.equal(here.files.readText(USERS), "after all\n");
});
