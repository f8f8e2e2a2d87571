/** Becoming another user. */
import type { UserAccount } from "../../ports/privileges.ts";
import { onlyRoot, reasonOf, refusal } from "./refuse.ts";
import type { ShimCalls } from "./shim_calls.ts";

/**
 * The calls of the kernel, not those of the C library: these change the one thread that will be the program, and leave the
 * others of the runtime, which end then, out of the count of the user's processes.
 */
const NUMBERS: Readonly<Record<string, { setgroups: number; setresgid: number; setresuid: number }>> = {
  x64: { setgroups: 116, setresgid: 119, setresuid: 117 },
  arm64: { setgroups: 159, setresgid: 149, setresuid: 147 },
};

/** Takes on an account, groups first: the user may change them no more. @throws {SpawnError} */
export function takeOn({ call, ffi, errno }: ShimCalls, account: UserAccount): void {
  const { gid, groups, label } = account;
  const uid = account.uid ?? process.geteuid!();
  // A process of that user already needs no right to become it, and keeps its groups.
  if (process.geteuid!() === uid && process.getegid!() === gid && uid !== 0) return;
  const numbers = NUMBERS[process.arch];
  if (numbers === undefined) throw refusal(label, `not supported on ${process.arch}`);
  const list = Uint32Array.from(groups);
  const bytes = new Uint8Array(list.buffer);
  const address = groups.length === 0 ? 0n : ffi.addressOf(bytes);
  const failed = Number(call.syscall(numbers.setgroups, groups.length, address, 0)) !== 0 ||
    Number(call.syscall(numbers.setresgid, gid, gid, gid)) !== 0 ||
    Number(call.syscall(numbers.setresuid, uid, uid, uid)) !== 0;
  if (!failed) return;
  const what = `run a program ${account.uid === null ? "in another group" : "as another user"}`;
  throw refusal(
    label,
    reasonOf(errno(), onlyRoot(what, "CAP_SETUID or CAP_SETGID")),
  );
}
