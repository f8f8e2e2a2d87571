import assert from "node:assert/strict";
import { FileError } from "../../../lib/host/ports/files.ts";
import { guarantees, type OpenSubject } from "./subject.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const withCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof FileError, String(error));
  assert.equal(error.code, code);
  assert.ok(error.message.endsWith(`(${code})`), error.message);
  return true;
};

/** What every implementation of the port to files guarantees. */
export function filesContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} files`, open);

  guarantee(
    "a file is replaced whole, for its owner alone, spared by what removes old files, and nothing else is left beside it",
    async ({ host, folder }) => {
      const { files } = host;
      const path = `${folder}/record.json`;
      files.replace(path, "old");
      const reader = await files.openRead(path);
      files.replace(path, "a new text");
      assert.equal(files.readText(path), "a new text");
      assert.equal(textOf(await reader!.read(0, 100)), "old");
      await reader!.close();
      assert.equal(files.inspectFolder(path)?.mode, 0o1600);
      assert.deepEqual(files.list(folder), ["record.json"]);
      files.replace(path, "#!", { executable: true });
      assert.equal(files.inspectFolder(path)?.mode, 0o1700);
      assert.throws(() => files.replace(`${folder}/no/such/folder`, ""), withCode("ENOENT"));
    },
  );

  guarantee(
    "a file for the user is written whole, and over another one only on request",
    ({ host, folder }) => {
      const { files } = host;
      const path = `${folder}/out.toml`;
      files.write(path, "first", true);
      assert.throws(() => files.write(path, "second", true), withCode("EEXIST"));
      assert.equal(files.readText(path), "first");
      files.write(path, "third", false);
      assert.equal(files.readText(path), "third");
      assert.deepEqual(files.list(folder), ["out.toml"]);
      assert.equal(files.inspectFolder(path)!.mode & 0o1000, 0);
      assert.throws(() => files.write(`${folder}/no/such/folder`, "", false), withCode("ENOENT"));
    },
  );

  guarantee("what is not there is told from what cannot be read", async ({ host, folder }) => {
    const { files } = host;
    assert.equal(files.readText(`${folder}/missing`), null);
    assert.equal(await files.openRead(`${folder}/missing`), null);
    assert.equal(files.exists(`${folder}/missing`), false);
    assert.deepEqual([`${folder}/missing`, folder].map((path) => files.whyHidden(path)), [null, null]);
    assert.equal(files.realPath(`${folder}/missing`), null);
    assert.equal(files.inspectFolder(`${folder}/missing`), null);
    assert.throws(() => files.readText(folder), withCode("EISDIR"));
    await assert.rejects(files.openAppend(folder), withCode("EISDIR"));
    await assert.rejects(files.openAppend(`${folder}/no/log`), withCode("ENOENT"));
  });

  guarantee("bytes are read as they are, and text as UTF-8", async ({ host, folder }) => {
    const { files } = host;
    const path = `${folder}/bytes`;
    const file = await files.openAppend(path);
    await file.append(Uint8Array.of(0xef, 0xbb, 0xbf, 0x63, 0xe9));
    await file.close();
    assert.deepEqual([...files.readBytes(path)!], [0xef, 0xbb, 0xbf, 0x63, 0xe9]);
    assert.equal(files.readText(path), "\ufeffc\ufffd");
    assert.equal(files.readBytes(`${folder}/missing`), null);
    assert.throws(() => files.readBytes(folder), withCode("EISDIR"));
  });

  guarantee(
    "a pipe is no file, and nobody waits for who writes to it or reads it",
    async ({ host, folder }) => {
      const { files, descriptors } = host;
      const path = `${folder}/pipe`;
      descriptors.makeNamedPipe(path);
      assert.equal(files.inspect(path)?.kind, "pipe");
      assert.equal(files.realPath(path), path);
      assert.throws(() => files.readText(path), withCode("ENXIO"));
      assert.throws(() => files.append(path, "more"), withCode("ENXIO"));
      await assert.rejects(files.openRead(path), withCode("ENXIO"));
      await assert.rejects(files.openAppend(path), withCode("ENXIO"));
    },
  );

  guarantee("no more of a file is read than is wanted", ({ host, folder }) => {
    const { files } = host;
    files.replace(`${folder}/long`, "x".repeat(100));
    assert.equal(files.readText(`${folder}/long`, 100)?.length, 100);
    assert.throws(() => files.readText(`${folder}/long`, 99), withCode("EFBIG"));
  });

  guarantee("a version tells a file from others, and from what it was", ({ host, folder, link }) => {
    const { files } = host;
    const path = `${folder}/version`;
    assert.equal(files.inspect(path), null);
    files.append(path, "one");
    const first = files.inspect(path)!;
    assert.deepEqual([first.kind, files.inspect(path)], ["file", first]);
    files.append(path, "two");
    const second = files.inspect(path)!;
    files.replace(path, "onetwo");
    const third = files.inspect(path)!;
    assert.equal(new Set([first.version, second.version, third.version]).size, 3);
    link(`${folder}/link`, path);
    assert.deepEqual(files.inspect(`${folder}/link`), third);
    assert.equal(files.inspect(folder)?.kind, "folder");
  });

  guarantee(
    "text is appended at once, to a file of the owner's alone that is spared by what removes old files",
    async ({ host, folder, fullFile }) => {
      const { files } = host;
      const path = `${folder}/state.jsonl`;
      files.append(path, "one\n");
      assert.equal(files.readText(path), "one\n");
      files.append(path, "two\n");
      assert.equal(files.readText(path), "one\ntwo\n");
      assert.equal(files.inspectFolder(path)?.mode, 0o1600);
      assert.throws(() => files.append(`${folder}/no/such`, "more"), withCode("ENOENT"));
      const full = await fullFile();
      assert.throws(() => files.append(full, "more"), withCode("ENOSPC"));
    },
  );

  guarantee("bytes are appended, and the size is known", async ({ host, folder }) => {
    const { files } = host;
    const path = `${folder}/a.log`;
    for (const [text, before, after] of [["one\n", 0, 4], ["two\n", 4, 8]] as const) {
      const file = await files.openAppend(path);
      assert.equal(file.size, before);
      await file.append(bytesOf(text));
      assert.equal(file.size, after);
      await file.close();
    }
    assert.equal(files.readText(path), "one\ntwo\n");
  });

  guarantee(
    "a file knows when it was made, also under another name, and last written to",
    async ({ host, folder }) => {
      const { files } = host;
      const path = `${folder}/a.log`;
      const file = await files.openAppend(path);
      // The kernel's date may be a tick behind.
      assert.ok(Math.abs(host.wallClock() - file.madeAt) < 60_000);
      await file.append(bytesOf("a line\n"));
      const reader = (await files.openRead(path))!;
      assert.ok(Math.abs(host.wallClock() - await reader.changedAt()) < 60_000);
      await reader.close();
      files.rename(path, `${path}.1`);
      const renamed = await files.openAppend(`${path}.1`);
      assert.equal(renamed.madeAt, file.madeAt);
      for (const opened of [file, renamed]) await opened.close();
    },
  );

  guarantee("an append for which there is no space fails, and the size stays", async (subject) => {
    const file = await subject.host.files.openAppend(await subject.fullFile());
    const before = file.size;
    await assert.rejects(file.append(bytesOf("a line\n")), withCode("ENOSPC"));
    assert.equal(file.size, before);
    await file.close();
  });

  guarantee(
    "a file that grows and is renamed is read on, and is told from its successor",
    async ({ host, folder }) => {
      const { files } = host;
      const path = `${folder}/a.log`;
      const writer = await files.openAppend(path);
      await writer.append(bytesOf("first\n"));
      const reader = (await files.openRead(path))!;
      assert.equal(textOf(await reader.read(0, 3)), "fir");
      assert.equal(textOf(await reader.read(3, 100)), "st\n");
      assert.equal((await reader.read(6, 100)).length, 0);
      files.rename(path, `${path}.1`);
      await writer.append(bytesOf("last\n"));
      assert.equal(await reader.size(), 11);
      assert.equal(textOf(await reader.read(6, 100)), "last\n");
      const successor = await files.openAppend(path);
      const second = (await files.openRead(path))!;
      const renamed = (await files.openRead(`${path}.1`))!;
      assert.notEqual(second.identity, reader.identity);
      assert.equal(renamed.identity, reader.identity);
      for (const opened of [writer, reader, successor, second, renamed]) await opened.close();
    },
  );

  guarantee("folders are made for their owner alone, with those above them", ({ host, folder }) => {
    const { files } = host;
    files.makeFolder(`${folder}/a/b`);
    files.makeFolder(`${folder}/a/b`);
    for (const path of [`${folder}/a`, `${folder}/a/b`]) {
      const { isFolder, mode } = files.inspectFolder(path)!;
      assert.deepEqual([isFolder, mode], [true, 0o700]);
    }
    files.replace(`${folder}/file`, "");
    assert.equal(files.inspectFolder(`${folder}/file`)?.isFolder, false);
    assert.throws(() => files.makeFolder(`${folder}/file/below`), withCode("ENOTDIR"));
  });

  guarantee("a folder is listed in order, and removed with all that is in it", ({ host, folder }) => {
    const { files } = host;
    files.makeFolder(`${folder}/a/below`);
    for (const file of ["c", "b", "below/x"]) files.replace(`${folder}/a/${file}`, file);
    assert.deepEqual(files.list(`${folder}/a`), ["b", "below", "c"]);
    assert.deepEqual(files.list(`${folder}/nowhere`), []);
    assert.deepEqual(files.readFolder(`${folder}/a`), ["b", "below", "c"]);
    assert.equal(files.readFolder(`${folder}/nowhere`), null);
    assert.throws(() => files.readFolder(`${folder}/a/b`), withCode("ENOTDIR"));
    assert.deepEqual(files.list(`${folder}/a/b`), []);
    files.remove(`${folder}/a`);
    files.remove(`${folder}/a`);
    assert.deepEqual(files.list(folder), []);
    assert.throws(() => files.rename(`${folder}/a`, `${folder}/b`), withCode("ENOENT"));
  });

  guarantee("links are followed, but for the question what a folder is", (subject) => {
    const { host: { files }, folder } = subject;
    files.makeFolder(`${folder}/real`);
    files.replace(`${folder}/real/file`, "behind a link");
    subject.link(`${folder}/way`, `${folder}/real`);
    subject.link(`${folder}/nowhere`, `${folder}/missing`);
    assert.equal(files.realPath(`${folder}/way/file`), `${folder}/real/file`);
    assert.equal(files.readText(`${folder}/way/file`), "behind a link");
    assert.equal(files.exists(`${folder}/nowhere`), false);
    assert.equal(files.realPath(`${folder}/nowhere`), null);
    assert.equal(files.inspectFolder(`${folder}/way`)?.isFolder, false);
    files.remove(`${folder}/way`);
    assert.equal(files.readText(`${folder}/real/file`), "behind a link");
  });
}
