import { folderOf } from "../../base/posix_path.ts";
import { FileError, type Files } from "../../host/ports/files.ts";

const ROOT_UID = 0;

/**
 * Makes the folder of a file of the user's, if there is none.
 *
 * @param own Who writes; null if that is not known.
 * @throws {FileError} If that cannot be, or it is the folder of another user, who could put something else in place of the file.
 */
export function prepareFolder(files: Files, file: string, own: number | null): void {
  const folder = folderOf(file);
  if (!files.exists(folder)) return files.makeFolder(folder);
  const owner = files.inspectFolder(files.realPath(folder) ?? folder)?.ownerUid ?? null;
  if (owner === own || owner === ROOT_UID) return;
  const whose = owner === null ? "a user whom this machine does not know" : `another user (uid ${owner})`;
  throw new FileError("EPERM", `its folder belongs to ${whose}`);
}
