import type { CFunction, CSignature, CType, Ffi } from "../linux/ffi.ts";

interface DenoFfi {
  dlopen(
    library: string,
    functions: Record<string, { result: string; parameters: string[] }>,
  ): { symbols: Record<string, CFunction> };
  UnsafeFnPointer: new (
    pointer: object,
    definition: { result: string; parameters: string[] },
  ) => { call: CFunction };
  UnsafePointer: {
    of(bytes: Uint8Array): object;
    value(pointer: object): bigint;
    create(address: bigint): object;
  };
  UnsafePointerView: new (pointer: object) => { getInt32(offset?: number): number };
}

const TYPES: Readonly<Record<CType, string>> = {
  i16: "i16",
  i32: "i32",
  i64: "i64",
  buffer: "buffer",
  pointer: "usize",
};

/** The adapter for Deno. */
export function loadFfi(): Promise<Ffi> {
  const { dlopen, UnsafeFnPointer, UnsafePointer, UnsafePointerView } =
    (globalThis as unknown as { Deno: DenoFfi }).Deno;
  return Promise.resolve({
    bindsLate: false,
    load<Name extends string>(library: string, functions: Readonly<Record<Name, CSignature>>) {
      const definitions = Object.entries<CSignature>(functions).map(([name, { result, args }]) =>
        [name, { result: TYPES[result], parameters: args.map((type) => TYPES[type]) }] as const
      );
      return dlopen(library, Object.fromEntries(definitions)).symbols as Readonly<Record<Name, CFunction>>;
    },
    functionAt(address, { result, args }) {
      const pointer = UnsafePointer.create(BigInt(address));
      const made = new UnsafeFnPointer(pointer, {
        result: TYPES[result],
        parameters: args.map((type) => TYPES[type]),
      });
      return (...values) => made.call(...values);
    },
    addressOf: (bytes) => BigInt(UnsafePointer.value(UnsafePointer.of(bytes))),
    readInt32: (address) => new UnsafePointerView(UnsafePointer.create(BigInt(address))).getInt32(),
  });
}
