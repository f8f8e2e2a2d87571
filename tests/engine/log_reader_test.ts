import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { encodeLine, type LogStream } from "../../lib/engine/logs/log_format.ts";
import { loggedActors, type LogQuery, readLastLines, readLines } from "../../lib/engine/logs/log_reader.ts";
import { requiredText } from "../../lib/engine/logs/required_text.ts";
import { logFileOf } from "../../lib/engine/state_folder.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Files } from "../../lib/host/ports/files.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { seeded } from "../../lib/base/chance.ts";
import { test } from "../harness/test.ts";

const FOLDER = "/state";
const EVERYTHING = { after: 0, upTo: Infinity };

function text(at: number, words: string, stream: LogStream = "stdout"): string {
  return new TextDecoder().decode(
    encodeLine(at, stream, { bytes: new TextEncoder().encode(words), cut: false }),
  );
}

/** A machine with files below the state folder, and a count of those that are open. */
function machineWith(contents: Readonly<Record<string, string>>) {
  const { disk, host } = new FakeMachine(new VirtualClock());
  for (const [path, content] of Object.entries(contents)) disk.write(path, content);
  const opened = new Set<string>();
  let numbers = 0;
  const { files } = host;
  const openRead = files.openRead.bind(files);
  files.openRead = async (path) => {
    const file = await openRead(path);
    if (file === null) return null;
    const key = `${path} ${++numbers}`;
    opened.add(key);
    const close = file.close.bind(file);
    file.close = async () => {
      opened.delete(key);
      await close();
    };
    return file;
  };
  return { files, disk, opened };
}

async function allLines(
  files: Files,
  paths: readonly string[],
  bounds: Partial<LogQuery> = EVERYTHING,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { at, path, text } of readLines(files, FOLDER, { paths, ...EVERYTHING, ...bounds })) {
    found.push(`${at} ${path} ${text}`);
  }
  return found;
}

async function lastLines(files: Files, paths: readonly string[], count: number, bounds = EVERYTHING) {
  const lines = await readLastLines(files, FOLDER, { paths, ...bounds }, count);
  return lines.map(({ at, path, text }) => `${at} ${path} ${text}`);
}

const [WEB, DB] = [logFileOf(FOLDER, "web"), logFileOf(FOLDER, "pool/db")];

const TWO_LOGS = {
  [`${WEB}.2`]: text(1, "a") + text(3, "c"),
  [`${WEB}.1`]: text(5, "e"),
  [WEB]: text(7, "g") + text(8, "h\r"),
  [`${DB}.1`]: text(2, "b") + text(6, "f"),
  [DB]: text(9, "i \u00e9"),
};

test("log reader: a log whose last lines have had it rotated is read from that file alone", async () => {
  const { files } = machineWith({
    [`${WEB}.1`]: text(1, "a"),
    [`${DB}.2`]: text(2, "b"),
    [`${DB}.1`]: text(3, "c"),
  });
  const paths = loggedActors(files, FOLDER);
  assert.deepEqual(paths, ["pool/db", "web"]);
  assert.deepEqual(await allLines(files, paths), ["1 web a", "2 pool/db b", "3 pool/db c"]);
});

test("log reader: rotated files come first, and actors are merged by time", async () => {
  const { files, opened } = machineWith(TWO_LOGS);
  assert.deepEqual(loggedActors(files, FOLDER), ["pool/db", "web"]);
  assert.deepEqual(await allLines(files, ["web", "pool/db"]), [
    "1 web a",
    "2 pool/db b",
    "3 web c",
    "5 web e",
    "6 pool/db f",
    "7 web g",
    "8 web h\r",
    "9 pool/db i \u00e9",
  ]);
  assert.deepEqual(await allLines(files, ["web", "nobody"], { after: 3, upTo: 7 }), ["5 web e", "7 web g"]);
  assert.equal(opened.size, 0);
});

test("log reader: the last lines are the last of all that are wanted", async () => {
  const { files, opened } = machineWith(TWO_LOGS);
  const paths = ["web", "pool/db"];
  const all = await allLines(files, paths);
  for (let count = 0; count <= all.length + 1; count++) {
    assert.deepEqual(await lastLines(files, paths, count), count === 0 ? [] : all.slice(-count), `${count}`);
  }
  assert.deepEqual(await lastLines(files, ["web"], 2, { after: 0, upTo: 5 }), ["3 web c", "5 web e"]);
  assert.equal(opened.size, 0);
});

