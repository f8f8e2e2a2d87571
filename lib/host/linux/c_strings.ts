import type { Ffi } from "./ffi.ts";
import { cString } from "./libc.ts";

/** A null-terminated array of pointers to strings, kept alive together. */
export class CStrings {
  readonly pointers: Uint8Array;
  readonly strings: readonly Uint8Array[];

  constructor(ffi: Ffi, texts: readonly string[]) {
    this.strings = texts.map(cString);
    const addresses = new BigUint64Array(texts.length + 1);
    this.strings.forEach((bytes, index) => addresses[index] = ffi.addressOf(bytes));
    this.pointers = new Uint8Array(addresses.buffer);
  }
}

/** An environment as the kernel takes it. */
export function environmentStrings(ffi: Ffi, env: Readonly<Record<string, string>>): CStrings {
  return new CStrings(ffi, Object.entries(env).map(([name, value]) => `${name}=${value}`));
}
