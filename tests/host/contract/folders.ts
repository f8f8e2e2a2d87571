import assert from "node:assert/strict";
import { guarantees, type OpenSubject } from "./subject.ts";

/** What every implementation of the port to held folders guarantees. */
export function foldersContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} folders`, open);

  guarantee("one that is held stays the same, whatever its name leads to", ({ host, folder }) => {
    const { files, folders } = host;
    files.makeFolder(`${folder}/place`);
    files.replace(`${folder}/place/record`, "ours");
    const held = folders.hold(`${folder}/place`)!;
    assert.equal(held.isAt(`${folder}/place`), true);
    files.rename(`${folder}/place`, `${folder}/moved`);
    files.makeFolder(`${folder}/place`);
    files.replace(`${folder}/place/record`, "theirs");
    assert.equal(files.readOwn(`${held.path}/record`), "ours");
    files.replace(`${held.path}/more`, "more");
    files.append(`${held.path}/more`, " and more");
    assert.equal(files.readOwn(`${folder}/moved/more`), "more and more");
    assert.deepEqual(files.list(held.path), ["more", "record"]);
    assert.deepEqual([held.isRemoved(), held.isAt(`${folder}/place`)], [false, false]);
    held.close();
  });

  guarantee("who made it and who may enter is told of the folder itself", ({ host, folder }) => {
    const { files, folders } = host;
    files.makeFolder(`${folder}/place`);
    const held = folders.hold(`${folder}/place`)!;
    const { ownerUid } = files.inspectFolder(folder)!;
    assert.deepEqual([held.isFolder, held.isLink, held.ownerUid, held.mode], [true, false, ownerUid, 0o700]);
    assert.equal(folders.knowsUser(ownerUid!), true);
    held.close();
  });

  guarantee(
    "a link is not followed, and what is no folder cannot be held",
    ({ host, folder, link, writeFile }) => {
      link(`${folder}/link`, folder);
      writeFile(`${folder}/file`, "");
      for (const name of ["link", "file", "missing"]) {
        assert.equal(
          host.folders.hold(`${folder}/${name}`),
          null,
        );
      }
      const { isFolder, isLink } = host.files.inspectFolder(`${folder}/link`)!;
      assert.deepEqual([isFolder, isLink], [false, true]);
    },
  );

  guarantee("one that was removed leads nowhere, until it becomes another", ({ host, folder }) => {
    const { files, folders } = host;
    files.makeFolder(`${folder}/place`);
    files.replace(`${folder}/place/record`, "old");
    const held = folders.hold(`${folder}/place`)!;
    files.remove(`${folder}/place`);
    files.makeFolder(`${folder}/place`);
    files.replace(`${folder}/place/record`, "new");
    assert.equal(held.isRemoved(), true);
    assert.equal(files.readOwn(`${held.path}/record`), null);
    assert.throws(() => files.replace(`${held.path}/record`, ""), { code: "ENOENT" });
    held.become(folders.hold(`${folder}/place`)!);
    assert.equal(files.readOwn(`${held.path}/record`), "new");
    assert.equal(held.isRemoved(), false);
    held.close();
  });

  guarantee(
    "one that is watched tells of what goes from it, comes into it and takes a place in it",
    async ({ host, folder }) => {
      const { files, folders } = host;
      files.makeFolder(`${folder}/place/within`);
      for (const name of ["first", "second", "third"]) files.replace(`${folder}/place/${name}`, name);
      const watch = folders.watch({
        contents: [`${folder}/place`, `${folder}/place/within`],
        places: [folder],
      })!;
      files.remove(`${folder}/place/first`);
      assert.equal(await watch.changed(), true);
      files.rename(`${folder}/place/second`, `${folder}/second`);
      assert.equal(await watch.changed(), true);
      files.replace(`${folder}/place/third`, "anew");
      assert.equal(await watch.changed(), true);
      const asked = watch.changed();
      files.remove(`${folder}/place/within`);
      assert.equal(await asked, true);
      watch.close();
    },
  );

  guarantee(
    "one that is watched tells of its own move, and of none of what is in one above it",
    async ({ host, folder }) => {
      const { files, folders } = host;
      files.makeFolder(`${folder}/above/place`);
      files.replace(`${folder}/above/file`, "");
      const watch = folders.watch({ contents: [`${folder}/above/place`], places: [`${folder}/above`] })!;
      const told: boolean[] = [];
      let asked = watch.changed().then((hasChanged) => void told.push(hasChanged));
      files.append(`${folder}/above/place/new`, "is no change");
      files.remove(`${folder}/above/file`);
      // What is told of is told in order.
      const marker = folders.watch({ contents: [folder], places: [] })!;
      files.replace(`${folder}/marker`, "");
      assert.equal(await marker.changed(), true);
      marker.close();
      assert.equal(told.length, 0);
      files.rename(`${folder}/above`, `${folder}/moved`);
      await asked;
      files.rename(`${folder}/moved/place`, `${folder}/place`);
      asked = watch.changed().then((hasChanged) => void told.push(hasChanged));
      await asked;
      assert.deepEqual(told, [true, true]);
      watch.close();
    },
  );

  guarantee(
    "a watch that is closed tells nothing any more, and of a missing folder there is none",
    async ({ host, folder }) => {
      const { folders } = host;
      assert.equal(folders.watch({ contents: [folder, `${folder}/missing`], places: [] }), null);
      const watch = folders.watch({ contents: [folder], places: [] })!;
      const asked = watch.changed();
      watch.close();
      assert.equal(await asked, false);
      assert.equal(await watch.changed(), false);
    },
  );
}
