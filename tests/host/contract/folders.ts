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
}
