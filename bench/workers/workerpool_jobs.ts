/** The same functions as a program of a worker of workerpool. */
import workerpool from "workerpool";
import { add, block, burn, give, prepare, take } from "./jobs.ts";

/** {@linkcode give}, with its memory. */
function giveMoved() {
  const bytes = give();
  return new workerpool.Transfer(bytes, [bytes.buffer]);
}

// On Bun a worker has a `self`, for which workerpool takes itself to be in a browser and is never heard of again.
if ("Bun" in globalThis) Reflect.deleteProperty(globalThis, "self");
workerpool.worker({ add, burn, block, take, prepare, give, giveMoved });
