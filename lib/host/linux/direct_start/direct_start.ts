/**
 * Starts processes by clone3 and a list of system calls for the child, instead of posix_spawn: so that it is born in its control
 * group without a visit of this process.
 *
 * The list is what posix_spawn would do. It is written into memory that is kept, so that nothing of it can go away before the
 * child is another program.
 */
import type { CFunction } from "../ffi.ts";
import { type Libc, LINUX } from "../libc.ts";
import { executable } from "./executable.ts";
import { MACHINE_CODE } from "./machine_code.ts";
import { Order } from "./order.ts";
import { placeTexts, type StartTexts } from "./texts.ts";

/** System calls of x86-64, of which alone there is machine code. */
const SYS = {
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  dup2: 33,
  getpid: 39,
  execve: 59,
  fcntl: 72,
  chdir: 80,
  setsid: 112,
  prlimit64: 302,
  close_range: 436,
} as const;

const LAST_SIGNAL = 64;
const SIGKILL = 9;
const SIGSTOP = 19;
const SIGNAL_SET_BYTES = 8;
const LAST_DESCRIPTOR = 0xffff_ffff;

/** The steps of a start beside those for its descriptors. */
const OTHER_STEPS = 5;
const SPARE_STEPS = 32;

/** EPERM, E2BIG, EINVAL, ENOSYS: the kernel, or a filter before it, may not know the call. */
const UNKNOWN = new Set<number>([1, 7, 22, 38]);

/** A process to be. */
export interface DirectProcess extends StartTexts {
  /** The descriptors that it finds, by their numbers there; every other one is closed. */
  readonly handed: Readonly<Record<number, number>>;
  /** The lowest number above all those. */
  readonly firstClosed: number;
  /** Its limits of open files, soft and hard; null for ours. */
  readonly openFiles: readonly [number, number] | null;
  /** A descriptor of the folder of its control group; null for ours. */
  readonly group: number | null;
}

/** The result of a start. */
export type DirectResult =
  | { readonly pid: number }
  | { readonly errno: number };

/** See the module. */
export class DirectStart {
  readonly #libc: Libc;
  readonly #code: Uint8Array | null;
  /** Null before it was needed, and if it cannot be had. */
  #call: CFunction | null = null;
  #order: Order | undefined;

  /** @param code Null for a machine that it is not written for. */
  constructor(libc: Libc, code: Uint8Array | null = MACHINE_CODE[process.arch] ?? null) {
    this.#libc = libc;
    this.#code = code;
  }

  /** Starts a process in a session of its own; null if this machine cannot do that. */
  start(one: DirectProcess): DirectResult | null {
    const code = this.#ready();
    if (code === null) return null;
    const { handed, firstClosed, openFiles, group } = one;
    const texts = placeTexts(this.#libc.ffi, one);
    const places = Object.entries(handed);
    return this.#run(code, group, places.length + OTHER_STEPS, (order) => {
      order.kept = texts;
      for (const [number, descriptor] of places) {
        // A descriptor that is in its place already only has to stay open.
        if (descriptor === Number(number)) order.step(SYS.fcntl, descriptor, LINUX.F_SETFD, 0);
        else order.step(SYS.dup2, descriptor, Number(number));
      }
      order.step(SYS.close_range, firstClosed, LAST_DESCRIPTOR, 0);
      order.step(SYS.chdir, texts.cwd);
      if (openFiles !== null) order.step(SYS.prlimit64, 0, LINUX.RLIMIT_NOFILE, order.pair(openFiles), 0);
      order.step(SYS.rt_sigprocmask, LINUX.SIG_SETMASK, order.zeros, 0, SIGNAL_SET_BYTES);
      order.step(SYS.execve, texts.program, texts.argv, texts.envp);
    });
  }

  /** Whether a process can be born in a group, of whose folder this is a descriptor. */
  reaches(group: number): boolean {
    const code = this.#ready();
    if (code === null) return false;
    const result = this.#run(code, group, 1, (order) => order.step(SYS.getpid));
    if (result === null || "errno" in result) return false;
    this.#libc.call.waitpid(result.pid, null, 0);
    return true;
  }

  #ready(): CFunction | null {
    return this.#call ??= this.#code === null ? null : executable(this.#libc, this.#code);
  }

  #run(
    code: CFunction,
    group: number | null,
    steps: number,
    write: (order: Order) => void,
  ): DirectResult | null {
    const order = this.#orderFor(steps);
    order.begin(group);
    write(order);
    const pid = Number(code(order.finish()));
    if (pid < 0) return refused(-pid);
    const { result } = order;
    if (result >= 0) return { pid };
    // It has ended already, and nobody is to hear of it.
    this.#libc.call.waitpid(pid, null, 0);
    return refused(-result);
  }

  /** Room for as many steps, the first of which, the same for all, are there already. */
  #orderFor(steps: number): Order {
    if (this.#order === undefined || this.#order.room < steps) {
      this.#order = new Order(this.#libc.ffi, steps + SPARE_STEPS, (order) => {
        for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
          if (signal === SIGKILL || signal === SIGSTOP) continue;
          order.step(SYS.rt_sigaction, signal, order.zeros, 0, SIGNAL_SET_BYTES);
        }
        order.step(SYS.setsid);
      });
    }
    return this.#order;
  }
}

/** Null for whatever another way of starting may do yet, or say more of. */
function refused(errno: number): DirectResult | null {
  return UNKNOWN.has(errno) ? null : { errno };
}
