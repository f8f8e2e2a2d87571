/**
 * Whether a supervisor can still be found: somebody may remove its folder, its lock or its socket, and what clears folders of
 * old files may, too. It makes them again. Until then who starts the tree finds it by its process (`holder.ts`).
 */
import { fromPromise } from "../bridge/from_promise.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import type { HeldLock } from "../host/ports/locks.ts";
import { sleep } from "../scope/sleep.ts";
import { makeFolder, renewRunFolder, SOCKETS_HINT } from "./run_folder.ts";
import type { Standing } from "./stand_up.ts";
import { socketNameOf } from "./tree_id.ts";

const LOOK_EVERY_MS = 1_000;

/** What is told of. */
export interface PlaceListeners {
  /** The folder, the lock and the socket are there again; the rest is to be written. @throws {UserError | FileError} */
  onRemade(): void;
  /** They cannot be made, told once until they can be. */
  onFailure(why: string): void;
}

/** Watches until it is cancelled. To be run as a task. */
export async function watchPlace(
  standing: Standing,
  { onRemade, onFailure }: PlaceListeners,
): Promise<never> {
  let { lock } = standing;
  let hasFailed = false;
  while (true) {
    await sleep(LOOK_EVERY_MS);
    try {
      const now = await fromPromise(remake(standing, lock));
      if (now !== null) {
        lock = now;
        onRemade();
      }
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) onFailure(messageOf(error));
      hasFailed = true;
    }
  }
}

/** @returns The lock that it has now; null if all is in place. */
async function remake({ host, id, server }: Standing, lock: HeldLock): Promise<HeldLock | null> {
  const isRenewed = renewRunFolder(host, id.uid);
  const isReached = host.files.inspect(id.socket)?.kind === "socket";
  if (!isRenewed && lock.isInPlace() && isReached) return null;
  makeFolder(host, id.runFolder, SOCKETS_HINT);
  const now = lock.isInPlace() ? lock : takeAnother(host, id.lock);
  if (now !== lock) lock.release();
  await server.listen(socketNameOf(id), id.socket);
  return now;
}

/** Who starts the tree in this moment has the lock until it has found this supervisor. */
function takeAnother({ locks }: Standing["host"], path: string): HeldLock {
  const lock = locks.take(path);
  if (lock === null) throw new UserError("tree/lock-taken", "another process has the lock for the moment");
  return lock;
}
