/**
 * This very process becomes another program: it keeps its number, its parent, its children, what of those has died and was not
 * collected yet, and that orphans come to it.
 */
import { readFileSync } from "node:fs";
import { resolvePath } from "../../base/posix_path.ts";
import { type Become, SpawnError } from "../ports/processes.ts";
import { CStrings, environmentStrings } from "./c_strings.ts";
import { closeAllOnExec } from "./descriptors.ts";
import { findProgram } from "./find_program.ts";
import { cString, type Libc, LINUX } from "./libc.ts";
import { whyNotRun } from "./why_not_run.ts";

const SIGNAL_SET_BYTES = 128;
const SIGNALS = 64;
const DEFAULT_ACTION = 0;

/** Does not return. Nothing that waits to be written or called back is seen to any more. @throws {SpawnError} */
export function become(libc: Libc, { argv, env, cwd, descriptors }: Become): never {
  const { call, errno, ffi } = libc;
  const program = findProgram(argv[0]!, env["PATH"], cwd);
  const [path, words, variables] = [cString(program), new CStrings(ffi, argv), environmentStrings(ffi, env)];
  closeAllOnExec(libc);
  handOver(libc, descriptors);
  resetIgnored(libc);
  call.execve(path, words.pointers, variables.pointers);
  throw new SpawnError(
    "start",
    `Cannot become "${argv[0]}": ${whyNotRun(resolvePath(cwd, program), errno())}`,
  );
}

/** Puts each descriptor under its number, whatever is there: first all of them to where none of them goes. */
function handOver({ call }: Libc, descriptors: Become["descriptors"]): void {
  const entries = Object.entries(descriptors).map(([number, own]) => [Number(number), own] as const);
  const free = Math.max(2, ...entries.map(([number]) => number)) + 1;
  const aside = entries.map(([number, own]) =>
    [number, Number(call.fcntl(own, LINUX.F_DUPFD_CLOEXEC, free))] as const
  );
  for (const [number, copy] of aside) call.dup2(copy, number);
}

/** Signals that are caught are at their defaults afterwards by themselves; those that are ignored would stay so. */
function resetIgnored({ call }: Libc): void {
  const status = readFileSync("/proc/self/status", "utf8");
  const ignored = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)/m.exec(status)![1]}`);
  for (let number = 1; number <= SIGNALS; number++) {
    if ((ignored >> BigInt(number - 1)) & 1n) call.signal(number, DEFAULT_ACTION);
  }
  const none = new Uint8Array(SIGNAL_SET_BYTES);
  call.sigemptyset(none);
  call.sigprocmask(LINUX.SIG_SETMASK, none, null);
}
