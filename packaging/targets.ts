import process from "node:process";

/** The machines that a release has binaries for. */
export interface Target {
  /** As in the names of files and in `supervise version`. */
  readonly name: string;
  /** The npm package that carries the runtime of the binary. */
  readonly runtime: string;
  /** As Node and npm call the processor. */
  readonly cpu: "x64" | "arm64";
  /** As npm calls the C library. */
  readonly libc: "glibc" | "musl";
  /** As Debian calls the machine. Null for machines that no Debian runs on. */
  readonly debian: "amd64" | "arm64" | null;
}

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", runtime: "@oven/bun-linux-x64", cpu: "x64", libc: "glibc", debian: "amd64" },
  { name: "linux-arm64", runtime: "@oven/bun-linux-aarch64", cpu: "arm64", libc: "glibc", debian: "arm64" },
  { name: "linux-x64-musl", runtime: "@oven/bun-linux-x64-musl", cpu: "x64", libc: "musl", debian: null },
  {
    name: "linux-arm64-musl",
    runtime: "@oven/bun-linux-aarch64-musl",
    cpu: "arm64",
    libc: "musl",
    debian: null,
  },
];

/** The target of the machine that runs this, which its own Bun is for. */
export function targetHere(): Target {
  return TARGETS.find(({ cpu, libc }) => cpu === process.arch && libc === "glibc")!;
}
