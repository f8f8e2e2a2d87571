/**
 * Trees that run and are not the one that is meant, but may be what somebody means: of the same name, or reached by the same
 * path when they were started, which leads elsewhere now, as that of a link that every release moves on.
 */
import { folderOf, resolvePath } from "../base/posix_path.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { presentOf } from "./holder.ts";
import type { TreeId } from "./tree_id.ts";
import { listRecords, readRecord, type TreeRecord } from "./tree_record.ts";

/**
 * The path by which somebody has reached a file, with the links that are in it: what was typed, from the folder as the shell
 * calls it.
 */
export function askedPathOf(
  { files }: Pick<Host, "files">,
  program: Pick<Program, "cwd" | "environment">,
  { file, word, defaultName }: {
    /** Its real path. */
    readonly file: string;
    /** The word that was typed; null if the file was looked for. */
    readonly word: string | null;
    /** The name that is looked for, and that is in a folder which was typed. */
    readonly defaultName: string;
  },
): string {
  const isMeant = (path: string) => files.realPath(path) === file;
  const folder = word?.startsWith("/") === true ? "/" : folderByName({ files }, program);
  if (word !== null) {
    const path = resolvePath(folder, word);
    return [path, `${path}/${defaultName}`].find(isMeant) ?? file;
  }
  for (let at = folder;; at = folderOf(at)) {
    const path = resolvePath(at, defaultName);
    if (isMeant(path)) return path;
    if (at === "/") return file;
  }
}

/**
 * Trees that run, and that may be meant.
 *
 * @param label The name that the file of the tree that is meant gives it now; null if it gives none.
 */
export function runningElsewhere(host: Host, tree: TreeId, label: string | null): readonly TreeRecord[] {
  const name = label ?? readRecord(host, tree)?.name ?? null;
  return listRecords(host, tree.uid).filter((record) =>
    record.file !== tree.file && record.endedAt === null && isAlike(record, tree, name) && isUp(host, record)
  );
}

function isAlike(record: TreeRecord, { asked }: TreeId, name: string | null): boolean {
  return record.name === name || (asked !== undefined && record.asked === asked);
}

function isUp(host: Host, record: TreeRecord): boolean {
  return presentOf(host, record, record).supervisor !== null;
}

/** The working folder as the shell calls it. */
function folderByName(
  { files }: Pick<Host, "files">,
  { cwd, environment }: Pick<Program, "cwd" | "environment">,
): string {
  const name = environment["PWD"];
  return name !== undefined && files.realPath(name) === cwd ? name : cwd;
}
