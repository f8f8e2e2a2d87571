import assert from "node:assert/strict";
import type { FileWatcher, FolderChange } from "../../../lib/host/ports/watching.ts";
import { guarantees, type OpenSubject } from "./subject.ts";

/** What every implementation of the port to watched files guarantees. */
export function watchingContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} watching`, open);

  guarantee("what is written, comes and goes is told, by its folder and its name", async (subject) => {
    const { host, folder, writeFile } = subject;
    const watcher = host.watching.open()!;
    assert.deepEqual(watcher.add(folder), { is: "watched", folders: [], files: [] });
    writeFile(`${folder}/a`, "1");
    await until(watcher, { folder, name: "a", is: "file" });
    writeFile(`${folder}/a`, "2");
    await until(watcher, { folder, name: "a", is: "file" });
    host.files.makeFolder(`${folder}/sub`);
    await until(watcher, { folder, name: "sub", is: "folder" });
    host.files.replace(`${folder}/b`, "saved by renaming");
    await until(watcher, { folder, name: "b", is: "file" });
    host.files.rename(`${folder}/b`, `${folder}/c`);
    await until(watcher, { folder, name: "b", is: "gone" }, { folder, name: "c", is: "file" });
    host.files.remove(`${folder}/c`);
    await until(watcher, { folder, name: "c", is: "gone" });
    watcher.close();
    assert.equal(await watcher.next(), null);
  });

  guarantee("a folder is told with what is in it, and none of what is below it", async (subject) => {
    const { host, folder, writeFile, link } = subject;
    for (const name of ["one", "two"]) host.files.makeFolder(`${folder}/top/${name}`);
    writeFile(`${folder}/top/file`, "");
    link(`${folder}/top/link`, `${folder}/top/one`);
    const watcher = host.watching.open()!;
    const found = watcher.add(`${folder}/top`);
    assert.ok(found.is === "watched");
    assert.deepEqual([found.folders.toSorted(), found.files.toSorted()], [["one", "two"], ["file", "link"]]);
    writeFile(`${folder}/top/one/deep`, "");
    writeFile(`${folder}/top/file`, "more");
    const told = await until(watcher, { folder: `${folder}/top`, name: "file", is: "file" });
    assert.ok(told.every((change) => change.name !== "deep"));
    watcher.close();
  });

  guarantee(
    "what is no folder is missing, and one that goes says so",
    async ({ host, folder, writeFile }) => {
      const watcher = host.watching.open()!;
      writeFile(`${folder}/file`, "");
      assert.deepEqual(watcher.add(`${folder}/file`), { is: "missing" });
      assert.deepEqual(watcher.add(`${folder}/nothing`), { is: "missing" });
      const sub = `${folder}/sub`;
      host.files.makeFolder(sub);
      watcher.add(sub);
      host.files.remove(sub);
      await until(watcher, { folder: sub, name: null, is: "gone" });
      host.files.makeFolder(sub);
      assert.equal(watcher.add(sub).is, "watched");
      host.files.rename(sub, `${folder}/moved`);
      await until(watcher, { folder: sub, name: null, is: "gone" });
      watcher.close();
    },
  );

  guarantee(
    "a folder that has two names is told of by each, until that one is let go of",
    async (subject) => {
      const { host, folder, writeFile, link } = subject;
      const [real, alias] = [`${folder}/real`, `${folder}/alias`];
      host.files.makeFolder(real);
      link(alias, real);
      const watcher = host.watching.open()!;
      for (const name of [real, alias]) watcher.add(name);
      writeFile(`${real}/a`, "");
      await until(watcher, { folder: real, name: "a", is: "file" }, { folder: alias, name: "a", is: "file" });
      watcher.remove(real);
      writeFile(`${real}/b`, "");
      const told = await until(watcher, { folder: alias, name: "b", is: "file" });
      assert.ok(told.every(({ folder, name }) => folder === alias || name !== "b"));
      watcher.close();
    },
  );

  guarantee("what is minded says what it is, and when that changes", async (subject) => {
    const { host, folder, writeFile, link } = subject;
    const [place, pointer, late] = [`${folder}/place`, `${folder}/pointer`, `${folder}/late`];
    host.files.makeFolder(`${place}/below`);
    const watcher = host.watching.open()!;
    assert.deepEqual(watcher.mind(`${place}/below`), { is: "folder" });
    assert.deepEqual(watcher.mind(place), { is: "folder" });
    writeFile(`${place}/file`, "of which nothing is told");
    host.files.rename(place, `${folder}/moved`);
    const told = await until(watcher, { folder: place, name: null, is: "gone" });
    assert.ok(told.every(({ name }) => name === null));
    link(pointer, "moved");
    assert.deepEqual(watcher.mind(pointer), { is: "link", to: "moved" });
    assert.deepEqual(watcher.mind(late), { is: "other" });
    assert.deepEqual(watcher.mind(`${late}/deeper`), { is: "other" });
    host.files.rename(pointer, `${folder}/elsewhere`);
    host.files.makeFolder(late);
    await until(watcher, { folder, name: "pointer", is: "gone" }, { folder, name: "late", is: "folder" });
    watcher.close();
  });

  guarantee("one that was let go of tells nothing any more", async ({ host, folder, writeFile }) => {
    const watcher = host.watching.open()!;
    for (const name of ["kept", "left"]) {
      host.files.makeFolder(`${folder}/${name}`);
      watcher.add(`${folder}/${name}`);
    }
    watcher.remove(`${folder}/left`);
    writeFile(`${folder}/left/a`, "");
    writeFile(`${folder}/kept/a`, "");
    const told = await until(watcher, { folder: `${folder}/kept`, name: "a", is: "file" });
    assert.ok(told.every((change) => change.folder !== `${folder}/left`));
    watcher.close();
  });
}

/** Reads until all of the wanted changes have come; gives all that have. */
async function until(
  watcher: FileWatcher,
  ...wanted: readonly FolderChange[]
): Promise<readonly FolderChange[]> {
  const told: FolderChange[] = [];
  const isTold = (one: FolderChange) =>
    told.some(({ folder, name, is }) => folder === one.folder && name === one.name && is === one.is);
  while (!wanted.every(isTold)) {
    const heard = await watcher.next();
    assert.ok(heard !== null && heard !== "lost");
    told.push(...heard);
  }
  return told;
}
