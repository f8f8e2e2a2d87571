import { folderOf } from "../../base/posix_path.ts";
import {
  type AppendFile,
  FileError,
  type Files,
  type FolderInfo,
  type PathInfo,
  type ReadFile,
} from "../ports/files.ts";
import { type Disk, type DiskEntry, fail } from "./disk.ts";
import { FileContent } from "./file_content.ts";
import { type Mortal, onlyWhileAlive } from "./only_while_alive.ts";

/** The owner of the files, and the process that has them open. */
interface Holder extends Mortal {
  readonly uid: number;
}

/** The files of a fake disk, all owned by one user. */
export class FakeFiles implements Files {
  readonly #disk: Disk;
  readonly #holder: Holder;

  constructor(disk: Disk, holder: Holder) {
    this.#disk = disk;
    this.#holder = holder;
  }

  realPath(path: string): string | null {
    const real = this.#tryResolve(path);
    return real !== null && this.#disk.get(real) !== undefined ? real : null;
  }

  exists(path: string): boolean {
    return this.realPath(path) !== null;
  }

  /** One user owns all of this machine. */
  whyHidden(): null {
    return null;
  }

  inspect(path: string): PathInfo | null {
    const real = this.realPath(path);
    if (real === null) return null;
    const entry = this.#disk.get(real)!;
    const { kind } = entry;
    if (kind === "link") return null;
    return {
      kind,
      version: kind === "file" ? `${entry.content.id}:${entry.content.size}` : `${versionOf(entry)}`,
    };
  }

  readText(path: string, maxBytes: number = Infinity): string | null {
    const content = this.#open(path);
    if (content !== null && content.size > maxBytes) throw fail("EFBIG");
    return content?.text() ?? null;
  }

  readBytes(path: string, maxBytes: number = Infinity): Uint8Array | null {
    const content = this.#open(path);
    if (content !== null && content.size > maxBytes) throw fail("EFBIG");
    return content?.read(0, content.size) ?? null;
  }

  readOwn(path: string): string | null {
    this.#refuseLink(path);
    return this.readText(path);
  }

