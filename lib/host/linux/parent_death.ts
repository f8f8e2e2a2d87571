import type { DeathMode } from "../ports/processes.ts";
import { cString, type Libc, LINUX } from "./libc.ts";

const SIGNAL_SET_BYTES = 128;
const DEFAULT_ACTION = 0;

/**
 * Lets the kernel end this process when its parent dies: what follows happens without any code of ours, so that a busy
 * loop does not hold it up.
 *
 * In the mode `grace` the kernel sends SIGQUIT, which is handled by the C library's own `alarm`. That takes a number of
 * seconds and is handed the number of the signal, 3; and the SIGALRM that follows so much later ends the process.
 */
export function dieWithParent(libc: Libc, parentPid: number, mode: DeathMode): boolean {
  const disarm = mode === "kill" ? () => {} : armAlarm(libc);
  libc.call.prctl(LINUX.PR_SET_PDEATHSIG, mode === "kill" ? LINUX.SIGKILL : LINUX.SIGQUIT, 0, 0, 0);
  // The death of a parent before that call is not told; its children have another parent by then.
  if (libc.call.getppid() === parentPid) return true;
  libc.call.prctl(LINUX.PR_SET_PDEATHSIG, 0, 0, 0, 0);
  disarm();
  return false;
}

/** Makes SIGQUIT set the alarm; returns how to undo that. */
function armAlarm(libc: Libc): () => void {
  const { call } = libc;
  const handler = call.signal(LINUX.SIGQUIT, libc.dlsym(0, cString("alarm")));
  call.signal(LINUX.SIGALRM, DEFAULT_ACTION);
  const both = new Uint8Array(SIGNAL_SET_BYTES);
  call.sigemptyset(both);
  call.sigaddset(both, LINUX.SIGQUIT);
  call.sigaddset(both, LINUX.SIGALRM);
  call.sigprocmask(LINUX.SIG_UNBLOCK, both, null);
  return () => void call.signal(LINUX.SIGQUIT, handler);
}
