import { UserError } from "../base/user_error.ts";
import { FileError, type Files } from "../host/ports/files.ts";

/**
 * Writes a file for the user; one that is there already is only written over if that was asked for (`--force`).
 *
 * @throws {UserError} `file/exists`, `file/not-writable`
 */
export function writeNew(files: Files, path: string, text: string, isForced: boolean): void {
  try {
    files.write(path, text, !isForced);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.code === "EEXIST") {
      throw new UserError("file/exists", `"${path}" is there already, and was left as it is`, {
        hint: "name another file, or write over it with --force",
      });
    }
    throw new UserError("file/not-writable", `Cannot write "${path}": ${error.message}`, {
      hint: "name a file in a folder that is there and that you may write to",
      cause: error,
    });
  }
}
