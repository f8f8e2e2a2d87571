/**
 * The one place that waits for processes. The runtimes never start any here, so nobody else does.
 *
 * Either it looks after the processes that it was told of alone, by number, beside others in the same program. Or it is
 * exclusive: then it takes whatever the kernel has for this process, orphans that came to it included. Asking the kernel
 * for "any child" is exact, and costs the same for a thousand children as for one; but beside somebody else who waits it
 * would steal, so exclusive is for processes that are supervise's own.
 */
import { signalName } from "../../base/signals.ts";
import type { ExitStatus, ProcessRow, ReapedOrphan } from "../ports/processes.ts";
import { type Libc, LINUX } from "./libc.ts";

/** Size of siginfo_t, and where the process number stands in it, in words, on x86-64 and arm64. */
const SIGINFO_BYTES = 128;
const SIGINFO_CODE = 2;
const SIGINFO_PID = 4;
const SIGINFO_STATUS = 6;

/** How many are collected in one turn. */
const MOST_AT_ONCE = 200;

/** See the module. */
export class Reaper {
  readonly #libc: Libc;
  readonly #find: (pid: number) => ProcessRow | null;
  readonly #groupOf: (pid: number) => string | null;
  readonly #waiting = new Map<number, (status: ExitStatus) => void>();
  readonly #status = new Int32Array(1);
  readonly #statusBytes = new Uint8Array(this.#status.buffer);
  readonly #info = new Int32Array(SIGINFO_BYTES / 4);
  readonly #infoBytes = new Uint8Array(this.#info.buffer);
  #onOrphan: ((orphan: ReapedOrphan) => void) | null = null;
  #onDeath: ((death: ReapedOrphan) => void) | null = null;

  /**
   * @param find Looks a process up in the table.
   * @param groupOf The control group of a process.
   */
  constructor(
    libc: Libc,
    find: (pid: number) => ProcessRow | null,
    groupOf: (pid: number) => string | null,
  ) {
    this.#libc = libc;
    this.#find = find;
    this.#groupOf = groupOf;
  }

  /** Becomes exclusive, and tells of every orphan. */
  takeAll(onOrphan: (orphan: ReapedOrphan) => void): void {
    this.#onOrphan = onOrphan;
  }

  /** Whether it is exclusive. */
  get takesAll(): boolean {
    return this.#onOrphan !== null;
  }

  /** Tells of every death before its status is collected, once this is exclusive. */
  foretell(onDeath: (death: ReapedOrphan) => void): void {
    this.#onDeath = onDeath;
  }

  /**
   * Resolves when the child has been reaped.
   *
   * @param onReaped Called in the turn of that, before its number can be another's.
   */
  exitOf(pid: number, onReaped: () => void = () => {}): Promise<ExitStatus> {
    return new Promise((resolve) =>
      this.#waiting.set(pid, (status) => {
        onReaped();
        resolve(status);
      })
    );
  }

  /** Whether a child has yet to be reaped: until then its number cannot belong to another. */
  isWaitingFor(pid: number): boolean {
    return this.#waiting.has(pid);
  }

  /** Whether a child has died, which is then reaped. */
  hasDied(pid: number): boolean {
    if (this.#waiting.has(pid)) this.#collect(pid);
    return !this.#waiting.has(pid);
  }

  /**
   * Collects what has died. To be called after each SIGCHLD, and harmless at any other time.
   *
   * @returns Whether that was everything: if not, it is to be called again when others have had their turn, for whom a
   * storm of forks would leave none.
   * @throws {Error} With the code of the system, if one of the dead cannot be looked up for want of a descriptor: it stays a
   * zombie, and with it all that the kernel tells of after it, until this is called again.
   */
  reap(): boolean {
    if (this.#onOrphan === null) {
      for (const pid of [...this.#waiting.keys()]) this.#collect(pid);
      return true;
    }
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const pid = this.#nextDead();
      if (pid === 0) return true;
      this.#take(pid);
    }
    // Those that somebody waits for do not stand in line behind a storm.
    for (const pid of [...this.#waiting.keys()]) if (this.#isDead(pid)) this.#take(pid);
    return false;
  }

  #take(pid: number): void {
    this.#foretell(pid);
    if (this.#waiting.has(pid)) this.#collect(pid);
    else this.#collectOrphan(pid);
  }

  /** The number of a child that has died, which stays a zombie until it is collected; 0 if there is none. */
  #nextDead(): number {
    return this.#lookFor(LINUX.P_ALL, 0);
  }

  #isDead(pid: number): boolean {
    return this.#lookFor(LINUX.P_PID, pid) === pid;
  }

  #lookFor(which: number, pid: number): number {
    this.#info[SIGINFO_PID] = 0;
    const options = LINUX.WEXITED | LINUX.WNOHANG | LINUX.WNOWAIT;
    const failed = this.#libc.call.waitid(which, pid, this.#infoBytes, options);
    return failed === 0 ? this.#info[SIGINFO_PID]! : 0;
  }

  #foretell(pid: number): void {
    const row = this.#onDeath === null ? null : this.#find(pid);
    if (row === null) return;
    this.#onDeath?.({ row, status: statusIn(this.#info), controlGroup: this.#groupOf(pid) });
  }

  #collect(pid: number): void {
    const status = this.#wait(pid);
    if (status === null) return;
    const resolve = this.#waiting.get(pid)!;
    this.#waiting.delete(pid);
    resolve(status);
  }

  #collectOrphan(pid: number): void {
    const row = this.#find(pid);
    const controlGroup = this.#groupOf(pid);
    const status = this.#wait(pid);
    if (row !== null && status !== null) this.#onOrphan?.({ row, status, controlGroup });
  }

  #wait(pid: number): ExitStatus | null {
    const found = this.#libc.call.waitpid(pid, this.#statusBytes, LINUX.WNOHANG);
    return found === pid ? decode(this.#status[0]!) : null;
  }
}

/** How a process ended, as waitid tells it. */
function statusIn(info: Int32Array): ExitStatus {
  const status = info[SIGINFO_STATUS]!;
  return info[SIGINFO_CODE] === LINUX.CLD_EXITED
    ? { how: "exited", code: status & 0xff }
    : { how: "signalled", signal: signalName(status & 0x7f) };
}

/** How a process ended, as waitpid tells it. */
function decode(status: number): ExitStatus {
  const signal = status & 0x7f;
  return signal === 0
    ? { how: "exited", code: (status >> 8) & 0xff }
    : { how: "signalled", signal: signalName(signal) };
}
