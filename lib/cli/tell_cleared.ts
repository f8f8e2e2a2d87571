import { countedProcesses } from "../base/counted.ts";
import { someLines } from "../base/name_some.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Launched } from "../daemon/launch.ts";
import { printable } from "./render/printable.ts";
import type { Ui } from "./ui.ts";

const MOST_LINES = 20;

/** Says what became of the processes that an earlier supervisor had left when it was killed. */
export async function tellCleared(
  ui: Ui,
  { cleared, unattributed, adopted }: Pick<Launched, "cleared" | "unattributed" | "adopted">,
): Promise<void> {
  if (adopted > 0) {
    await fromPromise(
      ui.say(`the last supervisor was killed; going on with ${countedProcesses(adopted)} of it`),
    );
    if (cleared > 0) {
      await fromPromise(ui.say(`ended ${countedProcesses(cleared)} that nobody could go on with`));
    }
  } else if (cleared > 0) {
    const what = countedProcesses(cleared);
    await fromPromise(
      ui.say(`the last supervisor was killed with its guardian; ended ${what} that they had left behind`),
    );
  }
  const texts = unattributed.map(({ pid, command, why }) => `${pid} ${printable(command)} (${why})`);
  for (const text of someLines(texts, MOST_LINES)) await fromPromise(ui.say(`not ended: ${text}`));
}
