/** The port to files. Small files are read and written at once; logs grow and are followed. */

/** Why an operation on a file failed, in words that fit behind "Cannot do so:". */
export class FileError extends Error {
  override readonly name = "FileError";
  /** The system's code, such as `ENOSPC`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A file that only grows. */
export interface AppendFile {
  /** Bytes in it. */
  readonly size: number;
  /** @throws {FileError} If not all of `bytes` could be written; what was is taken back. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A file that is read while others write to it. */
export interface ReadFile {
  /** Tells it from any other file, also after it was renamed. */
  readonly identity: string;
  /** Bytes in it now. */
  size(): Promise<number>;
  /** Up to `length` bytes from `offset`; fewer at the end, none after it. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What is known of a folder without following links. */
export interface FolderInfo {
  readonly isFolder: boolean;
  readonly ownerUid: number;
  /** Permission bits, and those above them. */
  readonly mode: number;
}

/** Reads and writes files. */
export interface Files {
  /** The path with all links resolved; null if there is no such file. */
  realPath(path: string): string | null;
  exists(path: string): boolean;
  /** The text of a file; null if it does not exist. @throws {FileError} If it exists and cannot be read. */
  readText(path: string): string | null;
  /** The bytes of a file; null if it does not exist. @throws {FileError} If it exists and cannot be read. */
  readBytes(path: string): Uint8Array | null;
  /** Names in a folder, sorted; none if there is no such folder. */
  list(path: string): readonly string[];
  inspectFolder(path: string): FolderInfo | null;
  /** Makes a folder and those above it, for the owner alone. @throws {FileError} */
  makeFolder(path: string): void;
  /**
   * Puts a file in place whole, for the owner alone: whoever reads sees the old text or the new. It bears the sticky bit, by
   * which what clears folders of old files (systemd-tmpfiles, of /tmp) knows that it is in use, however old.
   *
   * @throws {FileError}
   */
  replace(path: string, text: string, options?: { readonly executable?: boolean }): void;
  /**
   * Adds text to the end of a file, which is made for the owner alone and with the sticky bit, at once: whoever reads finds
   * it, also after this program was killed. If it fails, a part of it may be there.
   *
   * @throws {FileError}
   */
  append(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** Removes a file or a folder with all that is in it; nothing if it is not there. */
  remove(path: string): void;
  /** @throws {FileError} */
  openAppend(path: string): Promise<AppendFile>;
  /** Null if there is no such file. */
  openRead(path: string): Promise<ReadFile | null>;
}
