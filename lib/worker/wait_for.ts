import { CancelScope } from "../scope/cancel_scope.ts";
import type { Job } from "./job.ts";

/** Waits for something that a job takes: a cancel reaches it only if it is to end the job. */
export async function waitFor<T>(
  { killOnCancel }: Pick<Job, "killOnCancel">,
  body: () => Promise<T>,
): Promise<T> {
  if (killOnCancel) return await body();
  return await new CancelScope({ shield: true }).run(body) as T;
}
