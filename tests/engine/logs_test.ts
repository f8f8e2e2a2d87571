import assert from "node:assert/strict";
import { folderOf } from "../../lib/base/posix_path.ts";
import { journalFileOf, logFileOf } from "../../lib/engine/state_folder.ts";
import { test } from "../harness/test.ts";
import { STATE_FOLDER } from "../../lib/rehearsal/staged_engine.ts";
import { play } from "./play.ts";

const JOB = `
  [actors.job]
  exec = ["/bin/job"]
`;
const MIB = 1_024 * 1_024;
const LOG = logFileOf(STATE_FOLDER, "job");

test("engine: lines of both streams are kept in order, the last one also without its newline", async () => {
  const played = await play({
    config: JOB,
    programs: {
      async "/bin/job"(self) {
        self.print("one\ntw");
        await self.sleep(10);
        self.print("o\n\n");
        await self.sleep(10);
        self.printError("and an error");
      },
    },
  });
  assert.deepEqual(played.log("job"), ["out one", "out two", "out ", "err and an error"]);
});

test("engine: a line that is too long is cut, marked, and goes on in the next", async () => {
  const played = await play({
    config: JOB,
    programs: { "/bin/job": (self) => self.print(`${"x".repeat(MIB + 3)}\n`) },
  });
  assert.deepEqual(played.log("job").map((line) => [line.slice(0, 5), line.length]), [
    ["out+ ", MIB + 5],
    ["out x", 7],
  ]);
});

test("engine: a log is rotated when it is full, and no line is lost on the way", async () => {
  const lines = 25;
  const played = await play({
    config: JOB,
    programs: {
      async "/bin/job"(self) {
        for (let number = 0; number < lines; number++) {
          self.print(`${String(number).padStart(3, "0")}${"x".repeat(MIB - 40)}\n`);
          await self.sleep(10);
        }
      },
    },
  });
  const { files } = played.machine.host;
  assert.deepEqual(files.list(`${STATE_FOLDER}/logs`), ["job.log", "job.log.1", "job.log.2"]);
  const texts = [`${LOG}.2`, `${LOG}.1`, LOG].map((file) => files.readText(file)!);
  const numbers = texts.flatMap((text) =>
    text.split("\n").slice(0, -1).map((line) => Number(line.slice(32, 35)))
  );
  assert.deepEqual(numbers, Array.from({ length: lines }, (_, number) => number));
});

test("engine: while the disk is full lines are lost whole, the actor runs on, and a mark says how many", async () => {
  const played = await play({
    config: JOB,
    programs: {
      async "/bin/job"(self) {
        for (let second = 0; second < 10; second++) {
          self.print(`line ${second}\n`);
          await self.sleep(1_000);
        }
      },
    },
    async script({ at, machine }) {
      await at(2_500);
      machine.disk.freeBytes = 5;
      await at(6_500);
      machine.disk.freeBytes = Infinity;
      await at(60_000);
    },
  });
  assert.deepEqual(played.log("job"), [
    "out line 0",
    "out line 1",
    "out line 2",
    "sup 4 lines were lost: no space is left on the disk (ENOSPC)",
    "out line 7",
    "out line 8",
    "out line 9",
  ]);
  const dropped = played.entries.filter(({ event }) => event === "lines_dropped");
  assert.deepEqual(dropped.map(({ ms, path, why }) => [ms, path, why]), [
    [3_000, "job", "no space is left on the disk (ENOSPC)"],
  ]);
  assert.deepEqual(played.instants("job", "completed"), [10_000]);
});

/** Prints 15 MiB at once, and what is left to do then. */
const FLOOD = 15;
const flood = (self: { print(text: string): void }) => {
  for (let number = 0; number < FLOOD; number++) self.print(`${number} ${"x".repeat(MIB - 40)}\n`);
};
const numbersOf = (lines: readonly string[]) => lines.map((line) => Number(line.split(" ")[1]));

/** The lines of a log, with those of its rotated files before them. */
function wholeLog({ machine, log }: Awaited<ReturnType<typeof play>>): readonly string[] {
  const older = machine.host.files.readText(`${LOG}.1`)?.trimEnd().split("\n") ?? [];
  return [...older.map((line) => line.slice(line.indexOf(" ") + 1)), ...log("job")];
}

test("engine: a disk that stands still for a moment has lines wait, and loses none, also of an actor that has ended", async () => {
  const played = await play({
    config: JOB,
    programs: { "/bin/job": flood },
    arrange: ({ disk }) => disk.stand(true),
    async script({ at, machine }) {
      await at(900);
      machine.disk.stand(false);
    },
  });
  assert.deepEqual(numbersOf(wholeLog(played)), Array.from({ length: FLOOD }, (_, number) => number));
  assert.deepEqual(played.instants("", "lines_dropped"), []);
});

