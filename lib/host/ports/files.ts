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
  /** When it was made, in milliseconds since 1970: now, where the file system does not keep that. */
  readonly madeAt: number;
  /** @throws {FileError} If not all of `bytes` could be written; what was is taken back. */
  append(bytes: Uint8Array): Promise<void>;
  /** Whether it is still there, by whatever name: nobody has removed it. */
  isThere(): Promise<boolean>;
  close(): Promise<void>;
}

/** A file that is read while others write to it. */
export interface ReadFile {
  /** Tells it from any other file, also after it was renamed. */
  readonly identity: string;
  /** Bytes in it now. */
  size(): Promise<number>;
  /** When somebody last wrote to it, in milliseconds since 1970. */
  changedAt(): Promise<number>;
  /** Up to `length` bytes from `offset`; fewer at the end, none after it. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The facts about a folder, or about the entry that is there instead, without following links. */
export interface FolderInfo {
  readonly isFolder: boolean;
  readonly isLink: boolean;
  /** Null for a user whom this user namespace does not know. */
  readonly ownerUid: number | null;
  /** Permission bits, and those above them. */
  readonly mode: number;
}

/** The thing that a path leads to, all links followed. */
export interface PathInfo {
  readonly kind: "file" | "folder" | "pipe" | "socket" | "device";
  /** Unlike that of anything else, and than that of the same before it was changed. */
  readonly version: string;
}

/**
 * Reads and writes files. Nothing here waits for another program: not at a pipe that nobody writes to, nor at a device.
 */
export interface Files {
  /** The path with all links resolved, as far as it has a name at all; null if there is no such file. */
  realPath(path: string): string | null;
  exists(path: string): boolean;
  /** Why it cannot be seen whether something is at a path, as a clause: who may not enter which folder. Null if it can. */
  whyHidden(path: string): string | null;
  /** The thing that a path leads to, without opening it; null if there is nothing, or it cannot be reached. */
  inspect(path: string): PathInfo | null;
  /**
   * The text of a file; null if it does not exist.
   *
   * @param maxBytes How long it may be. @default 256 MiB
   * @throws {FileError} If it exists and cannot be read: `ENXIO` for a pipe or a socket, `EFBIG` for what is longer or has
   * no end, `EAGAIN` for a device that has nothing to say now.
   */
  readText(path: string, maxBytes?: number): string | null;
  /** The bytes of a file, as {@linkcode Files.readText} reads it. @throws {FileError} */
  readBytes(path: string, maxBytes?: number): Uint8Array | null;
  /**
   * The text of a file of this user's; null if it does not exist.
   *
   * @throws {FileError} If it is not a file of this user's, but a link, for one, or cannot be read.
   */
  readOwn(path: string): string | null;
  /** Names in a folder, sorted; none if there is no such folder. */
  list(path: string): readonly string[];
  /** The same, or null if there is no such folder. @throws {FileError} If it is there and cannot be read, or is no folder. */
  readFolder(path: string): readonly string[] | null;
  inspectFolder(path: string): FolderInfo | null;
  /** Makes a folder and those above it, for the owner alone. @throws {FileError} */
  makeFolder(path: string): void;
  /**
   * Puts a file in place whole, for the owner alone: every reader sees the old text or the new. It bears the sticky bit, by
   * which what clears folders of old files (systemd-tmpfiles, of /tmp) knows that it is in use, however old.
   *
   * @throws {FileError}
   */
  replace(path: string, text: string, options?: { readonly executable?: boolean }): void;
  /**
   * Writes a file for the user, as any program would: with the permissions that the umask leaves, and whole, so that every
   * reader sees the old text or the new.
   *
   * @param isNew Whether nothing may be there yet: then `EEXIST` is told instead.
   * @param options `isPrivate`: its owner alone may read it.
   * @throws {FileError}
   */
  write(path: string, text: string, isNew: boolean, options?: { readonly isPrivate?: boolean }): void;
  /**
   * Adds text to the end of a file, which is made for the owner alone and with the sticky bit, at once: every reader finds
   * it, also after this program was killed. If it fails, a part of it may be there. No link is followed.
   *
   * @throws {FileError}
   */
  append(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** Removes a file or a folder with all that is in it; nothing if it is not there. */
  remove(path: string): void;
  /** Opens a file of this user's. @throws {FileError} Also if it is not one, but a link or a pipe, for two. */
  openAppend(path: string): Promise<AppendFile>;
  /** The same for reading; null if there is no such file. */
  openRead(path: string): Promise<ReadFile | null>;
}
