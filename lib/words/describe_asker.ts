import type { Asker } from "../supervision/asker.ts";

/** Who has asked, as a clause for people: `alice (pid 123)`. */
export function describeAsker({ uid, user, pid }: Asker): string {
  const name = user ?? `user ${uid}`;
  return pid === 0 ? `${name} (a process out of sight)` : `${name} (pid ${pid})`;
}
