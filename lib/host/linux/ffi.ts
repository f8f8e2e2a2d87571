/** Calls into the C library, in the few shapes that are needed. Each runtime has an adapter for it. */

/** Kinds of arguments and results. `i64` results are bigint, `buffer` takes bytes or null. */
export type CType = "i16" | "i32" | "i64" | "buffer" | "pointer";

/** The result and the arguments of a function. */
export interface CSignature {
  readonly result: "i32" | "i64" | "pointer";
  readonly args: readonly CType[];
}

/** A C function as a JavaScript one. */
export type CFunction = (...args: readonly (number | bigint | Uint8Array | null)[]) => number | bigint;

/** The functions of an adapter. */
export interface Ffi {
  /** Whether functions are to be bound one by one, at need; else whatever is bound at a time keeps the library open once more. */
  readonly bindsLate: boolean;
  /** Loads functions of a library. @throws If the library or a function of it does not exist. */
  load<Name extends string>(
    library: string,
    functions: Readonly<Record<Name, CSignature>>,
  ): Readonly<Record<Name, CFunction>>;
  /** The function at an address. */
  functionAt(address: number | bigint, signature: CSignature): CFunction;
  /** Address of the first byte of `bytes`, which must stay alive as long as C may use it. */
  addressOf(bytes: Uint8Array): bigint;
  /** Reads a 32-bit number at an address that a function returned. */
  readInt32(address: number | bigint): number;
}
