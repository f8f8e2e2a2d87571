import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { concatBytes } from "../../base/bytes.ts";
import { isUnmapped } from "../linux/user_ids.ts";
import {
  type AppendFile,
  FileError,
  type Files,
  type FolderInfo,
  type PathInfo,
  type ReadFile,
} from "../ports/files.ts";
import { describeFileCode } from "./file_codes.ts";
import { nodeFsPromises } from "./lazy_node.ts";
import { whyHidden } from "./reach.ts";

const OWNER_ONLY = 0o700;
const OWNER_ONLY_DATA = 0o600;
/** Programs that remove old files leave alone those with this bit, which has no other meaning for files. */
const STICKY = 0o1000;

/** Opens a path that may lead to anything: who opens a pipe would wait for its other end, and a terminal would become ours. */
const AT_ONCE = constants.O_NONBLOCK | constants.O_NOCTTY;
const TO_READ = constants.O_RDONLY | AT_ONCE;
/** The same for what only this user may have put there. */
const TO_READ_OWN = TO_READ | constants.O_NOFOLLOW;
const TO_APPEND_OWN = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | AT_ONCE |
  constants.O_NOFOLLOW;

const MOST_BYTES = 256 * 1_024 * 1_024;
const BLOCK_BYTES = 64 * 1_024;

/** Files through node:fs, which is the same on both runtimes. */
export class NodeFiles implements Files {
  realPath(path: string): string | null {
    try {
      const real = realpathSync(path);
      if (real.startsWith("/") && existsSync(real)) return real;
    } catch {
      // It may be open, and have no name: a pipe behind /dev/fd.
    }
    return existsSync(path) ? path : null;
  }

