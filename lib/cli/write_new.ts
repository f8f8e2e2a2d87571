import { UserError } from "../base/user_error.ts";
import { FileError, type Files } from "../host/ports/files.ts";

/**
 * Writes a file for the user; one that is there already is only written over if that was asked for (`--force`).
 *
 * @throws {UserError} `file/exists`, `file/not-writable`
 */
export function writeNew(files: Files, path: string, text: string, isForced: boolean): void {
  writeOne(files, { path, text, isPrivate: false }, isForced);
}

/** A file that is to be written. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Whether its owner alone may read it. */
  readonly isPrivate: boolean;
}

/**
 * Writes several files; none if one of them is there already and may not be written over.
 *
 * @throws {UserError} `file/exists`, `file/not-writable`
 */
export function writeAllNew(
  files: Files,
  all: readonly NewFile[],
  { isForced, folder }: {
    readonly isForced: boolean;
    /** Made if it is not there; null for none. */
    readonly folder: string | null;
  },
): void {
  const taken = all.find(({ path }) => files.inspect(path) !== null);
  if (!isForced && taken !== undefined) throw exists(taken.path);
  if (folder !== null && !files.exists(folder)) {
    try {
      files.makeFolder(folder);
    } catch (error) {
      throw notWritable(folder, error);
    }
  }
  for (const one of all) writeOne(files, one, isForced);
}

function writeOne(files: Files, { path, text, isPrivate }: NewFile, isForced: boolean): void {
  try {
    files.write(path, text, !isForced, { isPrivate });
  } catch (error) {
    if (error instanceof FileError && error.code === "EEXIST") throw exists(path);
    throw notWritable(path, error);
  }
}

function exists(path: string): UserError {
  return new UserError("file/exists", `"${path}" is there already, and was left as it is`, {
    hint: "name another file, or write over it with --force",
  });
}

function notWritable(path: string, error: unknown): unknown {
  if (!(error instanceof FileError)) return error;
  return new UserError("file/not-writable", `Cannot write "${path}": ${error.message}`, {
    hint: "name a file in a folder that is there and that you may write to",
    cause: error,
  });
}
