/** Waits in steps that are as long as the pause between two looks. */
import { sleep } from "../scope/sleep.ts";
import type { WatchedTree } from "./watched_tree.ts";

/** The pause between two looks. */
export const LOOK_EVERY_MS = 50;

/** Asks again and again. @returns Whether it came to be so in time. */
export async function until(
  watched: Pick<WatchedTree, "nowMs">,
  ms: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const endMs = watched.nowMs + ms;
  while (!await isSo()) {
    if (watched.nowMs >= endMs) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}
