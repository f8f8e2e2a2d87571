import * as bunFfi from "./bun/ffi.ts";
import * as denoFfi from "./deno/ffi.ts";
import { type Libc, loadLibc } from "./linux/libc.ts";
import { isDeno } from "./shared/runtime.ts";

/** The C library stays loaded, so that later users share it. */
let loaded: Promise<Libc> | undefined;

/** The C library, by the way of the runtime that runs us. */
export function openLibc(): Promise<Libc> {
  return loaded ??= (isDeno ? denoFfi : bunFfi).loadFfi().then(loadLibc);
}
