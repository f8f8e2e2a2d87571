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

const OWNER_ONLY = 0o700;
const OWNER_ONLY_DATA = 0o600;
/** What removes old files leaves alone those with this bit, which has no other meaning for files. */
const STICKY = 0o1000;

/** How a path is opened that may lead to anything: whoever opens a pipe would wait for its other end, and a terminal would
 * become ours. */
const AT_ONCE = constants.O_NONBLOCK | constants.O_NOCTTY;
const TO_READ = constants.O_RDONLY | AT_ONCE;
const TO_APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | AT_ONCE;

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
    const bytes = this.readBytes(path, maxBytes);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  readBytes(path: string, maxBytes: number = MOST_BYTES): Uint8Array | null {
    let descriptor: number;
    try {
      descriptor = openSync(path, TO_READ);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw fileError(error);
    }
    try {
      return readAll(descriptor, maxBytes);
    } catch (error) {
      throw fileError(error);
    } finally {
      closeSync(descriptor);
    }
  }

  list(path: string): readonly string[] {
    try {
      return readdirSync(path).sort();
    } catch {
      return [];
    }
  }

  inspectFolder(path: string): FolderInfo | null {
    try {
      const stat = lstatSync(path);
      return { isFolder: stat.isDirectory(), ownerUid: stat.uid, mode: stat.mode & 0o7777 };
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
        writeFileSync(draft, text, { mode, flush: true });
        renameSync(draft, path);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    });
  }

  append(path: string, text: string): void {
    translating(() => {
      const descriptor = openSync(path, TO_APPEND, STICKY | OWNER_ONLY_DATA);
      try {
        const info = fstatSync(descriptor);
        requireFile(info);
        // Deno makes no file with more than the permissions of old.
        if (info.isFile() && info.size === 0) fchmodSync(descriptor, STICKY | OWNER_ONLY_DATA);
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
      const { handle, size } = await openFile(path, TO_APPEND);
      return new NodeAppendFile(handle, size);
    });
  }

  async openRead(path: string): Promise<ReadFile | null> {
    try {
      const { handle, dev, ino } = await openFile(path, TO_READ);
      return new NodeReadFile(handle, `${dev}:${ino}`);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw fileError(error);
    }
  }
}

class NodeAppendFile implements AppendFile {
  readonly #handle: FileHandle;
  #size: number;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
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

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}

/** Opens what is a file, or a device that behaves like one. */
async function openFile(path: string, flags: number) {
  const handle = await nodeFsPromises().open(path, flags, OWNER_ONLY_DATA);
  try {
    const info = await handle.stat();
    requireFile(info);
    const { dev, ino, size } = info;
    return { handle, dev, ino, size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function readAll(descriptor: number, maxBytes: number): Uint8Array {
  requireFile(fstatSync(descriptor));
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
  return new FileError(code, describeFileCode(code, (error as Error).message), { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
