/** A disk: folders, files and symbolic links by absolute path, and what can be wrong with them. */
import { folderOf, normalizePath, resolvePath } from "../../base/posix_path.ts";
import { FileError } from "../ports/files.ts";
import { describeFileCode } from "../shared/file_codes.ts";
import { FakePipe } from "./fake_pipe.ts";
import { FileContent } from "./file_content.ts";

const MOST_LINKS = 40;

/** Where a process finds the folders that it has open. */
const HELD = "/proc/self/fd/";

/** `gone`: it leads to nothing any more; `replaced`: to something else; `written`: it is new, or its content is. */
export type NameChange = "gone" | "replaced" | "written";

/** The entry that a path leads to. */
export type DiskEntry =
  | { readonly kind: "folder"; readonly mode: number }
  | { readonly kind: "file"; readonly mode: number; readonly content: FileContent }
  | { readonly kind: "socket"; readonly mode: number }
  | { readonly kind: "pipe"; readonly mode: number; readonly pipe: FakePipe }
  | { readonly kind: "link"; readonly mode: number; readonly target: string };

/** See the module. */
export class Disk {
  readonly #entries = new Map<string, DiskEntry>([["/", { kind: "folder", mode: 0o755 }]]);
  readonly #unreadable = new Set<string>();
  readonly #unwritable = new Set<string>();
  /** Bytes that can still be written. */
  freeBytes = Infinity;
  /** The date of what is made. */
  now: () => number = () => 0;
  #standstill: PromiseWithResolvers<void> | null = null;
  /** Folders that somebody has open, by their names now; null for one that was removed. */
  readonly #held = new Map<string, string | null>();
  #lastHeld = 0;
  /** Told of what becomes of names. */
  readonly onChange: Set<(name: string, what: NameChange) => void> = new Set();

  /** Lets writers that append to a file wait from now on, or go on. */
  stand(stands: boolean): void {
    this.#standstill?.resolve();
    this.#standstill = stands ? Promise.withResolvers() : null;
  }

  /** Returns when the disk does not stand still. */
  async turning(): Promise<void> {
    await this.#standstill?.promise;
  }

  /** Puts a file in place, with the folders above it. */
  write(path: string, text: string, mode = 0o644): void {
    this.makeFolder(folderOf(path), 0o755);
    this.put(path, { kind: "file", mode, content: new FileContent(new TextEncoder().encode(text)) });
  }

  /** Makes a pipe with a name. @throws {FileError} If there is something of that name. */
  makePipe(path: string): FakePipe {
    if (this.get(path) !== undefined) throw fail("EEXIST");
    const pipe = new FakePipe();
    this.put(path, { kind: "pipe", mode: 0o600, pipe });
    return pipe;
  }

  /** Makes a symbolic link. */
  link(path: string, target: string): void {
    this.put(path, { kind: "link", mode: 0o777, target });
  }

  /** Lets every access of a kind to a path fail from now on, or succeed again. */
  deny(path: string, access: "reading" | "writing", denied = true): void {
    const paths = access === "reading" ? this.#unreadable : this.#unwritable;
    if (denied) paths.add(path);
    else paths.delete(path);
  }

  /** @throws {FileError} */
  checkAccess(path: string, access: "reading" | "writing"): void {
    const paths = access === "reading" ? this.#unreadable : this.#unwritable;
    if (paths.has(path)) throw fail("EACCES");
  }

  /** Takes space for `length` bytes. @throws {FileError} If there is not enough. */
  take(length: number): void {
    if (length > this.freeBytes) throw fail("ENOSPC");
    this.freeBytes -= length;
  }

  /** The entry at a path, the last link not followed unless it has been resolved. */
  get(path: string): DiskEntry | undefined {
    return this.#entries.get(path);
  }

  /** Puts an entry in place of whatever was there. @throws {FileError} If there is no folder to hold it. */
  put(path: string, entry: DiskEntry): void {
    const folder = this.#entries.get(folderOf(path));
    if (folder === undefined) throw fail("ENOENT");
    if (folder.kind !== "folder") throw fail("ENOTDIR");
    if (entry.kind === "file") entry.content.madeAt ??= this.now();
    this.#entries.set(path, entry);
    this.tell(path, "written");
  }

