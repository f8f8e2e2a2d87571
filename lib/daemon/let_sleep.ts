import { instant } from "../base/instant.ts";
import type { Host } from "../host/ports/host.ts";

/** Later than anything lasts. */
const FAR = instant(Number.MAX_SAFE_INTEGER);

/**
 * Lets this process sleep where it waits for nothing but signals: Bun turns in circles then, unless a timer stands. Returns how
 * to end that.
 */
export function letSleep({ clock }: Pick<Host, "clock">): () => void {
  return clock.schedule(FAR, () => {});
}
