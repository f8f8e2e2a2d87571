import { fromPromise } from "../bridge/from_promise.ts";
import type { Launched } from "../daemon/launch.ts";
import { printable } from "./render/printable.ts";
import type { Ui } from "./ui.ts";

/** Says what became of the processes that an earlier supervisor had left when it was killed. */
export async function tellCleared(
  ui: Ui,
  { cleared, unattributed, adopted }: Pick<Launched, "cleared" | "unattributed" | "adopted">,
): Promise<void> {
  if (adopted > 0) {
    await fromPromise(ui.say(`the last supervisor was killed; going on with ${counted(adopted)} of it`));
    if (cleared > 0) await fromPromise(ui.say(`ended ${counted(cleared)} that nobody could go on with`));
  } else if (cleared > 0) {
    const what = counted(cleared);
    await fromPromise(
      ui.say(`the last supervisor was killed with its guardian; ended ${what} that they had left behind`),
    );
  }
  for (const { pid, command, why } of unattributed) {
    await fromPromise(ui.say(`not ended: ${pid} ${printable(command)} (${why})`));
  }
}

function counted(count: number): string {
  return count === 1 ? "1 process" : `${count} processes`;
}