  /** Makes a folder and those above it. @throws {FileError} */
  makeFolder(path: string, mode: number): void {
    const parts = normalizePath(path).split("/").slice(1);
    for (let count = 1; count <= parts.length; count++) {
      const folder = this.resolve(`/${parts.slice(0, count).join("/")}`);
      const known = this.#entries.get(folder);
      if (known === undefined) {
        this.checkAccess(folderOf(folder), "writing");
        this.put(folder, { kind: "folder", mode });
      } else if (known.kind !== "folder") throw fail(count === parts.length ? "EEXIST" : "ENOTDIR");
    }
  }

  /** Removes a path and everything below it. */
  remove(path: string): void {
    // The content of a folder goes before the folder does.
    const gone = [...this.#entries.keys()].filter((known) => isIn(path, known)).reverse();
    for (const known of gone) {
      this.#entries.delete(known);
      this.tell(known, "gone");
    }
    for (const [held, name] of this.#held) if (name !== null && isIn(path, name)) this.#held.set(held, null);
  }

  /** Moves a path and everything below it, over whatever was there. */
  move(from: string, to: string): void {
    this.remove(to);
    this.tell(from, "gone");
    const moved = (name: string) => `${to}${name.slice(from.length)}`;
    for (const [known, entry] of [...this.#entries]) {
      if (!isIn(from, known)) continue;
      this.#entries.delete(known);
      this.#entries.set(moved(known), entry);
    }
    for (const [held, name] of this.#held) {
      if (name !== null && isIn(from, name)) this.#held.set(held, moved(name));
    }
    this.tell(to, "written");
  }

  /** Tells that a file takes the place of what has its name. */
  replace(path: string, entry: DiskEntry): void {
    this.put(path, entry);
    this.tell(path, "replaced");
  }

  /** Tells what has become of a name. */
  tell(name: string, what: NameChange): void {
    for (const tell of [...this.onChange]) tell(name, what);
  }

  /** Opens a folder; gives a path that leads there whatever it is called. */
  hold(folder: string): string {
    const path = `${HELD}${++this.#lastHeld}`;
    this.#held.set(path, folder);
    return path;
  }

  /** The name of an open folder now; null if it was removed. */
  nameOf(held: string): string | null {
    return this.#held.get(held) ?? null;
  }

  /** Lets the path of an open folder lead to another one. */
  reassign(held: string, other: string): void {
    this.#held.set(held, this.nameOf(other));
  }

  /** The names in a folder, sorted; undefined if it is none. */
  list(path: string): readonly string[] | undefined {
    if (this.#entries.get(path)?.kind !== "folder") return undefined;
    const prefix = path === "/" ? "/" : `${path}/`;
    return [...this.#entries.keys()]
      .filter((known) => known.startsWith(prefix) && known !== prefix)
      .map((known) => known.slice(prefix.length))
      .filter((name) => !name.includes("/")).sort();
  }

  /** The path with all links resolved; what it leads to need not exist. @throws {FileError} */
  resolve(path: string): string {
    if (path.startsWith(HELD)) return this.#resolveHeld(path);
    let links = 0;
    let at = "/";
    const parts = normalizePath(path).split("/").filter((part) => part !== "");
    while (parts.length > 0) {
      const next = resolvePath(at, parts.shift()!);
      const entry = this.#entries.get(next);
      if (entry?.kind === "link") {
        if (++links > MOST_LINKS) throw fail("ELOOP");
        parts.unshift(...resolvePath(at, entry.target).split("/").filter((part) => part !== ""));
        at = "/";
        continue;
      }
      if (parts.length > 0 && entry === undefined) throw fail("ENOENT");
      if (parts.length > 0 && entry?.kind !== "folder") throw fail("ENOTDIR");
      at = next;
    }
    return at;
  }

  #resolveHeld(path: string): string {
    const end = path.indexOf("/", HELD.length);
    const held = end < 0 ? path : path.slice(0, end);
    const name = this.nameOf(held);
    if (name === null) throw fail("ENOENT");
    return this.resolve(`${name}${path.slice(held.length)}`);
  }
}

function isIn(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The error of a code. */
export function fail(code: string): FileError {
  return new FileError(code, describeFileCode(code, "the file system refuses"));
}
