/** Takes back what the runtime of a shim has changed about its process, and what a program would inherit. */
import { readFileSync } from "node:fs";
import { signalNumber } from "../../../base/signals.ts";
import { LINUX } from "../libc.ts";
import { ownDescriptors } from "../proc.ts";
import type { ShimCalls } from "./shim_calls.ts";

const SIGPIPE = signalNumber("SIGPIPE");
const SIGNAL_SET_BYTES = 128;
const DEFAULT_ACTION = 0;
const IGNORE = 1;

/**
 * Signals that are caught are at their defaults after exec by themselves; those that are ignored stay ignored. SIGPIPE is left
 * to {@linkcode heedBrokenPipe}.
 */
export function resetSignals({ call }: ShimCalls): void {
  const ignored = BigInt(
    `0x${/^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8"))![1]}`,
  );
  for (let number = 1; number <= 64; number++) {
    const isIgnored = ((ignored >> BigInt(number - 1)) & 1n) === 1n;
    if (isIgnored && number !== SIGPIPE) call.signal(number, DEFAULT_ACTION);
  }
  const none = new Uint8Array(SIGNAL_SET_BYTES);
  call.sigemptyset(none);
  call.sigprocmask(LINUX.SIG_SETMASK, none, null);
}

/**
 * Whether a write to a pipe that nobody reads any more ends this process, or fails. Nobody reads what a shim has to say when the
 * supervisor was killed that has started it, and the shim becomes the program all the same.
 */
export function heedBrokenPipe({ call }: ShimCalls, isHeeded: boolean): void {
  call.signal(SIGPIPE, isHeeded ? DEFAULT_ACTION : IGNORE);
}

/** Lets the program have the standard descriptors and those of `handed`, and no others. */
export function closeOthersOnExec({ call }: ShimCalls, handed: readonly number[]): void {
  for (const descriptor of ownDescriptors()) {
    if (descriptor > 2) {
      call.fcntl(descriptor, LINUX.F_SETFD, handed.includes(descriptor) ? 0 : LINUX.FD_CLOEXEC);
    }
  }
}
