import { fromPromise } from "../bridge/from_promise.ts";
import type { Ui } from "./ui.ts";

/** Says how many processes had to be ended that an earlier supervisor had left behind when it was killed. */
export async function tellCleared(ui: Ui, count: number): Promise<void> {
  if (count === 0) return;
  const what = count === 1 ? "1 process" : `${count} processes`;
  await fromPromise(
    ui.say(`the last supervisor was killed with its guardian; ended ${what} that they had left behind`),
  );
}
