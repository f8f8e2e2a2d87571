import { chmodSync, constants, lstatSync, type Stats, statSync } from "node:fs";
import type { HeldFolder } from "../ports/folders.ts";
import { closeDescriptor, openFile } from "./descriptors.ts";
import { describeErrno, type Libc, LINUX } from "./libc.ts";
import { isAmbiguous, isUnmapped } from "./user_ids.ts";

/** Holds a folder by a descriptor; null if there is none of that name, or a link. */
export function holdFolder(libc: Libc, name: string): HeldFolder | null {
  const descriptor = openFile(libc, name, LINUX.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  return descriptor === null ? null : new DescribedFolder(libc, descriptor);
}

class DescribedFolder implements HeldFolder {
  readonly path: string;
  readonly isFolder = true;
  readonly isLink = false;
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #stat: Stats;

  constructor(libc: Libc, descriptor: number) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.path = `/proc/self/fd/${descriptor}`;
    this.#stat = statSync(this.path);
  }

  get ownerUid(): number | null {
    const { uid } = this.#stat;
    if (isUnmapped(uid)) return null;
    // Only the owner may change the mode, or root, who is not asked: no unmapped owner looks like root.
    return isAmbiguous(uid) && !this.#letsChangeMode() ? null : uid;
  }

  get mode(): number {
    return this.#stat.mode & 0o7777;
  }

  isRemoved(): boolean {
    return statSync(this.path).nlink === 0;
  }

  isAt(name: string): boolean {
    const named = lstatSync(name, { throwIfNoEntry: false });
    const here = statSync(this.path);
    return named?.ino === here.ino && named.dev === here.dev;
  }

  become(other: HeldFolder): void {
    const descriptor = Number(other.path.slice(other.path.lastIndexOf("/") + 1));
    const result = this.#libc.call.dup3(descriptor, this.#descriptor, LINUX.O_CLOEXEC) as number;
    if (result < 0) throw new Error(`Cannot hold the folder: ${describeErrno(this.#libc.errno())}`);
    other.close();
  }

  close(): void {
    closeDescriptor(this.#libc, this.#descriptor);
  }

  #letsChangeMode(): boolean {
    try {
      chmodSync(this.path, this.mode);
      return true;
    } catch {
      return false;
    }
  }
}