test("log reader: both ways of reading agree on random logs, whatever the length of the lines", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const lines = Array.from({ length: 40 }, (_, index) => {
      const long = random() < 0.1 ? 70_000 : 20;
      return text(index + 1, "\u00e9x".repeat(Math.floor(random() * long)));
    });
    const cut = Math.floor(random() * lines.length);
    const contents = { [WEB]: lines.slice(cut).join(""), [`${WEB}.1`]: lines.slice(0, cut).join("") };
    const { files } = machineWith(contents);
    const all = await allLines(files, ["web"]);
    assert.equal(all.length, lines.length, `seed ${seed}`);
    const count = 1 + Math.floor(random() * 50);
    assert.deepEqual(await lastLines(files, ["web"], count), all.slice(-count), `seed ${seed}`);
  }
});

test("log reader: a line that is still being written, and one that is not ours, are left out", async () => {
  const { files } = machineWith({ [WEB]: text(1, "whole") + "not ours\n" + text(2, "torn").slice(0, -2) });
  assert.deepEqual(await allLines(files, ["web"]), ["1 web whole"]);
  assert.deepEqual(await lastLines(files, ["web"], 5), ["1 web whole"]);
});

/** A log with a rotated file, and its rotation. */
function rotatingLog() {
  const machine = machineWith({ [`${WEB}.1`]: text(1, "a") + text(2, "b"), [WEB]: text(3, "c") });
  const { files, disk } = machine;
  const rotate = () => {
    files.rename(`${WEB}.1`, `${WEB}.2`);
    files.rename(WEB, `${WEB}.1`);
    disk.write(WEB, text(4, "d"));
  };
  return { ...machine, rotate };
}

test("log reader: a rotation between two lines loses none", async () => {
  const { files, rotate } = rotatingLog();
  const reader = readLines(files, FOLDER, { paths: ["web"], after: 0, upTo: 3 });
  const found = [(await reader.next()).value?.text];
  rotate();
  for await (const line of reader) found.push(line.text);
  assert.deepEqual(found, ["a", "b", "c"]);
});

test("log reader: a rotation while the files are being opened neither loses a line nor repeats one", async () => {
  const { files, rotate, opened } = rotatingLog();
  const openRead = files.openRead.bind(files);
  files.openRead = async (path) => {
    files.openRead = openRead;
    const file = await openRead(path);
    rotate();
    return file;
  };
  assert.deepEqual(await lastLines(files, ["web"], 10, { after: 0, upTo: 3 }), [
    "1 web a",
    "2 web b",
    "3 web c",
  ]);
  assert.equal(opened.size, 0);
});

test("log reader: whoever stops reading early leaves no file open", async () => {
  const { files, opened } = machineWith(TWO_LOGS);
  for await (const line of readLines(files, FOLDER, { paths: ["web", "pool/db"], ...EVERYTHING })) {
    if (line.at === 2) break;
  }
  assert.equal(opened.size, 0);
});

