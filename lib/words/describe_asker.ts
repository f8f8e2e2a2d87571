import type { Asker } from "../supervision/asker.ts";

/** The asker as a clause for people: `alice (pid 123)`. */
export function describeAsker({ uid, user, pid }: Asker): string {
  const name = user ?? `user ${uid}`;
  return pid === 0 ? `${name} (a process out of sight)` : `${name} (pid ${pid})`;
}
