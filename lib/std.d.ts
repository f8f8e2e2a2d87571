/** Types of the parts of @std that are used: the package that carries @std on npm has none. */

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    readonly "--"?: boolean;
    readonly alias?: Readonly<Record<string, string | readonly string[]>>;
    readonly boolean?: readonly string[];
    readonly string?: readonly string[];
    readonly collect?: readonly string[];
    readonly negatable?: readonly string[];
    readonly stopEarly?: boolean;
    readonly unknown?: (arg: string, key?: string, value?: unknown) => boolean;
  }
  export function parseArgs(
    args: readonly string[],
    options?: ParseOptions,
  ): { readonly _: readonly string[]; readonly [name: string]: unknown };
}

declare module "@std/streams/delimiter-stream" {
  export class DelimiterStream extends TransformStream<Uint8Array, Uint8Array> {
    constructor(
      delimiter: Uint8Array,
      options?: { readonly disposition?: "suffix" | "prefix" | "discard" },
    );
  }
}
