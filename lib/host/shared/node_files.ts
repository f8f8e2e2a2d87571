import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { type AppendFile, FileError, type Files, type FolderInfo, type ReadFile } from "../ports/files.ts";
import { describeFileCode } from "./file_codes.ts";
import { nodeFsPromises } from "./lazy_node.ts";

const OWNER_ONLY = 0o700;
const OWNER_ONLY_DATA = 0o600;
/** What removes old files leaves alone those with this bit, which has no other meaning for files. */
const STICKY = 0o1000;

/** Files through node:fs, which is the same on both runtimes. */
export class NodeFiles implements Files {
  realPath(path: string): string | null {
    try {
      return realpathSync(path);
    } catch {
      return null;
    }
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  readText(path: string): string | null {
    const bytes = this.readBytes(path);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  readBytes(path: string): Uint8Array | null {
    try {
      return readFileSync(path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw fileError(error);
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
    translating(() => appendFileSync(path, text, { mode: STICKY | OWNER_ONLY_DATA }));
  }

  rename(from: string, to: string): void {
    translating(() => renameSync(from, to));
  }

  remove(path: string): void {
    translating(() => rmSync(path, { force: true, recursive: true }));
  }

  async openAppend(path: string): Promise<AppendFile> {
    return await translatingLater(async () => {
      const handle = await nodeFsPromises().open(path, "a", OWNER_ONLY_DATA);
      return new NodeAppendFile(handle, (await handle.stat()).size);
    });
  }

  async openRead(path: string): Promise<ReadFile | null> {
    try {
      const handle = await nodeFsPromises().open(path, "r");
      const { dev, ino } = await handle.stat();
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
  const code = codeOf(error);
  return new FileError(code, describeFileCode(code, (error as Error).message), { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
