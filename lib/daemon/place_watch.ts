/**
 * Whether a supervisor can still be found: somebody may remove its folder, its lock or its socket, and what clears folders of
 * old files may, too. It makes them again. Until then who starts the tree finds it by its process (`holder.ts`).
 *
 * The kernel tells of changes, so that a supervisor to whose folders nothing happens does nothing. It looks
 *
 * 1. some time after a change, because who removes a folder removes what is in it first, and would find it filled again;
 * 2. once more after that, for what has changed meanwhile and is told of by nobody, as a folder that was empty;
 * 3. every minute, for what the kernel never tells, as a folder that is mounted over;
 * 4. every second while nothing can be watched, or something cannot be made again.
 */
import { messageOf, UserError } from "../base/user_error.ts";
import { folderOf } from "../base/posix_path.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { FolderWatch } from "../host/ports/folders.ts";
import type { HeldLock } from "../host/ports/locks.ts";
import { Cancelled } from "../scope/cancelled.ts";
import { sleep } from "../scope/sleep.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { makeFolder, renewRunFolder, runFolderOf, SOCKETS_HINT } from "./run_folder.ts";
import type { SupervisorParts } from "./stand_up.ts";
import { socketNameOf } from "./tree_id.ts";

const AFTER_CHANGE_MS = 250;
const ONCE_MORE_MS = 1_000;
const UNTOLD_MS = 60_000;
const UNWATCHED_MS = 1_000;

/** Listeners of changes of the place. */
export interface PlaceListeners {
  /** The folder, the lock and the socket are there again; the rest is to be written. @throws {UserError | FileError} */
  onRemade(): void;
  /** They cannot be made, told once until they can be. */
  onFailure(why: string): void;
  /** It has looked, because nothing was told for a minute. */
  onQuiet(): void;
}

/** Watches until it is cancelled. To be run as a task. */
export async function watchPlace(standing: SupervisorParts, listeners: PlaceListeners): Promise<never> {
  const place = new Place(standing, listeners);
  let watch: Watch | null = null;
  let isToLookAgain = false;
  try {
    while (true) {
      watch ??= Watch.open(standing);
      // Changes before there was a watch are seen now.
      const found = await place.look();
      if (found !== "whole") {
        // It watches folders that may have gone.
        watch?.close();
        watch = null;
      }
      if (found === "remade") await sleep(AFTER_CHANGE_MS);
      else if (watch === null) await sleep(UNWATCHED_MS);
      else if (isToLookAgain) {
        isToLookAgain = false;
        await sleep(ONCE_MORE_MS);
      } else if (await watch.changed()) {
        isToLookAgain = true;
        await sleep(AFTER_CHANGE_MS);
      } else if (watch.isOver) {
        watch.close();
        watch = null;
        await sleep(UNWATCHED_MS);
      } else listeners.onQuiet();
    }
  } finally {
    watch?.close();
  }
}

/** A watch of the folders by the kernel, for a while at a time. */
class Watch {
  readonly #folders: FolderWatch;
  #next: Promise<boolean> | null = null;
  /** Whether it tells nothing any more. */
  isOver = false;

  private constructor(folders: FolderWatch) {
    this.#folders = folders;
  }

  /** Null if they cannot be watched. */
  static open({ host, id }: SupervisorParts): Watch | null {
    try {
      const { name, path } = runFolderOf(host, id.uid);
      // Of what other trees do in the user's folder nothing is to be heard: a tree's own goes only after all that is in it.
      const places = [path, ...foldersAbove(name)];
      const folders = host.folders.watch({ contents: [id.runFolder], places });
      return folders === null ? null : new Watch(folders);
    } catch (error) {
      // The look, which comes next, says what is wrong with the folder.
      if (error instanceof UserError) return null;
      throw error;
    }
  }

  /** Whether there was a change; false after a minute without one, and when it tells nothing any more. */
  async changed(): Promise<boolean> {
    this.#next ??= this.#folders.changed();
    const next = this.#next;
    const hasChanged = await moveOnAfter(UNTOLD_MS, () => fromPromise(next));
    if (hasChanged === undefined) return false;
    this.#next = null;
    this.isOver = !hasChanged;
    return hasChanged;
  }

  close(): void {
    this.#folders.close();
  }
}

/** The folders above a path, but for the uppermost, which cannot be moved. */
function foldersAbove(path: string): readonly string[] {
  const folder = folderOf(path);
  return folder === "/" ? [] : [...foldersAbove(folder), folder];
}

/** The files by which a supervisor is found. */
class Place {
  readonly #standing: SupervisorParts;
  readonly #listeners: PlaceListeners;
  #lock: HeldLock;
  #hasFailed = false;

  constructor(standing: SupervisorParts, listeners: PlaceListeners) {
    this.#standing = standing;
    this.#listeners = listeners;
    this.#lock = standing.lock;
  }

  /** Looks whether all is in place, and makes what is not. */
  async look(): Promise<"whole" | "remade" | "failed"> {
    try {
      const now = await fromPromise(remake(this.#standing, this.#lock));
      this.#hasFailed = false;
      if (now === null) return "whole";
      this.#lock = now;
      this.#listeners.onRemade();
      return "remade";
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      if (!this.#hasFailed) this.#listeners.onFailure(messageOf(error));
      this.#hasFailed = true;
      return "failed";
    }
  }
}

/** @returns The lock that it has now; null if all is in place. */
async function remake({ host, id, server }: SupervisorParts, lock: HeldLock): Promise<HeldLock | null> {
  const isRenewed = renewRunFolder(host, id.uid);
  const isReached = host.files.inspect(id.socket)?.kind === "socket";
  if (!isRenewed && lock.isInPlace() && isReached) return null;
  makeFolder(host, id.runFolder, SOCKETS_HINT);
  const now = lock.isInPlace() ? lock : takeAnother(host, id.lock);
  if (now !== lock) lock.release();
  await server.listen(socketNameOf(id), id.socket);
  return now;
}

/** A supervisor that starts in this moment has the lock until it has found this one. */
function takeAnother({ locks }: SupervisorParts["host"], path: string): HeldLock {
  const lock = locks.take(path);
  if (lock === null) throw new UserError("tree/lock-taken", "another process has the lock for the moment");
  return lock;
}