  whyHidden(path: string): string | null {
    return whyHidden(path);
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  inspect(path: string): PathInfo | null {
    try {
      const info = statSync(path, { bigint: true });
      const { dev, ino, size, mtimeNs, ctimeNs } = info;
      return { kind: kindOf(info), version: [dev, ino, size, mtimeNs, ctimeNs].join(":") };
    } catch {
      return null;
    }
  }

  readText(path: string, maxBytes?: number): string | null {
    return textOf(this.readBytes(path, maxBytes));
  }

  readBytes(path: string, maxBytes: number = MOST_BYTES): Uint8Array | null {
    return readAt(path, TO_READ, requireFile, maxBytes);
  }

  readOwn(path: string): string | null {
    return textOf(readAt(path, TO_READ_OWN, requireOwn, MOST_BYTES));
  }

  list(path: string): readonly string[] {
    try {
      return this.readFolder(path) ?? [];
    } catch {
      return [];
    }
  }

  readFolder(path: string): readonly string[] | null {
    try {
      return readdirSync(path).sort();
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw fileError(error);
    }
  }

  inspectFolder(path: string): FolderInfo | null {
    try {
      const stat = lstatSync(path);
      return {
        isFolder: stat.isDirectory(),
        isLink: stat.isSymbolicLink(),
        ownerUid: isUnmapped(stat.uid) ? null : stat.uid,
        mode: stat.mode & 0o7777,
      };
    } catch {
      return null;
    }
  }

  makeFolder(path: string): void {
    translating(() => mkdirSync(path, { recursive: true, mode: OWNER_ONLY }));
  }

  replace(path: string, text: string, options: { readonly executable?: boolean } = {}): void {
    const draft = `${path}.${process.pid}.new`;
    translating(() => {
      try {
        const mode = STICKY | (options.executable ? OWNER_ONLY : OWNER_ONLY_DATA);
        rmSync(draft, { force: true });
        writeFileSync(draft, text, { mode, flush: true, flag: "wx" });
        renameSync(draft, path);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    });
  }

  write(path: string, text: string, isNew: boolean, options: { readonly isPrivate?: boolean } = {}): void {
    const how = { flag: "wx", ...(options.isPrivate === true ? { mode: OWNER_ONLY_DATA } : {}) };
    if (isNew) return translating(() => writeFileSync(path, text, how));
    const draft = `${path}.${process.pid}.new`;
    translating(() => {
      try {
        writeFileSync(draft, text, how);
        renameSync(draft, path);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    });
  }

  append(path: string, text: string): void {
    translating(() => {
      const descriptor = openSync(path, TO_APPEND_OWN, STICKY | OWNER_ONLY_DATA);
      try {
        const stat = fstatSync(descriptor);
        requireOwn(stat);
        // Deno makes files without the bits above the permissions.
        if (stat.isFile() && (stat.mode & STICKY) === 0) fchmodSync(descriptor, STICKY | OWNER_ONLY_DATA);
        writeFileSync(descriptor, text);
      } finally {
        closeSync(descriptor);
      }
    });
  }

  rename(from: string, to: string): void {
    translating(() => renameSync(from, to));
  }

  remove(path: string): void {
    translating(() => rmSync(path, { force: true, recursive: true }));
  }

  async openAppend(path: string): Promise<AppendFile> {
    return await translatingLater(async () => {
      const { handle, stat } = await openOwn(path, TO_APPEND_OWN);
      // A file system that does not keep the date gives none, or that of 1970.
      return new NodeAppendFile(handle, stat.size, stat.birthtimeMs || Date.now());
    });
  }

  async openRead(path: string): Promise<ReadFile | null> {
    try {
      const { handle, stat: { dev, ino } } = await openOwn(path, TO_READ_OWN);
      return new NodeReadFile(handle, `${dev}:${ino}`);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw fileError(error);
    }
  }
}

class NodeAppendFile implements AppendFile {
  readonly madeAt: number;
  readonly #handle: FileHandle;
  #size: number;

  constructor(handle: FileHandle, size: number, madeAt: number) {
    this.#handle = handle;
    this.#size = size;
    this.madeAt = madeAt;
  }

  get size(): number {
    return this.#size;
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        const { bytesWritten } = await this.#handle.write(rest);
        rest = rest.subarray(bytesWritten);
      }
      this.#size += bytes.length;
    } catch (error) {
      // A disk that fills up in the middle of a line must not leave half of it behind.
      await this.#handle.truncate(this.#size).catch(() => {});
      throw fileError(error);
    }
  }

  async isThere(): Promise<boolean> {
    return (await this.#handle.stat()).nlink > 0;
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}

class NodeReadFile implements ReadFile {
  readonly identity: string;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, identity: string) {
    this.#handle = handle;
    this.identity = identity;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async changedAt(): Promise<number> {
    return (await this.#handle.stat()).mtimeMs;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}

async function openOwn(
  path: string,
  flags: number,
): Promise<{ readonly handle: FileHandle; readonly stat: Stats }> {
  const handle = await nodeFsPromises().open(path, flags, OWNER_ONLY_DATA);
  try {
    const stat = await handle.stat();
    requireOwn(stat);
    return { handle, stat };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** The bytes of a file that passes `check`; null if there is none. */
function readAt(
  path: string,
  flags: number,
  check: (info: Stats) => void,
  maxBytes: number,
): Uint8Array | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, flags);
    check(fstatSync(descriptor));
    return readAll(descriptor, maxBytes);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw fileError(error);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function readAll(descriptor: number, maxBytes: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let size = 0;;) {
    const block = new Uint8Array(BLOCK_BYTES);
    const length = readSync(descriptor, block, 0, block.length, null);
    if (length === 0) return concatBytes(blocks);
    size += length;
    if (size > maxBytes) throw errorOf("EFBIG");
    blocks.push(block.subarray(0, length));
  }
}

/** Where another program is at the other end, nobody knows when there is an end. */
function requireFile(info: Stats): void {
  if (info.isFIFO() || info.isSocket()) throw errorOf("ENXIO");
}

/** Refuses what is no file, and what another user has put there. */
function requireOwn(stat: Stats): void {
  // Only root makes devices.
  if (stat.isCharacterDevice()) return;
  if (stat.isDirectory()) throw errorOf("EISDIR");
  if (!stat.isFile()) throw errorOf("ENXIO");
  if (stat.uid !== process.geteuid!()) throw errorOf("EPERM");
}

function kindOf(info: Pick<Stats, "isFile" | "isDirectory" | "isFIFO" | "isSocket">): PathInfo["kind"] {
  if (info.isFile()) return "file";
  if (info.isDirectory()) return "folder";
  return info.isFIFO() ? "pipe" : info.isSocket() ? "socket" : "device";
}

function errorOf(code: string): FileError {
  return new FileError(code, describeFileCode(code, code));
}

function translating<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(error);
  }
}

async function translatingLater<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(error);
  }
}

function fileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = codeOf(error);
  // The kernel says so to who writes more than RLIMIT_FSIZE allows; what is too long to be read is ours to say.
  if (code === "EFBIG") {
    return new FileError(code, "the limit of the size of files is reached, `ulimit -f` (EFBIG)", {
      cause: error,
    });
  }
  return new FileError(code, describeFileCode(code, (error as Error).message), { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
