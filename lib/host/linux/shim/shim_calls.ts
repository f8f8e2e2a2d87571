/** The functions of the C library that a shim needs: binding one takes time, and a shim is to start fast. */
import type { CFunction, Ffi } from "../ffi.ts";
import { loadFirst } from "../libc.ts";

const FUNCTIONS = {
  execve: { result: "i32", args: ["buffer", "buffer", "buffer"] },
  fcntl: { result: "i32", args: ["i32", "i32", "i32"] },
  getppid: { result: "i32", args: [] },
  prctl: { result: "i32", args: ["i32", "i64", "i64", "i64", "i64"] },
  prlimit: { result: "i32", args: ["i32", "i32", "buffer", "buffer"] },
  setpriority: { result: "i32", args: ["i32", "i32", "i32"] },
  sigemptyset: { result: "i32", args: ["buffer"] },
  signal: { result: "pointer", args: ["i32", "pointer"] },
  sigprocmask: { result: "i32", args: ["i32", "buffer", "buffer"] },
  syscall: { result: "i64", args: ["i64", "i64", "i64", "i64"] },
  write: { result: "i64", args: ["i32", "buffer", "i64"] },
  umask: { result: "i32", args: ["i32"] },
  __errno_location: { result: "pointer", args: [] },
} as const;

/** See the module. */
export interface ShimCalls {
  readonly call: Readonly<Record<keyof typeof FUNCTIONS, CFunction>>;
  readonly ffi: Ffi;
  /** The error number of the last call that failed. */
  errno(): number;
}

/** Loads them. */
export function loadShimCalls(ffi: Ffi): ShimCalls {
  const call = loadFirst((library) => ffi.load(library, FUNCTIONS));
  return { call, ffi, errno: () => ffi.readInt32(call.__errno_location()) };
}
