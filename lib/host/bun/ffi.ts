import type { CFunction, CSignature, CType, Ffi } from "../linux/ffi.ts";

interface BunFfi {
  dlopen(
    library: string,
    functions: Record<string, { returns: string; args: string[] }>,
  ): { symbols: Record<string, CFunction> };
  linkSymbols(
    functions: Record<string, { returns: string; args: string[]; ptr: number | bigint }>,
  ): { symbols: Record<string, CFunction> };
  ptr(bytes: Uint8Array): number;
  read: { i32(address: number, offset: number): number };
}

const TYPES: Readonly<Record<CType, string>> = {
  i16: "i16",
  i32: "i32",
  i64: "i64",
  buffer: "ptr",
  pointer: "ptr",
};

/** The adapter for Bun. */
export async function loadFfi(): Promise<Ffi> {
  const { dlopen, linkSymbols, ptr, read } = await import("bun:ffi" as string) as BunFfi;
  return {
    bindsLate: true,
    load<Name extends string>(library: string, functions: Readonly<Record<Name, CSignature>>) {
      const definitions = Object.entries<CSignature>(functions).map(([name, { result, args }]) =>
        [name, { returns: TYPES[result], args: args.map((type) => TYPES[type]) }] as const
      );
      return dlopen(library, Object.fromEntries(definitions)).symbols as Readonly<Record<Name, CFunction>>;
    },
    functionAt(address, { result, args }) {
      const definition = { returns: TYPES[result], args: args.map((type) => TYPES[type]), ptr: address };
      return linkSymbols({ call: definition }).symbols["call"]!;
    },
    addressOf: (bytes) => BigInt(ptr(bytes)),
    readInt32: (address) => read.i32(Number(address), 0),
  };
}
