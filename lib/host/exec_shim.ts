/** The shim of this machine, on the runtime that runs us. It loads nothing else, because an actor waits for it. */
import { loadFfi as loadBunFfi } from "./bun/ffi.ts";
import { loadFfi as loadDenoFfi } from "./deno/ffi.ts";
import { runShim } from "./linux/shim/run_shim.ts";
import { isDeno } from "./shared/runtime.ts";

/**
 * Becomes the program that its orders name.
 *
 * @param orders Descriptor with the orders.
 * @param report Descriptor for the report.
 * @returns The exit code, if it could not.
 */
export async function execShim(orders: number, report: number): Promise<number> {
  return runShim(await (isDeno ? loadDenoFfi : loadBunFfi)(), orders, report);
}