test("log reader: a moment is found in any file, compressed ones too, and only the wanted lines of any actor", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const { files, disk, opened } = machineWith({});
    const all: { at: number; path: string; stream: LogStream; text: string }[] = [];
    for (const path of ["web", "pool/db"]) {
      const current = logFileOf(FOLDER, path);
      let at = 1;
      for (const name of [`${current}.3.gz`, `${current}.2.gz`, `${current}.1`, current]) {
        let content = "";
        for (let count = Math.floor(random() * 40); count > 0; count--) {
          at += 1 + Math.floor(random() * 50) * 2 + (path === "web" ? 0 : 1);
          const stream = random() < 0.5 ? "stdout" : "stderr";
          const words = `${"y".repeat(Math.floor(random() ** 3 * 9_000))} ${
            random() < 0.2 ? "needle" : "hay"
          }`;
          all.push({ at, path, stream, text: words });
          content += text(at, words, stream);
        }
        const bytes = new TextEncoder().encode(content);
        disk.write(name, "");
        const file = await files.openAppend(name);
        await file.append(name.endsWith(".gz") ? gzipSync(bytes) : bytes);
      }
    }
    const sorted = all.sort((a, b) => a.at - b.at);
    const last = sorted.at(-1)?.at ?? 0;
    const search = { required: requiredText("needle"), test: (line: string) => line.includes("needle") };
    for (let round = 0; round < 8; round++) {
      const [after, upTo] = [random() * last, random() * 2 * last].map(Math.floor) as [number, number];
      const filter = {
        stream: round % 2 === 0 ? "stderr" as const : null,
        search: round % 4 < 2 ? search : null,
      };
      const expected = sorted.filter((line) =>
        line.at > after && line.at <= upTo && (filter.stream === null || line.stream === filter.stream) &&
        (filter.search === null || search.test(line.text))
      ).map(({ at, path, text }) => `${at} ${path} ${text}`);
      const paths = ["web", "pool/db"];
      const bounds = { after, upTo, filter };
      const unordered = (lines: readonly string[]) => [...lines].sort();
      assert.deepEqual(unordered(await allLines(files, paths, bounds)), unordered(expected), `seed ${seed}`);
      const count = Math.floor(random() * 20);
      const tail = await readLastLines(files, FOLDER, { paths, ...bounds }, count);
      assert.deepEqual(
        tail.map(({ at }) => at),
        count === 0 ? [] : expected.slice(-count).map((line) => Number(line.split(" ")[0])),
        `seed ${seed}`,
      );
    }
    assert.equal(opened.size, 0, `seed ${seed}`);
  }
});

test("log reader: lines that came together stay together, whoever else printed at the same time", async () => {
  // What is read at once of an actor has stamps that follow each other.
  const trace = (at: number, name: string) =>
    ["Traceback", "  File a", "  File b", `${name}Error`].map((line, index) => text(at + index, line)).join(
      "",
    );
  const { files } = machineWith({
    [WEB]: trace(10, "web") + trace(30, "web"),
    [DB]: trace(20, "db") + trace(40, "db"),
  });
  const lines = await allLines(files, ["web", "pool/db"]);
  assert.deepEqual(
    lines.map((line) => line.split(" ")[1]),
    ["web", "pool/db", "web", "pool/db"].flatMap((path) => Array.from({ length: 4 }, () => path)),
  );
});

test("log reader: a compressed file that is damaged is read up to there, and the others all the same", async () => {
  const bytes = gzipSync(new TextEncoder().encode(text(1, "a") + text(2, "b")));
  for (const damaged of [bytes.subarray(0, -6), new TextEncoder().encode("no gzip"), new Uint8Array(0)]) {
    const { files, disk } = machineWith({ [`${WEB}.1`]: text(3, "c"), [WEB]: text(4, "d") });
    disk.write(`${WEB}.2.gz`, "");
    await (await files.openAppend(`${WEB}.2.gz`)).append(damaged);
    const lines = await allLines(files, ["web"]);
    assert.deepEqual(lines.slice(-2), ["3 web c", "4 web d"]);
    assert.deepEqual(await lastLines(files, ["web"], 2), ["3 web c", "4 web d"]);
  }
});

test("log reader: a file that is rotated and compressed while the others are being opened is read once", async () => {
  const contents = { [`${WEB}.1`]: text(1, "a") + text(2, "b"), [WEB]: text(3, "c") };
  const { files, disk, opened } = machineWith(contents);
  const openRead = files.openRead.bind(files);
  let isRotated = false;
  files.openRead = async (path) => {
    const file = await openRead(path);
    if (path !== `${WEB}.1` || isRotated) return file;
    isRotated = true;
    disk.write(`${WEB}.2.gz`, "");
    await (await files.openAppend(`${WEB}.2.gz`)).append(gzipSync(new TextEncoder().encode(contents[path]!)));
    files.rename(WEB, path);
    disk.write(WEB, text(4, "d"));
    return file;
  };
  assert.deepEqual(await allLines(files, ["web"]), ["1 web a", "2 web b", "3 web c"]);
  assert.equal(opened.size, 0);
});