test("engine: a disk that stands still holds an actor up once, for a second, and then loses lines, and counts them", async () => {
  const acts: number[] = [];
  const played = await play({
    config: JOB,
    programs: {
      async "/bin/job"(self) {
        flood(self);
        await self.sleep(5_000);
        flood(self);
        await self.sleep(5_000);
        self.print("after all\n");
      },
    },
    arrange: ({ disk }) => disk.stand(true),
    async script({ at, machine, engine }) {
      engine.listen({ onLine: ({ text }) => acts.push(Number(text.split(" ")[0])), onEntry: () => {} });
      await at(9_000);
      machine.disk.stand(false);
      await at(20_000);
    },
  });
  // Listeners have all of them: it is only the disk that does not.
  const each = Array.from({ length: FLOOD }, (_, number) => number);
  assert.deepEqual(acts, [...each, ...each, NaN]);
  const told = played.entries.filter(({ event }) => event === "lines_dropped");
  assert.deepEqual(told.map(({ ms, why }) => [ms, why]), [
    [1_000, "they come faster than the disk takes them"],
  ]);
  const log = wholeLog(played);
  const mark = /^sup (\d+) lines were lost: they come faster/.exec(
    log.find((line) => line.startsWith("sup")) ?? "",
  );
  assert.equal(Number(mark?.[1]) + log.filter((line) => line.startsWith("out")).length, acts.length);
  assert.equal(log.at(-1), "out after all");
});

test("engine: entries that the journal could not take are counted in their place", async () => {
  const played = await play({
    config: `${JOB}\n[actors.late]\nexec = ["/bin/job"]\ndepends_on = ["job"]`,
    programs: { "/bin/job": async (self) => await self.sleep(2_000) },
    async script({ at, machine }) {
      await at(1_000);
      machine.disk.freeBytes = 0;
      await at(3_000);
      machine.disk.freeBytes = Infinity;
      await at(60_000);
    },
  });
  const kept = played.machine.host.files.readText(journalFileOf(STATE_FOLDER))!.trimEnd().split("\n")
    .map((line) => JSON.parse(line) as { event: string; lost?: number; seq?: number });
  const lost = kept.find(({ event }) => event === "entries_lost")?.lost ?? 0;
  assert.ok(lost > 0);
  assert.equal(kept.filter(({ seq }) => seq !== undefined).length + lost, played.entries.length);
});

test("engine: what a killed supervisor has left of a line costs the next one no line", async () => {
  const [log, journal] = [LOG, journalFileOf(STATE_FOLDER)];
  const played = await play({
    config: JOB,
    programs: { "/bin/job": (self) => self.print("new\n") },
    arrange: ({ host: { files } }) => {
      files.makeFolder(folderOf(log));
      files.replace(log, "2026-01-01T00:00:00.000000Z out ol");
      files.replace(journal, '{"at":"2026-01');
    },
  });
  const { files } = played.machine.host;
  const lines = (file: string) => files.readText(file)!.split("\n");
  assert.deepEqual([lines(log)[0], played.log("job").at(-1)], [
    "2026-01-01T00:00:00.000000Z out ol",
    "out new",
  ]);
  assert.deepEqual([lines(journal)[0], JSON.parse(lines(journal)[1]!).seq], ['{"at":"2026-01', 1]);
});

test("engine: a log that cannot be written at all does not keep an actor from running", async () => {
  const played = await play({
    config: JOB,
    programs: { "/bin/job": (self) => self.print("unheard\n") },
    arrange: ({ disk }) => disk.deny(STATE_FOLDER, "writing"),
  });
  assert.equal(played.end.outcome.kind, "completed");
  const [dropped] = played.entries.filter(({ event }) => event === "lines_dropped");
  assert.equal(dropped?.["why"], "permission denied (EACCES)");
});

test("engine: an actor reads its standard input from a file, or nothing", async () => {
  const read: string[] = [];
  await play({
    config: `${JOB} stdin = "input.txt"\n[actors.other]\nexec = ["/bin/job"]`,
    programs: {
      async "/bin/job"(self) {
        read.push(`${self.env["SUPERVISE_ACTOR"]}: ${await self.read()}`);
      },
    },
    arrange: ({ disk }) => disk.write("/srv/shop/input.txt", "some input"),
  });
  assert.deepEqual(read.sort(), ["job: some input", "other: "]);
});

test("engine: a standard input that is not there is a failed start", async () => {
  const played = await play({
    config: `${JOB} stdin = "input.txt"`,
    programs: { "/bin/job": (self) => self.exit(0) },
  });
  const [failed] = played.entries.filter(({ event }) => event === "start_failed");
  assert.match(String(failed?.["reason"]), /Cannot read "\/srv\/shop\/input\.txt"/);
});

test("engine: a log that cannot be rotated grows on, and that is said once", async () => {
  const lines = 14;
  const played = await play({
    config: JOB,
    programs: {
      async "/bin/job"(self) {
        for (let number = 0; number < lines; number++) {
          self.print(`${"x".repeat(MIB - 40)}\n`);
          await self.sleep(10);
        }
      },
    },
    arrange({ disk }) {
      disk.write(`${LOG}.2`, "older");
      disk.deny(`${LOG}.1`, "writing");
    },
  });
  assert.equal(played.log("job").length, lines);
  const told = played.entries.filter(({ event }) => event === "lines_dropped");
  assert.deepEqual(told.map(({ why }) => why), ["the log cannot be rotated: permission denied (EACCES)"]);
  assert.equal(played.machine.host.files.readText(`${LOG}.2`), "older");
});
