/** Users as this process sees them: in a user namespace all that it does not know look alike. */
import { tryRead } from "./kernel_files.ts";

/** How the kernel shows a user whom the namespace does not know, unless somebody has changed that. */
const OVERFLOW_UID = 65_534;
/** As many users as there are. */
const ALL = 4_294_967_295;

/** One line of a map of users: numbers in the namespace from `first` on, `count` of them. */
interface Range {
  readonly first: number;
  readonly count: number;
}

let ranges: readonly Range[] | null = null;

/** Whether a number stands for users that the namespace of this process does not know, and for nobody else. */
export function isUnmapped(uid: number): boolean {
  return isAmbiguous(uid) && !isMapped(uid);
}

/** Whether a number stands for users that the namespace does not know, and perhaps for one that it does. */
export function isAmbiguous(uid: number): boolean {
  return uid === overflowUid() && !knowsAll(rangesHere());
}

/**
 * The ranges of /proc/PID/uid_map, which is empty in a namespace that nobody has given a map.
 *
 * @param text Null where there is no such file, because the kernel has no user namespaces.
 */
export function parseUidMap(text: string | null): readonly Range[] {
  if (text === null) return [{ first: 0, count: ALL }];
  return text.split("\n").map((line) => line.trim().split(/\s+/).map(Number))
    .filter((fields) => fields.length === 3)
    .map(([first, _, count]) => ({ first: first!, count: count! }));
}

/** Whether a map leaves nobody out, as it does outside of all namespaces. */
export function knowsAll(map: readonly Range[]): boolean {
  return map.reduce((sum, { count }) => sum + count, 0) >= ALL;
}

function isMapped(uid: number): boolean {
  return rangesHere().some(({ first, count }) => uid >= first && uid < first + count);
}

function rangesHere(): readonly Range[] {
  return ranges ??= parseUidMap(tryRead("/proc/self/uid_map"));
}

function overflowUid(): number {
  return Number(tryRead("/proc/sys/kernel/overflowuid") ?? OVERFLOW_UID);
}
