/**
 * The key of a tree's marks. It is drawn when a tree is first up, and stays: what an earlier instance has left is still
 * recognized. It is kept in files that only the tree's user can read: beside the tree's record, and again beside its logs,
 * because a program that clears old files away may take the folder of the record.
 */
import { randomId } from "../actor/random_id.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import { isKey, Marks } from "../engine/containment/marks.ts";
import { FileError } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import { nameWithin, type TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

/** The marks of a tree; null if its key is not known: then no process can be told by a mark. */
export function marksOf(host: Host, tree: TreeId): Marks | null {
  const key = findKey(host, tree);
  return key === null ? null : new Marks(host, key);
}

/** The marks of a tree that is about to start: a key is drawn if there is none. @throws {UserError} `state/not-writable` */
export function ensureMarks(host: Host, tree: TreeId): Marks {
  const key = findKey(host, tree) ?? randomId(host);
  try {
    keep(host, tree, tree.key, key);
  } catch (error) {
    throw new UserError(
      "state/not-writable",
      `Cannot write down the key of the tree's marks, to "${nameWithin(tree, tree.key)}": ${
        messageOf(error)
      }`,
      { hint: "make room for it, it is small; or make the folder writable", cause: error },
    );
  }
  const copy = copyOf(host, tree);
  try {
    if (copy !== null) keep(host, tree, copy, key);
  } catch (error) {
    // The copy is a second net: where there is no room for it, the first one holds.
    if (!(error instanceof FileError)) throw error;
  }
  return new Marks(host, key);
}

/** Writes the key of a tree that runs down again, in case that somebody has removed its files. @throws {FileError} */
export function keeperOfKey(host: Host, tree: TreeId): () => void {
  const key = findKey(host, tree);
  return () => {
    for (const path of [tree.key, copyOf(host, tree)]) {
      if (key !== null && path !== null) keep(host, tree, path, key);
    }
  };
}

function findKey(host: Host, tree: TreeId): string | null {
  const copy = copyOf(host, tree);
  return readKey(host, tree, tree.key) ?? (copy === null ? null : readKey(host, tree, copy));
}

function copyOf(host: Host, tree: TreeId): string | null {
  // The record is right, also where the environment of this program says something else.
  const folder = readRecord(host, tree)?.stateFolder ?? tree.stateFolder;
  return folder === null ? null : `${folder}/marks.key`;
}

function keep(host: Host, tree: TreeId, path: string, key: string): void {
  if (readKey(host, tree, path) !== key) host.files.replace(path, `${key}\n`);
}

/** A file that others could have read or put there is no secret of ours, and counts as none. */
function readKey({ files }: Host, { uid }: TreeId, path: string): string | null {
  const info = files.inspectFolder(path);
  if (info === null || info.isFolder || info.ownerUid !== uid || (info.mode & 0o077) !== 0) return null;
  try {
    const text = files.readOwn(path)?.trim() ?? "";
    return isKey(text) ? text : null;
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}
