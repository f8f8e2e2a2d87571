/** The C library: the functions that are used, and the numbers that their headers define. */
import { rawBytes } from "../../base/raw_text.ts";
import { messageOf, UserError } from "../../base/user_error.ts";
import { tryRead } from "./kernel_files.ts";
import type { CFunction, CSignature, Ffi } from "./ffi.ts";

const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

const FUNCTIONS = {
  accept4: { result: "i32", args: ["i32", "i64", "i64", "i32"] },
  bind: { result: "i32", args: ["i32", "buffer", "i32"] },
  close: { result: "i32", args: ["i32"] },
  connect: { result: "i32", args: ["i32", "buffer", "i32"] },
  dup2: { result: "i32", args: ["i32", "i32"] },
  dup3: { result: "i32", args: ["i32", "i32", "i32"] },
  epoll_create1: { result: "i32", args: ["i32"] },
  execve: { result: "i32", args: ["buffer", "buffer", "buffer"] },
  epoll_ctl: { result: "i32", args: ["i32", "i32", "i32", "buffer"] },
  epoll_wait: { result: "i32", args: ["i32", "buffer", "i32", "i32"] },
  fchown: { result: "i32", args: ["i32", "i32", "i32"] },
  fcntl: { result: "i32", args: ["i32", "i32", "i64"] },
  getpgrp: { result: "i32", args: [] },
  getppid: { result: "i32", args: [] },
  getpgid: { result: "i32", args: ["i32"] },
  getsid: { result: "i32", args: ["i32"] },
  getxattr: { result: "i64", args: ["buffer", "buffer", "buffer", "i64"] },
  getsockname: { result: "i32", args: ["i32", "buffer", "buffer"] },
  getsockopt: { result: "i32", args: ["i32", "i32", "i32", "buffer", "buffer"] },
  inotify_add_watch: { result: "i32", args: ["i32", "buffer", "i32"] },
  inotify_rm_watch: { result: "i32", args: ["i32", "i32"] },
  inotify_init1: { result: "i32", args: ["i32"] },
  madvise: { result: "i32", args: ["i64", "i64", "i32"] },
  memfd_create: { result: "i32", args: ["buffer", "i32"] },
  kill: { result: "i32", args: ["i32", "i32"] },
  listen: { result: "i32", args: ["i32", "i32"] },
  mkfifo: { result: "i32", args: ["buffer", "i32"] },
  open: { result: "i32", args: ["buffer", "i32", "i32"] },
  poll: { result: "i32", args: ["buffer", "i64", "i32"] },
  pipe2: { result: "i32", args: ["buffer", "i32"] },
  posix_spawn: { result: "i32", args: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"] },
  posix_spawn_file_actions_addchdir_np: { result: "i32", args: ["buffer", "buffer"] },
  posix_spawn_file_actions_adddup2: { result: "i32", args: ["buffer", "i32", "i32"] },
  posix_spawn_file_actions_destroy: { result: "i32", args: ["buffer"] },
  posix_spawn_file_actions_init: { result: "i32", args: ["buffer"] },
  posix_spawnattr_init: { result: "i32", args: ["buffer"] },
  posix_spawnattr_setflags: { result: "i32", args: ["buffer", "i16"] },
  posix_spawnattr_setsigdefault: { result: "i32", args: ["buffer", "buffer"] },
  posix_spawnattr_setsigmask: { result: "i32", args: ["buffer", "buffer"] },
  prctl: { result: "i32", args: ["i32", "i64", "i64", "i64", "i64"] },
  prlimit: { result: "i32", args: ["i32", "i32", "buffer", "buffer"] },
  read: { result: "i64", args: ["i32", "buffer", "i64"] },
  recvmsg: { result: "i64", args: ["i32", "buffer", "i32"] },
  setsockopt: { result: "i32", args: ["i32", "i32", "i32", "buffer", "i32"] },
  sigaddset: { result: "i32", args: ["buffer", "i32"] },
  sigemptyset: { result: "i32", args: ["buffer"] },
  sigfillset: { result: "i32", args: ["buffer"] },
  signal: { result: "pointer", args: ["i32", "pointer"] },
  sigprocmask: { result: "i32", args: ["i32", "buffer", "buffer"] },
  socket: { result: "i32", args: ["i32", "i32", "i32"] },
  sysconf: { result: "i64", args: ["i32"] },
  timerfd_create: { result: "i32", args: ["i32", "i32"] },
  timerfd_settime: { result: "i32", args: ["i32", "i32", "buffer", "buffer"] },
  tcgetpgrp: { result: "i32", args: ["i32"] },
  tcsetpgrp: { result: "i32", args: ["i32", "i32"] },
  syscall: { result: "i64", args: ["i64", "i64", "i64", "i64", "i64", "i64"] },
  waitid: { result: "i32", args: ["i32", "i32", "buffer", "i32"] },
  waitpid: { result: "i32", args: ["i32", "buffer", "i32"] },
  write: { result: "i64", args: ["i32", "buffer", "i64"] },
} as const;

const ERRNO = {
  __errno_location: { result: "pointer", args: [] },
} as const;

/** Functions that only newer libraries have. */
const NEWER_FUNCTIONS = {
  posix_spawn_file_actions_addclosefrom_np: { result: "i32", args: ["buffer", "i32"] },
} as const;

/** Functions that only still newer libraries have. */
const NEWEST_FUNCTIONS = {
  posix_spawn_file_actions_addtcsetpgrp_np: { result: "i32", args: ["buffer", "i32"] },
} as const;

/** Functions that put a new process into a control group. */
const GROUP_FUNCTIONS = {
  posix_spawnattr_setcgroup_np: { result: "i32", args: ["buffer", "i32"] },
} as const;

/** Part of the C library itself since 2.34 of GNU's, and of musl; else in a library of its own. */
const LOOKUP = {
  dlsym: { result: "pointer", args: ["pointer", "buffer"] },
} as const;
const LOOKUP_LIBRARY = "libdl.so.2";

/** Numbers of Linux, the same on x86-64 and arm64. */
export const LINUX = {
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
  EACCES: 13,
  EADDRINUSE: 98,
  EAGAIN: 11,
  ECONNABORTED: 103,
  ECONNREFUSED: 111,
  EINTR: 4,
  ELOOP: 40,
  ENOENT: 2,
  ENOSPC: 28,
  ENOTDIR: 20,
  ESRCH: 3,
  ENFILE: 23,
  EMFILE: 24,
  EPOLL_CLOEXEC: 0o2000000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLLIN: 0x01,
  EPOLLET: 0x80000000,
  F_DUPFD_CLOEXEC: 1030,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  F_OFD_GETLK: 36,
  F_OFD_SETLK: 37,
  F_WRLCK: 1,
  F_UNLCK: 2,
  FD_CLOEXEC: 1,
  IN_CLOEXEC: 0o2000000,
  IN_NONBLOCK: 0o4000,
  IN_CLOSE_WRITE: 0x8,
  IN_CREATE: 0x100,
  IN_UNMOUNT: 0x2000,
  IN_Q_OVERFLOW: 0x4000,
  IN_IGNORED: 0x8000,
  IN_EXCL_UNLINK: 0x04000000,
  IN_ISDIR: 0x40000000,
  IN_MOVED_FROM: 0x40,
  IN_MOVED_TO: 0x80,
  IN_DELETE: 0x200,
  IN_DELETE_SELF: 0x400,
  IN_MOVE_SELF: 0x800,
  IN_ONLYDIR: 0x01000000,
  IN_DONT_FOLLOW: 0x02000000,
  IN_MASK_ADD: 0x20000000,
  MADV_DONTNEED: 4,
  MFD_CLOEXEC: 1,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_NOCTTY: 0o400,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  POLLIN: 0x01,
  POLLOUT: 0x04,
  POLLERR: 0x08,
  POLLHUP: 0x10,
  POSIX_SPAWN_SETPGROUP: 0x02,
  POSIX_SPAWN_SETSIGDEF: 0x04,
  POSIX_SPAWN_SETSIGMASK: 0x08,
  POSIX_SPAWN_SETSID: 0x80,
  PRIO_PROCESS: 0,
  POSIX_SPAWN_SETCGROUP: 0x100,
  PR_SET_CHILD_SUBREAPER: 36,
  PR_GET_CHILD_SUBREAPER: 37,
  PR_SET_NO_NEW_PRIVS: 38,
  PR_SET_PDEATHSIG: 1,
  RLIMIT_NOFILE: 7,
  SC_PAGESIZE: 30,
  SIG_IGN: 1,
  SIG_BLOCK: 0,
  SIG_UNBLOCK: 1,
  SIG_SETMASK: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGALRM: 14,
  SIGTTOU: 22,
  MSG_CMSG_CLOEXEC: 0x40000000,
  MSG_DONTWAIT: 0x40,
  MSG_TRUNC: 0x20,
  SCM_CREDENTIALS: 2,
  SCM_RIGHTS: 1,
  SOCK_DGRAM: 2,
  SOCK_STREAM: 1,
  SO_PASSCRED: 16,
  SOL_SOCKET: 1,
  SO_PEERCRED: 17,
  SO_REUSEADDR: 2,
  SYS_PIDFD_OPEN: 434,
  SYS_PIDFD_SEND_SIGNAL: 424,
  SO_ACCEPTCONN: 30,
  SYS_PIDFD_GETFD: 438,
  P_ALL: 0,
  P_PID: 1,
  CLD_EXITED: 1,
  CLOCK_MONOTONIC: 1,
  TFD_CLOEXEC: 0o2000000,
  WNOHANG: 1,
  WEXITED: 4,
  WNOWAIT: 0x01000000,
} as const;

/** Error numbers as people know them. */
const ERRORS: Readonly<Record<number, string>> = {
  1: "Operation not permitted (EPERM)",
  2: "No such file or directory (ENOENT)",
  7: "Argument list and environment are too long (E2BIG)",
  8: "Not a program, and no #! line either (ENOEXEC)",
  11: "The limit of processes is reached (EAGAIN)",
  12: "Out of memory (ENOMEM)",
  13: "Permission denied (EACCES)",
  17: "There is something of that name (EEXIST)",
  23: "The system's limit of open files is reached (ENFILE)",
  24: "The limit of open files is reached (EMFILE)",
  26: "The program's file is open for writing (ETXTBSY)",
  97: "This machine has no such addresses (EAFNOSUPPORT)",
  98: "The address is in use (EADDRINUSE)",
  99: "The address is none of this machine (EADDRNOTAVAIL)",
};

/** The loaded library. */
export interface Libc {
  readonly call: Readonly<Record<keyof typeof FUNCTIONS, CFunction>>;
  /** Null in a library that is too old for them. */
  readonly newer: Readonly<Record<keyof typeof NEWER_FUNCTIONS, CFunction>> | null;
  readonly newest: Readonly<Record<keyof typeof NEWEST_FUNCTIONS, CFunction>> | null;
  /** Null in a library that is too old for them. */
  readonly inGroup: Readonly<Record<keyof typeof GROUP_FUNCTIONS, CFunction>> | null;
  /** The address of a function by its name, in the first of what is loaded (0) that has it. */
  readonly dlsym: CFunction;
  readonly ffi: Ffi;
  /** The error number of the last call that failed. */
  errno(): number;
}

/**
 * Loads the C library of the machine, GNU's or musl. Each of its functions is bound when it is first used: a runtime makes code
 * for each, and no process needs many of them.
 */
export function loadLibc(ffi: Ffi): Libc {
  return loadFirst((library) => {
    // A function that is missing has to fail here, where another library is tried then, and not at its first use.
    const { __errno_location } = ffi.load(library, ERRNO);
    const call = ffi.bindsLate ? bindLate(ffi, library, FUNCTIONS) : ffi.load(library, FUNCTIONS);
    const libc = lateGetters<Libc>({
      newer: () => tryLoad(ffi, library, NEWER_FUNCTIONS),
      newest: () => tryLoad(ffi, library, NEWEST_FUNCTIONS),
      inGroup: () => tryLoad(ffi, library, GROUP_FUNCTIONS),
      dlsym: () => (tryLoad(ffi, library, LOOKUP) ?? ffi.load(LOOKUP_LIBRARY, LOOKUP)).dlsym,
      call: () => call,
      ffi: () => ffi,
      errno: () => () => ffi.readInt32(__errno_location()),
    });
    // To ask for them binds them.
    if (!ffi.bindsLate) Object.values(libc);
    return libc;
  });
}

/** Functions of a library, each of which is loaded when it is first asked for. */
function bindLate<Name extends string>(
  ffi: Ffi,
  library: string,
  functions: Readonly<Record<Name, CSignature>>,
): Readonly<Record<Name, CFunction>> {
  const bound = {} as Record<Name, CFunction>;
  for (const name of Object.keys(functions) as Name[]) {
    const load = () => ffi.load(library, { [name]: functions[name] } as Record<Name, CSignature>)[name];
    late(bound, name, load);
  }
  return bound;
}

function lateGetters<T extends object>(made: { readonly [Name in keyof T]: () => T[Name] }): T {
  const whole = {} as T;
  for (const name of Object.keys(made) as (keyof T)[]) late(whole, name, made[name]);
  return whole;
}

/** A property whose value is made when it is first asked for. */
function late<T extends object, Name extends keyof T>(whole: T, name: Name, make: () => T[Name]): void {
  Object.defineProperty(whole, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(whole, name, { value, enumerable: true });
      return value;
    },
  });
}

