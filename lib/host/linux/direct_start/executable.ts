import type { CFunction } from "../ffi.ts";
import { cString, type Libc } from "../libc.ts";

const PAGE_BYTES = 4_096;
const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = 0x20;

/** A page of machine code as a function of a buffer; null where a process may not make code. */
export function executable(libc: Libc, code: Uint8Array): CFunction | null {
  const { ffi } = libc;
  const find = (name: string) => libc.dlsym(0, cString(name));
  const map = ffi.functionAt(find("mmap"), {
    result: "i64",
    args: ["i64", "i64", "i32", "i32", "i32", "i64"],
  });
  const copy = ffi.functionAt(find("memcpy"), { result: "i64", args: ["i64", "buffer", "i64"] });
  const protect = ffi.functionAt(find("mprotect"), { result: "i32", args: ["i64", "i64", "i32"] });
  const page = map(0, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (Number(page) <= 0) return null;
  copy(page, code, code.length);
  if (protect(page, PAGE_BYTES, PROT_READ | PROT_EXEC) !== 0) return null;
  return ffi.functionAt(page, { result: "i32", args: ["buffer"] });
}
