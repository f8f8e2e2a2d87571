import { CancelScope } from "../scope/cancel_scope.ts";
import { Cancelled } from "../scope/cancelled.ts";

/**
 * Asserts that `body` comes to a checkpoint: that a cancel reaches it. Trio's `assert_checkpoints`.
 *
 * @throws {Error} If it does not.
 */
export async function assertCheckpoints(body: () => unknown): Promise<void> {
  if (!await raisesCancelled(body)) throw new Error("There was no checkpoint, where one is promised");
}

/**
 * Asserts that `body` comes to no checkpoint. Trio's `assert_no_checkpoints`.
 *
 * @throws {Error} If it does.
 */
export async function assertNoCheckpoints(body: () => unknown): Promise<void> {
  if (await raisesCancelled(body)) throw new Error("There was a checkpoint, where none is promised");
}

async function raisesCancelled(body: () => unknown): Promise<boolean> {
  let raised = false;
  const scope = new CancelScope({ shield: true });
  scope.cancel("to see whether it is noticed");
  await scope.run(async () => {
    try {
      await body();
    } catch (error) {
      raised = error instanceof Cancelled;
      throw error;
    }
  });
  return raised;
}