/** Loads the first of the C libraries that can be loaded. */
export function loadFirst<T>(load: (library: string) => T): T {
  const failures: unknown[] = [];
  for (const library of LIBRARIES) {
    try {
      return load(library);
    } catch (error) {
      failures.push(error);
    }
  }
  throw notLoaded(failures);
}

/** A runtime makes code for the calls, for which it sets much address space aside. */
const NEEDED_ADDRESS_SPACE = "4 GiB";

function notLoaded(failures: readonly unknown[]): UserError {
  const limits = tryRead("/proc/self/limits") ?? "";
  const limit = /^Max address space +(\d+)/m.exec(limits)?.[1];
  const cause = new AggregateError(failures);
  if (limit !== undefined) {
    return new UserError(
      "limit/address-space",
      `Cannot load the C library: supervise needs ${NEEDED_ADDRESS_SPACE} of address space, and may have ${limit} bytes`,
      {
        hint:
          "raise it: `ulimit -v unlimited` before the command; memory of actors is limited by `memory_max`",
        cause,
      },
    );
  }
  return new UserError("host/no-libc", `Cannot load the C library: ${failures.map(messageOf).join("; ")}`, {
    hint: "supervise needs the C library of the system in the folders of the dynamic linker",
    cause,
  });
}

/** Text for an error number. */
export function describeErrno(errno: number): string {
  return ERRORS[errno] ?? `Error number ${errno}`;
}

/** A string as C reads it. */
export function cString(text: string): Uint8Array {
  return rawBytes(`${text}\0`);
}

function tryLoad<Name extends string>(
  ffi: Ffi,
  library: string,
  functions: Readonly<Record<Name, CSignature>>,
): Readonly<Record<Name, CFunction>> | null {
  try {
    return ffi.load(library, functions);
  } catch {
    return null;
  }
}
