/** Hints at what an end means that a process has not said itself: exit codes of shells, signals from elsewhere. */
import type { Exit } from "../../supervision/exit.ts";

/** A shell's codes for programs that a signal has ended begin above that. */
const SIGNALLED = 128;

/** See the module. Null where the end speaks for itself. @param isDaemon Whether it was to run for ever. */
export function exitHint(exit: Exit, isDaemon: boolean): string | null {
  if (exit.how === "unseen") return null;
  if (exit.reached !== undefined) {
    return exit.reached.killedMain
      ? "find what it needs so much memory for, or raise `cgroup.memory_max`"
      : null;
  }
  if (exit.how === "exited") return codeHint(exit.code, isDaemon);
  switch (exit.signal) {
    case "SIGKILL":
      return "supervise has not sent that SIGKILL: `journalctl -k` tells if the kernel was out of memory; else somebody did";
    case "SIGSEGV":
    case "SIGABRT":
    case "SIGBUS":
    case "SIGILL":
    case "SIGFPE":
      return `${exit.signal} is a crash of the program itself; \`coredumpctl\` may have kept it`;
    case "SIGHUP":
    case "SIGINT":
    case "SIGTERM":
      return `supervise has not sent that ${exit.signal}: the program did, or somebody else`;
    default:
      return null;
  }
}

function codeHint(code: number, isDaemon: boolean): string | null {
  if (code === 0 && isDaemon) {
    return "a daemon that ends with 0 has gone to the background, or has an end: have it stay in front, or leave out `daemon`";
  }
  if (code === 127) {
    return "127 is a shell's code for a command that it does not find: PATH may be another one here";
  }
  if (code === 126) {
    return "126 is a shell's code for a command that it may not run: `chmod +x`, or its first line";
  }
  if (code === SIGNALLED + 9) {
    return "137 stands for SIGKILL of a process inside of it: often the kernel, out of memory";
  }
  if (code === SIGNALLED + 11) return "139 stands for SIGSEGV of a process inside of it";
  if (code === SIGNALLED + 15) return "143 stands for SIGTERM, which the program turns into an exit code";
  return null;
}
