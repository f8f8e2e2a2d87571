/** Folders whose files the kernel tells of, by inotify. */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { folderOf } from "../../base/posix_path.ts";
import type {
  FileWatcher,
  FolderChange,
  Minded,
  Refused,
  WatchedFolder,
  Watching,
} from "../ports/watching.ts";
import type { ByteSource } from "../ports/processes.ts";
import { closeDescriptor } from "./descriptors.ts";
import { cString, describeErrno, type Libc, LINUX } from "./libc.ts";

const MASK = LINUX.IN_CLOSE_WRITE | LINUX.IN_CREATE | LINUX.IN_DELETE | LINUX.IN_MOVED_FROM |
  LINUX.IN_MOVED_TO |
  LINUX.IN_DELETE_SELF | LINUX.IN_MOVE_SELF | LINUX.IN_ONLYDIR | LINUX.IN_EXCL_UNLINK;

/** That a folder stays where it is. Of a folder that is watched already all stays watched. */
const PLACE = LINUX.IN_DELETE_SELF | LINUX.IN_MOVE_SELF | LINUX.IN_ONLYDIR | LINUX.IN_DONT_FOLLOW |
  LINUX.IN_MASK_ADD;

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
  /** The names of a folder, by the number of its watch: the kernel has one watch for all of them. */
  readonly #names = new Map<number, Set<string>>();
  readonly #numbers = new Map<string, number>();
  #isOpen = true;

  constructor(libc: Libc, descriptor: number, source: ByteSource) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#source = source;
  }

  add(folder: string): WatchedFolder {
    if (!this.#watch(folder, MASK)) return missingOrRefused(this.#libc.errno());
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

  mind(path: string): Minded {
    if (this.#watch(path, PLACE)) return { is: "folder" };
    // The folder around it is watched before it is looked at, so that no change is missed.
    const isTold = this.#watch(folderOf(path), MASK | LINUX.IN_MASK_ADD);
    const errno = this.#libc.errno();
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (info?.isDirectory()) {
      // It has come just now, or may not be read: then nothing tells that it is moved.
      this.#watch(path, PLACE);
      return { is: "folder" };
    }
    if (!isTold && !MISSING.has(errno)) return refusalOf(errno);
    return info?.isSymbolicLink() ? { is: "link", to: readlinkSync(path) } : { is: "other" };
  }

  remove(folder: string): void {
    const number = this.#numbers.get(folder);
    if (number === undefined) return;
    this.#numbers.delete(folder);
    const names = this.#names.get(number)!;
    names.delete(folder);
    if (names.size > 0) return;
    this.#names.delete(number);
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
      changes.push(...this.#changesOf(number, mask, bytes.subarray(at + NAME_AT, at + NAME_AT + length)));
      at += NAME_AT + length;
    }
    return changes;
  }

  #changesOf(number: number, mask: number, name: Uint8Array): readonly FolderChange[] {
    // None are left if it was let go of, and the kernel had told of it before.
    const folders = [...this.#names.get(number) ?? []];
    if ((mask & (LINUX.IN_DELETE_SELF | LINUX.IN_MOVE_SELF | LINUX.IN_IGNORED | LINUX.IN_UNMOUNT)) !== 0) {
      for (const folder of folders) this.remove(folder);
      return folders.map((folder) => ({ folder, name: null, is: "gone" }));
    }
    const isGone = (mask & (LINUX.IN_DELETE | LINUX.IN_MOVED_FROM)) !== 0;
    const isFolder = (mask & LINUX.IN_ISDIR) !== 0;
    const is = isGone ? "gone" : isFolder ? "folder" : "file";
    return folders.map((folder) => ({ folder, name: textOf(name), is }));
  }

  /** Whether the kernel watches what is at a path; the path may have been the name of another folder until now. */
  #watch(path: string, mask: number): boolean {
    const number = this.#libc.call.inotify_add_watch(this.#descriptor, cString(path), mask) as number;
    if (number < 0) return false;
    if (this.#numbers.get(path) !== number) this.remove(path);
    this.#numbers.set(path, number);
    this.#names.set(number, (this.#names.get(number) ?? new Set()).add(path));
    return true;
  }
}

function missingOrRefused(errno: number): WatchedFolder {
  return MISSING.has(errno) ? { is: "missing" } : refusalOf(errno);
}

function refusalOf(errno: number): Refused {
  const isFull = errno === LINUX.ENOSPC;
  return { is: "refused", why: isFull ? "there is no room for more watches" : describeErrno(errno), isFull };
}

/** Names are filled up with zeros. */
function textOf(name: Uint8Array): string {
  const end = name.indexOf(0);
  return new TextDecoder().decode(end < 0 ? name : name.subarray(0, end));
}