  list(path: string): readonly string[] {
    const real = this.#tryResolve(path);
    return (real === null ? undefined : this.#disk.list(real)) ?? [];
  }

  readFolder(path: string): readonly string[] | null {
    const info = this.inspect(path);
    if (info === null) return null;
    if (info.kind !== "folder") throw fail("ENOTDIR");
    this.#disk.checkAccess(this.realPath(path)!, "reading");
    return this.list(path);
  }

  inspectFolder(path: string): FolderInfo | null {
    const folder = this.#tryResolve(folderOf(path));
    const name = path.slice(path.lastIndexOf("/") + 1);
    const entry = folder === null
      ? undefined
      : this.#disk.get(folder === "/" ? `/${name}` : `${folder}/${name}`);
    if (entry === undefined) return null;
    return {
      isFolder: entry.kind === "folder",
      isLink: entry.kind === "link",
      ownerUid: this.#holder.uid,
      mode: entry.mode,
    };
  }

  makeFolder(path: string): void {
    this.#disk.makeFolder(path, 0o700);
  }

  replace(path: string, text: string, options: { readonly executable?: boolean } = {}): void {
    const bytes = new TextEncoder().encode(text);
    const real = this.#target(path);
    this.#disk.checkAccess(real, "writing");
    if (this.#disk.get(real)?.kind === "folder") throw fail("EISDIR");
    this.#disk.take(bytes.length);
    const mode = options.executable ? 0o1700 : 0o1600;
    this.#disk.replace(real, { kind: "file", mode, content: new FileContent(bytes) });
  }

  write(path: string, text: string, isNew: boolean, options: { readonly isPrivate?: boolean } = {}): void {
    const real = this.#target(path);
    const known = this.#disk.get(real);
    if (isNew && known !== undefined) throw fail("EEXIST");
    if (known?.kind === "folder") throw fail("EISDIR");
    this.#disk.checkAccess(real, "writing");
    const bytes = new TextEncoder().encode(text);
    this.#disk.take(bytes.length);
    const mode = options.isPrivate === true ? 0o600 : 0o644;
    this.#disk.replace(real, { kind: "file", mode, content: new FileContent(bytes) });
  }

  append(path: string, text: string): void {
    const real = this.#target(path);
    this.#disk.checkAccess(real, "writing");
    const bytes = new TextEncoder().encode(text);
    this.#disk.take(bytes.length);
    const known = this.#disk.get(real);
    this.#refuseLink(path);
    if (known !== undefined && known.kind !== "file") throw fail(codeOfOther(known));
    const content = known?.content ?? new FileContent(new Uint8Array(0));
    content.append(bytes);
    if (known === undefined) this.#disk.put(real, { kind: "file", mode: 0o1600, content });
  }

  rename(from: string, to: string): void {
    const source = this.#target(from);
    const target = this.#target(to);
    const entry = this.#disk.get(source);
    if (entry === undefined) throw fail("ENOENT");
    this.#disk.checkAccess(source, "writing");
    this.#disk.checkAccess(target, "writing");
    this.#disk.move(source, target);
  }

  remove(path: string): void {
    const folder = this.#tryResolve(folderOf(path));
    if (folder === null) return;
    const target = this.#target(path);
    this.#disk.checkAccess(target, "writing");
    this.#disk.remove(target);
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async openAppend(path: string): Promise<AppendFile> {
    this.#refuseLink(path);
    const real = this.#disk.resolve(path);
    this.#disk.checkAccess(real, "writing");
    const known = this.#disk.get(real);
    if (known !== undefined && known.kind !== "file") throw fail(codeOfOther(known));
    const content = known?.kind === "file" ? known.content : new FileContent(new Uint8Array(0));
    if (known === undefined) this.#disk.put(real, { kind: "file", mode: 0o600, content });
    const file = new FakeAppendFile(this.#disk, content, real);
    return onlyWhileAlive<AppendFile>(file, this.#holder, { effects: [], waits: ["append"] });
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async openRead(path: string): Promise<ReadFile | null> {
    this.#refuseLink(path);
    const content = this.#open(path);
    return content === null ? null : new FakeReadFile(content);
  }

  #refuseLink(path: string): void {
    const folder = this.#tryResolve(folderOf(path));
    if (folder === null) return;
    if (this.#disk.get(this.#target(path))?.kind === "link") throw fail("ELOOP");
  }

  #open(path: string): FileContent | null {
    let real: string;
    try {
      real = this.#disk.resolve(path);
    } catch (error) {
      if (error instanceof FileError && error.code === "ENOENT") return null;
      throw error;
    }
    const entry = this.#disk.get(real);
    if (entry === undefined) return null;
    this.#disk.checkAccess(real, "reading");
    if (entry.kind !== "file") throw fail(codeOfOther(entry));
    return entry.content;
  }

  /** Where an entry is put or taken away: links above it are followed, a link itself is not. */
  #target(path: string): string {
    const folder = this.#disk.resolve(folderOf(path));
    return `${folder === "/" ? "" : folder}/${path.slice(path.lastIndexOf("/") + 1)}`;
  }

  #tryResolve(path: string): string | null {
    try {
      return this.#disk.resolve(path);
    } catch {
      return null;
    }
  }
}

/** Numbers for what is no file, in the order in which they were asked for. */
const versions = new WeakMap<DiskEntry, number>();
let lastVersion = 0;

function versionOf(entry: DiskEntry): number {
  const known = versions.get(entry) ?? ++lastVersion;
  versions.set(entry, known);
  return known;
}

/** Why an entry cannot be opened as a file. */
function codeOfOther({ kind }: DiskEntry): string {
  return kind === "folder" ? "EISDIR" : "ENXIO";
}

class FakeAppendFile implements AppendFile {
  readonly #disk: Disk;
  readonly #content: FileContent;
  readonly #path: string;

  constructor(disk: Disk, content: FileContent, path: string) {
    this.#disk = disk;
    this.#content = content;
    this.#path = path;
  }

  get size(): number {
    return this.#content.size;
  }

  get madeAt(): number {
    return this.#content.madeAt ?? this.#disk.now();
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#disk.turning();
    this.#disk.checkAccess(this.#path, "writing");
    this.#disk.take(bytes.length);
    this.#content.append(bytes);
    this.#content.changedAt = this.#disk.now();
  }

  isThere(): Promise<boolean> {
    const entry = this.#disk.get(this.#path);
    return Promise.resolve(entry?.kind === "file" && entry.content === this.#content);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FakeReadFile implements ReadFile {
  readonly #content: FileContent;

  constructor(content: FileContent) {
    this.#content = content;
  }

  get identity(): string {
    return `fake:${this.#content.id}`;
  }

  size(): Promise<number> {
    return Promise.resolve(this.#content.size);
  }

  changedAt(): Promise<number> {
    return Promise.resolve(this.#content.changedAt ?? this.#content.madeAt ?? 0);
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.#content.read(offset, length));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
