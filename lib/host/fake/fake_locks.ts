import { folderOf } from "../../base/posix_path.ts";
import type { HeldLock, Locks } from "../ports/locks.ts";
import type { Disk } from "./disk.ts";
import { fail } from "./disk.ts";
import type { FakeProcess } from "./fake_process.ts";
import { FileContent } from "./file_content.ts";

/** A lock that a process holds, of a file that was at a place when it was taken. */
export interface FakeLock {
  readonly holder: FakeProcess;
  readonly place: string;
}

/** The locks of a machine, of all its processes, by their files. */
export type LockTable = Map<FileContent, FakeLock>;

/** Locks as one process has them. They end with it. */
export class FakeLocks implements Locks {
  readonly #table: LockTable;
  readonly #disk: Disk;
  readonly #process: FakeProcess;

  constructor(table: LockTable, disk: Disk, process: FakeProcess) {
    this.#table = table;
    this.#disk = disk;
    this.#process = process;
  }

  take(path: string): HeldLock | null {
    if (!this.#process.isAlive) return null;
    const place = this.#placeOf(path);
    const content = this.#fileAt(place) ?? this.#make(place);
    if (this.#table.has(content)) return null;
    this.#table.set(content, { holder: this.#process, place });
    const { onEnd } = this.#process;
    const release = () => {
      if (onEnd.delete(release)) this.#table.delete(content);
    };
    onEnd.add(release);
    return {
      isInPlace: () => this.#find(path) === content,
      isOnlyOne: () => this.#table.size === 1,
      release,
    };
  }

  isHeld(path: string): boolean {
    const content = this.#find(path);
    return content !== null && this.#table.has(content);
  }

  isHeldBy(pid: number, path: string): boolean {
    const lastTwoOf = (place: string) => place.split("/").slice(-2).join("/");
    return [...this.#table.values()].some(({ holder, place }) =>
      holder.pid === pid && holder.uid === this.#process.uid && lastTwoOf(place) === lastTwoOf(path)
    );
  }

  #find(path: string): FileContent | null {
    try {
      return this.#fileAt(this.#placeOf(path));
    } catch {
      return null;
    }
  }

  #placeOf(path: string): string {
    return `${this.#disk.resolve(folderOf(path))}/${path.slice(path.lastIndexOf("/") + 1)}`;
  }

  #fileAt(place: string): FileContent | null {
    const entry = this.#disk.get(place);
    if (entry !== undefined && entry.kind !== "file") throw fail(entry.kind === "link" ? "ELOOP" : "EPERM");
    return entry?.content ?? null;
  }

  #make(place: string): FileContent {
    this.#disk.checkAccess(place, "writing");
    const content = new FileContent(new Uint8Array(0));
    this.#disk.put(place, { kind: "file", mode: 0o1600, content });
    return content;
  }
}
