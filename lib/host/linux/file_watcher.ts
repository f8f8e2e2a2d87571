/** Folders whose files the kernel tells of, by inotify. */
import { readdirSync } from "node:fs";
import type { FileWatcher, FolderChange, WatchedFolder, Watching } from "../ports/watching.ts";
import type { ByteSource } from "../ports/processes.ts";
import { closeDescriptor } from "./descriptors.ts";
import { cString, describeErrno, type Libc, LINUX } from "./libc.ts";

const MASK = LINUX.IN_CLOSE_WRITE | LINUX.IN_CREATE | LINUX.IN_DELETE | LINUX.IN_MOVED_FROM |
  LINUX.IN_MOVED_TO |
  LINUX.IN_DELETE_SELF | LINUX.IN_MOVE_SELF | LINUX.IN_ONLYDIR | LINUX.IN_EXCL_UNLINK;

/** Where the fields of an event stand, each of four bytes: the watch, what has happened, a cookie, the length of the name. */
const MASK_AT = 4;
const LENGTH_AT = 12;
const NAME_AT = 16;

const MISSING: ReadonlySet<number> = new Set([LINUX.ENOENT, LINUX.ENOTDIR, LINUX.ELOOP]);

/** The watching of Linux; `openSource` reads a descriptor of inotify without blocking. */
export function linuxWatching(libc: Libc, openSource: (descriptor: number) => ByteSource): Watching {
  return {
    open() {
      const descriptor = libc.call.inotify_init1(LINUX.IN_CLOEXEC | LINUX.IN_NONBLOCK) as number;
      if (descriptor < 0) return null;
      // The source takes a descriptor of its own, and folders are to be added all the while.
      const own = libc.call.fcntl(descriptor, LINUX.F_DUPFD_CLOEXEC, 3) as number;
      if (own < 0) {
        closeDescriptor(libc, descriptor);
        return null;
      }
      return new InotifyWatcher(libc, own, openSource(descriptor));
    },
  };
}

class InotifyWatcher implements FileWatcher {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #source: ByteSource;
  readonly #folders = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  #isOpen = true;

  constructor(libc: Libc, descriptor: number, source: ByteSource) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#source = source;
  }

  add(folder: string): WatchedFolder {
    const number = this.#libc.call.inotify_add_watch(this.#descriptor, cString(folder), MASK) as number;
    if (number < 0) return refusalOf(this.#libc.errno());
    this.#folders.set(number, folder);
    this.#numbers.set(folder, number);
    try {
      const entries = readdirSync(folder, { withFileTypes: true });
      const isFolder = entries.map((entry) => entry.isDirectory());
      const names = (wanted: boolean) =>
        entries.filter((_, at) => isFolder[at] === wanted).map(({ name }) => name);
      return { is: "watched", folders: names(true), files: names(false) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // One that has gone since tells so by itself; one that may not be read tells of names that nobody knows.
      return code === "ENOENT"
        ? { is: "missing" }
        : { is: "refused", why: `it cannot be read (${code})`, isFull: false };
    }
  }

  remove(folder: string): void {
    const number = this.#numbers.get(folder);
    if (number === undefined) return;
    this.#forget(number);
    this.#libc.call.inotify_rm_watch(this.#descriptor, number);
  }

  async next(): Promise<readonly FolderChange[] | "lost" | null> {
    while (this.#isOpen) {
      const bytes = await this.#source.read();
      if (bytes === null) break;
      const changes = this.#read(bytes);
      if (changes === "lost" || changes.length > 0) return changes;
    }
    return null;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#source.close();
    closeDescriptor(this.#libc, this.#descriptor);
  }

  /** Events come whole: the kernel gives none of which the end has no room. */
  #read(bytes: Uint8Array): readonly FolderChange[] | "lost" {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const changes: FolderChange[] = [];
    for (let at = 0; at + NAME_AT <= bytes.length;) {
      const [number, mask, length] = [
        view.getInt32(at, true),
        view.getUint32(at + MASK_AT, true),
        view.getUint32(at + LENGTH_AT, true),
      ];
      if ((mask & LINUX.IN_Q_OVERFLOW) !== 0) return "lost";
      const change = this.#changeOf(number, mask, bytes.subarray(at + NAME_AT, at + NAME_AT + length));
      if (change !== null) changes.push(change);
      at += NAME_AT + length;
    }
    return changes;
  }

  #changeOf(number: number, mask: number, name: Uint8Array): FolderChange | null {
    const folder = this.#folders.get(number);
    // It was let go of, and the kernel had told of it before.
    if (folder === undefined) return null;
    if ((mask & (LINUX.IN_DELETE_SELF | LINUX.IN_MOVE_SELF | LINUX.IN_IGNORED | LINUX.IN_UNMOUNT)) !== 0) {
      this.#forget(number);
      if ((mask & LINUX.IN_MOVE_SELF) !== 0) this.#libc.call.inotify_rm_watch(this.#descriptor, number);
      return { folder, name: null, is: "gone" };
    }
    const isGone = (mask & (LINUX.IN_DELETE | LINUX.IN_MOVED_FROM)) !== 0;
    const isFolder = (mask & LINUX.IN_ISDIR) !== 0;
    return { folder, name: textOf(name), is: isGone ? "gone" : isFolder ? "folder" : "file" };
  }

  #forget(number: number): void {
    const folder = this.#folders.get(number);
    this.#folders.delete(number);
    if (folder !== undefined && this.#numbers.get(folder) === number) this.#numbers.delete(folder);
  }
}

function refusalOf(errno: number): WatchedFolder {
  if (MISSING.has(errno)) return { is: "missing" };
  const isFull = errno === LINUX.ENOSPC;
  return { is: "refused", why: isFull ? "there is no room for more watches" : describeErrno(errno), isFull };
}

/** Names are filled up with zeros. */
function textOf(name: Uint8Array): string {
  const end = name.indexOf(0);
  return new TextDecoder().decode(end < 0 ? name : name.subarray(0, end));
}
