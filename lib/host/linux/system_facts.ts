/** The facts of a Linux machine. */
import { release } from "node:os";
import type { SystemFacts } from "../ports/system_facts.ts";
import { closeDescriptor } from "./descriptors.ts";
import { tryRead } from "./kernel_files.ts";
import { type Libc, LINUX } from "./libc.ts";

/** Finds out what this machine is and allows. */
export function linuxFacts(libc: Libc): SystemFacts {
  const limits = tryRead("/proc/self/limits") ?? "";
  const namespaces = tryRead("/proc/sys/user/max_user_namespaces");
  return {
    kernel: `Linux ${release()}`,
    adoptsOrphans: libc.call.prctl(LINUX.PR_GET_CHILD_SUBREAPER, addressOf(libc), 0, 0, 0) === 0,
    hasProcessHandles: hasProcessHandles(libc),
    hidden: hiddenBy(tryRead("/proc/self/mountinfo") ?? "", process.getuid!()),
    userNamespaces: namespaces === null ? null : Number(namespaces) > 0 &&
      tryRead("/proc/sys/kernel/unprivileged_userns_clone")?.trim() !== "0",
    openFilesLimit: softLimit(limits, "Max open files"),
    processesLimit: softLimit(limits, "Max processes"),
  };
}

/** The option with which /proc hides the processes of other users, by the text of /proc/PID/mountinfo; null for none. */
export function hiddenBy(mountinfo: string, uid: number): string | null {
  const proc = mountinfo.split("\n").filter((line) => line.split(" - ")[1]?.startsWith("proc ")).at(-1);
  const option = proc?.match(/\bhidepid=(\w+)/)?.[1];
  return uid === 0 || option === undefined || option === "0" || option === "off" ? null : `hidepid=${option}`;
}

/** A soft limit by the text of /proc/PID/limits. */
export function softLimit(limits: string, name: string): number | null {
  const value = limits.split("\n").find((line) => line.startsWith(name))?.slice(name.length).trim().split(
    /\s+/,
  )[0];
  return value === undefined ? null : value === "unlimited" ? Infinity : Number(value);
}

/** A word for the kernel to write to. */
const ANSWER = new Uint8Array(8);

function addressOf(libc: Libc): bigint {
  return libc.ffi.addressOf(ANSWER);
}

function hasProcessHandles(libc: Libc): boolean {
  const descriptor = Number(libc.call.syscall(LINUX.SYS_PIDFD_OPEN, process.pid, 0, 0, 0, 0));
  if (descriptor < 0) return false;
  closeDescriptor(libc, descriptor);
  return true;
}
