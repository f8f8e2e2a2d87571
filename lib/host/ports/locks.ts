/** The port to locks that the kernel takes back when their holder dies, and that are where the folder of their file is. */

/** A lock that this process holds. No process that it starts holds it as well. */
export interface HeldLock {
  /** Whether the lock can still be found: nobody has removed or replaced its file. */
  isInPlace(): boolean;
  /**
   * Whether it is the only lock of its kind on the machine, whatever its file is called by now: nobody has to be looked for that
   * may have another. False also where the kernel does not tell.
   */
  isOnlyOne(): boolean;
  release(): void;
}

/** See the module. */
export interface Locks {
  /**
   * Takes the lock of a file, which is made for the owner alone, and with the sticky bit, if it is not there. A lock that was
   * taken of a file which was removed meanwhile counts for nothing, and is taken anew.
   *
   * @returns Null if it is held, also by this very process.
   * @throws {FileError} If there is no such folder, or what is there is no file of ours.
   */
  take(path: string): HeldLock | null;
  /** Whether anybody holds the lock of a file. To ask disturbs nobody who takes it. */
  isHeld(path: string): boolean;
  /**
   * Whether a process of this very user holds the lock of a file, or of one with the same name in a folder with the same name,
   * as it has that has been removed or moved: as the kernel says, not the process.
   */
  isHeldBy(pid: number, path: string): boolean;
}
